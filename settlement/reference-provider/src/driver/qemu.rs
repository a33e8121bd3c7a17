//! Guests that are virtual machines: one `qemu-system-x86_64` for each slot, without KVM.
//!
//! The instance's image is the first disk. The second disk's first sector tells the guest who it is.
//! The first serial line is the slot's port, and is logged as the console. `quit` goes over QMP.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::spawn::{self, Gated, Program};
use super::{IMAGE_FILE, Seat, console};
use crate::error::ApiError;
use crate::limits::GUEST_FILE_BYTES_MAX;
use crate::store::internal;

const PROGRAM: &str = "qemu-system-x86_64";
const METADATA_FILE: &str = "metadata";
const METADATA_BYTES: u64 = 64 * 1024;
const QMP_FILE: &str = "qmp.sock";
/// How long the machine may take to quit before it is ended as any process is.
const QUIT_TIME_MAX: Duration = Duration::from_secs(1);
/// What a machine may say about itself while it quits.
const QUIT_BYTES_MAX: u64 = 64 * 1024;

/// Writes the second disk: the rest of the beacon's JSON after the name, and a zero.
pub(super) fn write_metadata(seat: &Seat) -> Result<(), ApiError> {
    let instance = &seat.instance;
    // None of the three has a character that JSON would escape.
    let text = format!(
        "\",\"instance_id\":\"{}\",\"image_digest\":\"{}\",\"nonce\":\"{}\"}}\n\0",
        instance.instance_id, instance.image_digest, instance.nonce
    );
    assert!(text.len() <= 512, "the metadata fits its sector");
    let write = || -> io::Result<()> {
        let path = seat.directory.join(METADATA_FILE);
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.set_len(METADATA_BYTES)?;
        file.write_all_at(text.as_bytes(), 0)?;
        file.sync_all()
    };
    write().map_err(|error| {
        tracing::error!(%error, slot = seat.slot.slot_id, "the metadata cannot be written");
        internal(
            "the instance's metadata cannot be written: an operator looks at the provider's disk",
        )
    })
}

/// Starts the machine; its memory is limited by being all that it has.
pub(super) fn spawn(seat: &Seat, image_bytes_max: u64) -> Result<Gated, ApiError> {
    spawn::spawn(
        seat,
        Program {
            arguments: arguments(seat.slot.memory_mib, seat.slot.port)
                .into_iter()
                .map(Into::into)
                .collect(),
            memory_kib: 0,
            // The guest writes to its own disk.
            file_bytes: GUEST_FILE_BYTES_MAX.max(image_bytes_max),
            variables: Vec::new(),
        },
    )
}

fn arguments(memory_mib: u64, port: u16) -> Vec<String> {
    let disk = |file: &str, index: u8| format!("file={file},format=raw,if=ide,index={index}");
    let log = console::FILE;
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let mut all = words(PROGRAM);
    // Never KVM: where /dev/kvm exists and does not work, guests hang.
    all.extend(words("-accel tcg,tb-size=32 -machine pc -smp 1"));
    all.extend(words(
        "-nodefaults -no-user-config -display none -vga none -no-reboot",
    ));
    all.extend(["-m".to_owned(), format!("{memory_mib}M")]);
    all.extend([
        "-drive".to_owned(),
        disk(IMAGE_FILE, 0),
        "-drive".to_owned(),
        disk(METADATA_FILE, 1),
    ]);
    let serial = format!(
        "socket,id=serial,host=127.0.0.1,port={port},server=on,wait=off,logfile={log},logappend=on"
    );
    all.extend(["-chardev".to_owned(), serial]);
    all.extend(words("-serial chardev:serial"));
    all.extend([
        "-qmp".to_owned(),
        format!("unix:{QMP_FILE},server=on,wait=off"),
    ]);
    all
}

/// Asks the machine to quit and waits until it has closed its socket. What does not answer is ended
/// as any process is.
pub(super) async fn quit(directory: &Path) {
    match tokio::time::timeout(QUIT_TIME_MAX, ask_to_quit(directory)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "no machine was asked to quit"),
        Err(_) => tracing::warn!(directory = %directory.display(), "a machine does not quit"),
    }
}

async fn ask_to_quit(directory: &Path) -> io::Result<()> {
    // By the directory's descriptor: the path of a socket may have 107 bytes only.
    let directory = File::open(directory)?;
    let path = format!("/proc/self/fd/{}/{QMP_FILE}", directory.as_raw_fd());
    let mut stream = UnixStream::connect(path).await?;
    stream
        .write_all(b"{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"quit\"}\n")
        .await?;
    let mut said = Vec::new();
    stream.take(QUIT_BYTES_MAX).read_to_end(&mut said).await?;
    Ok(())
}
