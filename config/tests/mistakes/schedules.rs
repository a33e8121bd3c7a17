//! Mistakes in schedules, and in naming them.

use super::check;

/// What one schedule with these lines is told; they begin on line 41 of the file.
#[track_caller]
fn check_lines(lines: &[&str], expected: &[&str]) {
    let table = format!("[[schedules]]\n{}\n[[sessions]]", lines.join("\n"));
    check("[[sessions]]", &table, expected);
}

/// A good daily schedule with one more line.
#[track_caller]
fn check_daily(line: &str, expected: &[&str]) {
    let good = [
        "name = \"day\"",
        "time_zone = \"Europe/London\"",
        "kind = \"daily\"",
        "start = \"17:00\"",
        "end = \"16:30:00\"",
    ];
    let key = line.split(' ').next().unwrap_or_default();
    let kept = good
        .iter()
        .filter(|good| !good.starts_with(&format!("{key} ")));
    let mut lines = vec![line];
    lines.extend(kept);
    check_lines(&lines, expected);
}

#[test]
fn schedules_without_mistakes() {
    check_daily("reset_at_start = false", &[]);
    check_daily("days = [\"friday\", \"monday\"]", &[]);
    check_daily("holidays = [\"2026-12-25\", \"2028-02-29\"]", &[]);
    check_daily("notice_before_end = [\"1min\", \"15min\"]", &[]);
    check_lines(
        &[
            "name = \"week\"",
            "time_zone = \"Asia/Kathmandu\"",
            "kind = \"weekly\"",
            "start_day = \"sunday\"",
            "end_day = \"friday\"",
            "start = \"17:00\"",
            "end = \"17:00\"",
        ],
        &[],
    );
}

#[test]
fn what_a_schedule_needs() {
    check_lines(
        &["kind = \"weekly\""],
        &[
            "f:39:1: schedules.end: is missing. Add a line such as: end = \"16:30\".",
            "f:39:1: schedules.end_day: is missing. Add a line such as: end_day = \"friday\".",
            "f:39:1: schedules.name: is missing. Add a line such as: name = \"new-york\".",
            "f:39:1: schedules.start: is missing. Add a line such as: start = \"17:00\".",
            "f:39:1: schedules.start_day: is missing. Add a line such as: start_day = \"sunday\".",
            "f:39:1: schedules.time_zone: is missing. Add a line such as: time_zone = \"America/New_York\".",
        ],
    );
    check_daily(
        "start_day = \"sunday\"",
        &["f:40:13: schedules.start_day: belongs to weekly sessions. \
         Remove it, or set kind = \"weekly\"."],
    );
}

#[test]
fn values_of_schedules() {
    for (line, expected) in [
        (
            "time_zone = \"Europe/Londn\"",
            "f:40:13: schedules.time_zone: \"Europe/Londn\" is not a time zone. \
             Did you mean \"Europe/London\"? It takes names of the IANA time zone database.",
        ),
        (
            "time_zone = \"+02:00\"",
            "f:40:13: schedules.time_zone: \"+02:00\" is not a time zone. \
             Write a name of the IANA time zone database, such as \"America/New_York\".",
        ),
        (
            "end = \"17:00\"",
            "f:40:7: schedules.end: is when the session starts, so that it has no length. \
             Write another time; sessions without a schedule are always open.",
        ),
        (
            "start = \"24:00\"",
            "f:40:9: schedules.start: \"24:00\" is not a time of day. \
             Write hours and minutes, such as \"17:00\", and seconds where they are needed.",
        ),
        (
            "start = \"7:00\"",
            "f:40:9: schedules.start: \"7:00\" is not a time of day. \
             Write hours and minutes, such as \"17:00\", and seconds where they are needed.",
        ),
        (
            "start = \"23:59:60\"",
            "f:40:9: schedules.start: \"23:59:60\" is not a time of day. \
             Write hours and minutes, such as \"17:00\", and seconds where they are needed.",
        ),
        (
            "days = [\"monday\", \"tusday\"]",
            "f:40:19: schedules.days: \"tusday\" is not one of its values. \
             Did you mean \"tuesday\"? It takes \"monday\" or \"tuesday\" or \"wednesday\" or \"thursday\" or \
             \"friday\" or \"saturday\" or \"sunday\".",
        ),
        (
            "days = []",
            "f:40:8: schedules.days: names no day. Name the days on which a session starts.",
        ),
        (
            "holidays = \"2026-12-25\"",
            "f:40:12: schedules.holidays: is a string, where an array is expected. \
             Write the values in brackets, with commas between.",
        ),
        (
            "holidays = [\"2026-12-25\", \"2026-02-29\"]",
            "f:40:27: schedules.holidays: \"2026-02-29\" is not a date. \
             Write year, month and day, such as \"2026-12-25\".",
        ),
        (
            "holidays = [2026-12-25]",
            "f:40:13: schedules.holidays: is a date or time, where a string is expected. \
             Put it in quotes: \"2026-12-25\".",
        ),
        (
            "notice_before_end = [\"0s\"]",
            "f:40:22: schedules.notice_before_end: \"0s\" is out of range. Write a duration from 1s to 24h.",
        ),
        (
            "name = \"\"",
            "f:40:8: schedules.name: \"\" cannot be taken as a name. \
             Write up to 32 printable ASCII characters without spaces.",
        ),
    ] {
        check_daily(line, &[expected]);
    }
}

#[test]
fn a_session_names_a_schedule_that_there_is() {
    check(
        "comp_id = \"ALDER-OMS\"",
        "schedule = \"day\"\ncomp_id = \"ALDER-OMS\"",
        &["f:40:12: sessions.schedule: there is no schedule \"day\". Declare it in [[schedules]]."],
    );
}
