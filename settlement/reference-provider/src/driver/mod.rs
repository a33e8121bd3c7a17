//! Real guests in real slots: putting an image there, starting it, seeing its beacon, ending it.

mod beacon;
pub(crate) mod console;
mod place;
mod process;
mod qemu;
mod spawn;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::RwLock;

pub(crate) use self::beacon::BeaconSeen;
pub(crate) use self::spawn::Gated;
use crate::error::ApiError;
use crate::options::DriverKind;
use crate::store::{InstanceRecord, SlotRecord};

/// The file in a slot's directory that is the instance's image.
pub(crate) const IMAGE_FILE: &str = "image";

/// An instance in its slot.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) slot: SlotRecord,
    pub(crate) instance: InstanceRecord,
    pub(crate) directory: PathBuf,
}

/// Runs guests of one kind.
#[derive(Debug)]
pub(crate) struct Driver {
    kind: DriverKind,
    guest_runtime: PathBuf,
    image_bytes_max: u64,
    /// No process is started while an image is being written: a child would inherit the open file
    /// for a moment, and the system refuses to execute a file that is open for writing.
    writing: Arc<RwLock<()>>,
}

impl Driver {
    pub(crate) fn new(kind: DriverKind, guest_runtime: PathBuf, image_bytes_max: u64) -> Self {
        Self {
            kind,
            guest_runtime,
            image_bytes_max,
            writing: Arc::new(RwLock::new(())),
        }
    }

    /// Wipes the slot and puts the image there, if its bytes are what its digest says.
    pub(crate) async fn prepare(&self, seat: &Seat, blob: &Path) -> Result<(), ApiError> {
        let _writing = self.writing.read().await;
        let (seat, blob, kind) = (seat.clone(), blob.to_owned(), self.kind);
        blocking(move || {
            place::place(&seat, &blob, kind)?;
            match kind {
                DriverKind::Process => Ok(()),
                DriverKind::Qemu => qemu::write_metadata(&seat),
            }
        })
        .await
    }

    /// Starts the instance's process, which waits at its gate.
    pub(crate) async fn spawn(&self, seat: &Seat) -> Result<Gated, ApiError> {
        let _no_writing = self.writing.write().await;
        match self.kind {
            DriverKind::Process => {
                // A guest may have changed its own file before it was ended.
                let checked = seat.clone();
                blocking(move || place::check_digest(&checked)).await?;
                process::spawn(seat, &self.guest_runtime)
            }
            DriverKind::Qemu => {
                // A restart has a new nonce.
                qemu::write_metadata(seat)?;
                qemu::spawn(seat, self.image_bytes_max)
            }
        }
    }

    /// Asks the guest who it is.
    pub(crate) async fn beacon(&self, instance: &InstanceRecord) -> BeaconSeen {
        match self.kind {
            DriverKind::Process => beacon::look(instance, beacon::Knock::No).await,
            DriverKind::Qemu => beacon::look(instance, beacon::Knock::Yes).await,
        }
    }

    /// Ends the instance's processes, all of them, and wipes the slot.
    pub(crate) async fn end(&self, seat: &Seat) -> Result<(), ApiError> {
        self.kill(seat).await?;
        let directory = seat.directory.clone();
        blocking(move || place::wipe(&directory)).await
    }

    /// Ends the instance's processes, all of them.
    pub(crate) async fn kill(&self, seat: &Seat) -> Result<(), ApiError> {
        if self.kind == DriverKind::Qemu {
            qemu::quit(&seat.directory).await;
        }
        process::end(seat).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| {
        Err(crate::store::internal(
            "the work on the slot was interrupted",
        ))
    })
}
