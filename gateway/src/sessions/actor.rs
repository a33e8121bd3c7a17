//! One session's task: waits for whatever comes first (bytes, reports, a new connection, a deadline), lets the
//! state machine decide, and carries out what it decided. Never blocks on its client.

use std::fmt::Display;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use fix_codec::Decoder;
use fix_session::{Outputs, Session, Status};
use sequencer::{EventBatch, ReadError};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::answers::Answers;
use super::apart::apart;
use super::authentication::verdict;
use super::desk::Desk;
use super::event::Ended;
use super::farewell::HasRead;
use super::hours::Hours;
use super::limits::Demands;
use super::made_again::MadeAgain;
use super::observer::Observer;
use super::profile::Profile;
use super::renewal::missed;
use super::resend::Resend;
use super::reset::TurnToReset;
use super::trading_status::TradingStatus;
use super::turns;
use super::unreceived::Goodbye;
use super::watching::Watching;
use super::{Control, Letterbox, Mail};
use crate::clock;
use crate::identity::{Doorkeeper, Verdict};
use crate::metrics::Standing;
use crate::net::{Connection, Turn};
use crate::store::Store;

/// How long a second connection waits for the first to end: a client that comes back at once must not be refused
/// because the end of its old connection has not been seen yet.
const NEWCOMER_WAIT: Duration = Duration::from_millis(250);

/// A second connection of the client, which waits for the end of the first.
pub(super) struct Newcomer {
    pub(super) connection: Connection,
    until: DateTime<Utc>,
}

/// What a session goes on from.
pub(super) struct Past {
    pub(super) store: Store,
    pub(super) made_again: MadeAgain,
    pub(super) watching: Watching,
    pub(super) answers: Answers,
}

/// One session's task.
pub(crate) struct Actor {
    pub(super) profile: Profile,
    pub(super) session: Session,
    pub(super) store: Store,
    pub(super) outputs: Outputs,
    /// Who may log on.
    pub(super) doorkeeper: Arc<Doorkeeper>,
    /// What the doorkeeper says of the Logon that waits for it.
    pub(super) verdict: Option<oneshot::Receiver<Verdict>>,
    /// Whether the audit log has this client as logged on.
    pub(super) on_record: bool,
    /// How the session is set up from the next connection on, where that is different.
    pub(super) next_settings: Option<fix_session::Settings>,
    pub(super) connection: Option<Connection>,
    pub(super) newcomer: Option<Newcomer>,
    pub(super) resend: Option<Resend>,
    /// Among the sessions that resend.
    pub(super) place: turns::Place,
    /// Among the sessions that start their numbers again.
    pub(super) turn_to_reset: TurnToReset,
    pub(super) made_again: MadeAgain,
    /// Keeps the events that the store knows nothing of, while it is behind.
    pub(super) held: Option<Arc<sequencer::Hold>>,
    pub(super) observer: Observer,
    pub(super) watching: Watching,
    /// Of the market, to what this session has said of itself.
    pub(super) answers: Answers,
    /// What its client has asked about phases.
    pub(super) trading_status: TradingStatus,
    /// Of a session that follows a schedule.
    pub(super) hours: Option<Hours>,
    pub(super) decoder: Decoder,
    pub(super) demands: Demands,
    /// Commands that were decoded from the bytes just read and are not submitted yet.
    pub(super) decoded: Vec<engine::Input>,
    /// The first MsgSeqNum(34) that came after the venue stopped taking orders: it was not taken.
    pub(super) first_untaken: Option<u64>,
    pub(super) desk: Option<Desk>,
    /// Connections that were hung up and whose last bytes are on their way.
    pub(super) last_words: JoinSet<HasRead>,
}

/// What a session woke up for.
enum Wake {
    Connection(Connection),
    Control(Control),
    Mail(Mail),
    MailClosed,
    Turn(std::io::Result<Turn>),
    Verdict(Verdict),
    /// Events that may be what a Logon waits for.
    Heard(Result<EventBatch, ReadError>),
    /// Events whose reports are made again.
    Missed(Result<EventBatch, ReadError>),
    /// What the client has asked about phases can be answered.
    Answerable,
    Deadline,
    /// The last bytes of a connection are gone.
    Parted(HasRead),
    Drain,
    /// The client has room for more of what it asked for again, and it is this session's turn.
    Resend(turns::Turn),
    /// The numbers are to start again, and it is this session's turn.
    Reset(turns::Turn),
}

/// Why a session's task ended before the venue stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// Its message store cannot be trusted any more.
    #[error("the message store of session {session} failed")]
    Store {
        /// The session.
        session: engine::SessionName,
        /// What happened.
        source: crate::store::StoreError,
    },
    /// The event log cannot be read.
    #[error("the events of session {session} cannot be read again")]
    Events {
        /// The session.
        session: engine::SessionName,
        /// What happened.
        source: ReadError,
    },
    /// The sequencer has stopped.
    #[error("the sequencer takes no more commands")]
    Sequencer,
}

impl Actor {
    /// A session that is not connected yet.
    pub(super) fn new(
        profile: Profile,
        session: Session,
        past: Past,
        observer: Observer,
        doorkeeper: Arc<Doorkeeper>,
        desk: Desk,
    ) -> Self {
        let trading_status = TradingStatus::new(Arc::clone(&desk.board), profile.name);
        Self {
            demands: Demands::new(profile.throttle.as_ref()),
            profile,
            session,
            store: past.store,
            outputs: Outputs::new(),
            doorkeeper,
            verdict: None,
            on_record: false,
            next_settings: None,
            connection: None,
            newcomer: None,
            resend: None,
            place: desk.turns.place(),
            turn_to_reset: TurnToReset::NotWanted,
            made_again: past.made_again,
            held: None,
            observer,
            watching: past.watching,
            answers: past.answers,
            trading_status,
            hours: None,
            decoder: Decoder::new(),
            decoded: Vec::new(),
            first_untaken: None,
            desk: Some(desk),
            last_words: JoinSet::new(),
        }
    }

    /// The same, at the hours of its schedule.
    pub(crate) fn at_hours(self, hours: Option<Hours>) -> Self {
        Self { hours, ..self }
    }

    /// Runs until the letterbox is closed, then says goodbye to the client and closes the store.
    ///
    /// # Errors
    /// When the sequencer or the event log failed: the venue must stop. When the store failed: at the end of the venue, for the session
    /// alone was out of service until then.
    pub(crate) async fn run(
        mut self,
        mut letterbox: Letterbox,
        mut draining: watch::Receiver<bool>,
    ) -> Result<(), Failed> {
        self.show(&letterbox);
        match self.live(&mut letterbox, &mut draining).await {
            Ok(()) => {}
            Err(failed @ Failed::Store { .. }) => {
                return Err(self.stand_by(failed, &mut letterbox, &mut draining).await);
            }
            Err(failed @ (Failed::Events { .. } | Failed::Sequencer)) => return Err(failed),
        }
        self.newcomer = None;
        self.say_goodbye().await?;
        self.close()
    }

    /// Runs until the letterbox is closed.
    async fn live(
        &mut self,
        letterbox: &mut Letterbox,
        draining: &mut watch::Receiver<bool>,
    ) -> Result<(), Failed> {
        loop {
            let mut turn = None;
            match self.wake(letterbox, draining).await {
                Wake::Connection(connection) => self.attach(connection),
                Wake::Control(control) => self.control(control),
                Wake::Mail(Mail::Events { batch, picks }) => self.report(&batch, &picks)?,
                // Every event before this position was looked at: the next start goes on from there.
                Wake::Mail(Mail::End(position)) if !self.is_making_up() => {
                    self.store.set_handled(position.get());
                }
                Wake::Mail(Mail::End(_)) => {}
                Wake::Mail(Mail::Passed(position, held)) => self.pass(position, held)?,
                Wake::Heard(read) => self.hear(read)?,
                Wake::Missed(read) => self.make_up(read)?,
                Wake::Answerable => self.answer_questions(clock::now()),
                Wake::MailClosed => return Ok(()),
                Wake::Turn(turn) => self.turned(turn),
                Wake::Verdict(verdict) => {
                    self.decide(verdict);
                    self.take_input();
                }
                Wake::Deadline => self.keep_time(clock::now()),
                Wake::Parted(has_read) => self.said_goodbye(has_read),
                Wake::Drain => self.take_no_more_orders(),
                Wake::Resend(its) => turn = Some(its),
                Wake::Reset(its) => self.begin_reset(its),
            }
            self.settle().await?;
            // Nothing is left then that was meant for the connection before.
            self.seat_newcomer();
            self.settle().await?;
            self.resend_some(letterbox.mail.is_empty(), turn)?;
            if !self.decoded.is_empty() {
                // The connection has ended meanwhile, and the market is to hear of it.
                self.settle().await?;
            }
            self.keep_house()?;
            self.show(letterbox);
            self.observer.hand_on();
        }
    }

    /// Whether the venue still takes orders, as far as this session knows.
    pub(super) fn takes_orders(&self) -> bool {
        self.desk.is_some()
    }

    /// The venue drains.
    pub(super) fn take_no_more_orders(&mut self) {
        self.desk = None;
        self.turn_to_reset.leave();
    }

    /// Does what is due.
    fn keep_time(&mut self, now: DateTime<Utc>) {
        self.session.tick(now, &mut self.outputs);
        self.keep_hours(now);
        self.keep_limits();
    }

    /// Submits and carries out until nothing is left to do.
    async fn settle(&mut self) -> Result<(), Failed> {
        loop {
            // What was answered here is kept before what came after it can be journaled: a message whose
            // number is passed over at the next start has its answer in the store.
            self.watching.note(self.session.status());
            self.keep_demand();
            self.keep()?;
            self.submit().await?;
            self.carry_out()?;
            if self.decoded.is_empty() {
                return Ok(());
            }
        }
    }

    /// Shows how the session stands, for those who watch the venue.
    pub(super) fn show(&self, letterbox: &Letterbox) {
        let logged_on = self.session.status() == Status::LoggedOn;
        letterbox.logged_on.send_replace(logged_on);
        self.observer.show(Standing {
            logged_on,
            next_incoming: self.session.next_incoming(),
            next_outgoing: self.session.next_outgoing(),
            pending: self.connection.as_ref().map_or(0, Connection::pending),
        });
    }

    async fn wake(
        &mut self,
        letterbox: &mut Letterbox,
        draining: &mut watch::Receiver<bool>,
    ) -> Wake {
        let taking_orders = self.desk.is_some();
        let waiting = self.newcomer.as_ref().map(|newcomer| newcomer.until);
        let roomy = self.has_room();
        let deadlines = [
            self.session.deadline(),
            self.hours_deadline(),
            waiting,
            self.limit_deadline(),
            self.housekeeping_due(),
        ];
        let deadline = deadlines.into_iter().flatten().min();
        if deadline.is_some_and(|deadline| deadline <= clock::now()) {
            // Asked first, so that no flood of messages can put off what is due.
            return Wake::Deadline;
        }
        // What comes while a reset or the client's coming is being made durable, or a password checked, waits with the client; and what
        // comes again too fast.
        let ready = !self.is_busy() || self.reads_ahead();
        let reading = taking_orders && ready && self.demands.may_read();
        let resending = self.stands_in_line();
        let answering = !self.is_busy();
        tokio::select! {
            biased;
            _ = draining.wait_for(|draining| *draining), if taking_orders => Wake::Drain,
            Some(control) = letterbox.control.recv() => Wake::Control(control),
            // Before what may come without end: a turn that is not taken keeps the others waiting.
            turn = self.turn_to_reset.comes() => Wake::Reset(turn),
            read = self.answers.next() => Wake::Heard(read),
            mail = letterbox.mail.recv() => mail.map_or(Wake::MailClosed, Wake::Mail),
            verdict = verdict(&mut self.verdict) => Wake::Verdict(verdict),
            turn = turn(&mut self.connection, reading) => Wake::Turn(turn),
            read = missed(&mut self.hours), if roomy => Wake::Missed(read),
            () = self.trading_status.ready(), if answering => Wake::Answerable,
            Some(connection) = letterbox.connections.recv() => Wake::Connection(connection),
            Some(ended) = self.last_words.join_next() => Wake::Parted(ended.unwrap_or_default()),
            () = clock::until(deadline) => Wake::Deadline,
            turn = self.place.next(), if resending => Wake::Resend(turn),
        }
    }

    /// Whether what the client sends has to wait.
    pub(super) fn is_busy(&self) -> bool {
        let status = self.session.status();
        matches!(status, Status::Resetting | Status::Authenticating)
    }

    /// Takes a connection of the client. While it has one already, the new one waits a moment: the end of the first
    /// may be on its way.
    fn attach(&mut self, connection: Connection) {
        if self.newcomer.is_some() {
            return self.refuse_second(connection.peer());
        }
        self.newcomer = Some(Newcomer {
            connection,
            until: clock::now() + NEWCOMER_WAIT,
        });
    }

    /// Gives the connection that waits its seat once that is free; closes it, the first unharmed, when that takes
    /// too long.
    fn seat_newcomer(&mut self) {
        let Some(newcomer) = self.newcomer.take() else {
            return;
        };
        if self.connection.is_none() {
            self.take_settings();
            self.observer.connected(newcomer.connection.peer());
            self.connection = Some(newcomer.connection);
            self.demands.connected();
            self.session.connected(clock::now(), &mut self.outputs);
            self.take_input();
        } else if clock::now() < newcomer.until {
            self.newcomer = Some(newcomer);
        } else {
            self.refuse_second(newcomer.connection.peer());
        }
    }

    fn turned(&mut self, turn: std::io::Result<Turn>) {
        match turn {
            Ok(Turn::Read) => self.take_input(),
            Ok(Turn::Wrote) => {}
            Ok(Turn::Closed) => self.disconnect(Ended::ClosedByClient, None),
            Err(error) => self.disconnect(Ended::Broken, Some(&error)),
        }
    }

    /// Lets go of a connection that is of no more use; the session goes on without it. What was still to be done with
    /// it is not; if it was to be ended, that is why it has.
    pub(super) fn disconnect(&mut self, ended: Ended, detail: Option<&dyn Display>) {
        let planned = self.drop_actions();
        if let Some(planned) = planned {
            self.record_refusal(planned);
        }
        let reason = planned.map_or(ended, Ended::By);
        self.record_end(reason.as_str());
        if let Some(connection) = self.connection.take() {
            self.observer
                .disconnected(reason, detail, &connection.incoming);
        }
        self.part(Goodbye::None);
        self.disconnected(reason);
    }

    /// Sends a Logout(5) and waits for the answer, or for the session's own time-out.
    async fn say_goodbye(&mut self) -> Result<(), Failed> {
        self.demands.lift();
        self.turn_to_reset = TurnToReset::NotWanted;
        self.session.logout(
            clock::now(),
            Some("the venue is stopping"),
            &mut self.outputs,
        );
        self.carry_out()?;
        while self.connection.is_some() {
            let deadline = self.session.deadline();
            let resending = self.stands_in_line();
            let mut its = None;
            tokio::select! {
                turn = turn(&mut self.connection, true) => self.turned(turn),
                () = clock::until(deadline) => self.session.tick(clock::now(), &mut self.outputs),
                turn = self.place.next(), if resending => its = Some(turn),
            }
            self.decoded.clear();
            self.carry_out()?;
            self.resend_some(true, its)?;
        }
        self.await_last_words().await;
        Ok(())
    }

    fn close(mut self) -> Result<(), Failed> {
        self.keep_receipts();
        let next_incoming = self.session.next_incoming();
        let taken = self
            .first_untaken
            .map_or(next_incoming, |first| first.min(next_incoming));
        self.store.set_next_incoming(taken);
        let session = self.profile.name;
        let store = self.store;
        apart(|| store.close()).map_err(|source| Failed::Store { session, source })
    }
}

/// Waits on the connection, for ever where there is none.
async fn turn(connection: &mut Option<Connection>, read: bool) -> std::io::Result<Turn> {
    match connection {
        Some(connection) => connection.turn(read).await,
        None => pending().await,
    }
}
