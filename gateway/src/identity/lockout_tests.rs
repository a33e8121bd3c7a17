//! Scripts of failures and successes, second by second, and who may try at the end of each.

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::SessionName;

use super::{COUNTED_MAX, Failure, Lockout};

const RULE: config::Lockout = config::Lockout {
    failures: 3,
    window: Duration::from_secs(60),
    duration: Duration::from_secs(300),
};

fn at(second: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_348_672 + i64::from(second), 0).expect("a time")
}

fn name(name: &str) -> SessionName {
    SessionName::new(name).expect("a name")
}

/// Plays lines such as `0 ME 192.0.2.1 wrong x3`: second, CompID, address, what happened (`wrong` password,
/// `stranger`, `unknown`, `right`) and how often. Gives what a try of each of `asked` meets after it.
fn check(script: &[&str], asked: &[(&str, &str)]) {
    let mut lockout = Lockout::new(RULE);
    for line in script {
        let words: Vec<&str> = line.split(' ').collect();
        let [second, session, address, what, times] = words.as_slice() else {
            panic!("{line}")
        };
        let (now, session) = (at(second.parse().unwrap()), name(session));
        let address = address.parse().unwrap();
        for _ in 0..times.trim_start_matches('x').parse::<u32>().unwrap() {
            let failure = match *what {
                "wrong" => Failure::Password(session),
                "stranger" => Failure::Stranger(session),
                "unknown" => Failure::Nobody,
                _ => {
                    lockout.succeeded(session, address);
                    continue;
                }
            };
            lockout.failed(now, address, failure);
        }
    }
    for (ask, expected) in asked {
        let words: Vec<&str> = ask.split(' ').collect();
        let [second, session, address] = words.as_slice() else {
            panic!("{ask}")
        };
        let now = at(second.parse().unwrap());
        let locked = lockout.check(now, name(session), address.parse().unwrap());
        let shown = locked.map_or("free".to_owned(), |locked| format!("{locked:?}"));
        assert_eq!(shown, *expected, "{ask} after {script:?}");
    }
}

#[test]
fn an_address_is_locked_for_a_comp_id_after_enough_failures_within_the_window() {
    check(
        &["0 ME 192.0.2.1 wrong x3"],
        &[
            ("0 ME 192.0.2.1", "Pair"),
            ("299 ME 192.0.2.1", "Pair"),
            ("300 ME 192.0.2.1", "free"),
            ("1 ME 192.0.2.2", "free"),
            ("1 OTHER 192.0.2.1", "free"),
        ],
    );
    check(&["0 ME 192.0.2.1 wrong x2"], &[("1 ME 192.0.2.1", "free")]);
    // The first two are forgotten when the third comes.
    check(
        &["0 ME 192.0.2.1 wrong x2", "60 ME 192.0.2.1 wrong x1"],
        &[("61 ME 192.0.2.1", "free")],
    );
    // A success in between starts the count again.
    check(
        &[
            "0 ME 192.0.2.1 wrong x2",
            "1 ME 192.0.2.1 right x1",
            "2 ME 192.0.2.1 wrong x2",
        ],
        &[("3 ME 192.0.2.1", "free")],
    );
    // A lock is not made longer by those who go on.
    check(
        &["0 ME 192.0.2.1 wrong x3", "299 ME 192.0.2.1 wrong x3"],
        &[("300 ME 192.0.2.1", "free")],
    );
}

#[test]
fn an_address_that_tries_many_comp_ids_is_locked_as_a_whole() {
    let tries: Vec<String> = (0..12)
        .map(|number| format!("0 C{number} 192.0.2.1 unknown x1"))
        .collect();
    let tries: Vec<&str> = tries.iter().map(String::as_str).collect();
    check(
        &tries,
        &[
            ("1 ME 192.0.2.1", "Address"),
            ("1 ME 192.0.2.2", "free"),
            ("300 ME 192.0.2.1", "free"),
        ],
    );
    check(&tries[1..], &[("1 ME 192.0.2.1", "free")]);
    // One that stands for many is not.
    let local: Vec<String> = tries
        .iter()
        .map(|line| line.replace("192.0.2.1", "127.0.0.1"))
        .collect();
    let local: Vec<&str> = local.iter().map(String::as_str).collect();
    check(&local, &[("1 ME 127.0.0.1", "free")]);
}

#[test]
fn a_host_with_a_whole_network_is_one_place() {
    check(
        &[
            "0 ME 2001:db8::1 wrong x1",
            "0 ME 2001:db8::2 wrong x1",
            "0 ME 2001:db8::ffff:1 wrong x1",
        ],
        &[
            ("1 ME 2001:db8::abcd", "Pair"),
            ("1 ME 2001:db8:0:1::1", "free"),
        ],
    );
    check(
        &["0 ME ::ffff:192.0.2.1 wrong x3"],
        &[("1 ME 192.0.2.1", "Pair")],
    );
}

#[test]
fn guesses_from_everywhere_never_shut_the_member_out() {
    let mut script = vec!["0 ME 198.51.100.1 right x1".to_owned()];
    script.extend((1..=30).map(|host| format!("1 ME 192.0.2.{host} wrong x1")));
    let script: Vec<&str> = script.iter().map(String::as_str).collect();
    check(
        &script,
        &[
            ("2 ME 192.0.2.99", "Session"),
            ("2 ME 198.51.100.1", "free"),
            ("2 OTHER 192.0.2.99", "free"),
            ("301 ME 192.0.2.99", "free"),
        ],
    );
    // Those who are not let as far as a password do not count against the member.
    let strangers: Vec<String> = (1..=200)
        .map(|host| format!("1 ME 192.0.2.{host} stranger x1"))
        .collect();
    let strangers: Vec<&str> = strangers.iter().map(String::as_str).collect();
    check(&strangers, &[("2 ME 198.51.100.1", "free")]);
}

#[test]
fn memory_is_bounded_and_the_newest_lock_stays() {
    let mut lockout = Lockout::new(RULE);
    for number in 0..2 * u32::try_from(COUNTED_MAX).unwrap() {
        let address = std::net::Ipv4Addr::from(0x0a00_0000 + number).into();
        for _ in 0..3 {
            lockout.failed(at(number / 100), address, Failure::Stranger(name("ME")));
        }
        assert!(lockout.pairs.counts.len() <= COUNTED_MAX);
        assert!(lockout.places.counts.len() <= COUNTED_MAX);
        let now = at(number / 100);
        assert!(lockout.check(now, name("ME"), address).is_some());
    }
}
