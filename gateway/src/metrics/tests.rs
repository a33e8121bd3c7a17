//! The catalogue: well-formed names, one place for each, the same table in the manual.

use std::collections::BTreeSet;

use super::catalogue::{CATALOGUE, Kind, LOGONS, SESSION_LOGGED_ON};
use super::{Metrics, SessionGauges, Standing};

const MANUAL: &str = include_str!("../../../docs/operations.md");

#[test]
fn names_follow_the_conventions_and_are_there_once() {
    let names: BTreeSet<&str> = CATALOGUE.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), CATALOGUE.len());
    for metric in CATALOGUE {
        let name = metric.name;
        assert!(name.starts_with("cloudpit_"), "{name}");
        let clean = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(name.bytes().all(clean), "{name}");
        let counts = metric.kind == Kind::Counter;
        assert_eq!(name.ends_with("_total"), counts, "{name}");
        assert!(metric.help.ends_with('.'), "{name}");
    }
}

#[test]
fn the_manual_shows_every_metric_and_no_other() {
    let rows: Vec<String> = MANUAL
        .lines()
        .filter(|line| line.starts_with("| `cloudpit_"))
        .map(str::to_owned)
        .collect();
    let expected: Vec<String> = CATALOGUE
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
            };
            let labels = metric.labels.join(", ");
            format!(
                "| `{}` | {kind} | {labels} | {} |",
                metric.name, metric.help
            )
        })
        .collect();
    assert_eq!(
        rows,
        expected,
        "the table should be\n{}",
        expected.join("\n")
    );
}

#[test]
fn numbers_are_shown_with_their_labels() {
    let metrics = Metrics::counting(true);
    metrics.counter(&LOGONS, &["ALDER"]).increment(2);
    SessionGauges::new(&metrics, "ALDER-OMS").show(Standing {
        logged_on: true,
        next_incoming: 7,
        next_outgoing: 9,
        pending: 0,
    });
    let page = metrics.page().expect("it counts").render();
    for line in [
        "# HELP cloudpit_session_logons_total Logons that were taken.",
        "# TYPE cloudpit_session_logons_total counter",
        "cloudpit_session_logons_total{firm=\"ALDER\"} 2",
        "cloudpit_session_logged_on{session=\"ALDER-OMS\"} 1",
        "cloudpit_session_next_outgoing{session=\"ALDER-OMS\"} 9",
        "cloudpit_connections_accepted_total 0",
    ] {
        assert!(page.lines().any(|shown| shown == line), "{line}\n{page}");
    }
}

#[test]
fn sessions_are_not_told_apart_where_it_is_not_wanted() {
    let metrics = Metrics::counting(false);
    SessionGauges::new(&metrics, "ALDER-OMS").show(Standing {
        logged_on: true,
        next_incoming: 1,
        next_outgoing: 1,
        pending: 0,
    });
    let page = metrics.page().expect("it counts").render();
    assert!(!page.contains(SESSION_LOGGED_ON.name), "{page}");
}

#[test]
fn a_venue_without_metrics_counts_nothing() {
    let metrics = Metrics::none();
    metrics.counter(&LOGONS, &["ALDER"]).increment(1);
    assert!(metrics.page().is_none());
}
