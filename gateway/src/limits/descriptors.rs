//! How many files the process may have open, raised as far as the system allows, and how many connections that leaves
//! room for. A venue that runs out of them could not write its logs: connections give way first.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Files that are no connection's and no session's: logs, databases, the listener, the runtime.
const OTHERS: usize = 100;

/// Message stores that hold their file open, even where the system allows few.
const STORES_MIN: usize = 16;

/// How many files may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenFiles {
    limit: usize,
}

impl OpenFiles {
    /// Raises the process's limit to what the system lets it have.
    pub(crate) fn raise() -> Self {
        let mut limits = getrlimit(Resource::Nofile);
        if limits.current != limits.maximum {
            let now = limits.current;
            limits.current = limits.maximum;
            if let Err(error) = setrlimit(Resource::Nofile, limits) {
                tracing::warn!(%error, "the limit of open files could not be raised");
                limits.current = now;
            }
        }
        // No limit is a very high one.
        let limit = limits.current.unwrap_or(u64::MAX);
        Self {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }
    }

    /// How many message stores may hold their file open; any other opens it for each use.
    pub(crate) fn stores(self) -> usize {
        STORES_MIN.max(self.limit / 8)
    }

    /// How many of the `wanted` connections may be taken beside the message stores of so many sessions.
    pub(crate) fn connections(self, wanted: usize, sessions: usize) -> usize {
        let kept = OTHERS + sessions.min(self.stores());
        let all = wanted.saturating_add(kept);
        let limit = self.limit;
        if all > limit {
            tracing::warn!(
                limit,
                needed = all,
                "fewer files may be open than all connections can need: raise the limit"
            );
        }
        wanted.min(limit.saturating_sub(kept)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::OpenFiles;

    #[test]
    fn connections_give_way_to_logs() {
        for (limit, wanted, sessions, expected) in [
            (20_000, 1_024, 16, 1_024),
            (20_000, 12_100, 10_000, 12_100),
            (20_000, 100_000, 10_000, 17_400),
            (1_024, 1_024, 16, 908),
            (1_024, 1_024, 1_000, 796),
            (100, 1_024, 1_000, 1),
        ] {
            let files = OpenFiles { limit };
            assert_eq!(files.connections(wanted, sessions), expected, "{limit}");
        }
    }

    #[test]
    fn the_limit_is_raised() {
        assert!(OpenFiles::raise().limit > 100);
    }
}
