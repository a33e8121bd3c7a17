//! Mistakes in single values: text, choices, numbers, durations, sizes, secrets, endpoints.

use super::check;

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
         not encrypt. Listen on 127.0.0.1 or [::1], or set up [tls].",
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
         Write a whole number from 1 to 10000.",
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
            "f:6:16: journal.segment_size: \"10KiB\" is out of range. Write a size from 64KiB to 4GiB.",
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
        "token_env = \"ACME_TOKEN\"",
        "token_file = \"https://me:hunter2@acme.example\"",
        &["f:13:14: providers.token_file: is not the name of a file. \
         Write the file's name, such as \"acme.token\", and the secret into the file."],
    );
    check(
        "\"sqlite\"",
        "\"postgres\"",
        &[
            "f:8:9: settlement.store: \"postgres\" is not one of its values. \
         Did you mean \"postgresql\"? It takes \"sqlite\" or \"postgresql\".",
        ],
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
