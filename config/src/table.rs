//! Walks one table of the file: takes its known keys one by one and reports every other one. Knows
//! TOML, and nothing of what the keys mean.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::keys::Section;
use crate::mistake::{Fault, Report};

/// Keys that would hold a secret. None is a known key.
const SECRET_WORDS: [&str; 6] = ["token", "password", "passwd", "secret", "api_key", "url"];

/// A value and the bytes of the file that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// One table of the file; an absent one has no entries and stands at the start of the file.
pub(crate) struct Table<'a> {
    section: &'static Section,
    span: Range<usize>,
    entries: Option<&'a DeTable<'a>>,
}

impl<'a> Table<'a> {
    /// The one table of a section that is not repeated.
    pub(crate) fn single(
        root: &'a DeTable<'a>,
        section: &'static Section,
        report: &mut Report,
    ) -> Self {
        let Some(value) = root.get(section.name) else {
            return Self::absent(section);
        };
        let first = match value.get_ref() {
            DeValue::Table(_) => Some(value),
            DeValue::Array(items) => items.first(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        if !value.get_ref().is_table() {
            report.add(&value.span(), section.name, wrong_shape(value, section));
        }
        // One in the wrong brackets is still read, for the mistakes inside it.
        match first.map(|first| (first.get_ref().as_table(), first.span())) {
            Some((Some(entries), span)) => Self::open(entries, span, section, report),
            Some((None, _)) | None => Self::absent(section),
        }
    }

    /// The tables of a repeated section.
    pub(crate) fn repeated(
        root: &'a DeTable<'a>,
        section: &'static Section,
        report: &mut Report,
    ) -> Vec<Self> {
        let Some(value) = root.get(section.name) else {
            return Vec::new();
        };
        let items = match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => vec![value],
        };
        if !value.get_ref().is_array() {
            report.add(&value.span(), section.name, wrong_shape(value, section));
        }
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            if let DeValue::Table(entries) = item.get_ref() {
                tables.push(Self::open(entries, item.span(), section, report));
            } else if value.get_ref().is_array() {
                report.add(&item.span(), section.name, wrong_shape(item, section));
            }
        }
        tables
    }

    fn absent(section: &'static Section) -> Self {
        Self {
            section,
            span: 0..0,
            entries: None,
        }
    }

    fn open(
        entries: &'a DeTable<'a>,
        span: Range<usize>,
        section: &'static Section,
        report: &mut Report,
    ) -> Self {
        let known: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
        for (key, _) in entries.iter() {
            if !known.contains(&key.get_ref().as_ref()) {
                let path = format!("{}.{}", section.name, key.get_ref());
                report.add(&key.span(), &path, unknown_key(key.get_ref(), &known));
            }
        }
        Self {
            section,
            span,
            entries: Some(entries),
        }
    }

    /// The key's full name, as messages show it.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.section.name)
    }

    /// The raw text of a key, when it is there and is text.
    pub(crate) fn raw(&self, key: &str) -> Option<Found<&'a str>> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str()?;
        Some(Found {
            value: text,
            span: value.span(),
        })
    }

    /// Whether the file has this table.
    pub(crate) fn is_there(&self) -> bool {
        self.entries.is_some()
    }

    /// Whether the key is written at all, however wrong its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Where a key's value stands; where the table stands when there is none.
    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.value(key)
            .map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// A value that may be absent. A wrong one is reported, and is `None` as well.
    pub(crate) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Spanned<DeValue<'a>>) -> Result<T, Fault>,
        report: &mut Report,
    ) -> Option<Found<T>> {
        let value = self.value(key)?;
        match read(value) {
            Ok(read) => Some(Found {
                value: read,
                span: value.span(),
            }),
            Err(fault) => {
                report.add(&value.span(), &self.path(key), fault);
                None
            }
        }
    }

    /// A value that must be there; its absence is reported.
    pub(crate) fn required<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Spanned<DeValue<'a>>) -> Result<T, Fault>,
        report: &mut Report,
    ) -> Option<Found<T>> {
        if !self.has(key) {
            self.missing(key, report);
        }
        self.optional(key, read, report)
    }

    /// A value that has a default. A wrong one is reported.
    pub(crate) fn or<T>(
        &self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&'a Spanned<DeValue<'a>>) -> Result<T, Fault>,
        report: &mut Report,
    ) -> T {
        self.optional(key, read, report)
            .map_or(default, |found| found.value)
    }

    /// Reports a key that must be there and is not.
    pub(crate) fn missing(&self, key: &'static str, report: &mut Report) {
        let example = self.section.keys.iter().find(|known| known.name == key);
        let example = example.map_or("", |known| known.example);
        let remedy = if self.entries.is_some() {
            format!("Add a line such as: {key} = {example}")
        } else {
            format!(
                "Add a table [{}] with a line such as: {key} = {example}",
                self.section.name
            )
        };
        let fault = Fault::new("is missing", remedy);
        report.add_absence(&self.span, &self.path(key), fault);
    }

    /// Reports a key that must not stand in this table, if it does.
    pub(crate) fn forbid(&self, key: &'static str, fault: Fault, report: &mut Report) {
        if self.has(key) {
            report.add(&self.span_of(key), &self.path(key), fault);
        }
    }

    /// The value of a key as TOML has it.
    pub(crate) fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let known = self.section.keys.iter().any(|known| known.name == key);
        assert!(
            known,
            "{}.{key} is not among the known keys",
            self.section.name
        );
        self.entries?.get(key)
    }
}

/// What is said of a key that nothing reads.
pub(crate) fn unknown_key(key: &str, known: &[&str]) -> Fault {
    if SECRET_WORDS.contains(&key) {
        let places: Vec<&str> = known
            .iter()
            .copied()
            .filter(|key| key.ends_with("_file") || key.ends_with("_env"))
            .collect();
        let remedy = match places.is_empty() {
            true => "Remove it".to_owned(),
            false => format!(
                "Remove it, and say where it is kept with {}",
                places.join(" or ")
            ),
        };
        return Fault::new("is not taken: a secret does not stand in this file", remedy);
    }
    let remedy = match nearest(key, known) {
        Some(near) => format!("Did you mean `{near}`"),
        None => format!("Remove it; the keys here are {}", known.join(", ")),
    };
    Fault::new("is not a known key", remedy)
}

/// The word that is nearest to a mistyped one, when one is near enough to be meant.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    // Distance grows with the product of both lengths: no known word is near to a very long one.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_ascii_lowercase().replace(['-', ' '], "_");
    known
        .iter()
        .map(|near| {
            (
                strsim::damerau_levenshtein(&lower, &near.to_ascii_lowercase()),
                *near,
            )
        })
        .filter(|(distance, near)| *distance <= near.len() / 3)
        .min()
        .map(|(_, near)| near)
}

fn wrong_shape(value: &Spanned<DeValue<'_>>, section: &Section) -> Fault {
    let (shape, written) = if section.repeated {
        ("an array of tables", format!("[[{}]]", section.name))
    } else {
        ("a table", format!("[{}]", section.name))
    };
    Fault::new(
        format!("is {}, where {shape} is expected", article(value.get_ref())),
        format!("Start it with {written} on a line of its own"),
    )
}

/// What a value is, with its article.
pub(crate) fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
