//! The configuration that a scenario is played with: the conformance sample, a second session, and what the scenario says.

use std::fs;

use tests::ground::example;

/// A second session of the client's firm, for scenarios in which something happens while the first is away.
const SECOND: &str = "
[[sessions]]
comp_id = \"TW2\"
firm = \"TW\"
role = \"order_entry\"
default_account = \"test:tw-other\"
heartbeat_min = \"0s\"
";

/// The text of the configuration file.
///
/// # Errors
/// A setting that is not `fix.key = value` or `sessions.key = value`.
pub(crate) fn text(settings: &[String]) -> Result<String, String> {
    let path = example("conformance.toml");
    let mut text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    for setting in settings {
        let section = setting
            .split_once('.')
            .map(|(section, line)| match section {
                "fix" => Ok(("[fix]\n", line)),
                "sessions" => Ok(("[[sessions]]\n", line)),
                _ => Err(()),
            });
        let Some(Ok((heading, line))) = section else {
            return Err(format!("neither of fix nor of sessions: {setting}"));
        };
        let (key, _) = line
            .split_once(" = ")
            .ok_or_else(|| format!("no value: {setting}"))?;
        let (before, rest) = text
            .split_once(heading)
            .ok_or_else(|| format!("no section {heading}"))?;
        text = format!("{before}{heading}{line}\n{}", without(rest, key));
    }
    Ok(text + SECOND)
}

/// The rest of a file without the first line of its section that sets `key`.
fn without(rest: &str, key: &str) -> String {
    let mut in_section = true;
    let lines = rest.lines().filter(|line| {
        in_section &= !line.starts_with('[');
        let sets = line
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='));
        !(in_section && sets)
    });
    lines.map(|line| format!("{line}\n")).collect()
}
