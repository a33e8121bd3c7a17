//! Looks images up: at the image API (Glance v2), or through the compute API where none is configured.

use engine::{AccountName, ImageName};
use reqwest::StatusCode;
use serde::Deserialize;

use super::{compute::Compute, refusal::Purpose, server::digest};
use crate::{
    adapters::http::{Call, Http},
    provider::{Class, ImageView, ProviderError},
};

/// The last version in which the compute API passes questions about images on.
const PROXY_MICROVERSION: &str = "compute 2.35";

/// An image as Glance shows it.
#[derive(Deserialize)]
struct ImageBody {
    status: String,
    visibility: String,
    owner: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
}

/// An image as the compute API shows it: it does not say whose it is.
#[derive(Deserialize)]
struct ProxiedImage {
    image: ProxiedBody,
}

#[derive(Deserialize)]
struct ProxiedBody {
    status: String,
}

/// Asks Glance. A buyer may start images of its own project and those that are for everybody: what a third party shared
/// with custody for another trade is not the buyer's.
pub(super) async fn at_glance(
    glance: &Http,
    compute: &Compute,
    image: &ImageName,
    account: &AccountName,
) -> Result<ImageView, ProviderError> {
    let token = compute.identity.token().await?;
    let path = ["images", image.as_str()];
    let call = Call::get(&path, &[]).with_secret("x-auth-token", "", &token)?;
    let reply = glance.send(call).await?;
    match reply.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(compute.identity.refused(&token).await),
        status => {
            let class = match status.as_u16() {
                403 => Class::Denied,
                404 => Class::Gone,
                413 | 429 => Class::Throttled,
                _ => Class::Transient,
            };
            return Err(ProviderError::new(class, &format!("Glance: {status}")));
        }
    }
    let body: ImageBody = reply.json()?;
    tracing::info!(
        %image, algorithm = body.os_hash_algo, hash = body.os_hash_value, status = body.status,
        visibility = body.visibility, owner = body.owner, "image seen",
    );
    Ok(ImageView {
        digest: digest(image.as_str()),
        usable: body.is_for(account),
    })
}

impl ImageBody {
    fn is_for(&self, account: &AccountName) -> bool {
        let for_all = matches!(self.visibility.as_str(), "public" | "community");
        self.status == "active" && (for_all || self.owner.as_deref() == Some(project(account)))
    }
}

/// The project of an account: what follows the provider's name and a colon, as in `acme:4f1b…`.
fn project(account: &AccountName) -> &str {
    let name = account.as_str();
    name.rsplit_once(':').map_or(name, |(_, project)| project)
}

/// Asks Nova: whether the image is there, and custody may use it.
pub(super) async fn through_compute(
    compute: &Compute,
    image: &ImageName,
) -> Result<ImageView, ProviderError> {
    let path = ["images", image.as_str()];
    let call = Call::get(&path, &[]);
    let reply = compute
        .send(call, PROXY_MICROVERSION, Purpose::Plain)
        .await?;
    let body: ProxiedImage = reply.json()?;
    Ok(ImageView {
        digest: digest(image.as_str()),
        usable: body.image.status == "ACTIVE",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_starts_its_own_images_and_those_for_everybody() {
        for (status, visibility, owner, usable) in [
            ("active", "public", None, true),
            ("active", "community", Some("someone"), true),
            ("active", "private", Some("4f1b"), true),
            ("active", "shared", Some("4f1b"), true),
            ("active", "shared", Some("someone"), false),
            ("active", "private", None, false),
            ("queued", "public", Some("4f1b"), false),
            ("deactivated", "private", Some("4f1b"), false),
        ] {
            let body = ImageBody {
                status: status.to_owned(),
                visibility: visibility.to_owned(),
                owner: owner.map(str::to_owned),
                os_hash_algo: None,
                os_hash_value: None,
            };
            let account = AccountName::new("acme:4f1b").unwrap();
            assert_eq!(
                body.is_for(&account),
                usable,
                "{status} {visibility} {owner:?}"
            );
        }
        let account = AccountName::new("4f1b").unwrap();
        assert_eq!(project(&account), "4f1b");
    }
}
