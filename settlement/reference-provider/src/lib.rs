//! A small real control plane over HTTP that runs real guests: what the demo and the tests settle
//! against, and the reference for providers who join.
//!
//! A **slot** is a real place: a directory, a port and a memory limit. An **instance** is a real
//! process started from an **image**, a file named by its digest. Slots that trade sit in the
//! custody of an account that may reassign them: terminate, place, start, each an asynchronous task.
//! What was accepted is on disk before it is answered, guests outlive the control plane, and a slot
//! never runs two instances, whatever is killed when.
//!
//! It is for one machine and for people who trust each other: a process guest runs as the same user
//! as the control plane, kept apart by its directory, its memory limit and its process group only,
//! and one that leaves its session *and* hides its environment can outlive its slot. A QEMU guest is
//! kept apart by its virtual machine.

pub mod api;
mod blobs;
pub mod boot_sector;
mod census;
mod decide;
mod driver;
pub mod error;
mod fresh;
pub mod guest;
mod http;
pub mod limits;
mod names;
mod options;
mod runner;
mod serve;
mod store;

pub use crate::error::{ApiError, Error, ErrorCode};
pub use crate::options::{DriverKind, Options, Principal, Role, SlotSpec, Token};
pub use crate::serve::{Running, serve};
