//! Which package may lean on which, as ARCHITECTURE.md draws it. A new arrow is a decision: it is made
//! there and here, not by a line in a manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Every package, and the packages of this project that it may depend on.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("fix-codec", &[]),
    ("engine", &[]),
    ("config", &["engine"]),
    ("sequencer", &["engine"]),
    ("fix-session", &["fix-codec"]),
    ("settlement", &["engine", "config"]),
    ("reference-provider", &[]),
    (
        "gateway",
        &[
            "fix-codec",
            "engine",
            "config",
            "sequencer",
            "fix-session",
            "settlement",
            "reference-provider",
        ],
    ),
    (
        "tests",
        &[
            "fix-codec",
            "engine",
            "config",
            "sequencer",
            "fix-session",
            "settlement",
            "reference-provider",
            "gateway",
        ],
    ),
];

/// What a package's own tests may use besides: settlement is tested against a real control plane.
const ALLOWED_IN_TESTS: [(&str, &[&str]); 1] = [("settlement", &["reference-provider"])];

/// Packages that never do I/O, and what would let them.
const PURE: [&str; 3] = ["engine", "fix-codec", "fix-session"];
const IMPURE_PARTS: [&str; 7] = [
    "tokio", "axum", "reqwest", "sqlx", "rustix", "tracing", "tempfile",
];

struct Dependency {
    name: String,
    own: bool,
    for_tests: bool,
}

fn packages() -> BTreeMap<String, Vec<Dependency>> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
            "--manifest-path",
        ])
        .arg(manifest)
        .output()
        .expect("cargo runs this test, so it can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    packages
        .iter()
        .map(|package| (text(&package["name"]), dependencies(package)))
        .collect()
}

fn dependencies(package: &Value) -> Vec<Dependency> {
    let list = package["dependencies"]
        .as_array()
        .expect("cargo lists dependencies");
    let dependency = |entry: &Value| Dependency {
        name: text(&entry["name"]),
        own: !entry["path"].is_null(),
        for_tests: entry["kind"] == "dev",
    };
    list.iter().map(dependency).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("cargo names things").to_owned()
}

fn allowed(table: &[(&str, &'static [&'static str])], package: &str) -> BTreeSet<&'static str> {
    let entry = table.iter().find(|(name, _)| *name == package);
    entry
        .map(|(_, names)| names.iter().copied().collect())
        .unwrap_or_default()
}

#[test]
fn packages_lean_only_on_what_they_may() {
    let packages = packages();
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    assert_eq!(
        found, known,
        "a package comes or goes with its place in this table"
    );
    for (package, dependencies) in &packages {
        let normal = allowed(&ALLOWED, package);
        let in_tests = allowed(&ALLOWED_IN_TESTS, package);
        for dependency in dependencies.iter().filter(|dependency| dependency.own) {
            let name = dependency.name.as_str();
            let fine = normal.contains(name) || dependency.for_tests && in_tests.contains(name);
            assert!(fine, "{package} may not depend on {name}");
        }
    }
}

#[test]
fn the_pure_packages_have_nothing_to_do_io_with() {
    let packages = packages();
    for pure in PURE {
        for dependency in packages[pure]
            .iter()
            .filter(|dependency| !dependency.for_tests)
        {
            let name = dependency.name.as_str();
            assert!(
                !IMPURE_PARTS.contains(&name),
                "{pure} may not depend on {name}"
            );
        }
    }
}
