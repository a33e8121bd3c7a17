//! Runs a load: logs all sessions on, offers orders at the pace, waits for every answer, logs out.

use std::num::NonZeroU64;

use rustix::thread::set_current_timer_slack;

use super::super::clock::{Clock, Nanos, SECOND};
use super::super::stream::wait;
use super::session::{Session, Stage};
use super::tally::Tally;
use super::{Mistake, Outcome, Pace, Plan};

/// Unanswered orders at which an open loop gives up: the server is slower than the pace.
const UNANSWERED_MAX: usize = 1 << 18;

/// Orders put out at once when the generator is late, before it reads again.
const BURST_MAX: usize = 256;

/// How often it looks up when nothing happens.
const LOOK_UP: Nanos = SECOND / 10;

/// Runs a load and gives its figures.
///
/// # Errors
/// [`Mistake`]: anything but that every order was accepted, once, and every fill has its other side.
pub fn run(plan: &Plan) -> Result<Outcome, Mistake> {
    // Timers of this thread are to go off when they should, not when it is convenient.
    set_current_timer_slack(NonZeroU64::new(1)).map_err(std::io::Error::from)?;
    let mut load = Load::connect(plan)?;
    load.wait_for(Stage::LoggedOn, "Logon")?;
    let start = load.clock.now();
    load.tally.from = start + plan.warm_up;
    load.tally.to = load.tally.from + plan.measured;
    match plan.pace {
        Pace::Closed { in_flight } => load.offer_closed(in_flight)?,
        Pace::Open { orders_per_second } => load.offer_open(start, orders_per_second)?,
    }
    load.wait_for_answers()?;
    load.sessions.iter_mut().for_each(Session::log_out);
    load.wait_for(Stage::LoggedOut, "Logout")?;
    load.tally.outcome()
}

struct Load<'p> {
    plan: &'p Plan,
    clock: Clock,
    sessions: Vec<Session>,
    tally: Tally,
    ready: Vec<usize>,
}

impl<'p> Load<'p> {
    fn connect(plan: &'p Plan) -> Result<Self, Mistake> {
        let clock = Clock::start();
        let sessions = (0..plan.sessions).map(|place| Session::connect(plan, place, &clock));
        Ok(Self {
            plan,
            clock,
            sessions: sessions.collect::<Result<_, _>>()?,
            tally: Tally::new(),
            ready: Vec::new(),
        })
    }

    /// Each session keeps `in_flight` orders unanswered until the time is over.
    fn offer_closed(&mut self, in_flight: usize) -> Result<(), Mistake> {
        loop {
            let now = self.set_time();
            if now >= self.tally.to {
                return Ok(());
            }
            for session in &mut self.sessions {
                while session.orders.unanswered() < in_flight {
                    if self.tally.sent >= self.plan.orders_max {
                        self.tally.to = now;
                        return Ok(());
                    }
                    session.send_order(now, now, &mut self.tally);
                }
            }
            self.turn((self.tally.to - now).min(LOOK_UP))?;
        }
    }

    /// Orders go out at their moments, to the sessions in turn, until the time is over.
    fn offer_open(&mut self, start: Nanos, orders_per_second: u64) -> Result<(), Mistake> {
        let intended = |order: u64| start + order * SECOND / orders_per_second.max(1);
        let mut next = 0;
        loop {
            let now = self.set_time();
            let (mut due, mut burst) = (intended(next), 0);
            while due <= now && due < self.tally.to && burst < BURST_MAX {
                if next >= self.plan.orders_max {
                    self.tally.to = due;
                    return Ok(());
                }
                let place = usize::try_from(next).unwrap_or(0) % self.sessions.len();
                self.sessions[place].send_order(now, due, &mut self.tally);
                next += 1;
                burst += 1;
                due = intended(next);
            }
            if due >= self.tally.to {
                return Ok(());
            }
            let orders = self.unanswered();
            if orders > UNANSWERED_MAX {
                return Err(Mistake::Behind { orders });
            }
            self.turn(due.saturating_sub(now).min(LOOK_UP))?;
        }
    }

    /// Waits until every order is answered and every fill has its other side.
    fn wait_for_answers(&mut self) -> Result<(), Mistake> {
        let (mut progress, mut since) = (self.tally.progress(), self.clock.now());
        while self.unanswered() > 0 || self.tally.check_even().is_err() {
            self.turn(LOOK_UP)?;
            let now = self.set_time();
            if self.tally.progress() > progress {
                (progress, since) = (self.tally.progress(), now);
            } else if now - since > self.plan.patience {
                return match self.unanswered() {
                    0 => self.tally.check_even(),
                    orders => Err(Mistake::Unanswered { orders }),
                };
            }
        }
        Ok(())
    }

    fn wait_for(&mut self, stage: Stage, what: &'static str) -> Result<(), Mistake> {
        let until = self.clock.now() + self.plan.patience;
        while self.sessions.iter().any(|session| session.stage() != stage) {
            if self.set_time() > until {
                return Err(Mistake::Silence { what });
            }
            self.turn(LOOK_UP)?;
        }
        Ok(())
    }

    /// Writes what is to be written, waits until something has come or the time is over, and handles it.
    fn turn(&mut self, limit: Nanos) -> Result<(), Mistake> {
        for session in &mut self.sessions {
            session.stream.flush()?;
        }
        let mut interests: Vec<_> = self
            .sessions
            .iter()
            .map(|session| session.stream.interest())
            .collect();
        wait(&mut interests, Some(limit), &mut self.ready)?;
        drop(interests);
        for place in &self.ready {
            self.sessions[*place].receive(&self.clock, &mut self.tally)?;
        }
        Ok(())
    }

    fn set_time(&mut self) -> Nanos {
        let now = self.clock.now();
        for session in &mut self.sessions {
            session.set_time(now, &self.clock);
        }
        now
    }

    fn unanswered(&self) -> usize {
        self.sessions
            .iter()
            .map(|session| session.orders.unanswered())
            .sum()
    }
}
