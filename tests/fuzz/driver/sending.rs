//! What a driver sends of its own, and what it sends again.

use fix_codec::messages::{Group, LineOfText, News};
use fix_session::SendOptions;

use super::Driver;

/// The text of a News(B) of ours.
const SHORT: &[LineOfText<'_>] = &[LineOfText {
    text: "text",
    encoded_text: None,
}];

/// The same with all that makes it hard to write, for what is sent with PossResend(97)=Y.
const LONG: &[LineOfText<'_>] = &[
    LineOfText {
        text: "a\u{1}b",
        encoded_text: Some(b"10=000\x01\x018=FIX.4.4\x01"),
    },
    LineOfText {
        text: "one",
        encoded_text: Some(&[b'x'; 3_000]),
    },
];

impl Driver {
    pub(in crate::fuzz) fn send(&mut self, headline: &str, poss_resend: bool) {
        let news = News {
            orig_time: None,
            urgency: None,
            headline,
            lines_of_text: Group::new(if poss_resend { LONG } else { SHORT }),
            url_link: None,
        };
        let options = SendOptions {
            poss_resend,
            ..SendOptions::default()
        };
        let number = self.session.next_outgoing();
        let given = self.session.send(self.now, &news, options, &mut self.out);
        assert_eq!(given, number);
        self.carry_out();
    }

    /// Resends up to `limit` messages of the range that the peer asked for, and all that lies between.
    pub(in crate::fuzz) fn serve(&mut self, limit: usize) {
        // Nothing else is to be sent meanwhile.
        self.carry_out();
        let Some(range) = self.session.resending() else {
            return;
        };
        let first = self.record.range(range.begin, range.end).next();
        let first = first.map_or(range.end + 1, |(number, _)| number);
        if limit > 0 && range.begin < first && first <= range.end {
            let passed = self
                .session
                .resend_gap(self.now, range.begin, first - 1, &mut self.out);
            passed.expect("nothing is kept of these numbers");
        }
        let mut rest = self.record.range(range.begin, range.end);
        for (number, stored) in rest.by_ref().take(limit) {
            if number > range.end {
                break;
            }
            self.session
                .resend_message(self.now, number, stored, &mut self.out)
                .expect("what was kept can be sent again");
        }
        let done = rest.next().is_none();
        drop(rest);
        let resent_below = if done {
            self.session.resend_done(self.now, &mut self.out);
            range.end + 1
        } else {
            self.session.resending().map_or(0, |range| range.begin)
        };
        let before = self.sent.len();
        self.carry_out();
        let mut at = range.begin;
        for sent in &self.sent[before..] {
            assert_eq!(
                sent.msg_seq_num, at,
                "a resend leaves nothing out: {range:?}"
            );
            at = sent.resent_below.expect("nothing else is sent meanwhile");
        }
        assert_eq!(at, resent_below, "a resend goes to its end: {range:?}");
    }
}
