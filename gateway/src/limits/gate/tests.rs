//! Each table is an evening at the gate: who comes, logs on or leaves when, and what becomes of it.

use std::net::IpAddr;

use chrono::{TimeDelta, TimeZone as _, Utc};
use proptest::collection::vec;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::super::Time;
use super::{Arrival, Gate, GateLimits, REMEMBERED_MAX, Ticket};

/// Eight connections, five from one address, four strangers (one from each address), three a second.
const LIMITS: GateLimits = GateLimits {
    connections: 8,
    per_address: 5,
    strangers: 4,
    rate: 3,
};

fn at(millis: i64) -> Time {
    Utc.timestamp_millis_opt(1_700_000_000_000 + millis)
        .single()
        .expect("a time after 1970")
}

/// Lines such as `0 from 10.0.0.1 -> stay 0`, `0 known 3`, `0 left 3`.
#[track_caller]
fn check(limits: GateLimits, life: &str) {
    let mut gate = Gate::new(limits);
    for line in life.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (deed, expected) = line.split_once(" -> ").unwrap_or((line, ""));
        let words: Vec<&str> = deed.split(' ').collect();
        let now = at(words[0].parse().expect("milliseconds"));
        let ticket = || Ticket(words[2].parse().expect("a ticket"));
        match words[1] {
            "from" => {
                let address: IpAddr = words[2].parse().expect("an address");
                let said = match gate.arrive(now, address) {
                    Arrival::Stay(Ticket(ticket)) => format!("stay {ticket}"),
                    Arrival::InPlaceOf(Ticket(new), Ticket(old)) => format!("stay {new} for {old}"),
                    Arrival::Full => "full".to_owned(),
                    Arrival::AddressFull => "address full".to_owned(),
                    Arrival::TooFast => "too fast".to_owned(),
                };
                assert_eq!(said, expected, "{line}");
            }
            "known" => gate.known(ticket()),
            "left" => gate.leave(ticket()),
            other => panic!("{other:?} means nothing"),
        }
    }
}

#[test]
fn strangers_make_room_for_those_who_come_after() {
    check(
        LIMITS,
        "0 from 10.0.0.1 -> stay 0
         0 from 10.0.0.2 -> stay 1
         0 from 10.0.0.3 -> stay 2
         0 from 10.0.0.4 -> stay 3
         0 from 10.0.0.5 -> stay 4 for 0
         0 known 1
         0 from 10.0.0.6 -> stay 5
         0 from 10.0.0.7 -> stay 6 for 2
         0 from 10.0.0.7 -> stay 7 for 6",
    );
}

#[test]
fn members_are_never_put_out() {
    check(
        GateLimits {
            connections: 2,
            ..LIMITS
        },
        "0 from 10.0.0.1 -> stay 0
         0 known 0
         0 from 10.0.0.2 -> stay 1
         0 from 10.0.0.3 -> stay 2 for 1
         0 known 2
         0 from 10.0.0.4 -> full
         0 left 0
         0 from 10.0.0.4 -> stay 3",
    );
}

#[test]
fn one_address_has_its_part() {
    check(
        GateLimits {
            per_address: 2,
            rate: 100,
            ..LIMITS
        },
        "0 from 10.0.0.1 -> stay 0
         0 known 0
         0 from 10.0.0.1 -> stay 1
         0 from 10.0.0.1 -> stay 2 for 1
         0 known 2
         0 from 10.0.0.1 -> address full
         0 from 10.0.0.2 -> stay 3
         0 left 0
         0 from 10.0.0.1 -> stay 4",
    );
}

#[test]
fn a_flood_from_one_address_is_refused_before_it_moves_anybody() {
    check(
        LIMITS,
        "0 from 10.0.0.1 -> stay 0
         0 from 10.0.0.1 -> stay 1 for 0
         0 from 10.0.0.1 -> stay 2 for 1
         0 from 10.0.0.1 -> too fast
         0 left 2
         0 from 10.0.0.1 -> too fast
         900 from 10.0.0.1 -> too fast
         0 from 10.0.0.2 -> stay 3
         1100 from 10.0.0.1 -> stay 4",
    );
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    check(
        GateLimits { rate: 1, ..LIMITS },
        "0 from 2001:db8:0:1::1 -> stay 0
         0 from 2001:db8:0:1:ffff::2 -> too fast
         0 from 2001:db8:0:2::1 -> stay 1
         0 from ::ffff:10.0.0.1 -> stay 2
         0 from 10.0.0.1 -> too fast",
    );
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut gate = Gate::new(LIMITS);
    for number in 0..100_000_u32 {
        if let Arrival::Stay(ticket) | Arrival::InPlaceOf(ticket, _) =
            gate.arrive(at(0), IpAddr::V4(number.into()))
            && number % 2 == 0
        {
            gate.leave(ticket);
        }
    }
    assert!(gate.addresses.len() <= LIMITS.connections + REMEMBERED_MAX + 2);
    gate.arrive(at(5_000), IpAddr::V4(0.into()));
    assert!(gate.addresses.len() <= LIMITS.connections + 1);
}

proptest! {
    #[test]
    fn the_limits_hold_and_the_books_balance(
        deeds in vec((0_u8..6, 0_u8..4, 0_i64..400), 1..300),
    ) {
        let mut gate = Gate::new(LIMITS);
        let mut there: Vec<Ticket> = Vec::new();
        let mut now = at(0);
        for (deed, which, step) in deeds {
            now += TimeDelta::milliseconds(step);
            let one = there.get(usize::from(which)).copied();
            match (deed, one) {
                (0, Some(ticket)) => gate.known(ticket),
                (1, Some(ticket)) => {
                    gate.leave(ticket);
                    there.retain(|other| *other != ticket);
                }
                (2, _) => {
                    if let Some(evicted) = gate.evict_oldest() {
                        there.retain(|other| *other != evicted);
                    }
                }
                _ => match gate.arrive(now, IpAddr::from([10, 0, 0, which])) {
                    Arrival::Stay(ticket) => there.push(ticket),
                    Arrival::InPlaceOf(ticket, evicted) => {
                        there.retain(|other| *other != evicted);
                        there.push(ticket);
                    }
                    Arrival::Full | Arrival::AddressFull | Arrival::TooFast => {}
                },
            }
            prop_assert!(gate.connections.len() <= LIMITS.connections);
            prop_assert!(gate.strangers.len() <= LIMITS.strangers);
            let tickets: Vec<Ticket> = gate.connections.keys().copied().collect();
            prop_assert_eq!(&tickets, &there);
            for (address, known) in &gate.addresses {
                prop_assert!(known.connections <= LIMITS.per_address);
                prop_assert!(known.strangers <= 1);
                let live = gate.connections.values().filter(|of| *of == address).count();
                prop_assert_eq!(live, known.connections);
            }
        }
    }
}
