//! What the sequencer asks of the disk beside reading and writing: that it takes something for good, and how much room
//! it has left. Injected, as the clock is.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::path::Path;

/// A disk.
pub trait Storage: Debug + Send + Sync {
    /// Waits until what was written to a file is durable.
    ///
    /// # Errors
    /// When it is not, and may never be.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// How many bytes may still be written where this folder is.
    ///
    /// # Errors
    /// When that cannot be told.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;
}

/// The disk that the operating system knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Storage for SystemDisk {
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        let found = rustix::fs::statvfs(folder)?;
        // Without what is set aside for the administrator.
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}
