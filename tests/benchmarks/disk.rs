//! What the disk itself takes to make 4 KiB durable: the part of a durable answer that no program can avoid.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use hdrhistogram::Histogram;

use super::clock::{Clock, SECOND};
use super::load::Latency;

const BLOCK: usize = 4096;

/// How long one fdatasync takes.
#[derive(Debug, Clone)]
pub struct Syncs {
    /// After 4 KiB at the end of a file: the file grows, which the file system must note too.
    pub appended: Latency,
    /// After 4 KiB over old ones: the least there is.
    pub overwritten: Latency,
}

impl Syncs {
    /// Measures `count` of each, in turn, in files of its own in `folder` that are removed again.
    ///
    /// # Errors
    /// When the files cannot be made, written or synced.
    ///
    /// # Panics
    /// Never: the bounds of the histograms are good.
    pub fn measure(folder: &Path, count: u64) -> io::Result<Self> {
        let histogram =
            || Histogram::new_with_bounds(1, 60 * SECOND, 3).expect("the bounds are good");
        let clock = Clock::start();
        let (growing, full) = (
            tempfile::tempfile_in(folder)?,
            tempfile::tempfile_in(folder)?,
        );
        for block in 0..count {
            write(&full, block)?;
        }
        full.sync_all()?;
        let mut syncs = Self {
            appended: histogram(),
            overwritten: histogram(),
        };
        for block in 0..count {
            for (file, latency) in [
                (&growing, &mut syncs.appended),
                (&full, &mut syncs.overwritten),
            ] {
                write(file, block)?;
                let from = clock.now();
                file.sync_data()?;
                latency.saturating_record(clock.now() - from);
            }
        }
        Ok(syncs)
    }

    /// Adds the figures of another round.
    ///
    /// # Panics
    /// Never: all of them have the same bounds.
    pub fn add(&mut self, other: &Self) {
        self.appended
            .add(&other.appended)
            .expect("histograms of one kind");
        self.overwritten
            .add(&other.overwritten)
            .expect("histograms of one kind");
    }
}

fn write(file: &File, block: u64) -> io::Result<()> {
    // Never the same bytes twice: some layer might notice.
    let byte = u8::try_from(block % 251).unwrap_or(0);
    let offset = block * u64::try_from(BLOCK).unwrap_or(0);
    file.write_all_at(&[byte.wrapping_add(1); BLOCK], offset)
}
