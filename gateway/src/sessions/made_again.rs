//! Which reports are marked as such that the client may have got before.

use sequencer::EventPosition;

/// Which reports may have reached the client before an unclean stop: they are made again with PossResend(97)=Y.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadeAgain {
    until: EventPosition,
}

impl MadeAgain {
    /// The reports of events before `until`.
    pub(crate) fn until(until: EventPosition) -> Self {
        Self { until }
    }

    /// None: the stop was clean.
    pub(crate) fn none() -> Self {
        Self::until(EventPosition::START)
    }

    /// The same, and those of events before `position`.
    pub(super) fn or_until(self, position: EventPosition) -> Self {
        Self::until(self.until.max(position))
    }

    /// Whether the report of the event at `position` may have reached the client before.
    pub(super) fn includes(self, position: EventPosition) -> bool {
        position < self.until
    }
}
