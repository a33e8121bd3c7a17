//! When a log cannot be written, nothing more is accepted or published, everybody is told why, and
//! nothing that was published is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::path::{Path, PathBuf};
use std::process::Command;

use market::{Flow, files, set_up, size, start, wait};
use sequencer::{EventPosition, Options, ReadError, RunError, Storage, SystemDisk, verify};

const DIRECTORY: &str = "FULL_DISK_DIRECTORY";

/// Runs this test again in a process that may write only small files: a write fails in the middle
/// of a batch, as it does on a full disk.
#[test]
fn a_write_that_fails_stops_the_venue_and_loses_nothing() {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        return fill_the_disk(&Options::new(directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    // In units of 512 bytes. Without the trap, the signal would end the process.
    let name = "a_write_that_fails_stops_the_venue_and_loses_nothing";
    let script = format!(
        "trap '' XFSZ; ulimit -f 40; exec {} --exact {name}",
        this.display()
    );
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(script).env(DIRECTORY, directory.path());
    let output = shell.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let published: u64 = std::fs::read_to_string(directory.path().join("published"))
        .unwrap()
        .parse()
        .unwrap();
    let opened = start(&Options::new(directory.path()));
    assert!(opened.recovery.next_event.get() >= published);
    opened
        .commands
        .submit_blocking(Flow::new(2).take(1))
        .unwrap();
    opened.running.stop().unwrap();
    verify(directory.path()).unwrap();
}

/// Leaves the end of what was published in a file.
fn fill_the_disk(options: &Options) {
    let opened = start(options);
    let mut reader = opened.events.reader(EventPosition::START);
    let mut flow = Flow::new(1);
    opened.commands.submit_blocking(set_up()).unwrap();
    let ended = loop {
        match wait(reader.next()) {
            Ok(_) => drop(opened.commands.submit_blocking(flow.take(7))),
            Err(ReadError::Ended(stopped)) => break stopped,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(ended.to_string().contains("cannot write to"), "{ended}");
    assert_eq!(reader.position(), opened.events.end());
    assert_eq!(
        wait(opened.running.ended()).unwrap().to_string(),
        ended.cause.unwrap().to_string()
    );
    let refused = opened.commands.submit_blocking(flow.take(1)).unwrap_err();
    assert!(refused.cause.is_some(), "{refused}");
    std::fs::write(
        options.directory.join("published"),
        reader.position().to_string(),
    )
    .unwrap();
    let error = opened.running.stop().unwrap_err();
    assert!(matches!(&*error, RunError::File(_)), "{error}");
}

const SMALL_DISK: &str = "SMALL_DISK_DIRECTORY";

/// Runs this test again in a process that has a disk of its own, of 8 MiB. Where the system gives it none, there is
/// nothing to test.
#[test]
fn a_disk_that_fills_up_takes_no_orders_before_it_is_full_and_takes_them_again() {
    if let Ok(directory) = std::env::var(SMALL_DISK) {
        return fill_to_the_reserve(&PathBuf::from(directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let name = "a_disk_that_fills_up_takes_no_orders_before_it_is_full_and_takes_them_again";
    let this = std::env::current_exe().unwrap();
    let (path, this) = (directory.path().display(), this.display());
    let mount = format!("mount -t tmpfs -o size=8m none {path}");
    let run = |script: &str| {
        let mut shell = Command::new("unshare");
        shell.args(["--map-root-user", "--mount", "/bin/sh", "-c", script]);
        shell.env(SMALL_DISK, directory.path()).output()
    };
    if !run(&mount).is_ok_and(|output| output.status.success()) {
        let needed = std::env::var_os("CLOUDPIT_REQUIRE_PROGRAMS").is_some();
        assert!(
            !needed,
            "unshare and mount are needed, and the right to use them"
        );
        return;
    }
    let output = run(&format!("{mount} && exec {this} --exact {name}")).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

fn fill_to_the_reserve(directory: &Path) {
    let filler = directory.join("filler");
    std::fs::write(&filler, vec![0; 3 << 20]).unwrap();
    let options = Options {
        reserve_bytes: 2 << 20,
        segment_bytes: 1 << 20,
        ..Options::new(directory.join("logs"))
    };
    let opened = start(&options);
    let mut reader = opened.events.reader(EventPosition::START);
    let mut flow = Flow::new(1);
    opened.commands.submit_blocking(set_up()).unwrap();
    wait(reader.next()).unwrap();
    let mut batches = 0;
    let mut go_on = |while_taken: bool| {
        let before = batches;
        while opened.commands.takes_orders() == while_taken {
            opened.commands.submit_blocking(flow.take(50)).unwrap();
            wait(reader.next()).unwrap();
            batches += 1;
            assert!(batches < 10_000, "the disk is full by now");
        }
        batches - before
    };
    assert!(go_on(true) > 0);
    // The reserve is not touched yet, but for what was written since the last look.
    let free = SystemDisk.free_bytes(directory).unwrap();
    assert!((1 << 20..2 << 20).contains(&free), "{free} bytes are free");
    std::fs::remove_file(filler).unwrap();
    go_on(false);
    assert!(go_on(true) > 0);
    opened.running.stop().unwrap();
    verify(directory.join("logs")).unwrap();
}

/// A segment that cannot be started is like a write that fails.
#[test]
fn a_segment_that_cannot_be_started_stops_the_venue() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 1,
        ..Options::new(directory.path())
    };
    let opened = start(&options);
    let journal = files(directory.path(), "journal");
    assert_eq!(size(&journal[0]), 0);
    // Something lies where the second segment goes.
    std::fs::create_dir(journal[0].with_file_name("00000000000000000008.journal")).unwrap();
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut reader = opened.events.reader(EventPosition::START);
    wait(reader.next()).unwrap();
    drop(opened.commands.submit_blocking(Flow::new(1).take(1)));
    let Err(ReadError::Ended(ended)) = wait(reader.next()) else {
        panic!("expected the end")
    };
    assert!(ended.to_string().contains("cannot create"), "{ended}");
    opened.running.stop().unwrap_err();
}
