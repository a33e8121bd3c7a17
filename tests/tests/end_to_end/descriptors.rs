//! A venue that runs out of descriptors: who is in is served, nothing spins, and it takes connections again as soon as
//! it can.

use std::fs;
use std::process::Command;
use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::Side;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tests::ground::{Ground, WATCH};
use tests::member::{Member, PATIENCE};
use tests::venue_process::VenueProcess;

use crate::crowding::from;
use crate::{day, ground, log_on};

/// What the log says when there is no descriptor for a connection.
const SHORT: &str = "a connection could not be accepted";

/// Tries in a second at the most: after each the venue rests for a fiftieth.
const TRIES_MAX: u64 = 60;

/// The lowest descriptor that the venue does not use.
fn lowest_free(venue: &VenueProcess) -> u64 {
    let files = fs::read_dir(format!("/proc/{}/fd", venue.pid()));
    let files = files.expect("the venue is there");
    let used: Vec<u64> = files
        .filter_map(|file| file.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let free = (0..).find(|number| !used.contains(number));
    free.expect("it does not use all numbers that there are")
}

/// Lets the venue open no file with this number or a higher one from now on. Gives what it might before.
fn allow(venue: &VenueProcess, current: Option<u64>) -> Rlimit {
    let pid = i32::try_from(venue.pid()).ok().and_then(Pid::from_raw);
    let pid = pid.expect("a process has an id");
    let (_, maximum) = limits(venue);
    let limit = Rlimit { current, maximum };
    prlimit(Some(pid), Resource::Nofile, limit).expect("it is our child")
}

/// What the venue may open: now, and at the most.
fn limits(venue: &VenueProcess) -> (Option<u64>, Option<u64>) {
    let text = fs::read_to_string(format!("/proc/{}/limits", venue.pid()));
    let text = text.expect("the venue is there");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.expect("it has such a limit").split_whitespace();
    let mut next = || numbers.next().and_then(|number| number.parse().ok());
    (next(), next())
}

/// How many tries each line of the log about a shortage stands for, but the first.
async fn tries(venue: &VenueProcess, lines: usize) -> Vec<u64> {
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            let log = venue.log();
            let short = log.lines().filter(|line| line.contains(SHORT));
            let unsaid = short.filter_map(|line| {
                let (_, unsaid) = line.split_once("unsaid=")?;
                unsaid.split_whitespace().next()?.parse::<u64>().ok()
            });
            let unsaid: Vec<u64> = unsaid.collect();
            if unsaid.len() >= lines {
                return unsaid;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let seen = seen.await;
    seen.unwrap_or_else(|_| panic!("it does not say that it is short: {}", venue.log()))
}

#[tokio::test]
async fn without_descriptors_members_are_served_and_nothing_spins() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let mut watch = log_on(WATCH, &venue).await;
    // A session opens a file for its first messages, and again after a thousand: these have had theirs.
    trade(&mut member, "before").await;
    watch.answer("before").await;
    let (before, _) = limits(&venue);
    allow(&venue, Some(lowest_free(&venue)));
    let mut other = Member::new("CLIENT2");
    let address = venue.address();
    let comes = tokio::spawn(async move {
        let came = other.connect(address).await;
        (other, came)
    });
    let unsaid = tries(&venue, 3).await;
    for tries in &unsaid {
        assert!(*tries <= TRIES_MAX, "{unsaid:?} tries in a second each");
    }
    trade(&mut member, "meanwhile").await;
    assert!(!comes.is_finished(), "there was no descriptor for it");
    allow(&venue, before);
    let (mut other, came) = comes.await.expect("it does not panic");
    came.expect("it waited, and was let in");
    trade(&mut other, "after").await;
    assert!(venue.stop().expect("it stops").success());
}

#[tokio::test]
async fn a_venue_that_may_open_few_files_takes_fewer_connections() {
    let ground = ground();
    let venue = start_with_files(&ground, 128);
    let mut held = Vec::new();
    for number in 0..60 {
        held.push(from(2 + number / 8, venue.address()).await);
    }
    let mut member = log_on("CLIENT1", &venue).await;
    trade(&mut member, "order").await;
    let log = venue.log();
    assert!(log.contains("fewer connections are taken"), "{log}");
    assert!(!log.contains(SHORT), "{log}");
}

async fn trade(member: &mut Member, id: &str) {
    let sent = member.order(id, &day(Side::Buy, 1, 1_000)).await;
    sent.expect("it is logged on");
    assert!(member.answer(id).await.is(tags::EXEC_TYPE, "0"));
}

/// A venue that may open so many files.
fn start_with_files(ground: &Ground, files: u32) -> VenueProcess {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {files}; exec \"$0\" run --config \"$1\" --data \"$2\"");
    command.arg("-c").arg(script).arg(ground.program());
    command.arg(ground.config()).arg(ground.data());
    let venue = VenueProcess::start_command(&mut command);
    venue.unwrap_or_else(|error| panic!("{error}"))
}
