//! The ground without I/O: sessions, order entry and the market as pure state machines. Time stands still but where a
//! scenario lets it pass, or waits for something that is due.

mod market;
mod seat;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use config::Config;
use engine::{Event, EventBody, Input};
use fix_codec::Decoder;
use fix_codec::frame::{Framing, next_frame};

use crate::fields;
use crate::play::{self, Stage};
use crate::scenario::Scenario;
use crate::settings;
use market::Market;
use seat::Seat;

/// 2026-01-05T09:00:00Z, a Monday.
const START_SECONDS: i64 = 1_767_603_600;

/// A scenario that waits for longer has waited for nothing.
const PATIENCE: Duration = Duration::from_secs(600);

struct Model {
    now: DateTime<Utc>,
    config: Config,
    market: Market,
    /// By CompID.
    seats: BTreeMap<String, Seat>,
    connections: BTreeMap<String, Connection>,
}

/// A connection as the venue has it.
#[derive(Default)]
struct Connection {
    /// What came and was not looked at.
    incoming: BytesMut,
    /// What is on its way to the client.
    outgoing: BytesMut,
    /// The session's CompID, once the first message has said it.
    session: Option<String>,
    closed: bool,
}

/// # Errors
/// As [`play::play`]; also when the venue says more than the script expects.
pub(crate) fn play(scenario: &Scenario) -> Result<(), String> {
    let mut model = Model::new(&scenario.settings)?;
    play::play(scenario, &mut model)?;
    for (who, connection) in &model.connections {
        if !connection.outgoing.is_empty() {
            let said = fields::readable(&connection.outgoing);
            return Err(format!(
                "at the end, {who} is told more than was expected: {said}"
            ));
        }
    }
    Ok(())
}

impl Model {
    fn new(settings: &[String]) -> Result<Self, String> {
        let text = settings::text(settings)?;
        let config = config::parse(&text, "conformance.toml").map_err(|error| error.to_string())?;
        let now = DateTime::from_timestamp(START_SECONDS, 0).expect("a time");
        let mut market = Market::new();
        let mut events = Vec::new();
        for command in config.commands() {
            let origin = engine::Origin::Venue;
            market.apply(now, Input { origin, command }, &mut events);
        }
        let seats = config
            .sessions
            .iter()
            .map(|session| (session.comp_id.to_string(), Seat::new(&config, session)));
        Ok(Self {
            now,
            seats: seats.collect(),
            market,
            connections: BTreeMap::new(),
            config,
        })
    }

    fn connection(&mut self, who: &str) -> Result<&mut Connection, String> {
        let connection = self.connections.get_mut(who);
        connection.ok_or_else(|| format!("{who} is not connected"))
    }

    /// Learns whose the connection is, as the listener does.
    fn identify(&mut self, who: &str) {
        let Some(connection) = self.connections.get_mut(who) else {
            return;
        };
        let limit = self.config.fix.max_message_bytes;
        let mut decoder = Decoder::new();
        let name = match next_frame(&connection.incoming, limit) {
            Framing::Incomplete => return,
            Framing::Garbled { .. } => None,
            Framing::Message(frame) => match decoder.decode(frame) {
                Ok(message) => Some(message.header.sender_comp_id.to_owned()),
                Err(error) => error.header.sender_comp_id.map(str::to_owned),
            },
        };
        let name = name.unwrap_or_default();
        match self.seats.get_mut(&name) {
            Some(seat) if seat.connection.is_none() => {
                connection.session = Some(name.clone());
                seat.connect(who, self.now);
                self.settle(&name);
            }
            Some(_) | None => connection.closed = true,
        }
    }

    /// Has a session take what came for it, and everybody do what follows from that.
    fn take_input(&mut self, name: &str) {
        let Some(seat) = self.seats.get_mut(name) else {
            return;
        };
        let connection = seat.connection.clone();
        let Some(connection) = connection.and_then(|who| self.connections.get_mut(&who)) else {
            return;
        };
        let inputs = seat.take_input(self.now, &self.config, &mut connection.incoming);
        self.settle(name);
        for input in inputs {
            self.submit(input);
        }
    }

    /// Does what a session wants.
    fn settle(&mut self, name: &str) {
        let Some(seat) = self.seats.get_mut(name) else {
            return;
        };
        let who = seat.connection.clone();
        let mut nowhere = Connection::default();
        let connection = who
            .and_then(|who| self.connections.get_mut(&who))
            .unwrap_or(&mut nowhere);
        let done = seat.carry_out(self.now, &mut connection.outgoing);
        connection.closed |= done.hung_up;
        if let Some(input) = done.input {
            self.submit(input);
        }
    }

    fn submit(&mut self, input: Input) {
        let mut events = Vec::new();
        self.market.apply(self.now, input, &mut events);
        for event in &events {
            self.publish(event);
        }
    }

    fn publish(&mut self, event: &Event) {
        let names: Vec<String> = self.seats.keys().cloned().collect();
        for name in names {
            let Some(seat) = self.seats.get_mut(&name) else {
                continue;
            };
            if let EventBody::SessionReset { session, .. } = &event.body
                && session.as_str() == name
            {
                seat.reset(self.now);
                self.settle(&name);
                self.take_input(&name);
            } else {
                seat.report(self.now, event);
                self.settle(&name);
            }
        }
    }

    /// Lets time pass to the next thing that is due, if that is not after `end`; false when nothing is.
    fn tick(&mut self, end: DateTime<Utc>) -> bool {
        let due = self
            .seats
            .iter()
            .filter_map(|(name, seat)| Some((seat.session.deadline()?, name.clone())))
            .min();
        let Some((deadline, name)) = due.filter(|(deadline, _)| *deadline <= end) else {
            return false;
        };
        self.now = self.now.max(deadline);
        if let Some(seat) = self.seats.get_mut(&name) {
            seat.tick(self.now);
        }
        self.settle(&name);
        true
    }
}

impl Stage for Model {
    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn connect(&mut self, who: &str) -> Result<(), String> {
        self.connections
            .insert(who.to_owned(), Connection::default());
        Ok(())
    }

    fn disconnect(&mut self, who: &str) -> Result<(), String> {
        let connection = self.connections.remove(who);
        let connection = connection.ok_or_else(|| format!("{who} is not connected"))?;
        let seat = connection
            .session
            .and_then(|name| self.seats.get_mut(&name));
        if let Some(seat) = seat.filter(|seat| seat.connection.as_deref() == Some(who)) {
            seat.disconnect();
        }
        Ok(())
    }

    fn send(&mut self, who: &str, bytes: &[u8]) -> Result<(), String> {
        let connection = self.connection(who)?;
        if connection.closed {
            return Ok(());
        }
        connection.incoming.extend_from_slice(bytes);
        if connection.session.is_none() {
            self.identify(who);
        }
        if let Some(name) = self.connection(who)?.session.clone() {
            self.take_input(&name);
        }
        Ok(())
    }

    fn next(&mut self, who: &str) -> Result<Option<Vec<u8>>, String> {
        let end = self.now + PATIENCE;
        loop {
            let limit = self.config.fix.max_message_bytes;
            let connection = self.connection(who)?;
            if let Framing::Message(frame) = next_frame(&connection.outgoing, limit) {
                let length = frame.len();
                return Ok(Some(connection.outgoing.split_to(length).to_vec()));
            }
            if connection.closed {
                return Ok(None);
            }
            if !self.tick(end) {
                return Err("nothing comes, and nothing is due".to_owned());
            }
        }
    }

    fn pass(&mut self, time: Duration) -> Result<(), String> {
        let end = self.now + time;
        while self.tick(end) {}
        self.now = end;
        Ok(())
    }

    fn stop(&mut self) -> Result<(), String> {
        let names: Vec<String> = self.seats.keys().cloned().collect();
        for name in names {
            if let Some(seat) = self.seats.get_mut(&name) {
                seat.log_out(self.now, "the venue is stopping");
            }
            self.settle(&name);
        }
        Ok(())
    }
}
