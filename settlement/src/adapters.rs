//! One adapter for each kind of control plane.

mod http;
mod reference;

pub use http::{EndpointError, HttpLimits};
pub use reference::ReferenceProvider;
