//! The venue as a process of its own: start it, learn where it listens, stop it or kill it. Never looks into it.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::member::PATIENCE;

/// How long a start may take before it counts as failed. A recovery reads whole journals.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// How long a clean stop may take before it counts as failed.
const STOP_PATIENCE: Duration = Duration::from_secs(30);

/// How often the log is looked at for what it is to say.
const LOG_INTERVAL: Duration = Duration::from_millis(10);

/// What stands before the address in the line that says where the venue listens.
const ADDRESS_MARK: &str = " takes FIX 4.4 on ";

/// Lines of the log that are kept for a complaint.
const LOG_LINES_KEPT: usize = 100;

/// A running process that takes FIX connections. Dropping it kills it: nothing is left behind.
#[derive(Debug)]
pub struct VenueProcess {
    child: Child,
    address: SocketAddr,
    log: Log,
}

/// The last lines that the process wrote to its standard error.
type Log = Arc<Mutex<VecDeque<String>>>;

/// Why a process is not there, or not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program could not be started or asked after.
    #[error("{program}")]
    System {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It ended, or went silent, before it said where it listens.
    #[error("{program} did not say where it listens; its log ends with:\n{log}")]
    NoAddress {
        /// The program.
        program: String,
        /// The last lines of its log.
        log: String,
    },
    /// It did not end in time.
    #[error("process {pid} has not ended within {patience:?}")]
    StillRunning {
        /// The process.
        pid: u32,
        /// How long it had.
        patience: Duration,
    },
}

impl VenueProcess {
    /// Starts `program run --config CONFIG --data DATA` and waits until it takes connections.
    ///
    /// # Errors
    /// [`ProcessError`] when it cannot be started or ends by itself; its log is in the error.
    pub fn start(program: &Path, config: &Path, data: &Path) -> Result<Self, ProcessError> {
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(config);
        command.arg("--data").arg(data);
        Self::start_command(&mut command)
    }

    /// Starts any program that prints a line `NAME takes FIX 4.4 on ADDRESS`.
    ///
    /// # Errors
    /// As [`VenueProcess::start`].
    pub fn start_command(command: &mut Command) -> Result<Self, ProcessError> {
        let program = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(source) => return Err(ProcessError::System { program, source }),
        };
        let log = keep_log(&mut child);
        match address_of(&mut child) {
            Some(address) => Ok(Self {
                child,
                address,
                log,
            }),
            None => {
                end(&mut child);
                let log = text_of(&log);
                Err(ProcessError::NoAddress { program, log })
            }
        }
    }

    /// Where it takes connections.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log(&self) -> String {
        text_of(&self.log)
    }

    /// The same, once they say this: what a process does is seen before what it says of it is read.
    ///
    /// # Panics
    /// When it does not say so for [`PATIENCE`].
    pub async fn log_saying(&self, text: &str) -> String {
        let said = tokio::time::timeout(PATIENCE, async {
            loop {
                let log = self.log();
                if log.contains(text) {
                    return log;
                }
                tokio::time::sleep(LOG_INTERVAL).await;
            }
        });
        said.await
            .unwrap_or_else(|_| panic!("the log does not say {text:?}: {}", self.log()))
    }

    /// Asks it to stop (SIGTERM), waits until it has, and gives how it ended.
    ///
    /// # Errors
    /// [`ProcessError::StillRunning`] when it takes too long; it is killed then.
    pub fn stop(mut self) -> Result<ExitStatus, ProcessError> {
        let signalled = kill_process(self.process(), Signal::TERM);
        signalled.map_err(|error| self.system(error.into()))?;
        self.wait(STOP_PATIENCE)
    }

    /// Asks it to read its configuration again (SIGHUP). It does so in its own time.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn reload(&self) -> Result<(), ProcessError> {
        let signalled = kill_process(self.process(), Signal::HUP);
        signalled.map_err(|error| self.system(error.into()))
    }

    /// Ends it at once, as a crash would (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(mut self) -> Result<ExitStatus, ProcessError> {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        ended.map_err(|error| self.system(error))
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// [`ProcessError::StillRunning`] when it does not.
    pub fn wait(&mut self, patience: Duration) -> Result<ExitStatus, ProcessError> {
        let ended = match self.child.try_wait() {
            Ok(None) => self.wait_until_ended(patience),
            other => other,
        };
        ended
            .map_err(|error| self.system(error))?
            .ok_or_else(|| ProcessError::StillRunning {
                pid: self.pid(),
                patience,
            })
    }

    fn wait_until_ended(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let process = pidfd_open(self.process(), PidfdFlags::empty())?;
        let mut ends = [PollFd::from_borrowed_fd(process.as_fd(), PollFlags::IN)];
        let patience = Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: patience.subsec_nanos().into(),
        };
        loop {
            match poll(&mut ends, Some(&patience)) {
                Ok(0) => return Ok(None),
                Ok(_) => return self.child.wait().map(Some),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn process(&self) -> Pid {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        pid.expect("a process has an id")
    }

    fn system(&self, source: io::Error) -> ProcessError {
        let program = format!("process {}", self.pid());
        ProcessError::System { program, source }
    }
}

impl Drop for VenueProcess {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Copies a configuration file into `folder`, with `listen` on a free port of loopback, and gives the copy's path.
///
/// # Errors
/// When the file cannot be read, has no `listen`, or the copy cannot be written.
pub fn on_free_port(config: &Path, folder: &Path) -> io::Result<PathBuf> {
    let text = fs::read_to_string(config)?;
    let mut found = false;
    let lines = text.lines().map(|line| {
        if line.trim_start().starts_with("listen") {
            found = true;
            "listen = \"127.0.0.1:0\"\n".to_owned()
        } else {
            format!("{line}\n")
        }
    });
    let text: String = lines.collect();
    if !found {
        return Err(io::Error::other(format!(
            "{} has no key listen",
            config.display()
        )));
    }
    let copy = folder.join(config.file_name().unwrap_or_default());
    fs::write(&copy, text)?;
    Ok(copy)
}

/// Kills and reaps. That it has ended already is fine.
fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

/// Keeps the last lines of the log, from a thread that ends with the process.
fn keep_log(child: &mut Child) -> Log {
    let log = Log::default();
    if let Some(stderr) = child.stderr.take() {
        let log = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_back(line);
                if log.len() > LOG_LINES_KEPT {
                    log.pop_front();
                }
            }
        });
    }
    log
}

fn text_of(log: &Log) -> String {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.make_contiguous().join("\n")
}

/// Waits for the line that tells the address. What is printed after it is read and dropped, so that the
/// process never waits for a reader.
fn address_of(child: &mut Child) -> Option<SocketAddr> {
    let stdout = child.stdout.take()?;
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // After the address nobody listens.
            drop(sender.send(line));
        }
    });
    first_address(&lines)
}

fn first_address(lines: &Receiver<String>) -> Option<SocketAddr> {
    loop {
        match lines.recv_timeout(START_PATIENCE) {
            Ok(line) => {
                let address = line
                    .split_once(ADDRESS_MARK)
                    .map(|(_, address)| address.trim().parse());
                if let Some(Ok(address)) = address {
                    return Some(address);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        }
    }
}
