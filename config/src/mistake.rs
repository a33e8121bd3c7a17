//! What is wrong with a file: where, what, and how to put it right. Never decides what a mistake is.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One thing that is wrong with a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Line in the file, from 1; 0 when the mistake is about the file as a whole.
    pub line: usize,
    /// Column in that line, counted in characters from 1; 0 when the mistake is about the file as a whole.
    pub column: usize,
    /// The key as `docs/configuration.md` names it, such as `fix.listen`; empty when there is none.
    pub key: String,
    /// What was found there, as a sentence without its subject and full stop.
    pub what: String,
    /// What to write instead, as a sentence without its full stop.
    pub remedy: String,
}

/// Every mistake of one file, in the order of the file. Never empty.
///
/// Displays one mistake a line: `file:line:column: key: what. remedy.`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    file: PathBuf,
    list: Vec<Mistake>,
}

impl Mistakes {
    /// The mistakes, in the order of the file.
    pub fn as_slice(&self) -> &[Mistake] {
        &self.list
    }

    /// Iterates over the mistakes, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Mistake> {
        self.list.iter()
    }

    /// The file that they are in, as it was named by the caller.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The one mistake of a file that could not be taken as text at all.
    pub(crate) fn of_file(file: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        let mistake = Mistake {
            line: 0,
            column: 0,
            key: String::new(),
            what: what.into(),
            remedy: remedy.into(),
        };
        Self {
            file: file.to_owned(),
            list: vec![mistake],
        }
    }
}

impl<'a> IntoIterator for &'a Mistakes {
    type Item = &'a Mistake;
    type IntoIter = std::slice::Iter<'a, Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", self.file.display())?;
            if mistake.line > 0 {
                write!(f, ":{}:{}", mistake.line, mistake.column)?;
            }
            if !mistake.key.is_empty() {
                write!(f, ": {}", mistake.key)?;
            }
            write!(f, ": {}. {}.", mistake.what, mistake.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// What a value's parser says against a value; the walker adds the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Fault {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// Collects the mistakes of one text while it is walked.
pub(crate) struct Report {
    line_starts: Vec<usize>,
    text: String,
    found: Vec<Mistake>,
    broken_lines: BTreeSet<usize>,
}

impl Report {
    pub(crate) fn new(text: &str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            line_starts: std::iter::once(0).chain(after_newlines).collect(),
            text: text.to_owned(),
            found: Vec::new(),
            broken_lines: BTreeSet::new(),
        }
    }

    /// A mistake in what the text says.
    pub(crate) fn add(&mut self, span: &Range<usize>, key: &str, fault: Fault) {
        let (line, column) = self.place(span.start);
        // A line that is no TOML has been reported; what recovery made of it means nothing.
        if self.broken_lines.contains(&line) {
            return;
        }
        self.push(line, column, key, fault);
    }

    /// A mistake of absence: something is missing from the text. Not said of a text with broken
    /// lines, where what seems to be missing may stand in one of those.
    pub(crate) fn add_absence(&mut self, span: &Range<usize>, key: &str, fault: Fault) {
        if self.broken_lines.is_empty() {
            self.add(span, key, fault);
        }
    }

    /// A place where the text is no TOML.
    pub(crate) fn add_syntax(&mut self, span: &Range<usize>, fault: Fault) {
        let (line, column) = self.place(span.start);
        self.broken_lines.insert(line);
        self.push(line, column, "", fault);
    }

    /// Line and column of a byte of the text, both from 1.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let at = at.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = self.line_starts.get(line.saturating_sub(1)).copied();
        let before = self.text.get(start.unwrap_or(0)..at).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    /// Every mistake found, or the value when there is none.
    pub(crate) fn finish<T>(mut self, file: &Path, value: Option<T>) -> Result<T, Mistakes> {
        self.found.sort();
        self.found.dedup();
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ if self.found.is_empty() => {
                unreachable!("a part that is not there has been reported")
            }
            _ => Err(Mistakes {
                file: file.to_owned(),
                list: self.found,
            }),
        }
    }

    fn push(&mut self, line: usize, column: usize, key: &str, fault: Fault) {
        self.found.push(Mistake {
            line,
            column,
            key: key.to_owned(),
            what: fault.what,
            remedy: fault.remedy,
        });
    }
}
