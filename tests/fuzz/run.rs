//! One case from its first step to its end, and then the last word: whatever a peer has done, the session can still log
//! out, be logged on to by whoever knows its numbers, give again all that it sent, and part in good order.

use std::hash::{DefaultHasher, Hasher as _};
use std::time::Duration;

use chrono::TimeDelta;
use fix_codec::MsgType;
use fix_session::Status;

use super::case::{Case, Fault, OURS, PEER, PeerField, PeerMessage, Side, Step, Value, Verdict};
use super::driver::Driver;
use super::{market, seeds};

/// Longer than any wait of a session that ends by itself.
const LONG: Duration = Duration::from_secs(3_600);

/// An order that is right, but for what came before it.
const LAST_ORDER: &str = "35=D|34=@|11=last|1=acme:client|55=TEST|54=1|60=now|40=2|38=1|44=1";

/// What was seen of a case, as numbers: each kind of thing that happened, and which followed on which.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) kinds: Vec<u64>,
    pub(super) pairs: Vec<u64>,
}

/// Runs a case to its end.
///
/// # Panics
/// When the session breaks a promise.
pub(super) fn run(case: &Case) -> Trace {
    let setup = &case.setup;
    let settings = setup.settings(OURS, PEER);
    let driver = Driver::new(settings, setup.resume(), setup.batch, setup.slow_reset);
    let mut driver = driver.staffed(setup);
    let mut trace = Trace::default();
    for step in &case.steps {
        happen(case, step, &mut driver);
        observe(case, &mut driver, &mut trace);
        driver.to_peer.clear();
    }
    end(&mut driver);
    driver.slow_reset = false;
    come_back(case, &mut driver);
    trace
}

fn happen(case: &Case, step: &Step, driver: &mut Driver) {
    match step {
        Step::Connect => driver.connect(),
        Step::Disconnect => driver.disconnect(),
        Step::Message(message) => {
            driver.connect();
            let bytes = rendered(message, driver);
            driver.receive(&bytes, case.setup.chunk());
        }
        Step::Bytes(bytes) => {
            driver.connect();
            driver.receive(bytes, case.setup.chunk());
        }
        Step::Wait(millis) => driver.wait(Duration::from_millis(u64::from(*millis))),
        Step::Send(poss_resend) => driver.send("ours", *poss_resend),
        Step::Logout => driver.logout(),
        Step::Expel => driver.expel(),
        Step::Decide(verdict) => driver.decide(*verdict),
        Step::Serve(limit) => driver.serve(usize::try_from(*limit).unwrap_or(usize::MAX)),
        Step::Restart(skipped, lost) => driver.restart(u64::from(*skipped), u64::from(*lost)),
        Step::Renew => driver.renew(),
        Step::Other(who, message) => {
            let (bytes, now) = (rendered(message, driver), driver.now);
            driver.at_desk(|desk| desk.take_other(*who, now, &bytes));
        }
        Step::Settle(place, status) => driver.at_desk(|desk| desk.settles(*place, *status)),
        Step::EndDay => driver.at_desk(|desk| desk.happens(market::day_end())),
        Step::Deposit(number) => driver.at_desk(|desk| desk.happens(market::deposit(*number))),
        Step::Withdraw(number) => driver.at_desk(|desk| desk.happens(market::withdraw(*number))),
        Step::Operator(words) => driver.at_desk(|desk| desk.operated(words)),
    }
}

/// A connection that is logged out of ends, whatever the peer does not do.
fn end(driver: &mut Driver) {
    driver.reset();
    driver.logout();
    driver.wait(LONG);
    assert!(!driver.connected, "a Logout that does not end");
}

/// A peer that knows the numbers is let in and gets everything that may be asked for.
fn come_back(case: &Case, driver: &mut Driver) {
    driver.sent.clear();
    driver.connect();
    if case.setup.side.accepts() {
        tell(driver, "35=A|34=@|98=0|108=30");
        driver.decide(Verdict::Accept);
    } else {
        // Its numbers may start again with the Logon; the answer is right for both.
        let reset = if case.setup.side == Side::Resetting {
            "|141=Y"
        } else {
            ""
        };
        let heartbeat = case.setup.heartbeat;
        tell(driver, &format!("35=A|34=@|98=0|108={heartbeat}{reset}"));
    }
    assert_eq!(driver.session.status(), Status::LoggedOn, "locked out");
    driver.send("the last", false);
    driver.serve(usize::MAX);
    let expected = driver.session.next_incoming();
    let desk = driver.desk.as_ref();
    if desk.is_some_and(|desk| desk.answers_orders(expected)) {
        let before = driver.session.next_outgoing();
        tell(driver, LAST_ORDER);
        assert!(before < driver.session.next_outgoing(), "no answer");
    }

    driver.sent.clear();
    tell(driver, "35=2|34=@|7=1|16=0");
    driver.serve(3);
    driver.serve(usize::MAX);
    let covered = driver.sent.last().and_then(|sent| sent.resent_below);
    let next = driver.session.next_outgoing();
    assert_eq!(covered, Some(next), "not all comes again");

    driver.sent.clear();
    tell(driver, "35=1|34=@|112=last");
    let answer = driver
        .sent
        .pop()
        .map(|sent| (sent.msg_type, sent.test_req_id));
    assert_eq!(
        answer,
        Some((MsgType::Heartbeat, Some(b"last".to_vec()))),
        "no answer to a TestRequest"
    );

    driver.sent.clear();
    tell(driver, "35=5|34=@");
    let answer = driver.sent.pop().map(|sent| sent.msg_type);
    assert_eq!(answer, Some(MsgType::Logout), "no answer to a Logout");
    assert!(!driver.connected, "a Logout that does not end");
}

fn tell(driver: &mut Driver, fields: &str) {
    let message = PeerMessage {
        fault: Fault::None,
        fields: seeds::fields(fields),
    };
    let bytes = rendered(&message, driver);
    driver.receive(&bytes, usize::MAX);
}

/// The bytes of a message, at this moment. The fields that every message has are added where they are not given.
fn rendered(message: &PeerMessage, driver: &Driver) -> Vec<u8> {
    let mut fields: Vec<&PeerField> = message.fields.iter().collect();
    let standard = standard_fields();
    let missing = standard
        .iter()
        .filter(|field| fields.iter().all(|given| given.tag != field.tag));
    let missing: Vec<&PeerField> = missing.collect();
    let at = fields.len().min(2);
    fields.splice(at..at, missing);
    let mut begin_string = b"FIX.4.4".to_vec();
    let mut content = Vec::new();
    for field in fields {
        let value = bytes_of(&field.value, driver);
        // One that is not at its place can be written too: as any other tag that means it, 08 or 008.
        if field.tag == b"8" {
            begin_string = value;
            continue;
        }
        content.extend_from_slice(&field.tag);
        content.push(b'=');
        content.extend_from_slice(&value);
        content.push(1);
    }
    damaged(
        framed(&begin_string, &content, message.fault),
        message.fault,
    )
}

fn standard_fields() -> [PeerField; 3] {
    let field = |tag: &[u8], value| PeerField {
        tag: tag.to_vec(),
        value,
    };
    [
        field(b"49", Value::Bytes(PEER.into())),
        field(b"56", Value::Bytes(OURS.into())),
        field(b"52", Value::Now(0)),
    ]
}

fn bytes_of(value: &Value, driver: &Driver) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Expected(offset) => number(driver.session.next_incoming(), *offset),
        Value::Outgoing(offset) => number(driver.session.next_outgoing(), *offset),
        Value::Now(offset) => {
            let time = driver.now + TimeDelta::seconds(*offset);
            time.format("%Y%m%d-%H:%M:%S%.3f").to_string().into_bytes()
        }
    }
}

fn number(number: u64, offset: i64) -> Vec<u8> {
    number
        .saturating_add_signed(offset)
        .to_string()
        .into_bytes()
}

fn framed(begin_string: &[u8], content: &[u8], fault: Fault) -> Vec<u8> {
    let length = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let length = length.saturating_add(if let Fault::Length(off) = fault {
        i64::from(off)
    } else {
        0
    });
    let zeros = if let Fault::Zeros(count) = fault {
        usize::from(count)
    } else {
        0
    };
    let mut bytes = b"8=".to_vec();
    bytes.extend_from_slice(begin_string);
    bytes.extend_from_slice(format!("\u{1}9={}{length}\u{1}", "0".repeat(zeros)).as_bytes());
    bytes.extend_from_slice(content);
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let off = if let Fault::Sum(off) = fault { off } else { 0 };
    bytes.extend_from_slice(format!("10={:03}\u{1}", sum.wrapping_add(off)).as_bytes());
    bytes
}

fn damaged(mut bytes: Vec<u8>, fault: Fault) -> Vec<u8> {
    let place = |at: u32| usize::try_from(at).unwrap_or(0) % bytes.len();
    match fault {
        Fault::None | Fault::Length(_) | Fault::Sum(_) | Fault::Zeros(_) => {}
        Fault::Flip(at, bit) => {
            let at = place(at);
            bytes[at] ^= 1 << (bit % 8);
        }
        Fault::Cut(at) => {
            let at = place(at);
            bytes.truncate(at);
        }
        Fault::Drop(at) => {
            let at = place(at);
            bytes.remove(at);
        }
        Fault::Double(at) => {
            let at = place(at);
            bytes.insert(at, bytes[at]);
        }
    }
    bytes
}

/// Notes what was seen since the last look: each thing that came with what was sent upon it; or, where nothing came,
/// what was sent.
fn observe(case: &Case, driver: &mut Driver, trace: &mut Trace) {
    for seen in driver
        .desk
        .as_mut()
        .map(|desk| std::mem::take(&mut desk.seen))
        .unwrap_or_default()
    {
        trace.note(&seen);
    }
    let came = std::mem::take(&mut driver.came);
    let sent = std::mem::take(&mut driver.sent);
    let side = case.setup.side.accepts();
    let answers = |from: usize, until: usize| -> Vec<_> {
        let sent = sent.get(from..until).unwrap_or_default().iter().take(4);
        sent.map(|sent| {
            (
                sent.msg_type,
                sent.resent_below.is_some(),
                sent.why.as_ref(),
            )
        })
        .collect()
    };
    if came.is_empty() && !sent.is_empty() {
        trace.note(&(side, answers(0, sent.len())));
    }
    for (place, this) in came.iter().enumerate() {
        let until = came
            .get(place + 1)
            .map_or(sent.len(), |next| next.sent_before);
        let answers = answers(this.sent_before, until);
        trace.note(&(side, this.before, &this.what, this.after, answers));
    }
}

impl Trace {
    fn note(&mut self, kind: &impl core::hash::Hash) {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        let kind = hasher.finish();
        let before = self.kinds.last().copied().unwrap_or_default();
        self.kinds.push(kind);
        self.pairs.push(before.rotate_left(1) ^ kind);
    }
}
