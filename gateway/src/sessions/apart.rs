//! Waiting for the disk where nobody waits along: other sessions go on meanwhile, and what many sync at one time is
//! synced together.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Does what waits for the disk.
pub(super) fn apart<T>(wait: impl FnOnce() -> T) -> T {
    let others = Handle::try_current()
        .is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others { block_in_place(wait) } else { wait() }
}
