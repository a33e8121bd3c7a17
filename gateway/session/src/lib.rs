//! The FIX 4.4 session as a sans-I/O state machine, acceptor and initiator. Time is an argument; effects are data.
//!
//! A [`Session`] owns no socket, no clock, no store and no thread. A *driver* owns those: it gives
//! the session what came and what time it is, and carries out the [`Outputs`] that it gets back.
//! Nothing in here blocks, and no message costs an allocation once the buffers have grown.
//!
//! # What a driver does
//! 1. After a connection: [`Session::connected`]. After it is lost or closed:
//!    [`Session::disconnected`].
//! 2. For each frame: decode it, then [`Session::receive`] (or [`receive_invalid`],
//!    [`receive_garbled`]). Handle the message itself when the answer is [`Received::Application`].
//!    Then, while [`Session::next_held`] gives a message, do the same with that one.
//! 3. For each message of its own: [`Session::send`], connected or not.
//! 4. At [`Session::deadline`]: [`Session::tick`].
//! 5. After any of these: append [`Outputs::stored`] to its store, transmit [`Outputs::wire`], do
//!    [`Outputs::actions`], [`Outputs::clear`].
//! 6. While [`Session::resending`] names a range: pass some messages from its store to
//!    [`Session::resend_message`], then go on with 2; at the end of the range
//!    [`Session::resend_done`].
//!
//! ```
//! use bytes::BytesMut;
//! use chrono::{DateTime, Utc};
//! use fix_codec::Decoder;
//! use fix_codec::frame::{Framing, next_frame};
//! use fix_session::{Action, Outputs, Received, Session, Status};
//!
//! /// Takes what came from the connection; gives what is to go back.
//! fn came(session: &mut Session, now: DateTime<Utc>, buffer: &mut BytesMut, out: &mut Outputs) {
//!     // While the driver is asked for something, what came can wait.
//!     while !matches!(session.status(), Status::Authenticating | Status::Resetting) {
//!         // What was held comes first: its turn is now.
//!         let bytes = match session.next_held() {
//!             Some(held) => held,
//!             None => match next_frame(buffer, 65_536) {
//!                 Framing::Incomplete => break,
//!                 Framing::Garbled { skip, .. } => {
//!                     session.receive_garbled();
//!                     drop(buffer.split_to(skip));
//!                     continue;
//!                 }
//!                 Framing::Message(frame) => {
//!                     let length = frame.len();
//!                     buffer.split_to(length).freeze()
//!                 }
//!             },
//!         };
//!         let Framing::Message(frame) = next_frame(&bytes, 65_536) else { continue };
//!         match Decoder::new().decode(frame) {
//!             Ok(message) => match session.receive(now, &message, out) {
//!                 Received::Application => { /* an order: to the engine */ }
//!                 Received::Authenticate => session.accept_logon(now, out),
//!                 Received::Handled => {}
//!             },
//!             Err(error) => session.receive_invalid(now, &error, out),
//!         }
//!     }
//! }
//!
//! /// Carries out what the session wants; false when the connection is to be closed.
//! fn carry_out(session: &mut Session, now: DateTime<Utc>, out: &mut Outputs) -> bool {
//!     for stored in &out.stored {
//!         let _bytes = out.bytes(stored); // append to the store, and make that durable
//!     }
//!     // ... then transmit `out.wire`, and then:
//!     let mut reset = Outputs::new();
//!     for action in out.actions.drain(..) {
//!         match action {
//!             Action::ResetSequences => session.reset_done(now, &mut reset), // once it is durable
//!             Action::Disconnect(_) => return false,
//!             Action::LoggedOn { .. } | Action::LoggedOut | Action::Resend(_) => {}
//!         }
//!     }
//!     out.clear();
//!     reset.is_empty() || carry_out(session, now, &mut reset)
//! }
//!
//! /// Called between live messages, as long as there is something to resend.
//! fn resend(session: &mut Session, now: DateTime<Utc>, store: &[(u64, Vec<u8>)], out: &mut Outputs) {
//!     let Some(range) = session.resending() else { return };
//!     let mut rest = store.iter().filter(|(number, _)| (range.begin..=range.end).contains(number));
//!     for (number, stored) in rest.by_ref().take(100) {
//!         if let Err(error) = session.resend_message(now, *number, stored, out) {
//!             eprintln!("{error}"); // that number is gap-filled
//!         }
//!     }
//!     if rest.next().is_none() {
//!         session.resend_done(now, out);
//!     }
//! }
//! ```
//!
//! # Order, gaps and resends
//! - **Incoming.** A message is delivered when its MsgSeqNum(34) is the one expected, so never twice
//!   and never out of order. One from beyond a gap is held (up to
//!   [`Settings::hold_limit_bytes`]; past that it is dropped) and the gap is asked for once, with an
//!   open end (16=0). It is asked for again only when nothing in it has come for
//!   [`Timeouts::resend`], three times at most.
//! - **Outgoing.** Every message gets the next MsgSeqNum(34) at once and for ever. While a resend
//!   streams, live messages go out between resent ones under their own, higher numbers; the range
//!   being resent ends before the first of them, so nothing is sent twice and gap fills never pass
//!   over a live message. A peer holds or drops what is from beyond its gap, and asks again for what
//!   it dropped. Resent messages ascend; what the store does not have, and what is administrative,
//!   is passed over with SequenceReset-GapFill(4).
//! - **Not logged on.** Messages are numbered and kept ([`Place::Unsent`]); the peer finds the gap
//!   at its next Logon and asks for them.
//!
//! [`receive_invalid`]: Session::receive_invalid
//! [`receive_garbled`]: Session::receive_garbled

mod faults;
mod heartbeat;
mod held;
mod logon;
mod logout;
mod next_expected;
mod outputs;
mod receive;
mod reject;
mod resend;
mod reset;
mod send;
mod sequence;
mod session;
mod settings;
mod state;

pub use outputs::{Action, DisconnectReason, Outputs, Place, Received, ResendRange, Stored};
pub use reject::BusinessReject;
pub use resend::ResendError;
pub use send::SendOptions;
pub use session::Session;
pub use settings::{Credentials, Resume, Role, Settings, Timeouts};
pub use state::Status;
