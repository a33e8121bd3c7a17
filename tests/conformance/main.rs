//! Every session test case of FIX 4.4 Volume 2, as a script, played twice: against the session, order entry and the market
//! as pure state machines, where time is an argument; and over TCP against the built program.
//!
//! `scenarios/` holds the scripts, one file each, and [`scenario`] says how one is written. They are found, not listed: a new
//! file is played without further ado. `cargo test -p tests --test conformance -- 2b` plays those with `2b` in their names.

mod fields;
mod manual;
mod model;
mod play;
mod report;
mod scenario;
mod settings;
mod tcp;
mod wrong;

use std::path::Path;
use std::process::ExitCode;

use report::Trial;
use scenario::{Ground, Scenario};

/// Fewer scenarios than this were not found but lost.
const SCENARIOS_MIN: usize = 60;

fn main() -> ExitCode {
    let mut trials = vec![Trial::new(
        "wrong-scripts-are-refused".to_owned(),
        wrong::check,
    )];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/scenarios");
    trials.push(Trial::new(
        "manual-has-every-field".to_owned(),
        manual::check_fields,
    ));
    let scripts = folder.clone();
    trials.push(Trial::new("manual-has-every-text".to_owned(), move || {
        manual::check_texts(&scripts)
    }));
    let scenarios = scenario::all(&folder);
    if scenarios.len() < SCENARIOS_MIN {
        let found = format!("only {} scenarios found", scenarios.len());
        trials.push(Trial::new("scenarios".to_owned(), move || {
            Err(found.clone())
        }));
    }
    for (name, read) in scenarios {
        match read {
            Ok(scenario) => trials.extend(trials_of(&name, scenario)),
            Err(why) => trials.push(Trial::new(name, move || Err(why.clone()))),
        }
    }
    report::run(trials)
}

/// One for each ground that the scenario is for.
fn trials_of(name: &str, scenario: Scenario) -> Vec<Trial> {
    let mut trials = Vec::new();
    for ground in [Ground::Model, Ground::Tcp] {
        if scenario.only.is_none_or(|only| only == ground) {
            let scenario = scenario.clone();
            let trial = move || match ground {
                Ground::Model => model::play(&scenario),
                Ground::Tcp => tcp::play(&scenario),
            };
            trials.push(Trial::new(format!("{} {name}", ground.name()), trial));
        }
    }
    trials
}
