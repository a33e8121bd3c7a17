//! Mistakes in halt policies, and what those without mistakes mean.

use engine::{HaltPolicy, HaltedOrders, Resumption};

use super::{GOOD, check};

fn with(tables: &str) -> String {
    let test = "[[instruments]]\nsymbol = \"TEST.A\"\ntest = true\ncurrency = \"USD\"\ntick = \"0.01\"\nmax_order_quantity = 10\n";
    format!("{GOOD}{test}{tables}")
}

/// What halts do after these tables, by instrument: `SYMBOL ORDERS CALL`.
fn policies(tables: &str) -> Vec<String> {
    let config = config::parse(&with(tables), "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let policies = config.halt_policies.iter().map(|(symbol, policy)| {
        let orders = match policy.orders {
            HaltedOrders::Kept => "keep",
            HaltedOrders::Cancelled => "cancel",
        };
        let call = match policy.resumption {
            Resumption::Straight => 0,
            Resumption::Auction { call } => call.as_secs(),
        };
        assert_ne!(*policy, HaltPolicy::default());
        format!("{symbol} {orders} {call}")
    });
    policies.collect()
}

#[test]
fn a_table_that_names_none_is_for_all_others() {
    let named = "[[halt_policies]]\ninstruments = [\"TEST.A\"]\nreopening_call = \"90s\"\n";
    let others = "[[halt_policies]]\norders = \"cancel\"\n";
    let plain = "[[halt_policies]]\ninstruments = [\"TEST.A\"]\norders = \"keep\"\n";
    for (tables, expected) in [
        (String::new(), &[][..]),
        (named.to_owned(), &["TEST.A keep 90"]),
        (others.to_owned(), &["ACME.r.t cancel 0", "TEST.A cancel 0"]),
        (
            format!("{others}{named}"),
            &["ACME.r.t cancel 0", "TEST.A keep 90"],
        ),
        (format!("{others}{plain}"), &["ACME.r.t cancel 0"]),
    ] {
        assert_eq!(policies(&tables), expected, "{tables}");
    }
}

#[test]
fn what_a_halt_policy_cannot_say() {
    let sessions = |tables: &str| format!("{tables}[[sessions]]");
    let twice = sessions("[[halt_policies]]\n[[halt_policies]]\norders = \"cancel\"\n");
    check(
        "[[sessions]]",
        &twice,
        &[
            "f:40:1: halt_policies.instruments: is missing, as in a table before. Name the instruments that it is for; one \
             table may name none, for all others.",
        ],
    );
    let same = "[[halt_policies]]\ninstruments = [\"ACME.r.t\"]\n";
    check(
        "[[sessions]]",
        &sessions(&format!("{same}{same}")),
        &[
            "f:42:15: halt_policies.instruments: names ACME.r.t, which has a halt policy already. Name each instrument in \
             one table, once.",
        ],
    );
    let wrong = "[[halt_policies]]\ninstruments = []\norders = \"drop\"\nreopening_call = \"0s\"\n";
    check(
        "[[sessions]]",
        &sessions(wrong),
        &[
            "f:40:15: halt_policies.instruments: is empty. Name the instruments that it is for, or remove the line.",
            "f:41:10: halt_policies.orders: \"drop\" is not one of its values. Write \"keep\" or \"cancel\".",
            "f:42:18: halt_policies.reopening_call: \"0s\" is out of range. Write a duration from 1s to 24h.",
        ],
    );
}
