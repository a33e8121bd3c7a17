//! Which processes there are, as `/proc` says: the ground truth about guests.

use std::fs;

use crate::store::ProcessMark;

impl ProcessMark {
    /// The mark of a process that exists now.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let (_, start_ticks) = stat(pid)?;
        Some(Self {
            pid,
            start_ticks,
            boot_id: boot_id(),
        })
    }

    /// Whether exactly this process still runs: not another with its pid, and not a dead one that
    /// nobody has collected.
    pub(crate) fn is_alive(&self) -> bool {
        let lives = stat(self.pid)
            .is_some_and(|(state, start)| start == self.start_ticks && !matches!(state, 'Z' | 'X'));
        lives && self.boot_id == boot_id()
    }
}

fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// State and start time (fields 3 and 22) of `/proc/<pid>/stat`.
fn stat(pid: u32) -> Option<(char, u64)> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(text: &str) -> Option<(char, u64)> {
    // The name in field 2 may have spaces and parentheses of its own.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let start = fields.nth(18)?.parse().ok()?;
    Some((state, start))
}

/// The processes that were started as this instance or by it, as long as they keep their environment.
pub(crate) fn processes_of(instance_id: &str) -> Vec<u32> {
    let wanted = format!("INSTANCE_ID={instance_id}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_after_any_name() {
        let tail = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        for name in ["cat", "a b", "a) R 1 (b"] {
            assert_eq!(
                parse_stat(&format!("77 ({name}) {tail}")),
                Some(('S', 4711)),
                "{name}"
            );
        }
        assert_eq!(parse_stat("77 (cat) S 1"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn a_mark_is_of_one_process_only() {
        let mark = ProcessMark::of(std::process::id()).expect("this process is in /proc");
        assert!(mark.is_alive());
        let other_start = ProcessMark {
            start_ticks: mark.start_ticks + 1,
            ..mark.clone()
        };
        assert!(!other_start.is_alive());
        let other_boot = ProcessMark {
            boot_id: "another boot".to_owned(),
            ..mark
        };
        assert!(!other_boot.is_alive());
    }
}
