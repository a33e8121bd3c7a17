//! A guest's console: the file `console.log` in its slot's directory, kept short.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::limits::CONSOLE_BYTES_MAX;

/// The file's name.
pub(crate) const FILE: &str = "console.log";
const TAIL_BYTES: u64 = 200;

/// Opens the file. What a guest put in its place is not opened: no link is followed, no pipe waited for.
pub(super) fn open(directory: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = options
        .custom_flags(flags)
        .mode(0o600)
        .open(directory.join(FILE))?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("the console is not a file any more"))
}

/// Empties it when it is too long. The guest appends, and so goes on at the new end.
pub(crate) fn trim(directory: &Path) {
    let trimmed = open(directory, OpenOptions::new().write(true)).and_then(|file| {
        if file.metadata()?.len() > CONSOLE_BYTES_MAX {
            file.set_len(0)
        } else {
            Ok(())
        }
    });
    if let Err(error) = trimmed {
        tracing::debug!(%error, directory = %directory.display(), "a console cannot be kept short");
    }
}

/// Its last line, as the end of a sentence; empty when there is none.
pub(crate) fn tail(directory: &Path) -> String {
    let text = read_tail(directory).unwrap_or_default();
    let line = text
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let shown: String = line.chars().filter(|c| !c.is_control()).take(120).collect();
    if shown.is_empty() {
        shown
    } else {
        format!("; its console's last line: {shown:?}")
    }
}

fn read_tail(directory: &Path) -> io::Result<String> {
    let mut file = open(directory, OpenOptions::new().read(true))?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
