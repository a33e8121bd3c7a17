//! Which reports a client may not have received, as positions in the event log: pure bookkeeping.

use fix_session::DisconnectReason;

/// How a client's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parting {
    /// After an exchange of Logouts, with nothing left that it had asked for: it has all that was sent.
    InOrder,
    /// In any other way, after it had taken part in this run of numbers: it may lack what was first sent in this run, for
    /// some of that was on its way. What was carried into the run is not carried out of it again, or a client that
    /// never logs out would get it for ever.
    Broken,
    /// Before it had said anything but its Logon: nothing is known of what it has.
    AtOnce,
}

/// Whether a connection that ended for this reason ended in order: an exchange of Logouts, and the client had taken all but
/// `untaken_bytes` before it.
pub(super) fn ended_in_order(reason: DisconnectReason, untaken_bytes: usize) -> bool {
    reason == DisconnectReason::LoggedOut && untaken_bytes == 0
}

/// The reports that a client may not have received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unreceived {
    first: Option<u64>,
    first_of_run: Option<u64>,
    run_began: u64,
}

impl Unreceived {
    /// Those from `first` on, in a run that began before it.
    pub(super) fn from(first: Option<u64>) -> Self {
        Self {
            first,
            ..Self::default()
        }
    }

    /// The position of the first; `None`: it has all.
    pub(super) fn first(&self) -> Option<u64> {
        self.first
    }

    /// A report of the event at this position was numbered.
    pub(super) fn reported(&mut self, position: u64) {
        self.first = self.first.or(Some(position));
        if position >= self.run_began {
            self.first_of_run = self.first_of_run.or(Some(position));
        }
    }

    /// The client's connection has ended.
    pub(super) fn parted(&mut self, how: Parting) {
        match how {
            Parting::InOrder => (self.first, self.first_of_run) = (None, None),
            Parting::Broken if self.first < Some(self.run_began) => self.first = self.first_of_run,
            Parting::Broken | Parting::AtOnce => {}
        }
    }

    /// A run of numbers began behind the event before `began`. What the client lacked is carried into it, or given up.
    pub(super) fn renewed(&mut self, began: u64, carried: bool) {
        self.first = self.first.filter(|_| carried);
        self.first_of_run = None;
        self.run_began = began;
    }
}

#[cfg(test)]
mod tests {
    use fix_session::DisconnectReason;

    use super::{Parting, Unreceived, ended_in_order};

    /// What is unreceived after these steps, written `report 5`, `in-order`, `broken`, `at-once`, `carry 9`, `give-up 9`.
    #[track_caller]
    fn check(steps: &str, expected: Option<u64>) {
        let mut unreceived = Unreceived::from(None);
        for step in steps.split(", ") {
            let (word, number) = step.split_once(' ').unwrap_or((step, "0"));
            let number = number.parse().expect("a position");
            match word {
                "report" => unreceived.reported(number),
                "in-order" => unreceived.parted(Parting::InOrder),
                "broken" => unreceived.parted(Parting::Broken),
                "at-once" => unreceived.parted(Parting::AtOnce),
                "carry" => unreceived.renewed(number, true),
                "give-up" => unreceived.renewed(number, false),
                _ => panic!("no such step: {step}"),
            }
        }
        assert_eq!(unreceived.first(), expected, "{steps}");
    }

    #[test]
    fn a_logout_before_all_was_taken_says_nothing_of_the_rest() {
        for (reason, untaken, in_order) in [
            (DisconnectReason::LoggedOut, 0, true),
            (DisconnectReason::LoggedOut, 1, false),
            (DisconnectReason::LogoutTimeout, 0, false),
            (DisconnectReason::Expelled, 0, false),
        ] {
            assert_eq!(
                ended_in_order(reason, untaken),
                in_order,
                "{reason:?} {untaken}"
            );
        }
    }

    #[test]
    fn logouts_say_what_was_received() {
        check("report 3, report 5", Some(3));
        check("report 3, in-order", None);
        check("report 3, in-order, report 7, report 8", Some(7));
        check("report 3, broken", Some(3));
        check("report 3, broken, report 7, in-order", None);
        check("report 3, at-once", Some(3));
    }

    #[test]
    fn what_was_carried_is_made_again_once() {
        // Made again at their own positions, in the run that began at 10.
        check("report 3, carry 10, report 3, in-order", None);
        check("report 3, carry 10, report 3", Some(3));
        check("report 3, carry 10, report 3, at-once", Some(3));
        check("report 3, carry 10, report 3, broken", None);
        check("report 3, carry 10, report 3, report 12, broken", Some(12));
        check(
            "report 3, carry 10, report 3, report 12, broken, carry 20, report 12",
            Some(12),
        );
        check(
            "report 3, carry 10, report 3, report 12, broken, carry 20, report 12, broken",
            None,
        );
    }

    #[test]
    fn a_reset_in_the_middle_gives_up() {
        check("report 3, give-up 10", None);
        check("report 3, give-up 10, report 12", Some(12));
    }
}
