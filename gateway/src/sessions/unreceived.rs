//! Which reports a client may not have received, as positions in the event log: pure bookkeeping.

use fix_session::DisconnectReason;

/// How a client's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parting {
    /// It answered the venue's Logout, with nothing left that it had asked for: it has all that was sent.
    InOrder,
    /// In any other way, after it had taken part in this run of numbers: it may lack what was first sent in this run, for
    /// some of that was on its way. What was carried into the run is not carried out of it again, or a client that
    /// never logs out would get it for ever.
    Broken,
    /// Before it had said anything but its Logon: nothing is known of what it has.
    AtOnce,
}

/// What Logouts say of what a client has received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// It answered one of the venue, and with that everything before it.
    Answered,
    /// It sent one itself, which says nothing of what it had left unread. How it closes the connection will.
    Own,
    /// There was no exchange of Logouts, or not all that was sent has left the venue.
    None,
}

/// What the end of a connection for this reason says, when the system had not taken `untaken_bytes`; `asked`: the venue had sent
/// a Logout before the client did.
pub(super) fn goodbye(reason: DisconnectReason, untaken_bytes: usize, asked: bool) -> Goodbye {
    match (reason, untaken_bytes) {
        (DisconnectReason::LoggedOut, 0) if asked => Goodbye::Answered,
        (DisconnectReason::LoggedOut, 0) => Goodbye::Own,
        _ => Goodbye::None,
    }
}

/// The reports that a client may not have received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unreceived {
    first: Option<u64>,
    first_of_run: Option<u64>,
    run_began: u64,
    /// Of a connection that has ended, and may show yet that what came before was received.
    unsettled: Option<Unsettled>,
}

/// A connection whose client logged out by itself and has not closed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unsettled {
    farewell: u64,
    /// The first report since then.
    first_since: Option<u64>,
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
        if let Some(unsettled) = &mut self.unsettled {
            unsettled.first_since = unsettled.first_since.or(Some(position));
        }
    }

    /// What was reported so far is settled by the end of `farewell`. Of two, the later one counts.
    pub(super) fn await_settling(&mut self, farewell: u64) {
        self.unsettled = Some(Unsettled {
            farewell,
            first_since: None,
        });
    }

    /// The client has read all that came before `farewell`. False when that is of no use any more.
    pub(super) fn settle(&mut self, farewell: u64) -> bool {
        let unsettled = self.unsettled.take_if(|of| of.farewell == farewell);
        let Some(Unsettled { first_since, .. }) = unsettled else {
            return false;
        };
        self.first = first_since;
        self.first_of_run = first_since.filter(|position| *position >= self.run_began);
        true
    }

    /// The client's connection has ended.
    pub(super) fn parted(&mut self, how: Parting) {
        match how {
            Parting::InOrder => {
                (self.first, self.first_of_run) = (None, None);
                self.unsettled = None;
            }
            Parting::Broken if self.first < Some(self.run_began) => self.first = self.first_of_run,
            Parting::Broken | Parting::AtOnce => {}
        }
    }

    /// A run of numbers began behind the event before `began`. What the client lacked is carried into it, or given up.
    pub(super) fn renewed(&mut self, began: u64, carried: bool) {
        self.first = self.first.filter(|_| carried);
        self.first_of_run = None;
        self.run_began = began;
        self.unsettled = None;
    }
}

#[cfg(test)]
mod tests {
    use fix_session::DisconnectReason;

    use super::{Goodbye, Parting, Unreceived, goodbye};

    /// What is unreceived after these steps, written `report 5`, `in-order`, `broken`, `at-once`, `carry 9`, `give-up 9`,
    /// `await 1`, `settle 1`.
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
                "await" => unreceived.await_settling(number),
                "settle" => drop(unreceived.settle(number)),
                "give-up" => unreceived.renewed(number, false),
                _ => panic!("no such step: {step}"),
            }
        }
        assert_eq!(unreceived.first(), expected, "{steps}");
    }

    #[test]
    fn a_logout_before_all_was_taken_says_nothing_of_the_rest() {
        for (reason, untaken, asked, expected) in [
            (DisconnectReason::LoggedOut, 0, true, Goodbye::Answered),
            (DisconnectReason::LoggedOut, 0, false, Goodbye::Own),
            (DisconnectReason::LoggedOut, 1, true, Goodbye::None),
            (DisconnectReason::LoggedOut, 1, false, Goodbye::None),
            (DisconnectReason::LogoutTimeout, 0, true, Goodbye::None),
            (DisconnectReason::Expelled, 0, true, Goodbye::None),
        ] {
            let said = goodbye(reason, untaken, asked);
            assert_eq!(said, expected, "{reason:?} {untaken} {asked}");
        }
    }

    #[test]
    fn a_logout_of_the_client_counts_when_it_has_closed() {
        check("report 3, broken, await 1", Some(3));
        check("report 3, broken, await 1, settle 1", None);
        check("report 3, broken, await 1, report 5, settle 1", Some(5));
        check(
            "report 3, broken, await 1, report 5, broken, settle 1",
            Some(5),
        );
        check(
            "report 3, broken, await 1, report 5, in-order, settle 1",
            None,
        );
        // Only the latest counts, and only in its own run of numbers.
        check(
            "report 3, broken, await 1, report 5, await 2, settle 1",
            Some(3),
        );
        check(
            "report 3, broken, await 1, report 5, await 2, settle 2",
            None,
        );
        check("report 3, broken, await 1, carry 10, settle 1", Some(3));
        check(
            "report 3, carry 10, report 12, await 1, report 14, settle 1, broken",
            Some(14),
        );
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
