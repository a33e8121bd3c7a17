//! What Nova's refusals mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    adapters::http::Reply,
    provider::{Class, ProviderError},
};

/// What a request was for: the same status means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Looking, or changing something in which no image takes part.
    Plain,
    /// Putting an image somewhere: a bad request may be the image's fault.
    Image,
}

/// What Nova says to a request for an address that it does not have at all, whatever is asked for there.
const NO_SUCH_ADDRESS: &str = "The resource could not be found.";

/// `{"conflictingRequest": {"code": 409, "message": "…"}}`, whatever the first word is.
#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    message: String,
}

/// Takes an answer that is not a refusal.
pub(super) fn check(reply: &Reply, purpose: Purpose) -> Result<(), ProviderError> {
    if reply.status.is_success() {
        return Ok(());
    }
    let status = reply.status.as_u16();
    let faults: BTreeMap<String, Fault> = reply.json().unwrap_or_default();
    let message = faults
        .into_values()
        .next()
        .map_or_else(String::new, |fault| fault.message);
    let class = class(status, &message, purpose);
    Err(ProviderError::new(class, &format!("{status} {message}")))
}

fn class(status: u16, message: &str, purpose: Purpose) -> Class {
    let says = |word: &str| message.to_lowercase().contains(word);
    match status {
        400 if purpose == Purpose::Image && says("image") => Class::BadImage,
        403 if says("quota") => Class::NoCapacity,
        400 | 401 | 403 | 405 | 406 => Class::Denied,
        // A wrong endpoint, or something in front of Nova, must not look like a server that is gone.
        404 if message.is_empty() || message == NO_SUCH_ADDRESS => Class::Unknown,
        404 => Class::Gone,
        409 => Class::Conflict,
        413 | 429 => Class::Throttled,
        // Nova has answered with 500 where the order was carried out: nothing else proves that it was not.
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Purpose::{Image, Plain};

    const REFUSALS: &[(u16, &str, Purpose, Class)] = &[
        (400, "Cannot find image for rebuild", Image, Class::BadImage),
        (
            400,
            "Flavor's memory is too small for requested image.",
            Image,
            Class::BadImage,
        ),
        (
            400,
            "Invalid input for field/attribute flavorRef.",
            Image,
            Class::Denied,
        ),
        (400, "Image is not active", Plain, Class::Denied),
        (
            401,
            "The request you have made requires authentication.",
            Plain,
            Class::Denied,
        ),
        (
            403,
            "Policy doesn't allow os_compute_api:servers:create to be performed.",
            Plain,
            Class::Denied,
        ),
        (
            403,
            "Quota exceeded for cores: Requested 1, but already used 20 of 20 cores",
            Image,
            Class::NoCapacity,
        ),
        (
            404,
            "Instance 5fa3fd8d could not be found.",
            Plain,
            Class::Gone,
        ),
        (404, NO_SUCH_ADDRESS, Plain, Class::Unknown),
        (404, "", Plain, Class::Unknown),
        (
            406,
            "Version 2.93 is not supported by the API.",
            Plain,
            Class::Denied,
        ),
        (409, "Instance 5fa3fd8d is locked", Plain, Class::Conflict),
        (
            409,
            "Cannot 'rebuild' instance 5fa3fd8d while it is in task_state rebuilding",
            Image,
            Class::Conflict,
        ),
        (
            413,
            "This request was rate-limited.",
            Plain,
            Class::Throttled,
        ),
        (429, "", Plain, Class::Throttled),
        (500, "Unexpected API Error.", Image, Class::Unknown),
        (502, "", Plain, Class::Unknown),
        (503, "", Plain, Class::Unknown),
        (302, "", Plain, Class::Unknown),
    ];

    #[test]
    fn each_refusal_has_its_class() {
        for &(status, message, purpose, wanted) in REFUSALS {
            assert_eq!(
                class(status, message, purpose),
                wanted,
                "{status} {message}"
            );
        }
    }
}
