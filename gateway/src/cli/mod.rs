//! The command line: which words the program takes, and which room answers each.

mod admin;
mod check_config;
mod check_ledger;
mod demo;
mod dictionary;
mod guest;
mod hash_password;
mod output;
mod provider;
mod run;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::logging::Format;
pub use output::say;

/// Cloudpit: a FIX 4.4 trading venue for running cloud instances.
#[derive(Debug, Parser)]
#[command(name = "cloudpit", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Two banks trade a running instance and it is reassigned, on embedded defaults.
    Demo(demo::Arguments),
    /// Runs a venue.
    Run(run::Arguments),
    /// Asks a running venue, or changes it.
    Admin(admin::Arguments),
    /// Reports every mistake in a configuration file, with line and remedy.
    CheckConfig(check_config::Arguments),
    /// Replays settlement's cash ledger and compares it with the balances and the reassignments.
    CheckLedger(check_ledger::Arguments),
    /// Writes the data dictionary of what the venue speaks, for a FIX engine to load.
    Dictionary(dictionary::Arguments),
    /// Reads a password from standard input and prints its hash, for the configuration.
    HashPassword(hash_password::Arguments),
    /// Runs the reference provider's control plane.
    Provider(provider::Arguments),
    /// Replays a venue's journal and compares it with what was published.
    Verify(verify::Arguments),
    /// The runtime that an image's first line hands itself to; started by a slot, not by hand.
    #[command(hide = true)]
    Guest(guest::Arguments),
}

/// Reads the command line and does what it says. The exit code is 0 on success, 1 on failure, 2 on a wrong command line; `admin`
/// has 3 for what the venue refused.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut format = Format::Text;
    let result = match arguments.command {
        Command::Admin(arguments) => match admin::run(&arguments) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Run(arguments) => {
            format = arguments.log_format();
            run::run(&arguments)
        }
        Command::CheckConfig(arguments) => check_config::run(&arguments),
        Command::CheckLedger(arguments) => check_ledger::run(&arguments),
        Command::Dictionary(arguments) => {
            dictionary::run(&arguments);
            Ok(())
        }
        Command::HashPassword(arguments) => hash_password::run(&arguments),
        Command::Provider(arguments) => provider::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Guest(arguments) => guest::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match format {
                Format::Text => output::complain(&error),
                Format::Json => tracing::error!("{error:#}"),
            }
            ExitCode::FAILURE
        }
    }
}

/// Tasks that run before the network is looked at again: whoever trades must be heard however many others are busy.
const TASKS_IN_A_ROW: u32 = 16;

/// The runtime that everything but the engine runs on.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    // The engine thread has a core to itself: workers that share it make both wait.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.saturating_sub(1).max(1))
        .event_interval(TASKS_IN_A_ROW)
        .enable_all()
        .build()
}
