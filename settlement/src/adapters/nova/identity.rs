//! Who the venue is at a Nova control plane: a fixed token, or tokens of Keystone that are renewed before they expire.

use std::time::Duration;

use chrono::DateTime;
use engine::Timestamp;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::settings::{KeystoneCredential, NovaIdentity};
use crate::{
    adapters::http::{Call, EndpointError, Http, HttpLimits},
    options::WallClock,
    provider::{Class, ProviderError},
    secret::{Secret, SecretError},
};

/// A token is renewed when a fifth of its life is left, or this much, whichever is less.
const MARGIN_MAX: Duration = Duration::from_secs(300);

/// Why the venue's identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A token, password or secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Keystone's address cannot be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

/// Where tokens come from.
pub(super) enum Identity {
    /// One token for good.
    Fixed(Secret),
    /// Keystone.
    Keystone(Box<Keystone>),
}

/// Keystone as the venue's user.
pub(super) struct Keystone {
    http: Http,
    credential: Credential,
    project: String,
    clock: WallClock,
    /// Held while a token is fetched: those who wait take the same one.
    held: Mutex<Option<Held>>,
}

enum Credential {
    Password {
        user: String,
        domain: String,
        secret: Secret,
    },
    Application {
        id: String,
        secret: Secret,
    },
}

struct Held {
    token: Secret,
    renew_at: Timestamp,
}

#[derive(Deserialize)]
struct Issued {
    token: TokenBody,
}

#[derive(Deserialize)]
struct TokenBody {
    expires_at: String,
    project: Option<ProjectBody>,
}

#[derive(Deserialize)]
struct ProjectBody {
    id: String,
}

#[derive(Deserialize)]
struct Refused {
    error: RefusedBody,
}

#[derive(Deserialize)]
struct RefusedBody {
    message: String,
}

impl Identity {
    /// Reads the secrets; asks nobody yet.
    pub(super) fn new(
        settings: &NovaIdentity,
        project: &str,
        limits: HttpLimits,
        clock: WallClock,
    ) -> Result<Self, IdentityError> {
        let (endpoint, credential) = match settings {
            NovaIdentity::Token(source) => return Ok(Self::Fixed(source.read()?)),
            NovaIdentity::Keystone {
                endpoint,
                credential,
            } => (endpoint, credential),
        };
        let credential = match credential {
            KeystoneCredential::Password {
                user,
                domain,
                secret,
            } => Credential::Password {
                user: user.clone(),
                domain: domain.clone(),
                secret: secret.read()?,
            },
            KeystoneCredential::Application { id, secret } => Credential::Application {
                id: id.clone(),
                secret: secret.read()?,
            },
        };
        Ok(Self::Keystone(Box::new(Keystone {
            http: Http::new(endpoint, None, limits)?,
            credential,
            project: project.to_owned(),
            clock,
            held: Mutex::new(None),
        })))
    }

    /// A token that holds now, as far as can be known.
    pub(super) async fn token(&self) -> Result<Secret, ProviderError> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::Keystone(keystone) => keystone.token().await,
        }
    }

    /// `token` was refused, and nothing was done: another one may do.
    pub(super) async fn refused(&self, token: &Secret) -> ProviderError {
        match self {
            Self::Fixed(_) => ProviderError::new(Class::Denied, "401 the token is not taken"),
            Self::Keystone(keystone) => {
                let mut held = keystone.held.lock().await;
                // Another call may have fetched a new one meanwhile.
                if held.as_ref().is_some_and(|held| held.token == *token) {
                    *held = None;
                }
                ProviderError::new(Class::Transient, "401 the token is not taken any more")
            }
        }
    }
}

impl Keystone {
    async fn token(&self) -> Result<Secret, ProviderError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref()
            && (self.clock)() < held.renew_at
        {
            return Ok(held.token.clone());
        }
        let fetched = self.fetch().await?;
        let token = fetched.token.clone();
        *held = Some(fetched);
        Ok(token)
    }

    async fn fetch(&self) -> Result<Held, ProviderError> {
        let call = Call::change(Method::POST, &["auth", "tokens"], &self.question())?;
        let reply = self.http.send(call).await.map_err(harmless)?;
        if reply.status != StatusCode::CREATED {
            let message = reply
                .json::<Refused>()
                .map_or_else(|_| String::new(), |refused| refused.error.message);
            let class = match reply.status.as_u16() {
                400 | 401 | 403 | 404 => Class::Denied,
                413 | 429 => Class::Throttled,
                _ => Class::Transient,
            };
            let status = reply.status.as_u16();
            return Err(ProviderError::new(
                class,
                &format!("Keystone: {status} {message}"),
            ));
        }
        let token = reply.header("x-subject-token").map(Secret::new);
        let body: Issued = reply.json().map_err(harmless)?;
        match token {
            Some(token) => self.take(token, &body.token),
            None => Err(ProviderError::new(
                Class::Transient,
                "Keystone named no token",
            )),
        }
    }

    fn question(&self) -> Value {
        // An application credential has the scope in which it was made, and takes no other.
        match &self.credential {
            Credential::Password {
                user,
                domain,
                secret,
            } => json!({"auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"name": user, "domain": {"name": domain}, "password": secret.expose()}},
                },
                "scope": {"project": {"id": self.project}},
            }}),
            Credential::Application { id, secret } => json!({"auth": {
                "identity": {
                    "methods": ["application_credential"],
                    "application_credential": {"id": id, "secret": secret.expose()},
                },
            }}),
        }
    }

    fn take(&self, token: Secret, body: &TokenBody) -> Result<Held, ProviderError> {
        let project = body.project.as_ref().map(|project| project.id.as_str());
        if project != Some(self.project.as_str()) {
            return Err(ProviderError::new(
                Class::Denied,
                &format!(
                    "Keystone's token is for project {}, not for the custody project",
                    project.unwrap_or("none")
                ),
            ));
        }
        let expires = DateTime::parse_from_rfc3339(&body.expires_at)
            .ok()
            .and_then(|time| u64::try_from(time.timestamp_nanos_opt()?).ok())
            .ok_or_else(|| {
                ProviderError::new(
                    Class::Transient,
                    "Keystone's token expires at no time that can be read",
                )
            })?;
        let renew_at = renewal((self.clock)(), Timestamp::from_nanos(expires));
        Ok(Held { token, renew_at })
    }
}

/// Whatever became of it, no machine was touched.
fn harmless(error: ProviderError) -> ProviderError {
    let class = if error.class == Class::Unknown {
        Class::Transient
    } else {
        error.class
    };
    ProviderError { class, ..error }
}

/// When a token that was issued now is renewed.
fn renewal(now: Timestamp, expires: Timestamp) -> Timestamp {
    let life = expires.nanos().saturating_sub(now.nanos());
    let margin_max = u64::try_from(MARGIN_MAX.as_nanos()).unwrap_or(u64::MAX);
    let margin = (life / 5).min(margin_max);
    Timestamp::from_nanos(expires.nanos().saturating_sub(margin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let at = |seconds: u64| Timestamp::from_nanos(seconds * 1_000_000_000);
        for (now, expires, renewed) in [
            (1000, 4600, 4300),
            (1000, 1100, 1080),
            (1000, 1000, 1000),
            // It has expired already, by our clock: the next call fetches another.
            (1000, 900, 900),
        ] {
            assert_eq!(
                renewal(at(now), at(expires)),
                at(renewed),
                "{now} {expires}"
            );
        }
    }
}
