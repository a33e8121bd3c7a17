//! qemu
use super::{
    Seat,
    spawn::{self, Gated, Program},
};
use crate::error::ApiError;
use std::path::Path;
pub(super) fn write_metadata(_seat: &Seat) -> Result<(), ApiError> {
    Ok(())
}
pub(super) fn spawn(seat: &Seat) -> Result<Gated, ApiError> {
    spawn::spawn(
        seat,
        Program {
            arguments: vec![],
            memory_kib: 0,
            variables: vec![],
        },
    )
}
pub(super) async fn quit(_directory: &Path) {}
