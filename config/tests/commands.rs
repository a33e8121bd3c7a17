//! A configuration enters the engine as commands, each after what it refers to.

use std::path::Path;

use config::examples;
use engine::Command;

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are no settings")]
fn name(command: &Command) -> String {
    match command {
        Command::ListInstrument(instrument) => format!("list {}", instrument.symbol),
        Command::AdmitFirm { firm, kind } => format!("admit firm {firm} {kind:?}"),
        Command::SetSelfMatchPrevention { firm, policy } => {
            format!(
                "own orders of {firm}: {:?} {:?}",
                policy.scope, policy.instruction
            )
        }
        Command::OpenAccount {
            account,
            firm,
            provider,
        } => {
            let provider = provider.map_or("no provider".to_owned(), |name| name.to_string());
            format!("open {account} of {firm} at {provider}")
        }
        Command::AdmitSession {
            session,
            firm,
            permissions,
        } => {
            format!("admit session {session} of {firm} {permissions:?}")
        }
        Command::SetHaltPolicy { symbol, policy } => {
            format!(
                "halts of {symbol}: {:?} {:?}",
                policy.orders, policy.resumption
            )
        }
        Command::SetRiskLimits {
            scope,
            limits,
            reason: None,
        } => {
            let quantity = limits.max_order_quantity.map_or(0, |most| most.get());
            let orders = limits.max_open_orders.unwrap_or(0);
            let (money, restricted) = (limits.money.len(), limits.restricted.len());
            format!(
                "limits of {scope}: {quantity} instances, {orders} orders, {money} currencies, {restricted} restricted"
            )
        }
        other => panic!("{other:?} is not a setting"),
    }
}

#[test]
fn the_sample_becomes_these_commands() {
    let config = config::parse(examples::VENUE, Path::new("venue.toml")).unwrap();
    let commands: Vec<String> = config.commands().iter().map(name).collect();
    let expected = [
        "list ACME.us-east-1.m5.large",
        "list TEST.A",
        "admit firm ALDER Broker",
        "admit firm CEDAR MarketMaker",
        "admit firm ACME Provider",
        "admit firm WATCH Regulator",
        "own orders of ALDER: Account CancelTaker",
        "own orders of CEDAR: Firm CancelMaker",
        "own orders of ACME: Account CancelTaker",
        "open acme:1001 of ALDER at ACME",
        "open acme:1003 of CEDAR at ACME",
        "open acme:capacity of ACME at ACME",
        "open test:cedar of CEDAR at no provider",
        "admit session ALDER-OMS of ALDER OrderEntry",
        "admit session CEDAR-MM of CEDAR OrderEntry",
        "admit session ACME-DESK of ACME OrderEntry",
        "admit session ALDER-COMPLIANCE of ALDER DropCopy",
        "admit session WATCH-TAPE of WATCH DropCopy",
        "halts of ACME.us-east-1.m5.large: Kept Auction { call: 300s }",
        "limits of firm ALDER: 50 instances, 1000 orders, 1 currencies, 1 restricted",
        "limits of account acme:1003: 0 instances, 0 orders, 2 currencies, 0 restricted",
        "limits of session CEDAR-MM: 0 instances, 5000 orders, 0 currencies, 0 restricted",
        "limits of instrument ACME.us-east-1.m5.large: 0 instances, 0 orders, 0 currencies, 0 restricted",
    ];
    assert_eq!(commands, expected);
}
