//! An operator at the command line of a venue under test.

use std::fs;
use std::time::Duration;

use gateway::layout::Layout;
use serde_json::Value;
use tests::ground::Ground;
use tests::program::{Ended, run};

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `cloudpit admin` with these words.
pub(crate) async fn admin(ground: &Ground, words: &[&str]) -> Ended {
    let data = ground.data();
    let data = data.to_str().expect("the path is text");
    let all: Vec<&str> = ["admin", "--data", data]
        .iter()
        .chain(words)
        .copied()
        .collect();
    let program = ground.program().to_str().expect("the path is text");
    run(program, &all, PATIENCE).await
}

/// The same with `--json`: the exit code, and what was printed.
pub(crate) async fn asked(ground: &Ground, words: &[&str]) -> (i32, Value) {
    let all: Vec<&str> = ["--json"].iter().chain(words).copied().collect();
    let ended = admin(ground, &all).await;
    match serde_json::from_str(&ended.output) {
        Ok(value) => (ended.code(), value),
        Err(error) => panic!("{words:?}: {error} in {ended:?}"),
    }
}

/// The lines of the audit log about the operators' channel; the venue has stopped.
pub(crate) fn audited(ground: &Ground) -> Vec<Value> {
    let file = Layout::new(&ground.data())
        .audit()
        .join("audit-000001.jsonl");
    let text = fs::read_to_string(file).expect("the audit log is there");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"));
    lines
        .filter(|line: &Value| line["what"] == "admin")
        .collect()
}
