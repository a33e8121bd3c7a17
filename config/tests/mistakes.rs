//! Each mistake is reported at its place, with its key, what is wrong and the remedy. Each row changes
//! one thing in a small good file.

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
         Remove it; the keys here are store, url_file, url_env."],
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
        "store = \"sqlite\"\nstore = \"sqlite\"\nurl_env = 5",
        &[
            "f:9:1: cannot be read as TOML: duplicate key. Keep one of them.",
            "f:10:11: settlement.url_env: belongs to PostgreSQL. Remove it, or set store = \"postgres\".",
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
fn values() {
    check(
        "\"PIT\"",
        "7",
        &[
            "f:2:11: venue.comp_id: is an integer, where a string is expected. Put it in quotes: \"7\".",
        ],
    );
    check(
        "127.0.0.1:9878",
        "10.0.0.1:9878",
        &[
            "f:4:10: fix.listen: 10.0.0.1:9878 can be reached from other machines, and the listener does \
         not encrypt. Listen on 127.0.0.1 or [::1].",
        ],
    );
    check(
        "127.0.0.1:9878",
        "localhost",
        &[
            "f:4:10: fix.listen: \"localhost\" is not an IP address with a port. \
         Write them as \"127.0.0.1:9878\" or \"[::1]:9878\"; port 0 takes any free one.",
        ],
    );
    check(
        "fsync",
        "fsnyc",
        &[
            "f:6:14: journal.durability: \"fsnyc\" is not one of its values. \
         Did you mean \"fsync\"? It takes \"fsync\" or \"buffered\".",
        ],
    );
    check(
        "max_order_quantity = 10",
        "max_order_quantity = -1",
        &[
            "f:21:22: instruments.max_order_quantity: -1 is out of range. \
         Write a whole number from 1 to 1000000000.",
        ],
    );
    let decimal = "Write a positive decimal with at most six places, such as \"0.01\".";
    for (tick, what) in [
        ("\"0\"", "\"0\" is zero"),
        ("\"0.0000001\"", "\"0.0000001\" has more than six places"),
        ("\"1,5\"", "\"1,5\" is not a decimal"),
        ("\"-1\"", "\"-1\" is not a decimal"),
        ("\"1e2\"", "\"1e2\" is not a decimal"),
        ("\"\"", "\"\" is not a decimal"),
        (
            "\"9223372036854.775808\"",
            "\"9223372036854.775808\" is too large",
        ),
    ] {
        let expected = format!("f:20:8: instruments.tick: {what}. {decimal}");
        check("\"0.01\"", tick, &[&expected]);
    }
}

#[test]
fn durations_and_sizes() {
    let unit = "Write a whole number and one of the units ms, s, min, h, such as \"30s\".";
    let range = "Write a duration from 1s to 24h.";
    for (value, said) in [
        ("\"30\"", format!("\"30\" is not a duration. {unit}")),
        ("\"30 m\"", format!("\"30 m\" is not a duration. {unit}")),
        ("\"1.5s\"", format!("\"1.5s\" is not a duration. {unit}")),
        ("\"0s\"", format!("\"0s\" is out of range. {range}")),
        ("\"25h\"", format!("\"25h\" is out of range. {range}")),
        (
            "\"99999999999999999999h\"",
            format!("\"99999999999999999999h\" is not a duration. {unit}"),
        ),
        (
            "30",
            "is an integer, where a duration such as \"30s\" is expected. \
                Write the number and its unit in quotes."
                .to_owned(),
        ),
    ] {
        let expected = format!("f:4:26: fix.sending_time_tolerance: {said}");
        let line = format!("sending_time_tolerance = {value}");
        check(
            "listen = \"127.0.0.1:9878\"",
            &line,
            &[
                "f:3:1: fix.listen: is missing. Add a line such as: listen = \"127.0.0.1:9878\".",
                &expected,
            ],
        );
    }
    check(
        "durability = \"fsync\"",
        "segment_size = \"10MB\"",
        &["f:6:16: journal.segment_size: \"10MB\" is not a size. \
         Write a whole number and one of the units B, KiB, MiB, GiB, such as \"64KiB\"."],
    );
    check(
        "durability = \"fsync\"",
        "segment_size = \"10KiB\"",
        &[
            "f:6:16: journal.segment_size: \"10KiB\" is out of range. Write a size from 1MiB to 4GiB.",
        ],
    );
    check(
        "durability = \"fsync\"",
        "queue_limit = 10\nbatch_limit = 11",
        &[
            "f:7:15: journal.batch_limit: is larger than journal.queue_limit, so no batch could fill. \
         Make it at most as large.",
        ],
    );
}

#[test]
fn secrets_do_not_stand_in_the_file_and_are_not_repeated() {
    check(
        "token_env = \"ACME_TOKEN\"",
        "token = \"hunter2\"",
        &[
            "f:9:1: providers.token_file: is missing. Add a line such as: token_file = \"acme.token\".",
            "f:13:1: providers.token: is not taken: a secret does not stand in this file. \
         Remove it, and say where it is kept with token_file or token_env.",
        ],
    );
    check(
        "\"ACME_TOKEN\"",
        "\"hunter-2\"",
        &[
            "f:13:13: providers.token_env: is not the name of an environment variable. \
         Write the variable's name, such as \"ACME_TOKEN\", and the secret into the variable.",
        ],
    );
    check(
        "token_env",
        "token_file = \"t\"\ntoken_env",
        &[
            "f:14:13: providers.token_env: says where a secret is that token_file names as well. \
         Keep token_file or token_env, not both.",
        ],
    );
    check(
        "https://",
        "https://me:hunter2@",
        &[
            "f:11:12: providers.endpoint: holds a user name or password. \
         Keep the secret in token_file or token_env.",
        ],
    );
    check(
        "\"sqlite\"",
        "\"postgres\"\nurl_file = \"postgres://me:hunter2@db/x\"",
        &["f:9:12: settlement.url_file: is not the name of a file. \
         Write the file's name, such as \"acme.token\", and the secret into the file."],
    );
}

#[test]
fn endpoints() {
    let example = "Write a URL such as \"https://control.acme.example\".";
    for (endpoint, said) in [
        (
            "acme.example",
            format!("is not a URL: relative URL without a base. {example}"),
        ),
        (
            "ftp://acme.example",
            format!("\"ftp://acme.example\" is neither https nor http. {example}"),
        ),
        (
            "https://acme.example?a=1",
            "holds a query or a fragment. End it with the path.".to_owned(),
        ),
        (
            "http://acme.example",
            "\"http://acme.example\" would send the token unencrypted to another \
             machine. Use https; http is for a control plane on this machine."
                .to_owned(),
        ),
    ] {
        let expected = format!("f:11:12: providers.endpoint: {said}");
        check("https://acme.example", endpoint, &[&expected]);
    }
    for good in [
        "http://127.0.0.1:8080/",
        "http://[::1]:1",
        "http://localhost/x",
    ] {
        check("https://acme.example", good, &[]);
    }
}

#[test]
fn names_are_declared_once_and_before_use_or_after() {
    check(
        "\"BIRCH\"",
        "\"ALDER\"",
        &[
            "f:26:8: firms.name: \"ALDER\" is declared already, on line 23. \
         Give this firm another name, or remove one of them.",
            "f:38:8: accounts.firm: there is no firm \"BIRCH\". Declare it in [[firms]].",
        ],
    );
    check(
        "name = \"ALDER\"",
        "name = \"ALDERS\"",
        &[
            "f:33:8: accounts.firm: there is no firm \"ALDER\". \
         Did you mean \"ALDERS\"? Otherwise declare it in [[firms]].",
            "f:41:8: sessions.firm: there is no firm \"ALDER\". \
         Did you mean \"ALDERS\"? Otherwise declare it in [[firms]].",
        ],
    );
    check(
        "\"WATCH-TAPE\"",
        "\"ALDER-OMS\"",
        &[
            "f:45:11: sessions.comp_id: \"ALDER-OMS\" is declared already, on line 40. \
         Give this session another name, or remove one of them.",
        ],
    );
    check(
        "\"WATCH-TAPE\"",
        "\"PIT\"",
        &[
            "f:45:11: sessions.comp_id: \"PIT\" is the venue's own CompID. Give the session another one.",
        ],
    );
    check(
        "[[firms]]",
        "[[instruments]]\nsymbol = \"X\"\nprovider = \"ACME\"\nregion = \"r\"\ninstance_type = \"t\"\n\
         currency = \"USD\"\ntick = \"1\"\nmax_order_quantity = 1\n[[firms]]",
        &[
            "f:26:17: instruments.instance_type: these instances have an instrument already, on line 15. \
           Keep one instrument for each provider, region and instance_type.",
        ],
    );
}

#[test]
fn what_fits_what() {
    check(
        "instance_type = \"t\"",
        "instance_type = \"t\"\ntest = true",
        &[
            "f:16:12: instruments.provider: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
            "f:17:10: instruments.region: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
            "f:18:17: instruments.instance_type: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
        ],
    );
    check(
        "kind = \"broker\"",
        "kind = \"provider\"",
        &["f:22:1: firms.provider: is missing. Add a line such as: provider = \"ACME\"."],
    );
    check(
        "kind = \"broker\"",
        "kind = \"broker\"\nprovider = \"ACME\"",
        &[
            "f:25:12: firms.provider: does not apply: the firm is not a provider. \
         Remove it, or set kind = \"provider\".",
        ],
    );
    check(
        "firm = \"BIRCH\"",
        "firm = \"WATCH\"",
        &[
            "f:38:8: accounts.firm: \"WATCH\" is a regulator, which does not trade. \
         Name another firm, or remove the account.",
        ],
    );
    check(
        "firm = \"BIRCH\"",
        "firm = \"BIRCH\"\nopening_cash = { USD = \"1\" }",
        &[
            "f:39:16: accounts.opening_cash: does not apply: an account at no provider trades test \
         instruments, which move no cash. Remove it, or name the account's provider.",
        ],
    );
    check(
        "USD = \"10.00\"",
        "USD = 10, \"\" = \"1\"",
        &[
            "f:35:24: accounts.opening_cash: is an integer, where a string is expected. \
         Put it in quotes: \"10\".",
            "f:35:28: accounts.opening_cash: \"\" cannot be taken as a name: is empty. \
         Write a short name of printable ASCII characters.",
        ],
    );
}

#[test]
fn a_provider_holds_accounts_at_itself() {
    let firm = "name = \"ALDER\"\nkind = \"provider\"\nprovider = \"OTHER\"\n[[providers]]\n\
                name = \"OTHER\"\nendpoint = \"https://o.example\"\ncustody_account = \"c\"\n\
                token_file = \"t\"";
    check(
        "name = \"ALDER\"\nkind = \"broker\"",
        firm,
        &[
            "f:40:12: accounts.provider: \"ALDER\" is the provider \"OTHER\", and cannot hold an account at \
         \"ACME\". Write provider = \"OTHER\".",
        ],
    );
}

#[test]
fn sessions() {
    check(
        "default_account = \"acme:1\"",
        "default_account = \"acme:2\"",
        &[
            "f:43:19: sessions.default_account: \"acme:2\" belongs to \"BIRCH\", not to \"ALDER\". \
         Name an account of the session's own firm.",
        ],
    );
    check(
        "default_account = \"acme:1\"",
        "heartbeat_min = \"10s\"\nheartbeat_max = \"5s\"",
        &[
            "f:43:17: sessions.heartbeat_min: leaves no interval: heartbeat_min is above heartbeat_max. \
         Make heartbeat_min the smaller one.",
        ],
    );
    check(
        "default_account = \"acme:1\"",
        "heartbeat_min = \"1500ms\"\naccept_reset = \"yes\"",
        &[
            "f:43:17: sessions.heartbeat_min: is not in whole seconds. \
         Write whole seconds, such as \"30s\".",
            "f:44:16: sessions.accept_reset: is a string, where true or false is expected. \
         Write true or false, without quotes.",
        ],
    );
    check(
        "firm = \"BIRCH\"\n[[sessions]]",
        "firm = \"ALDER\"\n[[sessions]]\ncomp_id = \"B\"\nfirm = \
           \"BIRCH\"\nrole = \"order_entry\"\n[[sessions]]",
        &[
            "f:41:8: sessions.firm: \"BIRCH\" has no account to trade in. Declare one for it in [[accounts]].",
        ],
    );
    check(
        "firm = \"WATCH\"\nrole = \"drop_copy\"",
        "firm = \"WATCH\"\nrole = \"order_entry\"",
        &[
            "f:46:8: sessions.firm: \"WATCH\" is a regulator, which does not trade. \
         Set role = \"drop_copy\", or name another firm.",
            "f:48:16: sessions.drop_copy_of: belongs to drop copy. \
         Remove it, or set role = \"drop_copy\".",
        ],
    );
}

#[test]
fn drop_copy() {
    check(
        "drop_copy_of = \"all\"",
        "",
        &[
            "f:44:1: sessions.drop_copy_of: is missing. Add a line such as: drop_copy_of = [\"ALDER\"].",
        ],
    );
    check(
        "drop_copy_of = \"all\"",
        "drop_copy_of = [\"ALDER\", \"ALDER\", \"BRICH\", 5]",
        &[
            "f:48:26: sessions.drop_copy_of: names \"ALDER\" twice. Keep one of them.",
            "f:48:35: sessions.drop_copy_of: there is no firm \"BRICH\". \
         Did you mean \"BIRCH\"? Otherwise declare it in [[firms]].",
            "f:48:44: sessions.drop_copy_of: is an integer, where a string is expected. \
         Put it in quotes: \"5\".",
        ],
    );
    check(
        "drop_copy_of = \"all\"",
        "drop_copy_of = []",
        &["f:48:16: sessions.drop_copy_of: names no firm. \
         Write \"all\", or an array of firms such as [\"ALDER\"]."],
    );
    check(
        "firm = \"WATCH\"\n",
        "firm = \"BIRCH\"\n",
        &[
            "f:48:16: sessions.drop_copy_of: \"BIRCH\" is no regulator, and does not see the reports of \
         other firms. Write [\"BIRCH\"], or leave the line out.",
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
