//! The processor time that a process has used, from `/proc/PID/stat`, and the whole machine, from `/proc/stat`.

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
        .map(from_ticks)
        .ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat is not as proc(5) says")))
}

/// As [`cpu_time`], of the threads of a process that have this name, of which the system keeps 15 bytes. One that ends
/// meanwhile is passed over.
///
/// # Errors
/// When there is no such process.
pub fn threads_time(pid: u32, name: &str) -> io::Result<Nanos> {
    let mut all = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let thread = thread?.path();
        let its_name = fs::read_to_string(thread.join("comm"));
        if its_name.is_ok_and(|its_name| its_name.trim_end() == name)
            && let Ok(stat) = fs::read_to_string(thread.join("stat"))
        {
            all += ticks(&stat).map_or(0, from_ticks);
        }
    }
    Ok(all)
}

/// The time that all processors together were not idle since the machine was started, to a clock tick each.
///
/// # Errors
/// When the system does not tell.
pub fn machine_time() -> io::Result<Nanos> {
    let stat = fs::read_to_string("/proc/stat")?;
    busy_ticks(&stat)
        .map(from_ticks)
        .ok_or_else(|| io::Error::other("/proc/stat is not as proc(5) says"))
}

fn from_ticks(ticks: u64) -> Nanos {
    ticks * SECOND / clock_ticks_per_second().max(1)
}

/// The first line, `cpu user nice system idle iowait irq softirq steal ...`, without what is idle. What
/// other guests took of this machine counts: it is gone all the same.
fn busy_ticks(stat: &str) -> Option<u64> {
    let times = stat.lines().next()?.strip_prefix("cpu ")?;
    let times = times.split_whitespace().take(8).enumerate();
    let busy = times.filter(|(place, _)| !matches!(place, 3 | 4));
    busy.map(|(_, ticks)| ticks.parse::<u64>().ok()).sum()
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

    #[test]
    fn the_threads_of_a_process_are_told_apart() {
        let named = std::thread::Builder::new().name("counted".to_owned());
        let this = std::process::id();
        // It works until the system has counted a tick of it.
        let thread = named.spawn(move || {
            loop {
                let time = threads_time(this, "counted");
                if time.as_ref().is_err() || time.as_ref().is_ok_and(|time| *time > 0) {
                    return time;
                }
            }
        });
        let thread = thread.expect("a thread can be had");
        let time = thread.join().expect("it ends");
        // The system cuts user time and system time to whole ticks, of a thread and of the process each.
        let most = cpu_time(this).map(|whole| whole + from_ticks(1));
        assert!(time.is_ok_and(|time| most.is_ok_and(|most| time <= most)));
        assert_eq!(threads_time(this, "nobody").ok(), Some(0));
    }

    #[test]
    fn what_is_idle_is_not_busy() {
        for (stat, expected) in [
            ("cpu  1 2 4 100 200 8 16 32 64 128\ncpu0 1 1 1", Some(63)),
            ("cpu  1 2 x", None),
            ("intr 1", None),
        ] {
            assert_eq!(busy_ticks(stat), expected);
        }
    }
}
