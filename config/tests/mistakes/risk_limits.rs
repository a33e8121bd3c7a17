//! Mistakes in what orders are held against.

use super::check;

/// A table of limits with these lines, before the sessions of the good file: its head stands on line 39.
#[track_caller]
fn check_limits(lines: &str, expected: &[&str]) {
    let tables = format!("[[risk_limits]]\n{lines}\n[[sessions]]");
    check("[[sessions]]", &tables, expected);
}

#[test]
fn a_table_names_one_that_sends_orders() {
    for name in [
        "firm = \"ALDER\"",
        "account = \"acme:1\"",
        "session = \"ALDER-OMS\"",
        "instrument = \"ACME.r.t\"",
    ] {
        check_limits(&format!("{name}\nmax_order_quantity = 1"), &[]);
    }
    check_limits(
        "max_order_quantity = 1",
        &["f:39:1: risk_limits: names nobody. Add one of firm, account, session and instrument."],
    );
    check_limits(
        "firm = \"ALDER\"\nsession = \"ALDER-OMS\"\nmax_order_quantity = 1",
        &[
            "f:41:11: risk_limits.session: is one too many: a table says the limits of one. \
             Keep one of firm, account, session and instrument, and give the others a table each.",
        ],
    );
    check_limits(
        "firm = \"ALDR\"\nmax_order_quantity = 1",
        &["f:40:8: risk_limits.firm: there is no firm \"ALDR\". \
             Did you mean \"ALDER\"? Otherwise declare it in [[firms]]."],
    );
    check_limits(
        "firm = \"WATCH\"\nmax_order_quantity = 1",
        &[
            "f:40:8: risk_limits.firm: \"WATCH\" sends no orders. Name another one, or remove the table.",
        ],
    );
    check_limits(
        "session = \"WATCH-TAPE\"\nmax_order_quantity = 1",
        &[
            "f:40:11: risk_limits.session: \"WATCH-TAPE\" sends no orders. \
             Name another one, or remove the table.",
        ],
    );
    check_limits(
        "firm = \"ALDER\"\nmax_order_quantity = 1\n[[risk_limits]]\nfirm = \"ALDER\"\ncredit = { USD = \"1\" }",
        &[
            "f:43:8: risk_limits.firm: \"ALDER\" has limits already, on line 40. \
             Write all of them in one table.",
        ],
    );
}

#[test]
fn each_limit_is_in_its_range() {
    let alder = |line: &str| format!("firm = \"ALDER\"\n{line}");
    check_limits(
        "firm = \"ALDER\"",
        &["f:40:8: risk_limits: limits nothing. Add a limit, or remove the table."],
    );
    for key in ["max_order_quantity", "max_open_orders"] {
        let column = key.len() + 4;
        check_limits(
            &alder(&format!("{key} = 0")),
            &[&format!(
                "f:41:{column}: risk_limits.{key}: 0 is out of range. \
                 Write a whole number from 1 to 1000000000."
            )],
        );
    }
    check_limits(
        &alder("price_band_basis_points = 100001"),
        &[
            "f:41:27: risk_limits.price_band_basis_points: 100001 is out of range. \
             Write a whole number from 1 to 100000.",
        ],
    );
    check_limits(
        &alder("credit = { USD = \"0\" }"),
        &["f:41:18: risk_limits.credit: \"0\" is zero. \
             Write a positive decimal with at most six places, such as \"0.01\"."],
    );
    check_limits(
        &alder("order_rate = 5\norder_rate_window = \"0ms\""),
        &[
            "f:42:21: risk_limits.order_rate_window: \"0ms\" is out of range. Write a duration from 1ms to 24h.",
        ],
    );
    check_limits(
        &alder("max_open_orders = 1\norder_rate_window = \"1s\""),
        &[
            "f:42:21: risk_limits.order_rate_window: says nothing without order_rate. \
             Add order_rate, or remove it.",
        ],
    );
    check_limits(
        &alder("duplicate_window = \"25h\""),
        &[
            "f:41:20: risk_limits.duplicate_window: \"25h\" is out of range. Write a duration from 1ms to 24h.",
        ],
    );
    check_limits(
        &alder("restricted = [\"ACME.r.t\", \"ACME.r.t\", \"ACME.r.z\"]"),
        &[
            "f:41:27: risk_limits.restricted: names \"ACME.r.t\" twice. Keep one of them.",
            "f:41:39: risk_limits.restricted: there is no instrument \"ACME.r.z\". \
             Did you mean \"ACME.r.t\"? Otherwise declare it in [[instruments]].",
        ],
    );
    check_limits(
        &alder("restricted = \"ACME.r.t\""),
        &[
            "f:41:14: risk_limits.restricted: is a string, and not an array. \
             Write an array of at most 1000 symbols, such as [\"TEST.A\"].",
        ],
    );
    let codes = (0..17_u8).map(|at| format!("AA{} = \"1\"", char::from(b'A' + at)));
    let codes: Vec<String> = codes.collect();
    check_limits(
        &alder(&format!("credit = {{ {} }}", codes.join(", "))),
        &["f:40:8: risk_limits: there are amounts in 17 currencies. Keep at most 16."],
    );
}

#[test]
fn each_limit_belongs_to_some_kinds_of_scope() {
    let count = "max_open_orders = 1";
    let rate = "order_rate = 1";
    let open = "max_open_notional = { USD = \"1\" }";
    let again = "duplicate_window = \"1ms\"";
    let credit = "credit = { USD = \"1\" }";
    let restricted = "restricted = [\"ACME.r.t\"]";
    let reference = "reference_price = \"1\"";
    let all = [count, rate, open, again, credit, restricted, reference];
    let rows: [(&str, &[&str]); 4] = [
        ("firm = \"ALDER\"", &[reference]),
        ("account = \"acme:1\"", &[reference]),
        ("session = \"ALDER-OMS\"", &[credit, restricted, reference]),
        (
            "instrument = \"ACME.r.t\"",
            &[count, rate, open, again, credit, restricted],
        ),
    ];
    for (name, foreign) in rows {
        for limit in all {
            let (key, _) = limit.split_once(" = ").unwrap();
            let kinds = match key {
                "reference_price" => "instrument",
                "credit" | "restricted" => "firm, account",
                _ => "firm, account, session",
            };
            let fault = format!(
                "f:41:{}: risk_limits.{key}: does not apply here. \
                 Remove it, or write it in a table that names one of: {kinds}.",
                key.len() + 4
            );
            let expected = foreign.contains(&limit).then_some(fault.as_str());
            check_limits(&format!("{name}\n{limit}"), expected.as_slice());
        }
    }
    check_limits(
        "instrument = \"ACME.r.t\"\nmax_order_notional = { USD = \"1\", EUR = \"1\" }",
        &[
            "f:41:35: risk_limits.max_order_notional: \"EUR\" is not its currency. Write the amount in USD.",
        ],
    );
}
