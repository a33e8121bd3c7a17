//! One adapter for each kind of control plane.

mod http;
mod nova;
mod reference;

pub use http::{EndpointError, HttpLimits};
pub use nova::{IdentityError, KeystoneCredential, Nova, NovaIdentity, NovaSettings, Replacement};
pub use reference::ReferenceProvider;
