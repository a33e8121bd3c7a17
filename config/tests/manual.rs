//! The manual names every key of every section, and no other.

use std::collections::BTreeSet;

use config::keys::{SECTIONS, Section};

const MANUAL: &str = include_str!("../../docs/configuration.md");

/// The keys that the manual's table of a section names, in its order.
fn documented(section: &Section) -> Vec<&'static str> {
    let name = section.name;
    let heading = match section.repeated {
        true => format!("## `[[{name}]]`\n"),
        false => format!("## `[{name}]`\n"),
    };
    let (_, after) = MANUAL
        .split_once(&heading)
        .unwrap_or_else(|| panic!("no {heading}"));
    let part = after.split("\n## ").next().unwrap_or(after);
    let row = |line: &'static str| {
        line.strip_prefix("| `")?
            .split_once('`')
            .map(|(key, _)| key)
    };
    part.lines().filter_map(row).collect()
}

#[test]
fn every_key_is_in_the_manual() {
    for section in SECTIONS {
        let known: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
        assert_eq!(documented(section), known, "of section {}", section.name);
    }
    let headings = MANUAL
        .lines()
        .filter(|line| line.starts_with("## `["))
        .count();
    assert_eq!(headings, SECTIONS.len());
}

#[test]
fn no_key_is_known_twice() {
    for section in SECTIONS {
        let names: BTreeSet<&str> = section.keys.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), section.keys.len(), "{}", section.name);
    }
}
