//! Each row changes one thing in a configuration file, and says what that comes to.

use std::collections::BTreeSet;

use engine::SessionName;

use super::{changes, nothing_of};

const OLD: &str = r#"[venue]
comp_id = "PIT"
[fix]
listen = "127.0.0.1:9878"
max_connections = 64
lockout_failures = 5
[tls]
certificate_file = "venue.pem"
key_file = "venue.key"
client_ca_file = "ca.pem"
[journal]
queue_limit = 4096
[[providers]]
name = "ACME"
endpoint = "https://acme.example"
custody_account = "custody"
token_env = "ACME_TOKEN"
[[instruments]]
symbol = "TEST.A"
test = true
currency = "USD"
tick = "0.01"
max_order_quantity = 10
[[firms]]
name = "ALDER"
kind = "broker"
[[firms]]
name = "BIRCH"
kind = "broker"
[[accounts]]
name = "acme:1"
firm = "ALDER"
[[sessions]]
comp_id = "ALDER-OMS"
firm = "ALDER"
role = "order_entry"
default_account = "acme:1"
[[sessions]]
comp_id = "ALDER-COPY"
firm = "ALDER"
role = "drop_copy"
"#;

const COPY: &str =
    "[[sessions]]\ncomp_id = \"ALDER-COPY\"\nfirm = \"ALDER\"\nrole = \"drop_copy\"\n";

fn read(text: &str) -> config::Config {
    config::parse(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Replaces the first `from` by `to`: `+` what is taken, `~` what waits for a restart, `!` what contradicts, and last
/// how many commands the market gets.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(OLD.contains(from), "{from}");
    let (old, new) = (read(OLD), read(&OLD.replacen(from, to, 1)));
    let dormant = BTreeSet::from([SessionName::new("DORMANT").unwrap()]);
    let past = nothing_of(&old);
    let changes = changes(&old, &past, &new, &dormant);
    let taken = changes.taken.iter().map(|change| format!("+ {change}"));
    let waiting = changes.waiting.iter().map(|what| format!("~ {what}"));
    let contradictions = changes.contradictions.iter();
    let contradictions = contradictions.map(|what| format!("! {what}"));
    let commands = changes.declared.commands().len();
    let mut found: Vec<String> = taken.chain(waiting).chain(contradictions).collect();
    found.push(commands.to_string());
    assert_eq!(found, expected, "after {from:?} became {to:?}");
    if !changes.waiting.is_empty() && changes.taken.is_empty() {
        // What waits is still as it was, and is found again.
        let again = super::changes(&changes.effective, &changes.past, &new, &dormant);
        assert_eq!(again.waiting, changes.waiting);
    } else {
        let again = super::changes(&changes.effective, &changes.past, &new, &dormant);
        assert_eq!(again.taken, []);
    }
}

#[test]
fn the_same_file_changes_nothing() {
    check("PIT", "PIT", &["0"]);
}

#[test]
fn schedules_wait_for_a_start_but_for_those_of_new_sessions() {
    let oms = "[[sessions]]\ncomp_id = \"ALDER-OMS\"\n";
    let day = "[[schedules]]\nname = \"day\"\ntime_zone = \"UTC\"\nkind = \"daily\"\nstart = \"08:00\"\nend = \"17:00\"\n";
    check(
        oms,
        &format!("{day}{oms}schedule = \"day\"\n"),
        &["~ the schedule of session ALDER-OMS", "0"],
    );
    let added = "[[sessions]]\ncomp_id = \"BIRCH-COPY\"\nfirm = \"BIRCH\"\nrole = \"drop_copy\"\nschedule = \"day\"\n";
    check(
        oms,
        &format!("{day}{added}{oms}"),
        &["+ session BIRCH-COPY added", "1"],
    );
    let old = read(&OLD.replacen(oms, &format!("{day}{oms}"), 1));
    let new = read(&OLD.replacen(oms, &format!("{}{oms}", day.replace("17:00", "18:00")), 1));
    let found = changes(&old, &nothing_of(&old), &new, &BTreeSet::new());
    assert_eq!(found.waiting, ["schedule day"]);
    assert_eq!(found.effective, old);
}

#[test]
fn sessions_come_go_and_change() {
    let added = "[[sessions]]\ncomp_id = \"BIRCH-COPY\"\nfirm = \"BIRCH\"\nrole = \"drop_copy\"\n";
    check(
        COPY,
        &format!("{COPY}{added}"),
        &["+ session BIRCH-COPY added", "1"],
    );
    check(COPY, "", &["+ session ALDER-COPY removed", "0"]);
    check(
        COPY,
        &COPY.replace("ALDER-COPY", "DORMANT"),
        &[
            "+ session ALDER-COPY removed",
            "~ session DORMANT, which had been removed before the start",
            "0",
        ],
    );
    check(
        "role = \"order_entry\"\ndefault_account = \"acme:1\"",
        "role = \"drop_copy\"",
        &["+ session ALDER-OMS changed: role", "1"],
    );
    for (line, key) in [
        ("heartbeat_min = \"5s\"", "heartbeat_min"),
        ("heartbeat_max = \"60s\"", "heartbeat_max"),
        ("accept_reset = false", "accept_reset"),
        ("validation = \"relaxed\"", "validation"),
        ("sending_time_tolerance = \"1s\"", "sending_time_tolerance"),
        ("allow_from = [\"10.0.0.0/8\"]", "allow_from"),
        ("throttle = \"none\"", "throttle"),
        ("password_hash_file = \"hash\"", "password"),
        (
            "username = \"u\"\npassword_hash_file = \"hash\"",
            "username, password",
        ),
        (
            &format!("certificates = [\"{}\"]", "ab".repeat(32)),
            "certificates",
        ),
    ] {
        let changed = format!("+ session ALDER-OMS changed: {key}");
        check(
            "default_account = \"acme:1\"",
            &format!("default_account = \"acme:1\"\n{line}"),
            &[&changed, "0"],
        );
    }
    check(
        "default_account = \"acme:1\"\n",
        "",
        &["+ session ALDER-OMS changed: role", "1"],
    );
    check(
        COPY,
        &COPY.replace("firm = \"ALDER\"", "firm = \"BIRCH\""),
        &[
            "+ session ALDER-COPY changed: role",
            "! session ALDER-COPY: whose it is stays",
            "1",
        ],
    );
}

#[test]
fn members_and_instruments_are_added_and_stay_what_they_are() {
    let instrument =
        "[[instruments]]\nsymbol = \"TEST.A\"\ntest = true\ncurrency = \"USD\"\ntick = \"0.01\"\n";
    let more = format!("{instrument}max_order_quantity = 10\n");
    check(
        instrument,
        &format!("{}{instrument}", more.replace("TEST.A", "TEST.B")),
        &["+ instrument TEST.B added", "1"],
    );
    check(
        "tick = \"0.01\"",
        "tick = \"0.05\"",
        &["+ instrument TEST.A changed", "1"],
    );
    check(
        "currency = \"USD\"",
        "currency = \"EUR\"",
        &[
            "+ instrument TEST.A changed",
            "! instrument TEST.A: what it is and its currency stay",
            "1",
        ],
    );
    let birch = "[[firms]]\nname = \"BIRCH\"\nkind = \"broker\"\n";
    check(
        birch,
        &format!("{birch}{}", birch.replace("BIRCH", "CEDAR")),
        &["+ firm CEDAR added", "2"],
    );
    check(
        birch,
        "",
        &["+ firm BIRCH is not declared any more, and stays", "0"],
    );
    check(
        birch,
        &birch.replace("broker", "market_maker"),
        &["! firm BIRCH: what it is stays", "0"],
    );
    check(
        birch,
        &format!("{birch}self_match = \"cancel_both\"\n"),
        &["+ firm BIRCH changed", "2"],
    );
    let account = "[[accounts]]\nname = \"acme:1\"\nfirm = \"ALDER\"\n";
    check(
        account,
        &format!(
            "{account}[[accounts]]\nname = \"acme:2\"\nfirm = \"BIRCH\"\nprovider = \"ACME\"\nopening_cash = {{ USD = \"1\" }}\n"
        ),
        &[
            "+ account acme:2 added",
            "~ the opening_cash of account acme:2",
            "1",
        ],
    );
}

#[test]
fn what_only_a_start_reads_is_named_and_stays() {
    check("\"PIT\"", "\"PITT\"", &["~ [venue]", "0"]);
    check("9878", "9879", &["~ fix.listen", "0"]);
    check("= 64", "= 65", &["~ fix.max_connections", "0"]);
    for key in [
        "max_connections_per_address",
        "max_connections_before_logon",
        "max_connection_rate",
    ] {
        let (changed, said) = (format!("= 64\n{key} = 3"), format!("~ fix.{key}"));
        check("= 64", &changed, &[&said, "0"]);
    }
    check(
        "[tls]",
        "logon_timeout = \"9s\"\n[tls]",
        &["~ fix.logon_timeout", "0"],
    );
    check("4096", "4097", &["~ [journal]", "0"]);
    check(
        "[journal]",
        "[message_store]\nmax_age = \"1h\"\n[journal]",
        &["~ [message_store]", "0"],
    );
    check(
        "[journal]",
        "[settlement]\nmax_workers = 1\n[journal]",
        &["~ [settlement]", "0"],
    );
    check(
        "[tls]\ncertificate_file = \"venue.pem\"\nkey_file = \"venue.key\"\nclient_ca_file = \"ca.pem\"\n",
        "",
        &["~ [tls], whether there is any", "0"],
    );
    check("acme.example", "acme.test", &["~ [[providers]]", "0"]);
    // The files are read again whether their names change or not.
    check("\"venue.pem\"", "\"next.pem\"", &["0"]);
}

#[test]
fn what_fix_says_for_all_sessions_is_taken() {
    check(
        "lockout_failures = 5",
        "lockout_failures = 6",
        &["+ fix.lockout changed", "0"],
    );
    for (line, key) in [
        ("time_precision = \"milliseconds\"", "fix.time_precision"),
        ("max_message_size = \"1KiB\"", "fix.max_message_size"),
        ("max_unsent_size = \"1MiB\"", "fix.max_unsent_size"),
        ("max_unsent_time = \"1s\"", "fix.max_unsent_time"),
        ("logout_timeout = \"1s\"", "fix.logout_timeout"),
    ] {
        let changed = format!("+ {key} changed");
        check("[tls]", &format!("{line}\n[tls]"), &[&changed, "0"]);
    }
}

#[test]
fn what_was_removed_does_not_come_back_as_something_else() {
    let birch = "[[firms]]\nname = \"BIRCH\"\nkind = \"broker\"\n";
    let instrument = "[[instruments]]\nsymbol = \"TEST.B\"\ntest = true\ncurrency = \"USD\"\ntick = \"0.01\"\nmax_order_quantity = 10\n";
    let account = "[[accounts]]\nname = \"acme:2\"\nfirm = \"ALDER\"\n";
    let whole = format!("{OLD}{instrument}{account}");
    for (piece, other, contradiction) in [
        (
            birch,
            birch.replace("broker", "market_maker"),
            "firm BIRCH: what it is stays",
        ),
        (
            instrument,
            instrument.replace("USD", "EUR"),
            "instrument TEST.B: what it is and its currency stay",
        ),
        (
            account,
            account.replace("ALDER", "BIRCH"),
            "account acme:2: whose and where it is stays",
        ),
        (
            COPY,
            COPY.replace("firm = \"ALDER\"", "firm = \"BIRCH\""),
            "session ALDER-COPY: whose it is stays",
        ),
    ] {
        let (first, without) = (read(&whole), read(&whole.replacen(piece, "", 1)));
        let none = BTreeSet::new();
        let removed = changes(&first, &nothing_of(&first), &without, &none);
        let same = changes(&removed.effective, &removed.past, &first, &none);
        assert_eq!(same.contradictions, Vec::<String>::new());
        assert_eq!(same.past, nothing_of(&first), "{piece}");
        let other = read(&whole.replacen(piece, &other, 1));
        let other = changes(&removed.effective, &removed.past, &other, &none);
        assert_eq!(other.contradictions, [contradiction]);
    }
}

#[test]
fn limits_are_laid_down_changed_and_lifted() {
    let alder = "[[risk_limits]]\nfirm = \"ALDER\"\nmax_open_orders = 5\n";
    let limited = format!("{alder}{COPY}");
    check(COPY, &limited, &["+ limits of firm ALDER set", "1"]);
    let old = read(&OLD.replacen(COPY, &limited, 1));
    let found = |text: &str| {
        let new = read(text);
        let changes = changes(&old, &nothing_of(&old), &new, &BTreeSet::new());
        assert_eq!(changes.effective, new);
        let taken = changes.taken.iter().map(ToString::to_string);
        (taken.collect::<Vec<_>>(), changes.declared.risk_limits)
    };
    let same = OLD.replacen(COPY, &limited, 1);
    assert_eq!(found(&same), (Vec::new(), Vec::new()));
    let (taken, declared) = found(&same.replace("orders = 5", "orders = 6"));
    assert_eq!(taken, ["limits of firm ALDER set"]);
    assert_eq!(declared[0].limits.max_open_orders, Some(6));
    let (taken, declared) = found(OLD);
    assert_eq!(taken, ["limits of firm ALDER lifted"]);
    assert!(declared[0].limits.is_empty(), "{declared:?}");
    let other = same.replace(
        "firm = \"ALDER\"\nmax_open",
        "account = \"acme:1\"\nmax_open",
    );
    let (taken, declared) = found(&other);
    assert_eq!(
        taken,
        [
            "limits of account acme:1 set",
            "limits of firm ALDER lifted"
        ]
    );
    assert_eq!(declared.len(), 2);
}

#[test]
fn calendars_are_another_to_those_whose_day_is_another() {
    let calendar = |name: &str, close: &str| {
        format!(
            "[[trading_calendars]]\ninstruments = [{name}]\ntime_zone = \"UTC\"\ncontinuous = \"09:00\"\nclose = \"{close}\"\n"
        )
    };
    let listed: String = ["B", "C", "D", "E", "F", "G"]
        .map(|name| {
            format!(
                "[[instruments]]\nsymbol = \"TEST.{name}\"\ntest = true\ncurrency = \"USD\"\ntick = \"0.01\"\n\
                 max_order_quantity = 10\n"
            )
        })
        .concat();
    let base = format!("{OLD}{listed}");
    let all = ["A", "B", "C", "D", "E", "F", "G"].map(|name| format!("\"TEST.{name}\""));
    let (ab, c) = (all[..2].join(","), all[2].clone());
    let before = format!("{}{}", calendar(&ab, "17:00"), calendar(&c, "17:00"));
    for (after, expected) in [
        (before.clone(), &[][..]),
        // The same day in another table.
        (calendar(&all[..3].join(","), "17:00"), &[]),
        (
            format!("{}{}", calendar(&ab, "18:00"), calendar(&c, "17:00")),
            &["trading calendar of TEST.A, TEST.B set"],
        ),
        (
            calendar(&all.join(","), "17:00"),
            &["trading calendar of TEST.D, TEST.E, TEST.F, TEST.G set"],
        ),
        (
            calendar(&all.join(","), "18:00"),
            &["trading calendar of TEST.A, TEST.B, TEST.C, TEST.D, TEST.E and 2 more set"],
        ),
        (
            calendar(&all[0], "17:00"),
            &["trading calendar of TEST.B, TEST.C lifted: the phase stays as it is"],
        ),
    ] {
        let (old, new) = (
            read(&format!("{base}{before}")),
            read(&format!("{base}{after}")),
        );
        let changes = changes(&old, &nothing_of(&old), &new, &BTreeSet::new());
        let taken: Vec<_> = changes.taken.iter().map(ToString::to_string).collect();
        assert_eq!(taken, expected, "{after}");
        assert_eq!(changes.effective, new);
        assert_eq!(
            (changes.waiting.len(), changes.declared.commands().len()),
            (0, 0)
        );
    }
}

#[test]
fn halt_policies_are_told_where_they_are_others() {
    let cancels = "[[halt_policies]]\norders = \"cancel\"\n";
    let policy = format!("{cancels}{COPY}");
    check(COPY, &policy, &["+ halt policy of TEST.A set", "1"]);
    let old = read(&OLD.replacen(COPY, &policy, 1));
    let found = |text: &str| {
        let new = read(text);
        let changes = changes(&old, &nothing_of(&old), &new, &BTreeSet::new());
        let taken: Vec<_> = changes.taken.iter().map(ToString::to_string).collect();
        (taken, changes.declared.commands())
    };
    let same = OLD.replacen(COPY, &policy, 1);
    assert_eq!(found(&same), (Vec::new(), Vec::new()));
    // Without a table it is the default again.
    let (taken, commands) = found(OLD);
    assert_eq!(taken, ["halt policy of TEST.A set"]);
    let default = engine::Command::SetHaltPolicy {
        symbol: "TEST.A".parse().unwrap(),
        policy: engine::HaltPolicy::default(),
    };
    assert_eq!(commands, [default]);
}
