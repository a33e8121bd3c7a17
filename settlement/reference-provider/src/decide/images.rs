//! Registering, showing and sharing images.

use super::access::{may_use_image, not_found};
use super::custody::no_such_account;
use super::{Accepted, Accounts, Caller};
use crate::api::{Image, ShareImage};
use crate::error::{ApiError, ErrorCode};
use crate::limits::SHARES_MAX;
use crate::names;
use crate::options::Role;
use crate::store::{Record, State};

/// The bytes are on disk under their digest: now they are this account's image.
/// The same bytes under the same name are the same image, however often they are sent.
pub(crate) fn register(
    state: &State,
    caller: &Caller,
    name: &str,
    digest: &str,
    size: u64,
) -> Accepted<Image> {
    let image_id = image_id(&caller.account, name, digest);
    if let Some(known) = state.images.get(&image_id) {
        return Accepted::at_once(known.clone(), Vec::new());
    }
    let image = Image {
        image_id,
        digest: digest.to_owned(),
        size,
        name: name.to_owned(),
        owner: caller.account.clone(),
        shared_with: Vec::new(),
    };
    Accepted::at_once(image.clone(), vec![Record::Image(image)])
}

fn image_id(owner: &str, name: &str, digest: &str) -> String {
    let whole = blake3::hash(format!("{owner}\n{name}\n{digest}").as_bytes());
    let hex = whole.to_hex();
    format!("img-{}", hex.get(..24).unwrap_or_default())
}

/// An image that the caller has the use of.
pub(crate) fn show(state: &State, caller: &Caller, image_id: &str) -> Result<Image, ApiError> {
    let image = state
        .images
        .get(image_id)
        .ok_or_else(|| not_found("image", image_id))?;
    let uses = may_use_image(&caller.account, image);
    if !uses && caller.role != Role::Operator {
        return Err(not_found("image", image_id));
    }
    // A custodian must know whether the account that it places for has the use of it.
    if image.owner == caller.account || caller.role != Role::Customer {
        return Ok(image.clone());
    }
    let shared_with = vec![caller.account.clone()];
    Ok(Image {
        shared_with,
        ..image.clone()
    })
}

/// The owner gives another account the use of it; again is no change.
pub(crate) fn share(
    state: &State,
    accounts: &Accounts,
    caller: &Caller,
    image_id: &str,
    request: &ShareImage,
) -> Result<Accepted<Image>, ApiError> {
    names::check_name("account", &request.account)?;
    let image = show(state, caller, image_id)?;
    if image.owner != caller.account {
        let message =
            format!("image {image_id} belongs to another account: ask its owner to share it");
        return Err(ApiError::new(ErrorCode::Forbidden, message));
    }
    if !accounts.0.contains_key(&request.account) {
        return Err(no_such_account("account", &request.account));
    }
    if may_use_image(&request.account, &image) {
        return Ok(Accepted::at_once(image, Vec::new()));
    }
    if image.shared_with.len() >= SHARES_MAX {
        let message =
            format!("image {image_id} is shared with {SHARES_MAX} accounts, which is the most");
        return Err(ApiError::new(ErrorCode::WrongState, message));
    }
    let mut next = image;
    next.shared_with.push(request.account.clone());
    next.shared_with.sort_unstable();
    Ok(Accepted::at_once(next.clone(), vec![Record::Image(next)]))
}
