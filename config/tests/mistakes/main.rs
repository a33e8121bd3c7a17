//! Each mistake is reported at its place, with its key, what is wrong and the remedy. Each row changes
//! one thing in a small good file.

mod halt_policies;
mod identity;
mod limits;
mod members;
mod nova;
mod risk_limits;
mod schedules;
mod store;
mod trading_calendars;
mod values;

const GOOD: &str = r#"[venue]
comp_id = "PIT"
[fix]
listen = "127.0.0.1:9878"
[journal]
durability = "fsync"
[settlement]
store = "sqlite"
[[providers]]
name = "ACME"
endpoint = "https://acme.example"
custody_account = "custody"
token_env = "ACME_TOKEN"
[[instruments]]
symbol = "ACME.r.t"
provider = "ACME"
region = "r"
instance_type = "t"
currency = "USD"
tick = "0.01"
max_order_quantity = 10
[[firms]]
name = "ALDER"
kind = "broker"
[[firms]]
name = "BIRCH"
kind = "broker"
[[firms]]
name = "WATCH"
kind = "regulator"
[[accounts]]
name = "acme:1"
firm = "ALDER"
provider = "ACME"
opening_cash = { USD = "10.00" }
[[accounts]]
name = "acme:2"
firm = "BIRCH"
[[sessions]]
comp_id = "ALDER-OMS"
firm = "ALDER"
role = "order_entry"
default_account = "acme:1"
[[sessions]]
comp_id = "WATCH-TAPE"
firm = "WATCH"
role = "drop_copy"
drop_copy_of = "all"
"#;

/// Replaces the first `from` by `to`, and expects exactly these mistakes.
#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let found = match config::parse(&text, "f") {
        Ok(_) => String::new(),
        Err(mistakes) => mistakes.to_string(),
    };
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines, expected, "after {from:?} became {to:?}");
}

#[test]
fn the_unchanged_file_is_good() {
    check("PIT", "PIT", &[]);
}

#[test]
fn keys_and_tables() {
    check(
        "comp_id",
        "compid",
        &["f:2:1: venue.compid: is not a known key. Did you mean `comp_id`."],
    );
    check(
        "store",
        "colour",
        &["f:8:1: settlement.colour: is not a known key. \
         Remove it; the keys here are store, max_workers, max_attempts, poll_interval, deposit_interval, reconciliation_interval, \
         funding_timeout, fencing_timeout, terminating_timeout, placing_timeout, starting_timeout."],
    );
    check(
        "[venue]",
        "[venues]",
        &["f:1:2: venues: is not a known key. Did you mean `venue`."],
    );
    check(
        "listen",
        "#",
        &["f:3:1: fix.listen: is missing. Add a line such as: listen = \"127.0.0.1:9878\"."],
    );
    check(
        "[fix]",
        "[[fix]]",
        &["f:3:1: fix: is an array, where a table is expected. \
         Start it with [fix] on a line of its own."],
    );
    check(
        "[[providers]]",
        "[providers]",
        &[
            "f:9:1: providers: is a table, where an array of tables is expected. \
         Start it with [[providers]] on a line of its own.",
        ],
    );
}

#[test]
fn broken_toml_is_reported_and_the_rest_is_still_read() {
    check(
        "store = \"sqlite\"",
        "store = \"sqlite\"\nstore = \"sqlite\"\nmax_attempts = 0",
        &[
            "f:9:1: cannot be read as TOML: duplicate key. Keep one of them.",
            "f:10:16: settlement.max_attempts: 0 is out of range. Write a whole number from 1 to 1000.",
        ],
    );
    check(
        "name = \"ACME\"",
        "name = ACME",
        &[
            "f:10:8: cannot be read as TOML: string values must be quoted, expected literal string. \
         Put the value in quotes.",
        ],
    );
}

#[test]
fn an_empty_file_is_told_what_it_needs() {
    let mistakes = config::parse("", "f").unwrap_err();
    let lines: Vec<String> = mistakes.to_string().lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "f:1:1: firms: is missing: nobody can trade. Add at least one table [[firms]].",
            "f:1:1: fix.listen: is missing. \
         Add a table [fix] with a line such as: listen = \"127.0.0.1:9878\".",
            "f:1:1: instruments: is missing: nothing can be traded. \
         Add at least one table [[instruments]].",
            "f:1:1: sessions: is missing: nobody can log on. Add at least one table [[sessions]].",
        ]
    );
}

#[test]
fn a_file_that_is_no_text_is_one_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let said = config::load(&missing).unwrap_err().to_string();
    assert!(
        said.starts_with(&format!("{}: cannot be read: ", missing.display())),
        "{said}"
    );

    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"[venue]\n# \xff\n").unwrap();
    let said = config::load(&binary).unwrap_err().to_string();
    let expected = "is not UTF-8 text: line 2 holds other bytes. Save the file as UTF-8.";
    assert_eq!(said, format!("{}: {expected}", binary.display()));
}
