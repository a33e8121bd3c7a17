//! One FIX session of the load generator: logs on with fresh sequence numbers, sends orders, checks every message
//! that comes, answers TestRequests, logs out.

use std::net::TcpStream;

use super::super::clock::{Clock, Nanos, SECOND, TimeText};
use super::super::stream::{Filled, Stream};
use super::super::wire::{Writer, decimal, has_right_checksum, number, readable};
use super::flow::{Flow, QUANTITY};
use super::orders::{Orders, Wrong};
use super::seen::Seen;
use super::tally::Tally;
use super::{Mistake, Plan};

/// HeartBtInt(108), in seconds.
const HEARTBEAT_SECONDS: u64 = 30;

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The Logon is sent.
    LoggingOn,
    /// Logged on.
    LoggedOn,
    /// The Logout is sent.
    LoggingOut,
    /// Both Logouts are exchanged.
    LoggedOut,
}

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    comp_id: String,
    target_comp_id: String,
    /// What each ClOrdID(11) begins with; never the same in two loads.
    id_prefix: Vec<u8>,
    pub(super) stream: Stream,
    stage: Stage,
    writer: Writer,
    time: TimeText,
    next_outgoing: u64,
    next_incoming: u64,
    last_sent: Nanos,
    flow: Flow,
    pub(super) orders: Orders,
}

impl Session {
    /// Connects the session at this place and sends its Logon.
    pub(super) fn connect(plan: &Plan, place: usize, clock: &Clock) -> Result<Self, Mistake> {
        let stream = Stream::new(TcpStream::connect(plan.address)?)?;
        let comp_id = format!("CLIENT{}", place + 1);
        // Loads of the same session start at different moments.
        let id_prefix = format!("{:x}-{}-", clock.time_of_day(0) / 1_000, place + 1).into_bytes();
        let mut session = Self {
            comp_id,
            target_comp_id: plan.target_comp_id.clone(),
            id_prefix,
            stream,
            stage: Stage::LoggingOn,
            writer: Writer::default(),
            time: TimeText::new(),
            next_outgoing: 1,
            next_incoming: 1,
            last_sent: 0,
            flow: Flow::new(place, plan.crossing_percent),
            orders: Orders::default(),
        };
        let now = clock.now();
        session.set_time(now, clock);
        session.begin(b"A");
        session
            .writer
            .text(b"98=", b"0")
            .number(b"108=", HEARTBEAT_SECONDS)
            .text(b"141=", b"Y");
        session.finish();
        Ok(session)
    }

    /// How far it is.
    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Sets the time of what is sent from now on, and sends a Heartbeat(0) if nothing was sent for long.
    pub(super) fn set_time(&mut self, now: Nanos, clock: &Clock) {
        self.time.set(clock.time_of_day(now));
        if self.stage == Stage::LoggedOn && now - self.last_sent > (HEARTBEAT_SECONDS - 1) * SECOND
        {
            self.begin(b"0");
            self.finish();
        }
        if self.stream.has_unwritten() {
            self.last_sent = now;
        }
    }

    /// Puts the next order, which was meant for `intended`, into what is to be written.
    pub(super) fn send_order(&mut self, now: Nanos, intended: Nanos, tally: &mut Tally) {
        let place = self.orders.send(intended);
        tally.send(now, intended);
        self.begin(b"D");
        let Self {
            writer,
            flow,
            time,
            id_prefix,
            ..
        } = self;
        let prefix = id_prefix.len();
        let place = u64::try_from(place).expect("a count in memory fits 64 bits");
        id_prefix.extend_from_slice(decimal(place, &mut [0; 20]));
        let terms = flow.next();
        writer
            .text(b"11=", id_prefix)
            .text(b"55=", terms.symbol)
            .text(b"54=", terms.side)
            .text(b"60=", time.bytes())
            .text(b"38=", QUANTITY)
            .text(b"40=", b"2")
            .text(b"44=", terms.price)
            .text(b"59=", b"0");
        id_prefix.truncate(prefix);
        self.finish();
    }

    /// Puts a Logout(5) into what is to be written.
    pub(super) fn log_out(&mut self) {
        self.stage = Stage::LoggingOut;
        self.begin(b"5");
        self.finish();
    }

    /// Reads once and handles what came, at the moment `now` tells after the read.
    pub(super) fn receive(&mut self, clock: &Clock, tally: &mut Tally) -> Result<(), Mistake> {
        match self.stream.fill()? {
            Filled::More => {}
            Filled::Nothing => return Ok(()),
            Filled::Closed if self.stage == Stage::LoggedOut => return Ok(()),
            Filled::Closed => {
                let session = self.comp_id.clone();
                return Err(Mistake::Closed { session });
            }
        }
        let now = clock.now();
        // The message is read where it lies, while the rest of the session changes.
        let mut test_requests = Vec::new();
        while let Some(message) = self.stream.incoming.next_message()? {
            if !has_right_checksum(message) {
                return Err(Mistake::Checksum(readable(message)));
            }
            let seen = Seen::of(message);
            if number(seen.msg_seq_num) != Some(self.next_incoming) {
                let expected = self.next_incoming;
                let message = readable(message);
                return Err(Mistake::Sequence { expected, message });
            }
            self.next_incoming += 1;
            match (seen.msg_type, self.stage) {
                (b"8", _) => {
                    report(&seen, &self.id_prefix, &mut self.orders, now, tally)
                        .map_err(|wrong| Mistake::of(wrong, readable(message)))?;
                }
                (b"0", _) => {}
                (b"1", _) => test_requests.push(seen.test_req_id.to_vec()),
                (b"A", Stage::LoggingOn) => self.stage = Stage::LoggedOn,
                (b"5", Stage::LoggingOut) => self.stage = Stage::LoggedOut,
                _ => return Err(Mistake::Refused(readable(message))),
            }
        }
        for test_req_id in test_requests {
            self.begin(b"0");
            self.writer.text(b"112=", &test_req_id);
            self.finish();
        }
        Ok(())
    }

    fn begin(&mut self, msg_type: &[u8]) {
        self.writer
            .begin(msg_type)
            .text(b"49=", self.comp_id.as_bytes())
            .text(b"56=", self.target_comp_id.as_bytes())
            .number(b"34=", self.next_outgoing)
            .text(b"52=", self.time.bytes());
        self.next_outgoing += 1;
    }

    fn finish(&mut self) {
        self.writer.finish(&mut self.stream.outgoing);
    }
}

/// Holds an ExecutionReport(8) against the orders that were sent.
fn report(
    seen: &Seen<'_>,
    id_prefix: &[u8],
    orders: &mut Orders,
    now: Nanos,
    tally: &mut Tally,
) -> Result<(), Wrong> {
    let place = seen.cl_ord_id.strip_prefix(id_prefix).and_then(number);
    let place = place.and_then(|place| usize::try_from(place).ok());
    let place = place.ok_or(Wrong::Unknown)?;
    match seen.exec_type {
        b"0" => tally.answer(now, orders.answer(place)?),
        b"F" if orders.is_answered(place) => {
            tally.fill(seen.side, number(seen.last_qty).ok_or(Wrong::Refused)?);
        }
        b"F" => return Err(Wrong::FilledFirst),
        _ => return Err(Wrong::Refused),
    }
    Ok(())
}
