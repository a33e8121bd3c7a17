//! `cloudpit admin firms`: lists the firms that the market knows.

use super::call::{Call, Failure};
use crate::admin::routes::firms::{FIRMS, Firms};

pub(super) async fn run(call: &Call) -> Result<(), Failure> {
    call.read::<Firms>(FIRMS, &()).await
}
