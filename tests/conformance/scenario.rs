//! A scenario: what the client does and what the venue must do, read from a text file.
//!
//! | line | means |
//! |---|---|
//! | `# ...` | a comment; the first line is one, and names the test case and what it shows |
//! | `only: model, because ...` or `only: tcp, because ...` | it is played on that ground only |
//! | `with fix.logout_timeout = "1s"` | a key of the section `fix` or `sessions` of the configuration, before all else |
//! | `connect`, `disconnect` | the client opens, closes its connection |
//! | `> 35=0\|34=2` | it sends this; 8, 9, 49, 56, 52 and 10 are filled in where they are not given |
//! | `>> 8=FIX.4.4\|...` | it sends these bytes as they are, with `\|` for the delimiter |
//! | `< 35=0\|34=2` | the venue's next message has these fields and no others, besides 8, 9, 49, 56, 52 and 10, which must be right; a line that ends in `\|...` allows others |
//! | `disconnected` | the venue closes the connection, and has said no more |
//! | `after 36 s` | time passes; on the model only, which does not wait for it |
//! | `the venue stops` | the venue is told to stop |
//!
//! In a message to the venue, `<TIME>`, `<TIME-121>` and `<TIME+10>` are now and so many seconds off; `49=-` leaves a field
//! out that would be filled in; `9=+5` and `10=+1` are so much off the right value. In a message from the venue, `<TIME>` is
//! any time and `<ANY>` any value.
//!
//! The client is `TW`. A line that starts with `[TW2]` is about another session of its firm, one with `[TW again]` about
//! another connection of `TW`: the first word is the CompID.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Where a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The state machines, with time as an argument.
    Model,
    /// The program, over TCP.
    Tcp,
}

impl Ground {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Tcp => "tcp",
        }
    }
}

/// A whole scenario.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) only: Option<Ground>,
    /// `section.key = value`, for the configuration.
    pub(crate) settings: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// One line of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// From 1.
    pub(crate) line: usize,
    /// The connection, named by its CompID and maybe more words.
    pub(crate) who: String,
    pub(crate) action: Action,
}

/// What happens, or must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Connect,
    Disconnect,
    Send(String),
    SendRaw(String),
    Expect(String),
    Disconnected,
    After(Duration),
    VenueStops,
}

/// Whose lines they are that name nobody.
pub(crate) const CLIENT: &str = "TW";

/// Every scenario of a folder by its file's name, in the order of the names; one that cannot be read with the reason.
pub(crate) fn all(folder: &Path) -> Vec<(String, Result<Scenario, String>)> {
    let mut scenarios = Vec::new();
    for entry in fs::read_dir(folder).expect("the scenarios are there") {
        let path = entry.expect("the scenarios can be listed").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let read = match path.extension().is_some_and(|extension| extension == "txt") {
            true => fs::read_to_string(&path)
                .map_err(|error| error.to_string())
                .and_then(|text| parse(&text)),
            false => Err(format!("{} is no .txt file", path.display())),
        };
        scenarios.push((name.into_owned(), read));
    }
    scenarios.sort_by(|(left, _), (right, _)| left.cmp(right));
    scenarios
}

/// Reads a scenario.
///
/// # Errors
/// The first line that is wrong, or what the whole lacks.
pub(crate) fn parse(text: &str) -> Result<Scenario, String> {
    let title = text.lines().next().unwrap_or_default();
    if title.strip_prefix("# ").is_none_or(str::is_empty) {
        return Err("line 1: does not say what it shows: # ...".to_owned());
    }
    let mut scenario = Scenario {
        only: None,
        settings: Vec::new(),
        steps: Vec::new(),
    };
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if !line.is_empty() && !line.starts_with('#') {
            scenario
                .take(number, line)
                .map_err(|why| format!("line {number}: {why}: {line}"))?;
        }
    }
    let expects = |step: &Step| matches!(step.action, Action::Expect(_) | Action::Disconnected);
    if !scenario.steps.iter().any(expects) {
        return Err("it expects nothing".to_owned());
    }
    let waits = |step: &Step| matches!(step.action, Action::After(_));
    if scenario.only != Some(Ground::Model) && scenario.steps.iter().any(waits) {
        return Err(
            "it lets time pass, so it is for the model only: only: model, because ...".to_owned(),
        );
    }
    Ok(scenario)
}

impl Scenario {
    fn take(&mut self, line: usize, text: &str) -> Result<(), &'static str> {
        if let Some(only) = text.strip_prefix("only: ") {
            self.only = Some(ground(only)?);
            return Ok(());
        }
        if let Some(setting) = text.strip_prefix("with ") {
            if !self.steps.is_empty() {
                return Err("what is configured comes first");
            }
            self.settings.push(setting.to_owned());
            return Ok(());
        }
        let (who, text) = speaker(text)?;
        let (who, action) = (who.to_owned(), action(text)?);
        self.steps.push(Step { line, who, action });
        Ok(())
    }
}

fn ground(only: &str) -> Result<Ground, &'static str> {
    let (name, why) = only
        .split_once(", because ")
        .ok_or("why only there: , because ...")?;
    if why.trim().is_empty() {
        return Err("why only there: , because ...");
    }
    [Ground::Model, Ground::Tcp]
        .into_iter()
        .find(|ground| ground.name() == name)
        .ok_or("neither model nor tcp")
}

fn speaker(text: &str) -> Result<(&str, &str), &'static str> {
    let Some(rest) = text.strip_prefix('[') else {
        return Ok((CLIENT, text));
    };
    let (who, text) = rest.split_once("] ").ok_or("whose line: [CompID] ...")?;
    if who.split_whitespace().next().is_none() {
        return Err("whose line: [CompID] ...");
    }
    Ok((who, text))
}

fn action(text: &str) -> Result<Action, &'static str> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let message = || match rest.contains('=') {
        true => Ok(rest.to_owned()),
        false => Err("there is no message"),
    };
    match (word, rest) {
        ("connect", "") => Ok(Action::Connect),
        ("disconnect", "") => Ok(Action::Disconnect),
        ("disconnected", "") => Ok(Action::Disconnected),
        ("the", "venue stops") => Ok(Action::VenueStops),
        (">", _) => message().map(Action::Send),
        (">>", _) if rest.is_empty() => Err("there is no message"),
        (">>", _) => Ok(Action::SendRaw(rest.to_owned())),
        ("<", _) => message().map(Action::Expect),
        ("after", _) => rest
            .strip_suffix(" s")
            .and_then(|seconds| seconds.parse().ok())
            .map(|seconds| Action::After(Duration::from_secs(seconds)))
            .ok_or("how long: after 36 s"),
        _ => Err("no such line"),
    }
}
