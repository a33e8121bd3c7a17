//! Where a venue keeps its files: everything under one data folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use engine::SessionName;

/// The data folder of a venue.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The data folder at `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    /// The journal and the event log.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// The message stores of all sessions.
    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.root.join("sessions")
    }

    /// The message store of one session.
    #[must_use]
    pub fn session(&self, name: &SessionName) -> PathBuf {
        self.sessions().join(folder_name(name.as_str()))
    }

    /// Passwords that members have changed.
    #[must_use]
    pub fn passwords(&self) -> PathBuf {
        self.root.join("passwords")
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> PathBuf {
        self.root.join("audit")
    }

    /// The socket of the operators' channel.
    #[must_use]
    pub fn admin_socket(&self) -> PathBuf {
        self.root.join("admin.sock")
    }

    /// The FIX log of one session.
    #[must_use]
    pub fn fix_log(&self, name: &SessionName) -> PathBuf {
        self.root.join("fix-log").join(folder_name(name.as_str()))
    }

    /// The log of connections that were refused. No session has a folder of that name.
    #[must_use]
    pub fn fix_log_of_refused(&self) -> PathBuf {
        self.root.join("fix-log").join("@refused")
    }

    /// Settlement's database.
    #[must_use]
    pub fn settlement(&self) -> PathBuf {
        self.root.join("settlement")
    }
}

/// A CompID as the name of a folder: letters, digits, `-` and `_` stand for themselves, every other byte for its
/// two hexadecimal digits after a `%`. Different CompIDs have different folders, and none leads out of its own.
pub(crate) fn folder_name(comp_id: &str) -> String {
    let mut name = String::with_capacity(comp_id.len());
    for byte in comp_id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            write!(name, "%{byte:02X}").expect("a String takes everything");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::folder_name;

    #[test]
    fn a_comp_id_never_leads_out_of_its_folder() {
        for (comp_id, folder) in [
            ("CLIENT1", "CLIENT1"),
            ("Bank_A-1", "Bank_A-1"),
            ("..", "%2E%2E"),
            ("a/b", "a%2Fb"),
            ("a%2Fb", "a%252Fb"),
            ("a b", "a%20b"),
        ] {
            assert_eq!(folder_name(comp_id), folder);
        }
    }
}
