//! House rules that a compiler does not know, held over every Rust file of the project.

use std::fs;
use std::path::{Path, PathBuf};

/// Above this a file has more than one job.
const LINES_MAX: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "util",
    "utils",
    "utility",
    "utilities",
    "common",
    "helper",
    "helpers",
    "misc",
];

/// What must not be left behind. In two parts, so that this file does not hold them.
const LEFTOVERS: [(&str, &str); 5] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("#[ig", "nore"),
    ("#![al", "low(warnings"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of the project, in a fixed order.
fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the project's folders can be read");
        for entry in entries {
            let path = entry.expect("the project's folders can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "only {} Rust files found", files.len());
    files
}

/// Says what is wrong with each file, all of it at once.
fn check(complaint: impl Fn(&Path, &str) -> Option<String>) {
    let complaints: Vec<String> = rust_files()
        .iter()
        .filter_map(|path| {
            let text = fs::read_to_string(path).expect("Rust files are text");
            let complaint = complaint(path, &text)?;
            let path = path.strip_prefix(root()).unwrap_or(path);
            Some(format!("{}: {complaint}", path.display()))
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_file_says_its_one_job_first() {
    check(|_, text| (!text.starts_with("//! ")).then(|| "does not start with //!".to_owned()));
}

#[test]
fn no_file_is_too_long() {
    check(|_, text| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("has {lines} lines, more than {LINES_MAX}"))
    });
}

#[test]
fn nothing_is_left_for_later() {
    check(|_, text| {
        let leftovers = LEFTOVERS.map(|(start, end)| format!("{start}{end}"));
        let found = leftovers
            .into_iter()
            .find(|leftover| text.contains(leftover))?;
        Some(format!("holds {found}"))
    });
}

#[test]
fn no_package_and_no_module_has_an_empty_name() {
    let root = root();
    check(|path, _| {
        let inside = path.strip_prefix(&root).unwrap_or(path).with_extension("");
        let mut names = inside
            .iter()
            .map(|name| name.to_string_lossy().into_owned());
        let name = names.find(|name| EMPTY_NAMES.contains(&name.as_str()))?;
        Some(format!("{name} is no name for one job"))
    });
}
