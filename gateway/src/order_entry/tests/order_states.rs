//! The order state changes of FIX 4.4, Volume 4, Appendix D, through the market: what members send, and what the first of
//! them is told. D1 and the like are the numbers of the matrices there. The market decides at once, so the pending states,
//! and the rows that only they bring about, are not among them.

use engine::{
    Command, CommandNumber, Engine, FirmKind, Input, Instrument, InstrumentKind, Origin, Price,
    Quantity, Sequenced, SessionRole, Timestamp,
};

use super::fixtures::{TIME, session};
use super::{now, read, written};
use crate::order_entry::inbound::{Refusal, Sender, command};
use crate::order_entry::outbound::report;
use crate::order_entry::routing::concerns;

/// A market, with two members: `a` is told of, `b` trades with it.
struct Market {
    engine: Engine,
    commands: u64,
    messages: u64,
}

impl Market {
    fn open() -> Self {
        let mut market = Self {
            engine: Engine::new(),
            commands: 0,
            messages: 0,
        };
        market.apply(
            Origin::Venue,
            Command::ListInstrument(Instrument {
                symbol: "BENCH.A".parse().unwrap(),
                kind: InstrumentKind::Test,
                currency: "USD".parse().unwrap(),
                tick: Price::from_micros(10_000),
                max_order_quantity: Quantity::new(100_000),
            }),
        );
        for name in ["a", "b"] {
            let (firm, kind) = (name.parse().unwrap(), FirmKind::Broker);
            let permissions = SessionRole::OrderEntry;
            let (account, session) = (name.parse().unwrap(), session(name));
            market.apply(Origin::Venue, Command::AdmitFirm { firm, kind });
            let provider = None;
            market.apply(
                Origin::Venue,
                Command::OpenAccount {
                    account,
                    firm,
                    provider,
                },
            );
            market.apply(
                Origin::Venue,
                Command::AdmitSession {
                    session,
                    firm,
                    permissions,
                },
            );
        }
        market
    }

    /// The messages to `a`, each as it is written.
    fn apply(&mut self, origin: Origin, command: Command) -> Vec<String> {
        self.commands += 1;
        let sequenced = Sequenced {
            number: CommandNumber::new(self.commands),
            time: Timestamp::from_nanos(TIME.nanos() + self.commands),
            input: Input { origin, command },
        };
        let mut events = Vec::new();
        self.engine.apply(&sequenced, &mut events);
        let told = events.iter().flat_map(|event| {
            let own = concerns(event).filter(|concern| concern.session.as_str() == "a");
            own.map(|concern| written(&report(event, &concern).unwrap()))
        });
        told.collect()
    }

    /// A line of a story: who sends it, then one of `new ID QTY[@PRICE] [59=…]`, `replace ID ORIG QTY[@PRICE]`,
    /// `cancel ID ORIG`, `status ID`, each buying for `a` and selling for `b`; or `day`.
    fn run(&mut self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words == ["day"] {
            return self.apply(Origin::Venue, Command::EndTradingDay);
        }
        let (name, side) = (words[0], if words[0] == "a" { 1 } else { 2 });
        let time = "60=20231114-22:13:20";
        let terms = |text: &str| match text.split_once('@') {
            Some((quantity, price)) => format!("38={quantity}|40=2|44={price}"),
            None => format!("38={text}|40=1"),
        };
        let more: String = words
            .iter()
            .filter(|word| word.contains('='))
            .fold(String::new(), |fields, word| format!("{fields}|{word}"));
        let fields = match words[1] {
            "new" => format!(
                "35=D|11={}|1={name}|55=BENCH.A|54={side}|{time}|{}{more}",
                words[2],
                terms(words[3])
            ),
            "replace" => format!(
                "35=G|11={}|41={}|1={name}|55=BENCH.A|54={side}|{time}|{}{more}",
                words[2],
                words[3],
                terms(words[4])
            ),
            "cancel" => format!(
                "35=F|11={}|41={}|55=BENCH.A|54={side}|{time}|38=1",
                words[2], words[3]
            ),
            "status" => format!("35=H|11={}|55=BENCH.A|54={side}", words[2]),
            other => panic!("no such message: {other}"),
        };
        self.messages += 1;
        let sender = Sender {
            session: session(name),
            epoch: 0,
            default_account: None,
            currencies: &Default::default(),
        };
        let input = read(&fields, |message| {
            command(message, &sender, now()).map_err(|refusal| match refusal {
                Refusal::Answer(answer) => written(&answer),
                Refusal::Message(reject) => panic!("{fields}: {reject:?}"),
            })
        });
        let command = match input {
            Ok(input) => input.command,
            Err(answer) => return vec![answer],
        };
        let origin = Origin::Session {
            session: session(name),
            epoch: 0,
            msg_seq_num: self.messages,
        };
        self.apply(origin, command)
    }
}

/// What a report says of the state: `8 11/41 150 39 38 14 151`, or `9 11/41 39 102`.
fn state(message: &str) -> String {
    let field = |tag: u32| {
        let mut fields = message.split('|').filter_map(|field| field.split_once('='));
        fields.find_map(|(known, value)| (known == tag.to_string()).then_some(value))
    };
    let get = |tag: u32| field(tag).unwrap_or("-");
    let name = match field(41) {
        Some(original) => format!("{}/{original}", get(11)),
        None => get(11).to_owned(),
    };
    match get(35) {
        "8" => format!(
            "8 {name} {} {} {} {} {}",
            get(150),
            get(39),
            get(38),
            get(14),
            get(151)
        ),
        "9" => format!("9 {name} {} {}", get(39), get(102)),
        other => panic!("{other}: {message}"),
    }
}

#[track_caller]
fn check(matrix: &str, story: &str, expected: &str) {
    let mut market = Market::open();
    let told: Vec<String> = story
        .split(';')
        .flat_map(|line| market.run(line))
        .map(|message| state(&message))
        .collect();
    let expected: Vec<String> = expected
        .split(';')
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(told, expected, "{matrix}");
}

#[test]
fn orders_that_are_filled_cancelled_and_refused() {
    for (matrix, story, expected) in [
        (
            "D1: filled in parts",
            "a new X 10000@5; b new s1 2000@5; b new s2 1000@5; b new s3 7000@5",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 2000 8000; 8 X F 1 10000 3000 7000;
             8 X F 2 10000 10000 0",
        ),
        (
            "D2: a day order filled in part; the day ends",
            "a new X 10000@5; b new s1 2000@5; day",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 2000 8000; 8 X C C 10000 2000 0",
        ),
        (
            "D3: cancel of an order that is not filled",
            "a new X 10000@5; a cancel Y X",
            "8 X 0 0 10000 0 10000; 8 Y/X 4 4 10000 0 0",
        ),
        (
            "D4: cancel of an order filled in part",
            "a new X 10000@5; b new s1 2000@5; a cancel Y X; b new s2 3000@5",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 2000 8000; 8 Y/X 4 4 10000 2000 0",
        ),
        (
            "D5: cancel of an order that was filled before",
            "a new X 10000@5; b new s1 10000@5; a cancel Y X",
            "8 X 0 0 10000 0 10000; 8 X F 2 10000 10000 0; 9 Y/X 2 0",
        ),
        (
            "D8: cancel of an unknown order",
            "a cancel Y X",
            "9 Y/X 8 1",
        ),
        (
            "a second cancel of the same order",
            "a new X 10000@5; a cancel Y X; a cancel Z X",
            "8 X 0 0 10000 0 10000; 8 Y/X 4 4 10000 0 0; 9 Z/X 4 0",
        ),
        (
            "an order that repeats a ClOrdID",
            "a new X 10000@5; a new X 500@5",
            "8 X 0 0 10000 0 10000; 8 X 8 8 500 0 0",
        ),
        (
            "an order that is refused; its name is used",
            "a new X 0@5; a new X 100@5",
            "8 X 8 8 0 0 0; 8 X 8 8 100 0 0",
        ),
        (
            "fill or kill that cannot be filled",
            "b new s 9000@5; a new X 10000@5 59=4",
            "8 X 0 0 10000 0 10000; 8 X 4 4 10000 0 0",
        ),
        (
            "immediate or cancel, filled in part",
            "b new s 1000@5; a new X 10000@5 59=3",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 1000 9000; 8 X 4 4 10000 1000 0",
        ),
        (
            "good till cancel, filled in part, lives on into the next day",
            "a new X 10000@5 59=1; b new s1 2000@5; day; b new s2 3000@5; a cancel Y X",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 2000 8000; 8 X F 1 10000 5000 5000;
             8 Y/X 4 4 10000 5000 0",
        ),
    ] {
        check(matrix, story, expected);
    }
}

#[test]
fn changes_of_the_quantity() {
    for (matrix, story, expected) in [
        (
            "D9: not filled, made larger",
            "a new X 10000@5; a replace Y X 11000@5; b new s 1000@5",
            "8 X 0 0 10000 0 10000; 8 Y/X 5 0 11000 0 11000; 8 Y F 1 11000 1000 10000",
        ),
        (
            "D10: filled in part, made larger",
            "a new X 10000@5; b new s1 1000@5; a replace Y X 12000@5; b new s2 11000@5",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 1000 9000; 8 Y/X 5 1 12000 1000 11000;
             8 Y F 2 12000 12000 0",
        ),
        (
            "D11: filled, to be made larger: too late here",
            "a new X 10000@5; b new s 10000@5; a replace Y X 12000@5",
            "8 X 0 0 10000 0 10000; 8 X F 2 10000 10000 0; 9 Y/X 2 0",
        ),
        (
            "D12: a change of the price, after it was filled",
            "a new X 10000@5; b new s 10000@5; a replace Y X 10000@4",
            "8 X 0 0 10000 0 10000; 8 X F 2 10000 10000 0; 9 Y/X 2 0",
        ),
        (
            "D13: a fill comes first; more is asked for than is filled",
            "a new X 10000@5; b new s1 500@5; a replace Y X 8000@5; b new s2 7500@5",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 500 9500; 8 Y/X 5 1 8000 500 7500;
             8 Y F 2 8000 8000 0",
        ),
        (
            "D14: a fill comes first; as much is asked for as is filled",
            "a new X 10000@5; b new s 8000@5; a replace Y X 8000@5",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 8000 2000; 8 Y/X 5 2 8000 8000 0",
        ),
        (
            "D15: a fill comes first; less is asked for than is filled",
            "a new X 10000@5; b new s 8000@5; a replace Y X 7000@5; a status Y",
            "8 X 0 0 10000 0 10000; 8 X F 1 10000 8000 2000; 8 Y/X 5 2 8000 8000 0;
             8 Y I 2 8000 8000 0",
        ),
    ] {
        check(matrix, story, expected);
    }
}

#[test]
fn chains_of_changes() {
    for (matrix, story, expected) in [
        (
            "D16: one change accepted, then another",
            "a new X 10000@5; a replace Y X 8000@5; b new s 1000@5; a replace Z Y 6000@5",
            "8 X 0 0 10000 0 10000; 8 Y/X 5 0 8000 0 8000; 8 Y F 1 8000 1000 7000;
             8 Z/Y 5 1 6000 1000 5000",
        ),
        (
            "D17, D18: one change refused, then another accepted: it names the order as it is",
            "a new X 10000@5; a replace Y X 0@5; a replace Z X 6000@5",
            "8 X 0 0 10000 0 10000; 9 Y/X 0 99; 8 Z/X 5 0 6000 0 6000",
        ),
        (
            "D19: two changes at once, one after the other",
            "a new X 10000@5; a replace Y X 8000@5; a replace Z Y 6000@5; a cancel W Z",
            "8 X 0 0 10000 0 10000; 8 Y/X 5 0 8000 0 8000; 8 Z/Y 5 0 6000 0 6000;
             8 W/Z 4 4 6000 0 0",
        ),
        (
            "the second of two changes names the order by the name that it had",
            "a new X 10000@5; a replace Y X 8000@5; a replace Z X 6000@5",
            "8 X 0 0 10000 0 10000; 8 Y/X 5 0 8000 0 8000; 9 Z/X 0 1",
        ),
        (
            "the first of two changes is refused: the second names no order",
            "a new X 10000@5; a replace Y X 0@5; a replace Z Y 6000@5",
            "8 X 0 0 10000 0 10000; 9 Y/X 0 99; 9 Z/Y 8 1",
        ),
        (
            "a change that crosses",
            "b new s 4000@6; a new X 10000@5; a replace Y X 10000@6; a cancel Z Y",
            "8 X 0 0 10000 0 10000; 8 Y/X 5 0 10000 0 10000; 8 Y F 1 10000 4000 6000;
             8 Z/Y 4 4 10000 4000 0",
        ),
        (
            "where an order stands, by each of its names",
            "a new X 10000@5; a status X; a replace Y X 8000@5; a status X; a status Y; a status Z",
            "8 X 0 0 10000 0 10000; 8 X I 0 10000 0 10000; 8 Y/X 5 0 8000 0 8000;
             8 Y I 0 8000 0 8000; 8 Y I 0 8000 0 8000; 8 Z I 8 - 0 0",
        ),
    ] {
        check(matrix, story, expected);
    }
}
