//! A guest's console: the file `console.log` in its slot's directory, kept short.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::limits::CONSOLE_BYTES_MAX;

/// The file's name.
pub(crate) const FILE: &str = "console.log";
const TAIL_BYTES: u64 = 200;

/// Empties it when it is too long. The guest appends, and so goes on at the new end.
pub(crate) fn trim(directory: &Path) {
    let path = directory.join(FILE);
    let length = std::fs::symlink_metadata(&path)
        .map_or(0, |meta| if meta.is_file() { meta.len() } else { 0 });
    if length > CONSOLE_BYTES_MAX {
        let emptied = OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(0));
        if let Err(error) = emptied {
            tracing::warn!(%error, path = %path.display(), "a console cannot be emptied");
        }
    }
}

/// Its last line, as the end of a sentence; empty when there is none.
pub(crate) fn tail(directory: &Path) -> String {
    let text = read_tail(&directory.join(FILE)).unwrap_or_default();
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

fn read_tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
