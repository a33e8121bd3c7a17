//! Requests to the compute API: one microversion, pages within bounds, refusals by their class.

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    identity::Identity,
    refusal::{self, Purpose},
    server::ServerBody,
};
use crate::{
    adapters::http::{Call, Http, Reply},
    provider::{Class, ProviderError},
};

/// What is spoken: the first version that rebuilds servers whose root is a volume, and whose answers name the volumes of
/// a server in the way that [`ServerBody`] reads.
pub(super) const MICROVERSION: &str = "compute 2.93";
/// The header that asks for it, and in which the answer names what it is in.
const MICROVERSION_HEADER: &str = "openstack-api-version";
/// Servers, or flavors, of one page. A thousand of the longest would not fit the longest answer that is read.
const PAGE: &str = "100";
/// Pages that are read: what has more is not read at all.
const PAGES_MAX: usize = 100;

/// The compute API as the venue's user.
pub(super) struct Compute {
    pub(super) http: Http,
    pub(super) identity: Identity,
}

#[derive(Deserialize)]
struct One {
    server: ServerBody,
}

#[derive(Deserialize)]
struct Page {
    servers: Vec<ServerBody>,
    #[serde(default)]
    servers_links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    rel: String,
}

#[derive(Deserialize)]
struct Flavors {
    flavors: Vec<Flavor>,
    #[serde(default)]
    flavors_links: Vec<Link>,
}

#[derive(Deserialize)]
struct Flavor {
    id: String,
    name: String,
}

impl Compute {
    /// Sends a request as the venue's user. A token that Nova refused is not used again.
    pub(super) async fn send(
        &self,
        call: Call<'_>,
        microversion: &str,
        purpose: Purpose,
    ) -> Result<Reply, ProviderError> {
        let token = self.identity.token().await?;
        let call = call.with(MICROVERSION_HEADER, microversion)?.with_secret(
            "x-auth-token",
            "",
            &token,
        )?;
        let reply = self.http.send(call).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            return Err(self.identity.refused(&token).await);
        }
        refusal::check(&reply, purpose)?;
        Ok(reply)
    }

    /// Looks. A control plane that speaks an older version answers in that one, and is refused: its answers lack what
    /// decisions need. Every change is preceded by a look.
    async fn look(&self, call: Call<'_>) -> Result<Reply, ProviderError> {
        let reply = self.send(call, MICROVERSION, Purpose::Plain).await?;
        match reply.header(MICROVERSION_HEADER) {
            Some(spoken) if spoken == MICROVERSION => Ok(reply),
            spoken => Err(ProviderError::new(
                Class::Denied,
                &format!(
                    "the control plane answers in version {:?} where {MICROVERSION} is needed",
                    spoken.unwrap_or("none")
                ),
            )),
        }
    }

    /// The server with this id.
    pub(super) async fn server(&self, id: &str) -> Result<ServerBody, ProviderError> {
        let reply = self.look(Call::get(&["servers", id], &[])).await?;
        Ok(reply.json::<One>()?.server)
    }

    /// Every server of the project that fits `filter`.
    pub(super) async fn servers(
        &self,
        filter: &[(&str, &str)],
    ) -> Result<Vec<ServerBody>, ProviderError> {
        let mut servers: Vec<ServerBody> = Vec::new();
        for _ in 0..PAGES_MAX {
            let last = servers.last().map(|server| server.id.clone());
            let reply = self
                .page(&["servers", "detail"], filter, last.as_deref())
                .await?;
            let page: Page = reply.json()?;
            let empty = page.servers.is_empty();
            servers.extend(page.servers);
            if empty || !goes_on(&page.servers_links) {
                return Ok(servers);
            }
        }
        Err(too_many("servers"))
    }

    /// The id of the flavor with this name: servers name their flavor, and are created from an id.
    pub(super) async fn flavor(&self, name: &str) -> Result<String, ProviderError> {
        let mut last: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let reply = self.page(&["flavors"], &[], last.as_deref()).await?;
            let page: Flavors = reply.json()?;
            last = page.flavors.last().map(|flavor| flavor.id.clone());
            let found = page.flavors.into_iter().find(|flavor| flavor.name == name);
            match found {
                Some(flavor) => return Ok(flavor.id),
                None if last.is_none() || !goes_on(&page.flavors_links) => {
                    return Err(ProviderError::new(
                        Class::NoCapacity,
                        &format!("the flavor {name} is not offered any more"),
                    ));
                }
                None => {}
            }
        }
        Err(too_many("flavors"))
    }

    async fn page(
        &self,
        path: &[&str],
        filter: &[(&str, &str)],
        last: Option<&str>,
    ) -> Result<Reply, ProviderError> {
        let mut query = vec![("limit", PAGE)];
        query.extend_from_slice(filter);
        query.extend(last.map(|last| ("marker", last)));
        self.look(Call::get(path, &query)).await
    }

    /// Has Nova do something to a server: `action` is the request's body.
    pub(super) async fn act(
        &self,
        id: &str,
        action: &Value,
        purpose: Purpose,
    ) -> Result<(), ProviderError> {
        let path = ["servers", id, "action"];
        let call = Call::change(Method::POST, &path, action)?;
        self.send(call, MICROVERSION, purpose).await.map(drop)
    }

    /// Gives a server another name.
    pub(super) async fn rename(&self, id: &str, name: &str) -> Result<(), ProviderError> {
        let path = ["servers", id];
        let call = Call::change(Method::PUT, &path, &json!({"server": {"name": name}}))?;
        self.send(call, MICROVERSION, Purpose::Plain)
            .await
            .map(drop)
    }

    /// Deletes a server.
    pub(super) async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        let path = ["servers", id];
        let call = Call {
            method: Method::DELETE,
            ..Call::get(&path, &[])
        };
        self.send(call, MICROVERSION, Purpose::Plain)
            .await
            .map(drop)
    }

    /// Creates a server.
    pub(super) async fn create(&self, server: &Value) -> Result<(), ProviderError> {
        let call = Call::change(Method::POST, &["servers"], server)?;
        self.send(call, MICROVERSION, Purpose::Image)
            .await
            .map(drop)
    }
}

fn goes_on(links: &[Link]) -> bool {
    links.iter().any(|link| link.rel == "next")
}

fn too_many(what: &str) -> ProviderError {
    ProviderError::new(
        Class::Unknown,
        &format!("there are more {what} than {PAGES_MAX} pages of {PAGE}"),
    )
}
