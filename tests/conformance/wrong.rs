//! Scripts that are no scenarios, and messages that are not what a line expects: the runner must say so, or a mistake in a
//! script would pass for conformance.

use chrono::DateTime;

use crate::fields;
use crate::scenario::parse;

/// A script and what is said of it.
const SCRIPTS: [(&str, &str); 17] = [
    ("", "line 1"),
    ("connect\n< 35=A", "line 1"),
    ("# title", "it expects nothing"),
    ("# title\nconnect\n> 35=A|34=1", "it expects nothing"),
    ("# title\nconnect\n< 35=A\nconect", "line 4: no such line"),
    ("# title\nconnect now\n< 35=A", "line 2: no such line"),
    ("# title\nconnect\n<35=A", "line 3: no such line"),
    ("# title\nconnect\n< ", "line 3: there is no message"),
    (
        "# title\nconnect\n> hello\ndisconnected",
        "line 3: there is no message",
    ),
    (
        "# title\nconnect\n>>\ndisconnected",
        "line 3: there is no message",
    ),
    ("# title\n[] connect\ndisconnected", "line 2: whose line"),
    ("# title\n[TW2 connect\ndisconnected", "line 2: whose line"),
    (
        "# title\nonly: model\ndisconnected",
        "line 2: why only there",
    ),
    (
        "# title\nonly: model, because \ndisconnected",
        "line 2: why only there",
    ),
    (
        "# title\nonly: paper, because I say so\ndisconnected",
        "line 2: neither",
    ),
    ("# title\nafter 5 s\ndisconnected", "model only"),
    (
        "# title\nonly: model, because it waits\nafter 5\ndisconnected",
        "line 3: how long",
    ),
];

/// What a line expects, what comes, and whether that is it.
const ANSWERS: [(&str, &str, bool); 10] = [
    ("35=0|34=2", "35=0|34=2", true),
    ("34=2|35=0", "35=0|34=2", true),
    ("35=0|34=2|112=<ANY>", "35=0|34=2|112=x", true),
    ("35=0|...", "35=0|34=2|112=x", true),
    ("35=0|34=2", "35=0|34=3", false),
    ("35=0|34=2", "35=0|34=2|112=x", false),
    ("35=0|34=2|112=x", "35=0|34=2", false),
    ("35=0|34=2", "35=0|34=2|34=2", false),
    ("35=0|34=2|122=<TIME>", "35=0|34=2|122=yesterday", false),
    ("35=0|34=2", "35=0|34=2|49=OTHER", false),
];

/// # Errors
/// The first that is taken, or for the wrong reason.
pub(crate) fn check() -> Result<(), String> {
    for (script, said) in SCRIPTS {
        match parse(script) {
            Err(why) if why.contains(said) => {}
            Err(why) => return Err(format!("{script:?}: expected {said:?}, got {why:?}")),
            Ok(_) => return Err(format!("{script:?} was taken")),
        }
    }
    for (expected, got, right) in ANSWERS {
        let bytes = fields::message(got, ("ISLD", "TW"), DateTime::UNIX_EPOCH);
        let verdict = fields::compare(expected, &bytes, ("ISLD", "TW"));
        if verdict.is_ok() != right {
            return Err(format!("{expected} and {got}: {verdict:?}"));
        }
    }
    Ok(())
}
