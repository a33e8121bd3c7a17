//! Which throttle a session has.

use std::time::Duration;

use config::{Throttle, Tiers, examples};

/// The sample's first session, with `throttle` set to this and these tables before the sessions.
fn throttle(named: &str, tables: &str) -> Option<Throttle> {
    let text = examples::VENUE
        .replacen("throttle = \"brisk\"", named, 1)
        .replacen(
            "# FIX sessions. ",
            &format!("{tables}\n# FIX sessions. "),
            1,
        );
    let config = config::parse(&text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    config.sessions[0].throttle.clone()
}

#[test]
fn a_session_has_the_one_it_names_or_the_default() {
    let brisk = Throttle {
        window: Duration::from_secs(1),
        messages: Tiers {
            reject: 500,
            logout: 1_000,
        },
        cancels: Tiers {
            reject: 2_000,
            logout: 4_000,
        },
        admin_logout: 200,
    };
    let own = "[[throttles]]\nname = \"default\"\nmessages_reject = 7\nwindow = \"500ms\"";
    let declared = Throttle {
        window: Duration::from_millis(500),
        messages: Tiers {
            reject: 7,
            logout: 14,
        },
        cancels: Tiers {
            reject: 14,
            logout: 28,
        },
        ..Throttle::DEFAULT
    };
    for (named, tables, expected) in [
        ("throttle = \"brisk\"", "", Some(brisk)),
        ("", "", Some(Throttle::DEFAULT)),
        ("throttle = \"default\"", "", Some(Throttle::DEFAULT)),
        ("", own, Some(declared)),
        ("throttle = \"none\"", own, None),
    ] {
        assert_eq!(throttle(named, tables), expected, "{named:?} {tables:?}");
    }
}
