//! `cloudpit admin --data DIR WHAT`: asks a running venue, over the operators' channel in its data folder. One file for each
//! thing that can be asked for.

mod call;
mod firms;
mod kill_switch;
mod orders;
mod phases;
mod risk_limits;
mod sessions;
mod settlements;
mod trades;
mod withdraw;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use engine::OperatorName;

use call::{Call, Failure};

/// What `admin` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The data folder of the venue.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "cloudpit-data",
        global = true
    )]
    data: PathBuf,
    /// Who asks, for the record; a change needs it.
    #[arg(long, value_name = "NAME", global = true)]
    operator: Option<OperatorName>,
    /// Prints the answer, or the refusal, as the JSON that the venue gave.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the firms that the market knows.
    Firms,
    /// Lists the sessions that the market knows, and how far each is.
    Sessions(sessions::Arguments),
    /// Lists the resting orders of a firm.
    Orders(orders::Arguments),
    /// Blocks trading and cancels what rests, until it is released.
    Kill(kill_switch::Arguments),
    /// Ends a block of trading.
    Release(kill_switch::Arguments),
    /// Lists who is blocked, since when, by whom and why.
    Blocks,
    /// Lists the instruments, and in which phase each is.
    Phases,
    /// Brings an instrument to a phase.
    Phase(phases::PhaseArguments),
    /// Halts trading in an instrument until it is resumed.
    Halt(phases::HaltArguments),
    /// Releases a halt.
    Resume(phases::HaltArguments),
    /// Lists what halts of the instruments do.
    HaltPolicies,
    /// Lays down what a halt of an instrument does, instead of the configuration.
    HaltPolicy(phases::PolicyArguments),
    /// Lets the configuration say again what a halt of an instrument does.
    ReleaseHaltPolicy(phases::HaltArguments),
    /// Shows, sets and releases risk limits.
    // Boxed: it has room for four names.
    Limits(Box<risk_limits::Arguments>),
    /// Shows reassignments as settlement carries them out, and decides of them.
    // Boxed: it has room for many names.
    Settlements(Box<settlements::Arguments>),
    /// Takes an instance out of the register, to give it back to its holder.
    Withdraw(withdraw::Arguments),
    /// Busts a trade: it is as if it had not been. Possible until a reassignment of it begins, on its trading day.
    Bust(trades::BustArguments),
    /// Corrects the price of a trade. Possible until a reassignment of it begins, on its trading day.
    Correct(trades::CorrectArguments),
}

/// The venue did not do what was asked.
const REFUSED: u8 = 3;

/// Asks, and prints the answer. The exit code is 0 when it was done and 3 when the venue refused.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let call = Call::new(&arguments.data, arguments.operator, arguments.json)?;
    let asked = async {
        match &arguments.what {
            What::Firms => firms::run(&call).await,
            What::Sessions(arguments) => sessions::run(&call, arguments).await,
            What::Orders(arguments) => orders::run(&call, arguments).await,
            What::Kill(arguments) => kill_switch::kill(&call, arguments).await,
            What::Release(arguments) => kill_switch::release(&call, arguments).await,
            What::Blocks => kill_switch::blocks(&call).await,
            What::Phases => phases::list(&call).await,
            What::Phase(arguments) => phases::change(&call, arguments).await,
            What::Halt(arguments) => phases::halt(&call, arguments).await,
            What::Resume(arguments) => phases::resume(&call, arguments).await,
            What::HaltPolicies => phases::policies(&call).await,
            What::HaltPolicy(arguments) => phases::policy(&call, arguments).await,
            What::ReleaseHaltPolicy(arguments) => phases::release_policy(&call, arguments).await,
            What::Limits(arguments) => risk_limits::run(&call, arguments).await,
            What::Settlements(arguments) => settlements::run(&call, arguments).await,
            What::Withdraw(arguments) => withdraw::run(&call, arguments).await,
            What::Bust(arguments) => trades::bust(&call, arguments).await,
            What::Correct(arguments) => trades::correct(&call, arguments).await,
        }
    };
    match super::runtime()?.block_on(asked) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Failure::Refused(refused)) => {
            call.complain(&refused);
            Ok(ExitCode::from(REFUSED))
        }
        Err(Failure::NoAnswer(error)) => Err(error),
    }
}
