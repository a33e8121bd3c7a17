//! The notice about messages that retention has dropped: a client that asks for them is told which they are and where else
//! to look, before their numbers are passed over.

use fix_codec::messages::{Group, LineOfText, News};
use fix_session::{ResendRange, SendOptions};

use super::actor::Actor;
use super::event::SessionEvent;
use crate::clock;
use crate::store::Dropped;

impl Actor {
    /// Tells the client what of a range is kept no longer, and passes over exactly that. Gives the first number that is
    /// left to send again.
    pub(super) fn tell_dropped(&mut self, range: ResendRange) -> u64 {
        let Some(dropped) = self.store.dropped(range.begin..=range.end) else {
            return range.begin;
        };
        let (begin, end) = (*dropped.numbers.start(), *dropped.numbers.end());
        self.observer.event(SessionEvent::ResendGone { begin, end });
        let now = clock::now();
        let [headline, first, second] = lines(&dropped);
        let text = |text| LineOfText {
            text,
            encoded_text: None,
        };
        let lines = [text(first.as_str()), text(second.as_str())];
        let notice = News {
            orig_time: None,
            urgency: None,
            headline: &headline,
            lines_of_text: Group::new(&lines),
            url_link: None,
        };
        let (session, outputs) = (&mut self.session, &mut self.outputs);
        session.send(now, &notice, SendOptions::default(), outputs);
        if let Err(error) = session.resend_gap(now, begin, end, outputs) {
            self.observer.event(SessionEvent::ResendFailed {
                msg_seq_num: begin,
                error: &error,
            });
        }
        end.saturating_add(1)
    }
}

/// Headline(148) and the lines of Text(58).
fn lines(dropped: &Dropped) -> [String; 3] {
    let (begin, end) = (dropped.numbers.start(), dropped.numbers.end());
    let since = dropped.kept_since.format("%Y%m%d-%H:%M:%S");
    let kept_from = dropped.kept_from;
    [
        format!("Messages {begin} to {end} are no longer kept"),
        format!(
            "Reports among MsgSeqNum {begin} to {end} cannot be sent again: kept are those from {kept_from} on, sent \
             since {since}"
        ),
        "Compare your orders with your drop copy, or ask the operator of the venue".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Dropped, lines};

    #[test]
    fn the_notice_names_the_numbers_and_what_is_kept() {
        let dropped = Dropped {
            numbers: 5..=900,
            kept_from: 1_001,
            kept_since: DateTime::from_timestamp(1_795_860_000, 0).expect("a time"),
        };
        assert_eq!(
            lines(&dropped),
            [
                "Messages 5 to 900 are no longer kept",
                "Reports among MsgSeqNum 5 to 900 cannot be sent again: kept are those from 1001 on, sent since \
                 20261128-10:00:00",
                "Compare your orders with your drop copy, or ask the operator of the venue",
            ]
        );
    }
}
