//! Mistakes in trading calendars.

use super::check;

/// What one calendar with these lines is told.
#[track_caller]
fn check_lines(lines: &[&str], expected: &[&str]) {
    let table = format!("[[trading_calendars]]\n{}\n[[sessions]]", lines.join("\n"));
    check("[[sessions]]", &table, expected);
}

#[test]
fn calendars_without_mistakes() {
    let plain = [
        "instruments = [\"ACME.r.t\"]",
        "time_zone = \"America/New_York\"",
        "continuous = \"09:30\"",
        "close = \"16:05:30\"",
    ];
    check_lines(&plain, &[]);
    let full = [
        "days = [\"monday\", \"friday\"]",
        "holidays = [\"2026-12-25\"]",
        "pre_open = \"08:00\"",
        "opening_auction = \"09:25\"",
        "closing_auction = \"16:00\"",
    ];
    check_lines(&[&plain[..], &full].concat(), &[]);
}

#[test]
fn what_a_calendar_needs() {
    check_lines(
        &["days = []"],
        &[
            "f:39:1: trading_calendars.close: is missing. Add a line such as: close = \"16:05\".",
            "f:39:1: trading_calendars.continuous: is missing. Add a line such as: continuous = \"09:30\".",
            "f:39:1: trading_calendars.instruments: is missing. Add a line such as: instruments = [\"ACME.us-east-1.m5.large\"].",
            "f:39:1: trading_calendars.time_zone: is missing. Add a line such as: time_zone = \"America/New_York\".",
            "f:40:8: trading_calendars.days: is empty. Name the days on which there is trading.",
        ],
    );
}

#[test]
fn what_a_calendar_cannot_say() {
    check_lines(
        &[
            "instruments = [\"ACME.r.t\", \"NONE\", \"ACME.r.t\"]",
            "time_zone = \"Mars\"",
            "pre_open = \"09:30\"",
            "continuous = \"09:30\"",
            "close = \"25:00\"",
        ],
        &[
            "f:40:28: trading_calendars.instruments: there is no instrument \"NONE\". Declare it in [[instruments]].",
            "f:40:36: trading_calendars.instruments: \"ACME.r.t\" has a calendar already, on line 40. Name each instrument in one calendar, once.",
            "f:41:13: trading_calendars.time_zone: \"Mars\" is not a time zone. Write a name of the IANA time zone database, such as \"America/New_York\".",
            "f:44:9: trading_calendars.close: \"25:00\" is not a time of day. Write hours and minutes, such as \"17:00\", and seconds where they are needed.",
        ],
    );
    check_lines(
        &[
            "instruments = []",
            "time_zone = \"UTC\"",
            "pre_open = \"09:30\"",
            "continuous = \"09:30\"",
            "close = \"16:00\"",
        ],
        &[
            "f:40:15: trading_calendars.instruments: is empty. Name the instruments that it is for.",
            "f:43:14: trading_calendars.continuous: is not behind pre_open. Write times of one day, each later than the one before.",
        ],
    );
}

#[test]
fn no_step_comes_with_the_end_of_the_trading_day() {
    check_lines(
        &[
            "instruments = [\"ACME.r.t\"]",
            "time_zone = \"America/New_York\"",
            "continuous = \"09:30\"",
            "closing_auction = \"19:00\"",
            "close = \"20:00\"",
        ],
        &[
            "f:43:19: trading_calendars.closing_auction: is midnight UTC while the zone's clocks are at UTC-05:00: the trading \
             day ends then, and nothing says which of the two comes first. Write a time that is at least a second before or \
             after it, all year round.",
            "f:44:9: trading_calendars.close: is midnight UTC while the zone's clocks are at UTC-04:00: the trading day ends \
             then, and nothing says which of the two comes first. Write a time that is at least a second before or after \
             it, all year round.",
        ],
    );
    check_lines(
        &[
            "instruments = [\"ACME.r.t\"]",
            "time_zone = \"UTC\"",
            "continuous = \"00:00:01\"",
            "close = \"23:59:59\"",
        ],
        &[],
    );
}
