//! An HTTP client that a provider cannot hurt: bounded in time and size, no redirects, and no token
//! over a connection that others could read.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, redirect::Policy};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    provider::{Class, ProviderError},
    secret::Secret,
};

/// Bounds of every request to a provider.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// How long a connection may take to stand.
    pub connect: Duration,
    /// How long a request may take, from its first byte to the answer's last.
    pub total: Duration,
    /// The longest answer that is read.
    pub answer_bytes_max: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            answer_bytes_max: 1 << 20,
        }
    }
}

/// Why an endpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It is not a URL.
    #[error("{endpoint} is not a URL: {why}")]
    NotUrl {
        /// What the configuration says.
        endpoint: String,
        /// What the parser says.
        why: String,
    },
    /// A token must not travel in the clear.
    #[error("{0} is neither https nor on this machine")]
    NotPrivate(String),
    /// TLS is not spoken yet.
    #[error("{0} is https, which this version does not speak: use a control plane on this machine")]
    NoTls(String),
    /// The HTTP client could not be made.
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// An answer, read whole.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    body: Vec<u8>,
}

impl Reply {
    /// The answer's JSON. One that cannot be read leaves the call's effect unknown.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            ProviderError::new(Class::Unknown, &format!("unreadable answer: {error}"))
        })
    }
}

/// A client for one endpoint and one token.
pub(super) struct Http {
    client: Client,
    base: Url,
    token: Secret,
    answer_bytes_max: usize,
}

impl Http {
    pub(super) fn new(
        endpoint: &str,
        token: Secret,
        limits: HttpLimits,
    ) -> Result<Self, EndpointError> {
        let base = private_url(endpoint)?;
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .no_proxy()
            .build()
            .map_err(EndpointError::Client)?;
        let answer_bytes_max = limits.answer_bytes_max;
        Ok(Self {
            client,
            base,
            token,
            answer_bytes_max,
        })
    }

    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Reply, ProviderError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(self.client.request(Method::GET, url)).await
    }

    pub(super) async fn change<B: Serialize + Sync>(
        &self,
        method: Method,
        path: &[&str],
        key: &str,
        body: &B,
    ) -> Result<Reply, ProviderError> {
        let request = self
            .client
            .request(method, self.url(path)?)
            .header("Idempotency-Key", key)
            .json(body);
        self.send(request).await
    }

    /// Names from outside become whole path segments: none can climb out of its place.
    fn url(&self, path: &[&str]) -> Result<Url, ProviderError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| ProviderError::new(Class::Denied, "the endpoint takes no path"))?
            .pop_if_empty()
            .push("v1")
            .extend(path);
        Ok(url)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, ProviderError> {
        let mut response = request
            .bearer_auth(self.token.expose())
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len().saturating_add(chunk.len()) > self.answer_bytes_max {
                return Err(ProviderError::new(Class::Unknown, "the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status: response.status(),
            body,
        })
    }
}

fn private_url(endpoint: &str) -> Result<Url, EndpointError> {
    let url = Url::parse(endpoint).map_err(|error| EndpointError::NotUrl {
        endpoint: endpoint.to_owned(),
        why: error.to_string(),
    })?;
    let host = url.host_str().unwrap_or_default();
    let loopback = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Err(EndpointError::NoTls(endpoint.to_owned())),
        "http" if loopback => Ok(url),
        _ => Err(EndpointError::NotPrivate(endpoint.to_owned())),
    }
}

/// Only a connection that never stood proves that nothing happened.
fn failed(error: &reqwest::Error) -> ProviderError {
    let class = if error.is_connect() || error.is_builder() {
        Class::Transient
    } else {
        Class::Unknown
    };
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    ProviderError::new(class, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_within_the_machine_only() {
        for (endpoint, allowed) in [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080/base/", true),
            ("http://localhost:1", true),
            ("https://control.acme.example", false),
            ("http://control.acme.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("ftp://127.0.0.1", false),
            ("nonsense", false),
        ] {
            assert_eq!(private_url(endpoint).is_ok(), allowed, "{endpoint}");
        }
    }

    #[test]
    fn a_name_cannot_climb_out_of_its_place_in_the_path() {
        let http = Http::new(
            "http://127.0.0.1:1/base/",
            Secret::new("t"),
            HttpLimits::default(),
        )
        .unwrap();
        let url = http.url(&["slots", "../../admin?x=1"]).unwrap();
        assert_eq!(url.path(), "/base/v1/slots/..%2F..%2Fadmin%3Fx=1");
        assert_eq!(url.query(), None);
    }
}
