//! Mistakes in the throttles, and in the limits of the listener.

use super::check;

const THROTTLE: &str = "[[throttles]]\nname = \"slow\"\n";

/// A throttle with this line, before the sessions of the good file.
#[track_caller]
fn check_throttle(line: &str, expected: &[&str]) {
    check(
        "[[sessions]]",
        &format!("{THROTTLE}{line}\n[[sessions]]"),
        expected,
    );
}

#[test]
fn throttles() {
    check_throttle("", &[]);
    check_throttle(
        "messages_reject = 10\nmessages_logout = 9",
        &[
            "f:42:19: throttles.messages_logout: is below messages_reject, so nothing would ever be refused. \
         Make it at least as large.",
        ],
    );
    check_throttle(
        "cancels_reject = 0",
        &["f:41:18: throttles.cancels_reject: 0 is out of range. \
         Write a whole number from 1 to 10000000."],
    );
    check_throttle(
        "window = \"99ms\"",
        &["f:41:10: throttles.window: \"99ms\" is out of range. \
         Write a duration from 100ms to 1min."],
    );
    check_throttle(
        "[[throttles]]\nname = \"slow\"",
        &[
            "f:42:8: throttles.name: \"slow\" is declared already, on line 40. \
         Give this throttle another name, or remove one of them.",
        ],
    );
    check_throttle(
        "[[throttles]]\nname = \"none\"",
        &[
            "f:42:8: throttles.name: \"none\" is what a session without limits names. \
         Give the throttle another name.",
        ],
    );
}

#[test]
fn a_session_names_a_throttle() {
    let role = "role = \"order_entry\"";
    for name in ["none", "default"] {
        check(role, &format!("{role}\nthrottle = \"{name}\""), &[]);
    }
    check(
        role,
        &format!("{role}\nthrottle = \"fast\""),
        &[
            "f:43:12: sessions.throttle: there is no throttle \"fast\". Declare it in [[throttles]].",
        ],
    );
    check(
        role,
        &format!("{role}\nthrottle = 5"),
        &[
            "f:43:12: sessions.throttle: is an integer, where a string is expected. \
         Put it in quotes: \"5\".",
        ],
    );
}

#[test]
fn connections() {
    let listen = "listen = \"127.0.0.1:9878\"";
    for (line, expected) in [
        (
            "max_connection_rate = 0",
            "f:5:23: fix.max_connection_rate: 0 is out of range. Write a whole number from 1 to 1000000.",
        ),
        (
            "max_unsent_time = \"0s\"",
            "f:5:19: fix.max_unsent_time: \"0s\" is out of range. Write a duration from 1s to 1h.",
        ),
    ] {
        check(listen, &format!("{listen}\n{line}"), &[expected]);
    }
}
