//! `cloudpit demo --once` tells the whole story and leaves nothing behind; where it fails it names the step.

use std::path::Path;
use std::time::Duration;

use tests::guests;
use tests::program::{Ended, run};

/// The story takes less than a second; a machine under load may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What each step says when it has succeeded, in order.
const STORY: [&str; 14] = [
    "1. ",
    "takes FIX 4.4 on 127.0.0.1:",
    "2. ",
    "logged on: compliance",
    "3. ",
    "bids 0.75 and offers",
    "4. ",
    "ExecutionReport: filled 1 at 1.00",
    "drop copy of execution",
    "5. ",
    "acme:1002 paid 1.00 USD, acme:1001 received 1.00 USD, against delivery",
    "6. ",
    "the slot is back in the provider's pool",
    "every step was carried out and checked",
];

async fn demo(data: &Path) -> Ended {
    let data = data.to_str().expect("a temporary folder's path is text");
    let arguments = ["demo", "--once", "--data", data];
    run(env!("CARGO_BIN_EXE_venue-under-test"), &arguments, PATIENCE).await
}

#[tokio::test]
async fn the_whole_story_is_told_and_nothing_runs_on() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ended = demo(folder.path()).await;
    assert_eq!(ended.code(), 0, "{}", ended.complaints);
    let mut rest = ended.output.as_str();
    for part in STORY {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{part:?} is not said in its turn:\n{}", ended.output)
        };
        rest = after;
    }
    assert_eq!(guests::below(folder.path()), [], "guests run on");
}

#[tokio::test]
async fn the_demo_makes_a_folder_of_its_own_and_removes_it() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let place = format!("TMPDIR={}", folder.path().display());
    let program = env!("CARGO_BIN_EXE_venue-under-test");
    let ended = run("env", &[&place, program, "demo", "--once"], PATIENCE).await;
    assert_eq!(ended.code(), 0, "{}", ended.complaints);
    let left = std::fs::read_dir(folder.path()).expect("it can be read");
    assert_eq!(left.count(), 0, "its folder was left");
}

#[tokio::test]
async fn a_failure_names_its_step() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file can be made");
    let ended = demo(&file).await;
    assert_eq!(ended.code(), 1);
    assert!(ended.complaints.contains("step 1 failed"), "{ended:?}");

    // The venue's folder cannot be one: the control plane runs already, and is stopped.
    let half = folder.path().join("half");
    std::fs::create_dir(&half).expect("a folder can be made");
    std::fs::write(half.join("venue"), "").expect("a file can be made");
    let ended = demo(&half).await;
    assert_eq!(ended.code(), 1);
    assert!(ended.complaints.contains("step 1 failed"), "{ended:?}");

    // The story starts from nothing: its second time in one folder cannot be told.
    let used = folder.path().join("used");
    assert_eq!(demo(&used).await.code(), 0);
    let ended = demo(&used).await;
    assert_eq!(ended.code(), 1);
    assert!(ended.complaints.contains("step "), "{ended:?}");
    assert!(ended.complaints.contains(" failed"), "{ended:?}");
    assert_eq!(guests::below(folder.path()), [], "guests run on");
}
