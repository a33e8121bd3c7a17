//! One member who trades without pause, remembers everything that it sent and got, and comes back when it is cut off.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::ops::RangeInclusive;

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use fix_session::Settings;
use gateway::initiator::ClientError;
use tokio::sync::watch;

use super::dropped::no_longer_kept;
use super::history::{History, Name};
use crate::ground::WATCH;
use crate::member::{Member, Seen, Terms};
use crate::random::Random;

/// What is traded.
pub const SYMBOLS: [&str; 2] = ["BENCH.A", "BENCH.B"];

/// How many of the load test's members trade.
const TRADERS: u32 = 4;

/// Requests of one member that are not answered yet, at the most.
const IN_FLIGHT: usize = 32;

/// How long a member goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// New requests until the connection breaks.
    Unending,
    /// No new requests; until everything sent is answered.
    Finish,
}

/// An order or a cancel that was sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Symbol(55).
    pub symbol: &'static str,
    /// Buy or sell.
    pub side: Side,
    /// OrderQty(38); a cancel has none.
    pub quantity: Option<u32>,
}

/// A member.
pub struct Trader {
    member: Member,
    random: Random,
    /// By ClOrdID(11).
    pub requests: BTreeMap<String, Request>,
    unanswered: BTreeSet<String>,
    /// Orders that may be open.
    open: Vec<String>,
    /// Everything that came, as it came, but the notices about what is no longer kept.
    pub seen: Vec<Seen>,
    /// What those said, by their own MsgSeqNum(34).
    told: BTreeMap<u64, RangeInclusive<u64>>,
}

impl Trader {
    /// Those who trade, and the one who watches.
    #[must_use]
    pub fn all(random: &mut Random) -> Vec<Self> {
        Self::all_with(random, Member::settings)
    }

    /// As [`Trader::all`], with sessions that are set up so.
    #[must_use]
    pub fn all_with(random: &mut Random, settings: impl Fn(&str) -> Settings) -> Vec<Self> {
        let names = (1..=TRADERS).map(|number| format!("CLIENT{number}"));
        let mut trader = |name: String| Self {
            member: Member::with(settings(&name)),
            random: random.fork(),
            requests: BTreeMap::new(),
            unanswered: BTreeSet::new(),
            open: Vec::new(),
            seen: Vec::new(),
            told: BTreeMap::new(),
        };
        names.chain([WATCH.to_owned()]).map(&mut trader).collect()
    }

    /// Its CompID.
    #[must_use]
    pub fn name(&self) -> &str {
        self.member.name()
    }

    /// Its session.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// Its session, to do something with it.
    pub fn member_mut(&mut self) -> &mut Member {
        &mut self.member
    }

    /// Whether it trades, and does not watch.
    #[must_use]
    pub fn trades(&self) -> bool {
        self.name() != WATCH
    }

    /// Comes back and goes on until the connection breaks or, if it is to finish, everything is answered.
    ///
    /// # Panics
    /// When the venue refuses it, or cuts it off while it is to finish.
    pub async fn trade(&mut self, address: SocketAddr, pace: Pace, answers: &watch::Sender<u64>) {
        match self.member.connect(address).await {
            Ok(()) => {}
            Err(ClientError::Refused(Some(reason))) => panic!("{}: {reason:?}", self.name()),
            // The venue was killed under it.
            Err(error) => {
                assert_eq!(pace, Pace::Unending, "{}: {error}", self.name());
                return self.see_the_rest().await;
            }
        }
        while pace == Pace::Unending || !self.unanswered.is_empty() {
            if pace == Pace::Unending && !self.send_some(usize::MAX).await {
                return self.see_the_rest().await;
            }
            match self.member.next().await.expect("the venue says something") {
                Some(seen) => {
                    self.take(seen);
                    answers.send_modify(|answers| *answers += 1);
                }
                None => {
                    assert_eq!(pace, Pace::Unending, "{} was cut off", self.name());
                    return;
                }
            }
        }
    }

    /// What the venue still has to say before it ends the connection.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn see_the_rest(&mut self) {
        for seen in self.member.rest().await {
            self.take(seen);
        }
    }

    /// Drops the connection, and keeps what had come over it.
    pub async fn hang_up(&mut self) {
        self.member.client().abort();
        self.see_the_rest().await;
    }

    /// Connects and logs on; what comes after the Logon is still there to be heard.
    ///
    /// # Errors
    /// As [`Member::connect`].
    pub async fn connect(&mut self, address: SocketAddr) -> Result<(), ClientError> {
        self.member.connect(address).await
    }

    /// Takes the next message; whether the connection still stands.
    ///
    /// # Panics
    /// When the venue says nothing for too long.
    pub async fn hear(&mut self) -> bool {
        let next = self.member.next().await.expect("the venue says something");
        next.map(|seen| self.take(seen)).is_some()
    }

    /// Hears all that the venue has for it: up to the answer to a cancel of nothing.
    ///
    /// # Panics
    /// When the connection ends before.
    pub async fn catch_up(&mut self) {
        let id = format!("{}-{}", self.name(), self.requests.len() + 1);
        let (symbol, side) = (SYMBOLS[0], Side::Buy);
        let request = Request {
            symbol,
            side,
            quantity: None,
        };
        self.note(&id, request);
        let sent = self.member.cancel(&id, "NOTHING", symbol, side).await;
        sent.expect("the connection stands");
        while !self.unanswered.is_empty() {
            assert!(self.hear().await, "{} was cut off", self.name());
        }
    }

    /// Whether `limit` requests were sent and all are answered.
    #[must_use]
    pub fn is_answered(&self, limit: usize) -> bool {
        self.requests.len() >= limit && self.unanswered.is_empty()
    }

    /// Sends as much as may be in flight, and no more than `limit` requests in all; whether the connection still
    /// stands.
    pub async fn send_some(&mut self, limit: usize) -> bool {
        while self.trades() && self.unanswered.len() < IN_FLIGHT && self.requests.len() < limit {
            let id = format!("{}-{}", self.name(), self.requests.len() + 1);
            let sent = if !self.open.is_empty() && self.random.percent(35) {
                self.send_cancel(&id).await
            } else {
                self.send_order(&id).await
            };
            if sent.is_err() {
                return false;
            }
        }
        true
    }

    async fn send_order(&mut self, id: &str) -> Result<(), ClientError> {
        let random = &mut self.random;
        let quantity = 1 + u32::try_from(random.below(5)).expect("it is small");
        let request = Request {
            symbol: random.pick(&SYMBOLS),
            side: random.pick(&[Side::Buy, Side::Sell]),
            quantity: Some(quantity),
        };
        let terms = Terms {
            symbol: request.symbol,
            side: request.side,
            quantity,
            cents: 10_000 + random.below(7).cast_signed(),
            time_in_force: match random.below(10) {
                0 => TimeInForce::ImmediateOrCancel,
                1 => TimeInForce::FillOrKill,
                _ => TimeInForce::Day,
            },
        };
        self.note(id, request);
        self.member.order(id, &terms).await
    }

    async fn send_cancel(&mut self, id: &str) -> Result<(), ClientError> {
        let last = u64::try_from(self.open.len()).expect("a list fits in memory");
        let place = usize::try_from(self.random.below(last)).expect("it is below a usize");
        let order = self.open.swap_remove(place);
        let named = &self.requests[&order];
        let request = Request {
            quantity: None,
            ..*named
        };
        let (symbol, side) = (request.symbol, request.side);
        self.note(id, request);
        self.member.cancel(id, &order, symbol, side).await
    }

    /// Before it is sent: what breaks while it is sent may have been taken.
    fn note(&mut self, id: &str, request: Request) {
        self.requests.insert(id.to_owned(), request);
        self.unanswered.insert(id.to_owned());
    }

    fn take(&mut self, seen: Seen) {
        if let Some(gone) = no_longer_kept(&seen) {
            let number = seen.number(tags::MSG_SEQ_NUM);
            let before = self.told.insert(number, gone);
            assert!(before.is_none(), "{} got {number} twice", self.name());
            return;
        }
        if let Some(id) = seen.get(tags::CL_ORD_ID) {
            self.unanswered.remove(id);
            if seen.is(tags::EXEC_TYPE, "0") && self.trades() {
                self.open.push(id.to_owned());
            }
        }
        self.seen.push(seen);
    }

    /// What came is what the venue says has happened: all of it but what it was told is no longer kept, in order, and nothing
    /// twice without saying so.
    ///
    /// # Panics
    /// When it is not.
    pub fn check(&self, history: &History) {
        let name = self.name();
        assert!(self.unanswered.is_empty(), "{name}: {:?}", self.unanswered);
        let mut first: BTreeMap<Name, &Seen> = BTreeMap::new();
        let mut order = Vec::new();
        let mut numbers: BTreeSet<u64> = self.told.keys().copied().collect();
        for seen in &self.seen {
            let number = seen.number(tags::MSG_SEQ_NUM);
            assert!(
                numbers.insert(number),
                "{name} got {number} twice: {seen:?}"
            );
            match first.get(&name_of(seen)) {
                None => {
                    first.insert(name_of(seen), seen);
                    order.push(name_of(seen));
                }
                Some(known) => {
                    assert!(
                        seen.may_be_known(),
                        "{name}: {known:?} came again: {seen:?}"
                    );
                    assert_eq!(known.content(), seen.content(), "{name}");
                }
            }
        }
        let expected = history.of_session(name);
        let mut rest = expected.iter();
        let strange = order
            .iter()
            .position(|got| !rest.by_ref().any(|is| got == is));
        let gone: u64 = self
            .told
            .values()
            .map(|gone| gone.end() - gone.start() + 1)
            .sum();
        let missing = expected.len().saturating_sub(order.len());
        assert!(
            strange.is_none() && u64::try_from(missing).is_ok_and(|missing| missing <= gone),
            "{name} got {} messages of {}, {gone} numbers are no longer kept; out of turn is {strange:?}",
            order.len(),
            expected.len()
        );
        self.check_answers();
    }

    /// Each request was answered once: taken once, for taken twice it would have been refused the second time.
    fn check_answers(&self) {
        let mut answers: BTreeMap<&str, BTreeSet<Name>> = BTreeMap::new();
        for seen in &self.seen {
            let id = seen.must(tags::CL_ORD_ID);
            assert!(!seen.is(tags::EXEC_TYPE, "8"), "refused: {seen:?}");
            let request = self.requests.get(id);
            let is_cancel = request.is_some_and(|request| request.quantity.is_none());
            if is_cancel || seen.is(tags::EXEC_TYPE, "0") {
                answers.entry(id).or_default().insert(name_of(seen));
            }
        }
        for id in self.requests.keys() {
            let count = answers.get(id.as_str()).map_or(0, BTreeSet::len);
            assert_eq!(count, 1, "answers to {id}");
        }
    }

    /// What came when everything was asked for again. A number may be gap-filled, and its report made again under
    /// another, or be no longer kept, which is said; it never stands for another message. How many are no longer kept of
    /// those that had come.
    ///
    /// # Panics
    /// When something else came.
    pub fn check_second_look(&self, again: &BTreeMap<u64, Seen>) -> usize {
        let name = self.name();
        let told: Vec<_> = again.values().filter_map(no_longer_kept).collect();
        let is_gone = |number: u64| told.iter().any(|gone| gone.contains(&number));
        for number in self.told.keys() {
            let is_notice = |again: &Seen| again.is(tags::MSG_TYPE, "B");
            let same = again.get(number).map_or(is_gone(*number), is_notice);
            assert!(same, "{name}: {number} was a notice");
        }
        let again = again
            .iter()
            .filter(|(_, again)| !again.is(tags::MSG_TYPE, "B"));
        let again: BTreeMap<u64, &Seen> = again.map(|(number, seen)| (*number, seen)).collect();
        assert!(!again.keys().any(|number| is_gone(*number)), "{name}");
        let gone = self.seen.iter().map(|seen| seen.number(tags::MSG_SEQ_NUM));
        let gone = gone.filter(|number| is_gone(*number)).count();
        // A report that was made again stands under its latest number: where that is gone, so is the report.
        let mut latest: BTreeMap<Name, u64> = BTreeMap::new();
        for seen in &self.seen {
            let number = latest.entry(name_of(seen)).or_default();
            *number = seen.number(tags::MSG_SEQ_NUM).max(*number);
        }
        latest.retain(|_, number| !is_gone(*number));
        let mut filled = 0;
        for seen in &self.seen {
            let number = seen.number(tags::MSG_SEQ_NUM);
            match again.get(&number) {
                Some(again) => {
                    assert_eq!(seen.content(), again.content(), "{name}: {number}");
                    assert!(again.is(tags::POSS_DUP_FLAG, "Y"), "{name}: {again:?}");
                }
                None => filled += 1,
            }
        }
        for again in again.values() {
            latest.remove(&name_of(again));
        }
        // One whose number was passed over may have been made again under a number that was gone before it came.
        let in_told: u64 = told.iter().map(|gone| gone.end() - gone.start() + 1).sum();
        let never_came = in_told.saturating_sub(u64::try_from(gone).expect("it is small"));
        assert!(
            u64::try_from(latest.len()).is_ok_and(|missing| missing <= never_came),
            "{name} cannot get {} again, the first of them {:?}; it is told {told:?}, {never_came} of them never came",
            latest.len(),
            latest.first_key_value()
        );
        let resent = self.seen.iter().filter(|seen| seen.may_be_known()).count();
        eprintln!(
            "{name}: {} messages, {resent} of them marked as possibly known, {} when asked again, {filled} numbers gap-filled, \
             {gone} of them no longer kept",
            self.seen.len(),
            again.len()
        );
        gone
    }
}

fn name_of(seen: &Seen) -> Name {
    let name = if seen.is(tags::MSG_TYPE, "8") {
        tags::EXEC_ID
    } else {
        assert!(seen.is(tags::MSG_TYPE, "9"), "nobody asked for {seen:?}");
        tags::CL_ORD_ID
    };
    seen.must(name).to_owned()
}
