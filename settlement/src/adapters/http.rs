//! An HTTP client that a provider cannot hurt: bounded in time and size, no redirects, and no token
//! over a connection that others could read.

use std::time::Duration;

use reqwest::{
    Client, Method, StatusCode, Url,
    header::{HeaderMap, HeaderValue},
    redirect::Policy,
};
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
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    /// The answer's JSON. One that cannot be read leaves the call's effect unknown.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            ProviderError::new(Class::Unknown, &format!("unreadable answer: {error}"))
        })
    }

    /// A header of the answer, where it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A request.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// What follows the base address. Each name is one segment, whatever is in it.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) headers: HeaderMap,
    pub(super) body: Option<serde_json::Value>,
}

impl<'a> Call<'a> {
    /// Asks for what is at `path`.
    pub(super) fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            method: Method::GET,
            path,
            query,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// Changes what is at `path`.
    pub(super) fn change<B: Serialize>(
        method: Method,
        path: &'a [&'a str],
        body: &B,
    ) -> Result<Self, ProviderError> {
        let body = serde_json::to_value(body)
            .map_err(|error| ProviderError::new(Class::Denied, &error.to_string()))?;
        Ok(Self {
            method,
            body: Some(body),
            ..Self::get(path, &[])
        })
    }

    /// With a header that everybody may see.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Result<Self, ProviderError> {
        self.headers.insert(name, header(value)?);
        Ok(self)
    }

    /// With a header that holds `secret` after `scheme`; no log shows it.
    pub(super) fn with_secret(
        mut self,
        name: &'static str,
        scheme: &str,
        secret: &Secret,
    ) -> Result<Self, ProviderError> {
        let mut value = header(&format!("{scheme}{}", secret.expose()))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }
}

/// What is refused may be a secret: it is not repeated.
fn header(value: &str) -> Result<HeaderValue, ProviderError> {
    HeaderValue::from_str(value).map_err(|_| {
        ProviderError::new(
            Class::Denied,
            "a token or name holds what no HTTP header takes",
        )
    })
}

/// A client for one endpoint.
pub(super) struct Http {
    client: Client,
    base: Url,
    answer_bytes_max: usize,
}

impl Http {
    /// A client whose calls go to `endpoint`, below `version` where the endpoint does not name one.
    pub(super) fn new(
        endpoint: &str,
        version: Option<&str>,
        limits: HttpLimits,
    ) -> Result<Self, EndpointError> {
        let mut base = private_url(endpoint)?;
        base.path_segments_mut()
            .map_err(|()| EndpointError::NotUrl {
                endpoint: endpoint.to_owned(),
                why: "it takes no path".to_owned(),
            })?
            .pop_if_empty()
            .extend(version);
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
            answer_bytes_max,
        })
    }

    /// Sends one request and reads its whole answer, whatever its status.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Reply, ProviderError> {
        let url = self.url(call.path, call.query)?;
        let mut request = self.client.request(call.method, url).headers(call.headers);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|error| failed(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len().saturating_add(chunk.len()) > self.answer_bytes_max {
                return Err(ProviderError::new(Class::Unknown, "the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }

    /// Names from outside become whole path segments: none can climb out of its place.
    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ProviderError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| ProviderError::new(Class::Denied, "the endpoint takes no path"))?
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
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
        let limits = HttpLimits::default();
        let http = Http::new("http://127.0.0.1:1/base/", Some("v1"), limits).unwrap();
        let url = http.url(&["slots", "../../admin?x=1"], &[]).unwrap();
        assert_eq!(url.path(), "/base/v1/slots/..%2F..%2Fadmin%3Fx=1");
        assert_eq!(url.query(), None);
    }

    #[test]
    fn a_secret_that_no_header_takes_is_refused_and_not_repeated() {
        let call = Call::get(&[], &[]).with_secret("x-auth-token", "", &Secret::new("a\nb"));
        let error = call.err().unwrap();
        assert_eq!(error.class, Class::Denied);
        assert!(!error.message.contains("a\nb"), "{error}");
    }
}
