//! What is counted while a load runs, and what comes out of it.

use hdrhistogram::Histogram;

use super::super::clock::{Nanos, SECOND};
use super::Mistake;

/// Latencies in nanoseconds, three digits exact.
pub type Latency = Histogram<u64>;

/// The longest latency told apart; a longer one counts as this.
const LATENCY_MAX: Nanos = 60 * SECOND;

/// An empty histogram.
pub(super) fn latency() -> Latency {
    Histogram::new_with_bounds(1, LATENCY_MAX, 3).expect("the bounds are good")
}

/// What is counted while a load runs.
#[derive(Debug)]
pub(super) struct Tally {
    /// From when on orders are measured, and until when.
    pub(super) from: Nanos,
    pub(super) to: Nanos,
    latency: Latency,
    send_delay: Latency,
    pub(super) sent: u64,
    answered: u64,
    answered_in_time: u64,
    fills: u64,
    bought: u64,
    sold: u64,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            from: 0,
            to: Nanos::MAX,
            latency: latency(),
            send_delay: latency(),
            sent: 0,
            answered: 0,
            answered_in_time: 0,
            fills: 0,
            bought: 0,
            sold: 0,
        }
    }

    /// An order that was meant for `intended` is sent now.
    pub(super) fn send(&mut self, now: Nanos, intended: Nanos) {
        self.sent += 1;
        if intended >= self.from {
            self.send_delay
                .saturating_record(now.saturating_sub(intended));
        }
    }

    /// The answer to an order that was meant for `intended` has come.
    pub(super) fn answer(&mut self, now: Nanos, intended: Nanos) {
        self.answered += 1;
        if intended >= self.from {
            self.latency.saturating_record(now.saturating_sub(intended));
        }
        if (self.from..self.to).contains(&now) {
            self.answered_in_time += 1;
        }
    }

    /// So many instances were bought or sold in one fill.
    pub(super) fn fill(&mut self, side: &[u8], quantity: u64) {
        self.fills += 1;
        if side == b"1" {
            self.bought += quantity;
        } else {
            self.sold += quantity;
        }
    }

    /// Answers and fills so far: it grows while the server gets on with it.
    pub(super) fn progress(&self) -> u64 {
        self.answered + self.fills
    }

    /// Whether everything that was bought was sold.
    pub(super) fn check_even(&self) -> Result<(), Mistake> {
        let (bought, sold) = (self.bought, self.sold);
        if bought == sold {
            Ok(())
        } else {
            Err(Mistake::Uneven { bought, sold })
        }
    }

    /// What came out. The caller has seen every order answered.
    pub(super) fn outcome(self) -> Result<Outcome, Mistake> {
        if self.answered_in_time == 0 || self.latency.is_empty() {
            return Err(Mistake::Nothing);
        }
        Ok(Outcome {
            latency: self.latency,
            send_delay: self.send_delay,
            sent: self.sent,
            fills: self.fills,
            answered_in_time: self.answered_in_time,
            measured: self.to.saturating_sub(self.from),
        })
    }
}

/// What came out of a load in which every order was accepted, once.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// From the moment at which an order was meant to be sent to its answer.
    pub latency: Latency,
    /// From the moment at which an order was meant to be sent to the moment at which it was: how late the
    /// generator itself was.
    pub send_delay: Latency,
    /// Orders sent and answered, warm-up included.
    pub sent: u64,
    /// Fills reported, to both sides.
    pub fills: u64,
    /// Orders answered within the measured time.
    pub answered_in_time: u64,
    /// The measured time.
    pub measured: Nanos,
}

impl Outcome {
    /// Orders answered a second.
    #[must_use]
    pub fn orders_per_second(&self) -> u64 {
        let orders = u128::from(self.answered_in_time) * u128::from(SECOND);
        u64::try_from(orders / u128::from(self.measured.max(1))).unwrap_or(u64::MAX)
    }

    /// Adds the figures of another round.
    pub fn add(&mut self, other: &Self) {
        // Both have the same bounds.
        self.latency
            .add(&other.latency)
            .expect("histograms of one kind");
        self.send_delay
            .add(&other.send_delay)
            .expect("histograms of one kind");
        self.sent += other.sent;
        self.fills += other.fills;
        self.answered_in_time += other.answered_in_time;
        self.measured += other.measured;
    }
}
