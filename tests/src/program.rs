//! Running a program to its end, within a time.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    pub complaints: String,
}

/// Runs a program to its end.
///
/// # Panics
/// When it does not start, or has not ended after `patience`; it is killed then.
pub async fn run(program: &str, arguments: &[&str], patience: Duration) -> Ended {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = child.expect("the program starts");
    let ended = tokio::time::timeout(patience, child.wait_with_output()).await;
    let Ok(ended) = ended else {
        panic!("{arguments:?} has not ended after {patience:?}");
    };
    let ended = ended.expect("the program's output can be read");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended {
        status: ended.status,
        output: text(&ended.stdout),
        complaints: text(&ended.stderr),
    }
}

impl Ended {
    /// The exit code.
    ///
    /// # Panics
    /// When it was ended by a signal.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("{self:?}"))
    }
}
