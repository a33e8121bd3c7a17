//! How much memory a process has, from `/proc/PID/statm`.

use std::fs;
use std::io;

use rustix::param::page_size;

/// The memory of a process that is resident, in bytes.
///
/// # Errors
/// When there is no such process.
pub fn resident_bytes(pid: u32) -> io::Result<u64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    resident_pages(&statm)
        .map(|pages| pages * u64::try_from(page_size()).unwrap_or(4096))
        .ok_or_else(|| io::Error::other(format!("/proc/{pid}/statm is not as proc(5) says")))
}

/// The second number.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::resident_pages;

    #[test]
    fn the_second_number_counts() {
        assert_eq!(resident_pages("100 42 7 1 0 50 0"), Some(42));
        assert_eq!(resident_pages("100"), None);
    }
}
