//! Giving a message its MsgSeqNum(34), and putting it where it belongs.

use bytes::BytesMut;
use fix_codec::{EncodeBody, EncodeHeader, Routing, encode};

use crate::outputs::{Outputs, Place, Stored};
use crate::session::Session;
use crate::state::{State, Time};

/// What a sender says about an application message besides its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendOptions {
    /// The sender's own note, given back in [`Stored::cause`]: the event that the message reports.
    pub cause: u64,
    /// PossResend(97)=Y: the peer may have had this content under another MsgSeqNum(34).
    pub poss_resend: bool,
}

/// How one message leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Emission<'a> {
    /// `None`: transmitted when both sides are logged on, else only kept.
    pub(crate) place: Option<Place>,
    pub(crate) resendable: bool,
    pub(crate) options: SendOptions,
    pub(crate) routing: Routing<'a>,
}

impl Emission<'_> {
    /// An administrative message, which is never resent.
    pub(crate) fn admin() -> Self {
        Self::default()
    }

    /// An administrative message that is transmitted whether both sides are logged on or not.
    pub(crate) fn handshake() -> Self {
        Self {
            place: Some(Place::Wire),
            ..Self::default()
        }
    }
}

impl Session {
    /// Numbers, keeps and, when both sides are logged on, transmits an application message.
    /// Returns its MsgSeqNum(34).
    ///
    /// It may be called at any time. Without a peer the message lands in [`Outputs::unsent`]. While
    /// a reset is being made durable it still belongs to the numbers before the reset, which the
    /// peer has given up: a driver that wants it delivered waits for
    /// [`reset_done`](Self::reset_done).
    pub fn send(
        &mut self,
        now: Time,
        body: &impl EncodeBody,
        options: SendOptions,
        out: &mut Outputs,
    ) -> u64 {
        let how = Emission {
            resendable: true,
            options,
            ..Emission::default()
        };
        self.emit(now, body, how, out)
    }

    pub(crate) fn emit(
        &mut self,
        now: Time,
        body: &impl EncodeBody,
        how: Emission<'_>,
        out: &mut Outputs,
    ) -> u64 {
        let msg_seq_num = self.next_outgoing;
        let place = how.place.unwrap_or(if self.is_logged_on() {
            Place::Wire
        } else {
            Place::Unsent
        });
        let header = EncodeHeader {
            poss_resend: how.options.poss_resend,
            routing: how.routing,
            ..self.header(now, msg_seq_num)
        };
        let range = encode(&header, body, buffer(out, place));
        out.stored.push(Stored {
            msg_seq_num,
            place,
            range,
            resendable: how.resendable,
            cause: how.options.cause,
        });
        self.next_outgoing += 1;
        if place == Place::Wire {
            self.transmitted(now);
        }
        msg_seq_num
    }

    /// The header of anything this side sends.
    pub(crate) fn header(&self, now: Time, msg_seq_num: u64) -> EncodeHeader<'_> {
        let settings = &self.settings;
        EncodeHeader {
            last_msg_seq_num_processed: settings
                .last_msg_seq_num_processed
                .then_some(self.next_incoming - 1),
            precision: settings.precision,
            ..EncodeHeader::new(
                &settings.sender_comp_id,
                &settings.target_comp_id,
                msg_seq_num,
                now,
            )
        }
    }

    /// Something goes to the peer, so no heartbeat is due for an interval.
    pub(crate) fn transmitted(&mut self, now: Time) {
        if let Some(link) = self.state.link_mut() {
            link.last_sent = now;
        }
    }

    pub(crate) fn is_logged_on(&self) -> bool {
        matches!(self.state, State::LoggedOn(_))
    }
}

fn buffer(out: &mut Outputs, place: Place) -> &mut BytesMut {
    match place {
        Place::Wire => &mut out.wire,
        Place::Unsent => &mut out.unsent,
    }
}
