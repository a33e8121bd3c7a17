//! Measures floor and venue in turn, within one run, and holds the venue against its budgets. What is compared
//! was measured within the same round, minutes apart at most: machines change from hour to hour.

mod arguments;
mod budgets;
mod contestant;
mod programs;
mod results;
mod rounds;
mod table;

use anyhow::Context as _;

pub use arguments::Arguments;
pub use programs::Programs;

use super::say::say;
use contestant::Contestant;
use results::Results;

/// Measures, and prints the figures and the verdicts as Markdown.
///
/// # Errors
/// When a program does not start or stop, or a load proves nothing: see [`super::load::Mistake`].
pub fn run(arguments: &Arguments, programs: &Programs) -> anyhow::Result<()> {
    let lengths = arguments.lengths();
    let contestants = Contestant::all(programs);
    let mut results = Results::default();
    for round in 1..=lengths.rounds {
        rounds::run(&contestants, &lengths, &programs.folder, &mut results)
            .with_context(|| format!("round {round}"))?;
        eprintln!("round {round} of {} done", lengths.rounds);
    }
    say(table::Figures(&results, &contestants));
    if arguments.is_short() {
        say("One short round: it shows that everything works; its figures mean nothing.");
    } else {
        say(table::Verdicts(&budgets::verdicts(&results, &contestants)));
    }
    Ok(())
}
