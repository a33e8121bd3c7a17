//! What the Nova adapter is opened with.

use crate::{adapters::HttpLimits, secret::TokenSource};

/// A Nova control plane, and how it is spoken to. The custody account is the id of the project in which traded servers
/// are.
#[derive(Clone, Debug)]
pub struct NovaSettings {
    /// The compute API's base address, with its version: `https://compute.acme.example:8774/v2.1`.
    pub endpoint: String,
    /// The image API's base address, without its version. Without one, images are looked up through the compute API.
    pub image_endpoint: Option<String>,
    /// The region of all servers there, as instruments name it: Nova's answers do not name one.
    pub region: String,
    /// Who the venue is there.
    pub identity: NovaIdentity,
    /// How an image comes into an occupied slot.
    pub replacement: Replacement,
    /// Bounds of each request.
    pub http: HttpLimits,
}

/// Who the venue is at a Nova control plane.
#[derive(Clone, Debug)]
pub enum NovaIdentity {
    /// A token that somebody else renews; it is read once.
    Token(TokenSource),
    /// Tokens of Keystone, renewed before they expire.
    Keystone {
        /// The identity API's base address, with its version: `https://identity.acme.example:5000/v3`.
        endpoint: String,
        /// What Keystone knows the venue by.
        credential: KeystoneCredential,
    },
}

/// What Keystone knows the venue by.
#[derive(Clone, Debug)]
pub enum KeystoneCredential {
    /// A user with a password, in the scope of the custody project.
    Password {
        /// The user's name.
        user: String,
        /// The name of the user's domain.
        domain: String,
        /// The password.
        secret: TokenSource,
    },
    /// An application credential, which was made in the custody project.
    Application {
        /// Its id.
        id: String,
        /// Its secret.
        secret: TokenSource,
    },
}

/// How an image comes into an occupied slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// The server is rebuilt: it keeps its id, host, addresses and flavor.
    Rebuild,
    /// The server is deleted, and another of its flavor is created on its host: for control planes that cannot rebuild.
    Recreate {
        /// The network of the new server: `auto`, `none`, or the id of a network.
        network: String,
    },
}
