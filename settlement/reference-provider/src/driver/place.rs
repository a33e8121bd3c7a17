//! A slot's directory: wiping it, and putting an image there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::{IMAGE_FILE, Seat};
use crate::blobs::digest_text;
use crate::error::{ApiError, ErrorCode};
use crate::options::DriverKind;
use crate::store::internal;

/// Wipes the slot, copies the image into it, and checks the digest of what was copied.
pub(super) fn place(seat: &Seat, blob: &Path, kind: DriverKind) -> Result<(), ApiError> {
    wipe(&seat.directory)?;
    let image = seat.directory.join(IMAGE_FILE);
    let copied =
        copy(blob, &image).map_err(|error| bad(seat, &format!("cannot be read: {error}")))?;
    if copied != seat.instance.image_digest {
        wipe(&seat.directory)?;
        return Err(bad(
            seat,
            &format!("is damaged at the provider: its bytes have {copied}"),
        ));
    }
    if let Err(what) = check_kind(&image, kind) {
        wipe(&seat.directory)?;
        return Err(bad(seat, what));
    }
    let mode = match kind {
        DriverKind::Process => 0o500,
        DriverKind::Qemu => 0o600,
    };
    let locked = fs::set_permissions(&image, fs::Permissions::from_mode(mode));
    locked
        .and_then(|()| File::open(&seat.directory)?.sync_all())
        .map_err(|error| disk(&seat.directory, &error))
}

/// Refuses an image in the slot that is not what was placed.
pub(super) fn check_digest(seat: &Seat) -> Result<(), ApiError> {
    let mut hasher = blake3::Hasher::new();
    let read = File::open(seat.directory.join(IMAGE_FILE))
        .and_then(|file| hasher.update_reader(file).map(|_| ()));
    read.map_err(|error| bad(seat, &format!("cannot be read in its slot: {error}")))?;
    if digest_text(&hasher.finalize()) == seat.instance.image_digest {
        return Ok(());
    }
    Err(bad(seat, "was changed in its slot"))
}

fn bad(seat: &Seat, what: &str) -> ApiError {
    let message = format!(
        "image {} with {} {what}; place it again, or upload it again",
        seat.instance.image_id, seat.instance.image_digest
    );
    ApiError::new(ErrorCode::BadImage, message)
}

fn disk(directory: &Path, error: &io::Error) -> ApiError {
    tracing::error!(%error, directory = %directory.display(), "a slot's directory cannot be changed");
    internal("the slot's directory cannot be changed: an operator looks at the provider's disk")
}

/// Leaves an empty directory of the same path; links are removed, never followed.
pub(super) fn wipe(directory: &Path) -> Result<(), ApiError> {
    let wiped = (|| {
        fs::create_dir_all(directory)?;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        File::open(directory)?.sync_all()
    })();
    wiped.map_err(|error| disk(directory, &error))
}

fn copy(from: &Path, to: &Path) -> io::Result<String> {
    let mut from = File::open(from)?;
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            to.sync_all()?;
            return Ok(digest_text(&hasher.finalize()));
        }
        hasher.update(chunk);
        to.write_all(chunk)?;
    }
}

fn check_kind(image: &Path, kind: DriverKind) -> Result<(), &'static str> {
    match kind {
        // The system itself says whether it can execute it.
        DriverKind::Process => Ok(()),
        DriverKind::Qemu => crate::boot_sector::check(image),
    }
}
