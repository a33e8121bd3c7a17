//! The states of a reassignment and the calls that move it between them.

/// How far a reassignment has come.
///
/// ```text
/// Received -> Funded -> Fenced -> Asking -> Terminating | Vacant -> Placing -> Placed -> Starting -> Running -> Settled
///                                            point of no return
/// ```
/// Up to `Asking` it can be undone and the seller keeps the instance; from `Terminating` on it only
/// goes forward or is parked for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The trade is written down; the buyer's cash is not reserved yet.
    Received,
    /// The cash is reserved.
    Funded,
    /// The slot is ours alone.
    Fenced,
    /// The market was asked to let it pass the point of no return. Until it has, the trade may be busted.
    Asking,
    /// The old instance was ordered to end. Written before the order is sent: from here on the old
    /// instance may be gone, whatever the answer.
    Terminating,
    /// The slot was seen without the old instance.
    Vacant,
    /// The buyer's image was ordered into the slot.
    Placing,
    /// The image was seen in the slot with the right digest.
    Placed,
    /// The instance was ordered to start.
    Starting,
    /// The instance was seen up, and answered for itself.
    Running,
    /// Delivered and paid, in one transaction.
    Settled,
    /// Undone before the point of no return; the buyer's cash is free again.
    Busted,
    /// Ended in cash instead of an instance.
    CashSettled,
    /// Stands still while the provider is not asked at all.
    Suspended,
    /// Waits for an operator.
    Manual,
}

impl State {
    /// Every state, in the order above.
    pub const ALL: [Self; 15] = [
        Self::Received,
        Self::Funded,
        Self::Fenced,
        Self::Asking,
        Self::Terminating,
        Self::Vacant,
        Self::Placing,
        Self::Placed,
        Self::Starting,
        Self::Running,
        Self::Settled,
        Self::Busted,
        Self::CashSettled,
        Self::Suspended,
        Self::Manual,
    ];

    /// The word by which the state is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Funded => "FUNDED",
            Self::Fenced => "FENCED",
            Self::Asking => "ASKING",
            Self::Terminating => "TERMINATING",
            Self::Vacant => "VACANT",
            Self::Placing => "PLACING",
            Self::Placed => "PLACED",
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Settled => "SETTLED",
            Self::Busted => "BUSTED",
            Self::CashSettled => "CASH_SETTLED",
            Self::Suspended => "SUSPENDED",
            Self::Manual => "MANUAL",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Nothing more can happen to the trade.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Settled | Self::Busted | Self::CashSettled)
    }

    /// Stands still until something outside of the machine changes.
    #[must_use]
    pub const fn is_parked(self) -> bool {
        matches!(self, Self::Suspended | Self::Manual)
    }

    /// The old instance may be gone: there is no way back.
    #[must_use]
    pub const fn is_past_no_return(self) -> bool {
        match self {
            Self::Received | Self::Funded | Self::Fenced | Self::Asking | Self::Busted => false,
            Self::Terminating
            | Self::Vacant
            | Self::Placing
            | Self::Placed
            | Self::Starting
            | Self::Running
            | Self::Settled
            | Self::CashSettled
            | Self::Suspended
            | Self::Manual => true,
        }
    }
}

/// A call that changes something at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Keep everybody else away from the slot.
    Fence,
    /// Take our fence away.
    Release,
    /// End the old instance.
    Terminate,
    /// Put the buyer's image into the slot.
    Place,
    /// Start the buyer's instance.
    Start,
    /// Give the slot back to the provider's pool.
    Retire,
    /// End the old instance by putting the buyer's image in its place.
    Replace,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::Fence,
        Self::Release,
        Self::Terminate,
        Self::Place,
        Self::Start,
        Self::Retire,
        Self::Replace,
    ];

    /// The word by which the action is stored, shown and hashed into tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fence => "fence",
            Self::Release => "release",
            Self::Terminate => "terminate",
            Self::Place => "place",
            Self::Start => "start",
            Self::Retire => "retire",
            Self::Replace => "replace",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
        }
        assert_eq!(State::parse("settled"), None);
    }
}
