//! FIX 4.4 messages: bytes to typed messages and back. Never touches a socket, a clock or a session.
//!
//! Inbound: [`frame::next_frame`] finds one whole message in a byte stream, [`Decoder::decode`] reads
//! its fields without copying, [`dictionary::validate`] holds it against the data dictionary, and the
//! types of [`messages`] read it into a struct. Outbound: [`encode`] writes one of those structs with
//! its header, BodyLength(9) and CheckSum(10); [`encode_resend`] writes a stored message once more.
//!
//! ```
//! use bytes::BytesMut;
//! use chrono::DateTime;
//! use fix_codec::dictionary::{ValidationOptions, validate};
//! use fix_codec::frame::{Framing, next_frame};
//! use fix_codec::messages::TestRequest;
//! use fix_codec::{Decoder, EncodeHeader, encode};
//!
//! let mut wire = BytesMut::new();
//! let header = EncodeHeader::new("BANK", "CLOUDPIT", 7, DateTime::UNIX_EPOCH);
//! encode(&header, &TestRequest::new("hello"), &mut wire);
//!
//! let Framing::Message(frame) = next_frame(&wire, 4096) else { panic!("a whole message") };
//! let mut decoder = Decoder::new();
//! let message = decoder.decode(frame).expect("a message");
//! validate(&message, ValidationOptions::STRICT).expect("a valid message");
//! assert_eq!(message.header.msg_seq_num, 7);
//! assert_eq!(TestRequest::try_from(&message), Ok(TestRequest::new("hello")));
//! ```
//!
//! There is one way to do each. No input panics; no input takes more than linear time.

#![no_std]
#![warn(clippy::indexing_slicing)]

extern crate alloc;

mod checksum;
mod decode;
pub mod dictionary;
mod digits;
mod encode;
mod field;
pub mod frame;
mod header;
mod message;
pub mod messages;
mod msg_type;
mod reject;
mod resend;
mod scan;
mod spans;
pub mod tags;
pub mod values;
mod word;
mod writer;

pub use decode::{DecodeError, Decoder, Fault};
pub use encode::{EncodeBody, EncodeHeader, RawBody, encode};
pub use header::{Header, PartialHeader, Routing};
pub use message::{Entries, Field, Fields, FieldsIter, Message};
pub use msg_type::{MsgType, MsgTypeCode};
pub use reject::{SessionReject, SessionRejectReason};
pub use resend::{ResendError, encode_resend};
pub use spans::FIELDS_MAX;
pub use writer::BodyWriter;

/// Ends every field: the byte 0x01 (FIX 4.4 Volume 1).
pub const SOH: u8 = 0x01;

/// BeginString(8) of every message of FIX 4.4.
pub const BEGIN_STRING: &str = "FIX.4.4";
