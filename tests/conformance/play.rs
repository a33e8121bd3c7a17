//! Plays a scenario, step by step, on a ground. Knows nothing of how a ground does what it is told.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::fields;
use crate::scenario::{Action, Scenario, Step};

/// The venue's CompID in the conformance sample.
pub(crate) const VENUE: &str = "ISLD";

/// Where a scenario is played. A connection is named by the CompID of its client, and maybe more words.
pub(crate) trait Stage {
    /// The client's clock.
    fn now(&self) -> DateTime<Utc>;
    /// The client connects.
    fn connect(&mut self, who: &str) -> Result<(), String>;
    /// The client closes its connection.
    fn disconnect(&mut self, who: &str) -> Result<(), String>;
    /// The client sends bytes.
    fn send(&mut self, who: &str, bytes: &[u8]) -> Result<(), String>;
    /// The next whole message of the venue, waited for; nothing when it has closed the connection.
    fn next(&mut self, who: &str) -> Result<Option<Vec<u8>>, String>;
    /// Time passes.
    fn pass(&mut self, time: Duration) -> Result<(), String>;
    /// The venue is told to stop.
    fn stop(&mut self) -> Result<(), String>;
}

/// # Errors
/// The step that did not go as the script says, with what was expected and what came.
pub(crate) fn play(scenario: &Scenario, stage: &mut impl Stage) -> Result<(), String> {
    for step in &scenario.steps {
        perform(step, stage).map_err(|why| format!("line {}: {why}", step.line))?;
    }
    Ok(())
}

fn perform(step: &Step, stage: &mut impl Stage) -> Result<(), String> {
    let who = step.who.as_str();
    let client = who.split_whitespace().next().unwrap_or_default();
    match &step.action {
        Action::Connect => stage.connect(who),
        Action::Disconnect => stage.disconnect(who),
        Action::Send(line) => {
            let bytes = fields::message(line, (client, VENUE), stage.now());
            stage.send(who, &bytes)
        }
        Action::SendRaw(line) => {
            let bytes = fields::raw(line, stage.now());
            stage.send(who, &bytes)
        }
        Action::Expect(line) => match stage.next(who)? {
            Some(bytes) => fields::compare(line, &bytes, (VENUE, client)),
            None => Err(format!(
                "the venue has closed the connection\n  expected {line}"
            )),
        },
        Action::Disconnected => match stage.next(who)? {
            None => Ok(()),
            Some(bytes) => Err(format!(
                "expected the venue to close the connection\n  got      {}",
                fields::readable(&bytes)
            )),
        },
        Action::After(time) => stage.pass(*time),
        Action::VenueStops => stage.stop(),
    }
}
