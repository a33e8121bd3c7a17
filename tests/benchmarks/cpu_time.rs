//! The processor time that a process has used, from `/proc/PID/stat`.

use std::fs;
use std::io;

use rustix::param::clock_ticks_per_second;

use super::clock::{Nanos, SECOND};

/// User and system time so far, of all threads, to a clock tick (usually 10 ms).
///
/// # Errors
/// When there is no such process.
pub fn cpu_time(pid: u32) -> io::Result<Nanos> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    ticks(&stat)
        .map(|ticks| ticks * SECOND / clock_ticks_per_second().max(1))
        .ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat is not as proc(5) says")))
}

/// utime and stime: fields 14 and 15, counted from 3 behind the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let user = times.next()?.ok()?;
    let system = times.next()?.ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 31 11 0 0 20 0 4 0 99";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a) S 1"), None);
    }
}
