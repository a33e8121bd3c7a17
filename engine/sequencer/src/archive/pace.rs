//! When the next snapshot is due: after so many commands or bytes of the journal, and at each end of a trading day.

/// Counts what came since the latest snapshot was asked for.
#[derive(Debug)]
pub(crate) struct Pace {
    commands_max: u64,
    bytes_max: u64,
    commands: u64,
    bytes: u64,
}

impl Pace {
    pub(crate) fn new(commands_max: u64, bytes_max: u64) -> Self {
        Self {
            commands_max,
            bytes_max,
            commands: 0,
            bytes: 0,
        }
    }

    /// Counts commands, their bytes in the journal, and whether a trading day ended with one of them. Whether a snapshot
    /// is due now; then the count begins again.
    pub(crate) fn passed(&mut self, commands: u64, bytes: u64, day_ends: bool) -> bool {
        self.commands = self.commands.saturating_add(commands);
        self.bytes = self.bytes.saturating_add(bytes);
        let due = day_ends || self.commands >= self.commands_max || self.bytes >= self.bytes_max;
        if due {
            (self.commands, self.bytes) = (0, 0);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn a_snapshot_is_due_after_so_many_commands_or_bytes_or_at_the_end_of_a_day() {
        let mut pace = Pace::new(10, 1_000);
        for (commands, bytes, day_ends, due) in [
            (9, 10, false, false),
            (1, 10, false, true),
            (1, 999, false, false),
            (1, 1, false, true),
            (1, 1, true, true),
            (9, 999, false, false),
            (0, 1, false, true),
        ] {
            assert_eq!(pace.passed(commands, bytes, day_ends), due);
        }
    }
}
