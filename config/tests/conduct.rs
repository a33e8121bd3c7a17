//! How a session keeps to FIX 4.4: one word for what its messages are checked for, and what single keys say besides.

use std::time::Duration;

use config::{Session, Validation};

/// The session of the conformance sample with these lines instead of `validation = "strict"`.
fn session(lines: &str) -> Session {
    let text = include_str!("../examples/conformance.toml");
    let text = text.replace("validation = \"strict\"\n", lines);
    let config = config::parse(&text, "conformance.toml");
    let mut config = config.unwrap_or_else(|mistakes| panic!("{lines}: {mistakes}"));
    config.sessions.remove(0)
}

#[test]
fn a_single_key_has_its_way_over_the_word() {
    let strict = Validation::STRICT;
    let relaxed = Validation::RELAXED;
    for (lines, expected) in [
        ("", strict),
        ("validation = \"strict\"\n", strict),
        ("validation = \"relaxed\"\n", relaxed),
        (
            "validate_field_order = false\n",
            Validation {
                field_order: false,
                ..strict
            },
        ),
        (
            "validate_field_values = false\n",
            Validation {
                field_values: false,
                ..strict
            },
        ),
        (
            "validate_user_defined_fields = false\n",
            Validation {
                user_defined_fields: false,
                ..strict
            },
        ),
        (
            "allow_unknown_fields = true\n",
            Validation {
                allow_unknown_fields: true,
                ..strict
            },
        ),
        (
            "validation = \"relaxed\"\nvalidate_field_order = true\n",
            Validation {
                field_order: true,
                ..relaxed
            },
        ),
    ] {
        assert_eq!(session(lines).validation, expected, "{lines}");
    }
}

#[test]
fn sending_time_may_not_be_looked_at() {
    let tolerance = |lines| session(lines).sending_time_tolerance;
    assert_eq!(tolerance(""), Some(Duration::from_secs(120)));
    assert_eq!(tolerance("check_sending_time = true\n"), tolerance(""));
    assert_eq!(tolerance("check_sending_time = false\n"), None);
}

#[test]
fn the_numbers_of_the_other_side_are_told_where_that_is_agreed() {
    let told = |lines| {
        let session = session(lines);
        (
            session.last_msg_seq_num_processed,
            session.next_expected_msg_seq_num,
        )
    };
    assert_eq!(told(""), (false, false));
    assert_eq!(told("last_msg_seq_num_processed = true\n"), (true, false));
    assert_eq!(told("next_expected_msg_seq_num = true\n"), (false, true));
}
