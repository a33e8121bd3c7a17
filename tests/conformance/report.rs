//! Runs trials, a few at a time, and says of each by name how it ended, as `cargo test` does. Decides nothing about them.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Trials at a time: most of them wait for a program.
const WORKERS: usize = 4;

/// Something to try, with its name.
pub(crate) struct Trial {
    name: String,
    run: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl Trial {
    pub(crate) fn new(
        name: String,
        run: impl Fn() -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        let run = Box::new(run);
        Self { name, run }
    }
}

/// Runs those whose names hold one of the words of the command line, or all.
pub(crate) fn run(mut trials: Vec<Trial>) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for trial in &trials {
            say(&format!("{}: test", trial.name));
        }
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    trials
        .retain(|trial| wanted.is_empty() || wanted.iter().any(|word| trial.name.contains(*word)));
    say(&format!("\nrunning {} scenarios", trials.len()));
    let failures = run_all(&trials);
    for failure in &failures {
        say(&format!("\n---- {failure}"));
    }
    let passed = trials.len() - failures.len();
    let result = if failures.is_empty() { "ok" } else { "FAILED" };
    say(&format!(
        "\ntest result: {result}. {passed} passed; {} failed",
        failures.len()
    ));
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Gives what is to be said of those that failed.
fn run_all(trials: &[Trial]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = (trial.run)();
                    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
                    say(&format!("test {} ... {word}", trial.name));
                    if let Err(why) = outcome {
                        let mut failures = failures.lock().expect("no trial panics with the lock");
                        failures.push(format!("{}\n{why}", trial.name));
                    }
                }
            });
        }
    });
    failures
        .into_inner()
        .expect("no trial panics with the lock")
}

fn say(line: &str) {
    // A reader that is gone does not want to know.
    drop(writeln!(io::stdout().lock(), "{line}"));
}
