//! The reference control plane as a process of its own.

use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long a start may take. Only a failing test waits that long.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// What stands around the address in the line that says where the API answers.
const ADDRESS_MARKS: (&str, &str) = ("answers on ", ";");

/// A running control plane. Dropping it kills it, and leaves its guests.
#[derive(Debug)]
pub struct ProviderProcess {
    child: Child,
    base: String,
}

impl ProviderProcess {
    /// Starts `program provider --config CONFIG --data DATA --stop-guests` with these environment variables, and waits
    /// until its API answers.
    ///
    /// # Errors
    /// When it cannot be started, or ends by itself.
    pub fn start(
        program: &Path,
        config: &Path,
        data: &Path,
        environment: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("provider").arg("--config").arg(config);
        command.arg("--data").arg(data).arg("--stop-guests");
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn()?;
        match base_of(&mut child) {
            Some(base) => Ok(Self { child, base }),
            None => {
                drop(child.kill());
                let status = child.wait()?;
                Err(io::Error::other(format!("it did not start: {status}")))
            }
        }
    }

    /// Where the API is: a URL that ends in `/v1`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks it to stop (SIGTERM), waits until it has, and gives how it ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), Signal::TERM)?;
        self.child.wait()
    }
}

impl Drop for ProviderProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn base_of(child: &mut Child) -> Option<String> {
    let stdout = child.stdout.take()?;
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // After the address nobody listens.
            drop(sender.send(line));
        }
    });
    let (before, after) = ADDRESS_MARKS;
    loop {
        match lines.recv_timeout(START_PATIENCE) {
            Ok(line) => {
                let rest = line.split_once(before).map(|(_, rest)| rest);
                if let Some((base, _)) = rest.and_then(|rest| rest.split_once(after)) {
                    return Some(base.to_owned());
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        }
    }
}
