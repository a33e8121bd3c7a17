//! Every sample file loads, and says what its users rely on.

use std::path::PathBuf;
use std::time::Duration;

use config::{
    Config, Copied, Durability, OnDisconnect, Role, Secret, Session, Store, Validation, examples,
};
use engine::{
    BasisPoints, CancelScope, FirmKind, InstrumentKind, MoneyLimits, Notional, OrderRate, Price,
    Quantity, RiskLimits, RiskScope,
};

fn load(name: &str) -> Config {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    config::load(path).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn default_account(session: &Session) -> &str {
    let Role::OrderEntry {
        default_account: Some(account),
    } = &session.role
    else {
        panic!("{} has {:?}", session.comp_id, session.role)
    };
    account.as_str()
}

#[test]
fn every_sample_file_loads_and_is_embedded() {
    let embedded = [
        ("venue.toml", examples::VENUE),
        ("venue-tls.toml", examples::VENUE_TLS),
        ("demo.toml", examples::DEMO),
        ("loadtest.toml", examples::LOADTEST),
        ("loadtest-buffered.toml", examples::LOADTEST_BUFFERED),
        ("conformance.toml", examples::CONFORMANCE),
    ];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    // Beside them is provider.toml, which is a control plane's and not a venue's.
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, embedded.len() + 1);
    for (name, text) in embedded {
        assert_eq!(
            config::parse(text, folder.join(name)),
            Ok(load(name)),
            "{name}"
        );
    }
}

#[test]
fn the_sample_names_every_key() {
    for section in config::keys::SECTIONS {
        for key in section.keys {
            let line = format!("{} = ", key.name);
            assert!(
                examples::VENUE.contains(&line),
                "[{}] {}",
                section.name,
                key.name
            );
        }
    }
}

#[test]
fn the_load_test_is_as_load_generators_expect() {
    let config = load("loadtest.toml");
    assert_eq!(config.venue.comp_id.as_str(), "CLOUDPIT");
    assert_eq!(config.fix.listen.to_string(), "127.0.0.1:9878");
    assert_eq!(config.journal.durability, Durability::Fsync);

    let symbols: Vec<&str> = config
        .instruments
        .iter()
        .map(|i| i.symbol.as_str())
        .collect();
    assert_eq!(symbols, ["BENCH.A", "BENCH.B", "BENCH.C", "BENCH.D"]);
    for instrument in &config.instruments {
        assert_eq!(instrument.kind, InstrumentKind::Test);
        assert_eq!(instrument.tick.micros(), 1);
        assert_eq!(instrument.max_order_quantity.get(), 1_000_000_000);
    }

    let clients: Vec<String> = config
        .sessions
        .iter()
        .map(|s| s.comp_id.to_string())
        .collect();
    let expected: Vec<String> = (1..=16).map(|n| format!("CLIENT{n}")).collect();
    assert_eq!(clients, expected);
    for (index, session) in config.sessions.iter().enumerate() {
        let number = index + 1;
        assert_eq!(session.firm.as_str(), format!("FIRM{number}"));
        assert_eq!(default_account(session), format!("bench:{number}"));
        assert!(session.accept_reset);
        assert_eq!(session.heartbeat_min, Duration::ZERO);
        assert_eq!(session.throttle, None);
    }
}

#[test]
fn the_two_load_tests_differ_in_durability_only() {
    let mut buffered = load("loadtest-buffered.toml");
    assert_eq!(buffered.journal.durability, Durability::Buffered);
    buffered.journal.durability = Durability::Fsync;
    assert_eq!(buffered, load("loadtest.toml"));
}

#[test]
fn conformance_is_as_the_scripts_expect() {
    let config = load("conformance.toml");
    assert_eq!(config.venue.comp_id.as_str(), "ISLD");
    assert_eq!(config.fix.listen.to_string(), "127.0.0.1:9879");
    let [instrument] = config.instruments.as_slice() else {
        panic!("{:?}", config.instruments)
    };
    assert_eq!(instrument.symbol.as_str(), "LNUX");
    assert_eq!(instrument.kind, InstrumentKind::Test);
    let [session] = config.sessions.as_slice() else {
        panic!("{:?}", config.sessions)
    };
    assert_eq!(session.comp_id.as_str(), "TW");
    assert_eq!(default_account(session), "test:tw");
    assert_eq!(session.validation, Validation::STRICT);
    assert_eq!(
        session.sending_time_tolerance,
        Some(Duration::from_secs(120))
    );
    assert!(session.accept_reset);
    assert_eq!(session.heartbeat_min, Duration::ZERO);
    assert_eq!(session.heartbeat_max, Duration::from_secs(24 * 3_600));
}

#[test]
fn the_demo_has_its_cast() {
    let config = load("demo.toml");
    assert_eq!(config.venue.comp_id.as_str(), "CLOUDPIT");
    assert_eq!(config.fix.listen.to_string(), "127.0.0.1:0");
    assert_eq!(config.settlement.store, Store::Sqlite);
    let cast: Vec<(&str, FirmKind)> = config
        .firms
        .iter()
        .map(|firm| (firm.name.as_str(), firm.kind))
        .collect();
    let expected = [
        ("ALDER", FirmKind::Broker),
        ("BIRCH", FirmKind::Broker),
        ("CEDAR", FirmKind::MarketMaker),
        ("ACME", FirmKind::Provider),
        ("WATCH", FirmKind::Regulator),
        ("GUEST", FirmKind::Broker),
    ];
    assert_eq!(cast, expected);
    let watch = config
        .sessions
        .iter()
        .find(|s| s.comp_id.as_str() == "WATCH")
        .unwrap();
    assert_eq!(watch.role, Role::DropCopy { of: Copied::All });
    for account in &config.accounts {
        assert!(
            !account.opening_cash.is_empty(),
            "{} has no cash",
            account.name
        );
    }
}

#[test]
fn the_encrypting_sample_asks_every_member_for_something() {
    let config = load("venue-tls.toml");
    let tls = config.tls.expect("it encrypts");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    assert_eq!(tls.certificate_file, folder.join("venue.pem"));
    assert_eq!(tls.client_ca_file, Some(folder.join("members-ca.pem")));
    assert!(tls.require_client_certificate);
    assert!(!config.fix.listen.ip().is_loopback());
    for session in &config.sessions {
        let identity = &session.identity;
        assert!(
            identity.password.is_some() || !identity.certificates.is_empty(),
            "{}",
            session.comp_id
        );
    }
    assert_eq!(config.sessions[0].identity.certificates.len(), 2);
    assert_eq!(config.sessions[0].identity.allow_from.len(), 2);
}

#[test]
fn what_becomes_of_the_orders_of_a_lost_client() {
    let sample = load("venue.toml");
    let full = OnDisconnect {
        scope: Some(CancelScope::Session),
        ..OnDisconnect::DEFAULT
    };
    assert_eq!(sample.sessions[0].on_disconnect, full);
    assert_eq!(sample.sessions[1].on_disconnect, OnDisconnect::DEFAULT);
    let copies = sample.sessions.iter().find(|session| {
        let role = &session.role;
        matches!(role, Role::DropCopy { .. })
    });
    assert_eq!(copies.unwrap().on_disconnect, OnDisconnect::NOTHING);
    for name in [
        "loadtest.toml",
        "loadtest-buffered.toml",
        "conformance.toml",
    ] {
        for session in load(name).sessions {
            assert_eq!(session.on_disconnect, OnDisconnect::DEFAULT, "{name}");
        }
    }
}

#[test]
fn amounts_and_paths_are_exact() {
    let config = load("venue.toml");
    assert_eq!(config.instruments[0].tick.to_string(), "0.01");
    let cash: Vec<String> = config.accounts[1]
        .opening_cash
        .iter()
        .map(|(currency, amount)| format!("{currency} {amount}"))
        .collect();
    assert_eq!(cash, ["EUR 50000.00", "USD 250000.00"]);
    let token = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/acme.token");
    assert_eq!(config.providers[0].token, Secret::File(token));
}

#[test]
fn the_sample_limits_what_it_says() {
    let config = load("venue.toml");
    let [alder, _, _, instrument] = &config.risk_limits[..] else {
        panic!("{:?}", config.risk_limits)
    };
    assert_eq!(alder.scope, RiskScope::Firm("ALDER".parse().unwrap()));
    let micros = |units: i128| Some(Notional::from_micros(units * 1_000_000));
    let expected = RiskLimits {
        max_order_quantity: Some(Quantity::new(50)),
        price_band: Some(BasisPoints::new(2_000)),
        max_open_orders: Some(1_000),
        money: vec![MoneyLimits {
            currency: "USD".parse().unwrap(),
            max_order_notional: micros(5_000),
            max_open_notional: micros(50_000),
            credit: micros(100_000),
        }],
        order_rate: Some(OrderRate {
            orders: 200,
            window: Duration::from_secs(1),
        }),
        duplicate_window: Some(Duration::from_millis(100)),
        restricted: vec!["TEST.A".parse().unwrap()],
        reference_price: None,
    };
    assert_eq!(alder.limits, expected);
    let reference = instrument.limits.reference_price;
    assert_eq!(reference, Some(Price::from_micros(100_000)));
}
