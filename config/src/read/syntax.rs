//! Says what is wrong where a text is no TOML.

use toml::de::Error;

use crate::mistake::{Fault, Report};

/// What the parser's messages begin with or hold, and what to do about each.
const REMEDIES: [(&str, &str); 9] = [
    ("duplicate key", "Keep one of them"),
    ("string values must be quoted", "Put the value in quotes"),
    (
        "boolean",
        "Put text in quotes; write true or false in small letters",
    ),
    ("quote", "Close the text with the same quote that opens it"),
    ("`]`", "Close the bracket"),
    ("`}`", "Close the brace"),
    ("`=`", "Write a line as: key = value"),
    ("newline", "Write one key and one value a line"),
    ("recursion", "Nest arrays and tables less deeply"),
];

/// Reports every place that the parser could not read.
pub(super) fn report(errors: &[Error], report: &mut Report) {
    for error in errors {
        let message = error.message();
        let remedy = REMEDIES.iter().find(|(part, _)| message.contains(part));
        let remedy = remedy.map_or(
            "Correct it as TOML asks: text in quotes, numbers and true or false without",
            |(_, remedy)| remedy,
        );
        let what = format!("cannot be read as TOML: {message}");
        let span = error.span().unwrap_or(0..0);
        report.add_syntax(&span, Fault::new(what, remedy));
    }
}
