//! The manual against what the venue is held to: its table of the session messages names every field that the dictionary
//! has for them and no other, and every Text(58) that a scenario expects stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fix_codec::dictionary::{HEADER, Member, TRAILER, messages};

const MANUAL: &str = include_str!("../../docs/rules-of-engagement.md");

/// The messages whose fields the manual lists, as the dictionary has them; of News(B) it lists what the venue sends.
const LISTED: [&str; 8] = ["A", "0", "1", "2", "3", "4", "5", "j"];

/// Fewer texts than this were not found but lost.
const TEXTS_MIN: usize = 40;

/// The fields of each session message.
pub(crate) fn check_fields() -> Result<(), String> {
    let listed = listed()?;
    let mut expected: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let both = HEADER.members.iter().chain(TRAILER.members);
    expected.insert("all", both.flat_map(tags).collect());
    for message in messages::ALL {
        let msg_type = message.msg_type.as_str();
        if LISTED.contains(&msg_type) {
            let fields = message.body.members.iter().flat_map(tags);
            expected.insert(msg_type, fields.collect());
        }
    }
    for (msg_type, expected) in expected {
        let listed = listed.get(msg_type).cloned().unwrap_or_default();
        let missing: Vec<_> = expected.difference(&listed).collect();
        let strange: Vec<_> = listed.difference(&expected).collect();
        if !missing.is_empty() || !strange.is_empty() {
            return Err(format!(
                "the manual's fields of {msg_type}: {missing:?} are missing, {strange:?} too many"
            ));
        }
    }
    Ok(())
}

/// The tags of a member, those of its entries included.
fn tags(member: &Member) -> Vec<u32> {
    match member {
        Member::Field { tag, .. } => vec![*tag],
        Member::Group { group, .. } => {
            let entries = group.members.iter().flat_map(tags);
            [group.count_tag].into_iter().chain(entries).collect()
        }
        Member::Component { component, .. } => component.members.iter().flat_map(tags).collect(),
    }
}

/// The tags in the rows of the manual's table, by MsgType(35).
fn listed() -> Result<BTreeMap<String, BTreeSet<u32>>, String> {
    let (_, table) = MANUAL
        .split_once("| MsgType | tag | name |")
        .ok_or("the manual has no table of session messages")?;
    let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
    let mut listed: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for row in rows {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let msg_type = cells.next().unwrap_or_default().to_owned();
        // The name may name tags too: `NoMsgTypes with 372 and 385`.
        let [numbers, names] = [cells.next(), cells.next()].map(Option::unwrap_or_default);
        let words = numbers.split([',', ' ']).chain(names.split([',', ' ']));
        let tags = words.filter_map(|word| word.parse::<u32>().ok());
        listed.entry(msg_type).or_default().extend(tags);
    }
    Ok(listed)
}

/// The texts that the scenarios in `folder` expect of a Logout(5), a Reject(3) or a BusinessMessageReject(j).
pub(crate) fn check_texts(folder: &Path) -> Result<(), String> {
    let manual = without_numbers(MANUAL);
    let mut missing = BTreeSet::new();
    let mut checked = 0;
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let script = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let answers = script.lines().filter_map(|line| line.strip_prefix("< "));
        for answer in answers {
            let field = |tag| answer.split('|').find_map(|field| field.strip_prefix(tag));
            let explains = matches!(field("35="), Some("5" | "3" | "j"));
            let Some(text) = field("58=").filter(|text| explains && *text != "<ANY>") else {
                continue;
            };
            checked += 1;
            // A Logout that refuses a Logon names the tag behind the text of a Reject: the manual says so.
            let (reason, _) = text.split_once(": tag ").unwrap_or((text, ""));
            if !manual.contains(&without_numbers(reason)) {
                missing.insert(format!("{text:?} of {}", path.display()));
            }
        }
    }
    if missing.is_empty() && checked > TEXTS_MIN {
        return Ok(());
    }
    Err(format!(
        "of {checked} texts the manual does not have {missing:#?}"
    ))
}

/// Each number as `#`: those of a text are those of its case.
fn without_numbers(text: &str) -> String {
    let mut written = String::new();
    for letter in text.chars() {
        let letter = if letter.is_ascii_digit() { '#' } else { letter };
        if letter != '#' || !written.ends_with('#') {
            written.push(letter);
        }
    }
    written
}
