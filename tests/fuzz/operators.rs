//! What operators do between the messages: conversations to begin with, and the words to put into others.

use super::case::{Case, Step};
use super::text;
use crate::random::Random;

/// Phases, halts, blocks, limits, busts and corrections, each with orders that feel them.
const CASES: [&str; 8] = [
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator phase TEST halted
     < 35=D|34=@|11=b2|55=TEST|54=1|60=now|40=2|38=3|44=10
     < 35=F|34=@|41=b1|11=c1|55=TEST|54=1|60=now
     operator resume TEST
     < 35=D|34=@|11=b3|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator halt-policy TEST cancelled 5
     operator phase TEST halted
     operator resume TEST
     < 35=D|34=@|11=b4|55=TEST|54=1|60=now|40=2|38=3|44=10
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=2|44=9
     wait 6000",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     operator calendar TEST closed
     operator calendar TEST pre-open
     < 35=D|34=@|11=o1|55=TEST|54=1|60=now|40=2|38=3|44=10|59=2
     < 35=D|34=@|11=o2|55=TEST|54=1|60=now|40=1|38=2|59=2
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=4|44=9
     operator calendar TEST opening-auction
     operator calendar TEST continuous
     < 35=D|34=@|11=c1|55=TEST|54=2|60=now|40=2|38=3|44=10|59=7
     operator calendar TEST closing-auction
     rival 35=D|34=1|1=acme:rival|11=b1|55=TEST|54=1|60=now|40=2|38=4|44=11
     operator calendar TEST closed
     operator bust 1
     day-end",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=s1|55=ACME.m5|54=2|60=now|40=2|38=2|44=10.50|20001=i-0 i-1
     rival 35=D|34=1|1=acme:rival|11=b1|55=ACME.m5|54=1|60=now|40=2|38=1|44=10.50|20002=img
     operator correct 0 10.25
     operator correct 0 10.25
     operator bust 0
     operator bust 0
     settle 0 1
     rival 35=D|34=1|1=acme:rival|11=b2|55=ACME.m5|54=1|60=now|40=2|38=1|44=10.50|20002=img
     settle 1 1
     operator bust 1
     settle 1 4",
    "setup acceptor copies
     connect
     < 35=A|34=@|98=0|108=30
     colleague 35=D|34=1|1=acme:second|11=b1|55=TEST|54=1|60=now|40=2|38=2|44=9
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=1|44=9
     operator correct 0 8.99
     operator bust 0
     operator kill firm HUSH-FIRM
     operator kill firm CLIENTS
     operator release firm CLIENTS
     operator release venue",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator kill session CLIENT
     < 35=D|34=@|11=b2|55=TEST|54=1|60=now|40=2|38=3|44=10
     < 35=G|34=@|41=b1|11=g1|55=TEST|54=1|60=now|40=2|38=2|44=10
     operator release session CLIENT
     < 35=D|34=@|11=b3|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator kill venue
     operator kill venue
     < 35=F|34=@|41=b3|11=c3|55=TEST|54=1|60=now
     operator release venue",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     operator limit firm CLIENTS max_open_orders=1
     operator limit session CLIENT max_order_quantity=5
     operator limit instrument TEST price_band_basis_points=1000
     operator limit instrument TEST reference_price=10
     < 35=D|34=@|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=10
     < 35=D|34=@|11=b2|55=TEST|54=1|60=now|40=2|38=3|44=10
     < 35=D|34=@|11=b3|55=TEST|54=1|60=now|40=2|38=9|44=10
     < 35=D|34=@|11=b4|55=TEST|54=1|60=now|40=2|38=3|44=20
     operator limits-release firm CLIENTS
     < 35=D|34=@|11=b5|55=TEST|54=1|60=now|40=2|38=3|44=10",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     operator limit account acme:client credit=USD:50
     operator limit firm CLIENTS max_open_notional=USD:40
     operator limit firm CLIENTS order_rate=3/2s
     < 35=D|34=@|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=10
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=3|44=10
     < 35=D|34=@|11=b2|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator bust 0
     < 35=D|34=@|11=b3|55=TEST|54=1|60=now|40=2|38=3|44=10
     wait 2000
     operator limit firm CLIENTS duplicate_window=1min
     < 35=D|34=@|11=b4|55=TEST|54=1|60=now|40=2|38=3|44=10
     operator limit firm CLIENTS restricted=TEST",
    "setup deciding orders cancels next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#|8013=S
     accept
     < 35=D|34=@|1=acme:client|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=10
     disconnect
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=2|44=10
     operator correct 0 9.50
     operator bust 0
     operator phase TEST halted
     wait 6000
     connect
     < 35=A|34=@|98=0|108=30|789=#-3
     accept
     serve 100
     operator kill firm CLIENTS",
];

/// What is asked, with `_` for a small number.
const WORDS: [&str; 44] = [
    "phase TEST closed",
    "phase TEST pre-open",
    "phase TEST opening-auction",
    "phase TEST continuous",
    "phase TEST halted",
    "phase TEST closing-auction",
    "phase ACME.m5 halted",
    "phase ACME.m5 continuous",
    "phase NONE halted",
    "calendar TEST closed",
    "calendar TEST pre-open",
    "calendar TEST opening-auction",
    "calendar TEST continuous",
    "calendar TEST closing-auction",
    "calendar ACME.m5 opening-auction",
    "calendar ACME.m5 continuous",
    "resume TEST",
    "resume ACME.m5",
    "halt-policy TEST kept straight",
    "halt-policy TEST cancelled 1",
    "halt-policy ACME.m5 kept 5",
    "kill venue",
    "kill firm CLIENTS",
    "kill firm HUSH-FIRM",
    "kill session CLIENT",
    "kill session COLLEAGUE",
    "release venue",
    "release firm CLIENTS",
    "release session CLIENT",
    "limit firm CLIENTS max_open_orders=_",
    "limit firm CLIENTS max_open_notional=USD:_0",
    "limit firm CLIENTS order_rate=_/2s",
    "limit account acme:client credit=USD:_0",
    "limit account acme:client restricted=ACME.m5",
    "limit session CLIENT max_order_quantity=_",
    "limit session CLIENT duplicate_window=_s",
    "limit instrument TEST price_band_basis_points=_00",
    "limit instrument TEST reference_price=_",
    "limit instrument ACME.m5 max_order_notional=USD:_0",
    "limits-release firm CLIENTS",
    "limits-release instrument TEST",
    "bust _",
    "bust _",
    "correct _ _.5",
];

/// Something that an operator asks for.
pub(super) fn any(random: &mut Random) -> Step {
    let words = random.pick(&WORDS);
    let words = words
        .split('_')
        .map(str::to_owned)
        .reduce(|mut so_far, rest| {
            so_far.push_str(&random.below(10).to_string());
            so_far + &rest
        });
    Step::Operator(words.unwrap_or_default())
}

/// The cases to begin with.
///
/// # Panics
/// When one is not written right.
pub(super) fn cases() -> Vec<Case> {
    let cases = CASES.iter().map(|text| text::read(text));
    cases
        .collect::<Result<_, _>>()
        .expect("the seeds are written right")
}
