//! Takes secrets out of a stream of FIX bytes before it is written anywhere: the values of Password(554),
//! NewPassword(925) and RawData(96). It goes byte by byte and remembers where it is, so that it does not matter how
//! the stream was cut, nor whether what passes is a message at all.
//!
//! It rather masks too much: a secret's tag is taken for one wherever it is not the end of a longer number, so that a
//! message with other separators than SOH hides its secrets too.

use fix_codec::SOH;

/// Username(553) is no secret; these are.
const PASSWORD: u32 = 554;
const NEW_PASSWORD: u32 = 925;

/// RawData(96) may hold any byte, as many as RawDataLength(95) says.
const RAW_DATA_LENGTH: u32 = 95;
const RAW_DATA: u32 = 96;

/// What stands in place of a secret.
const MASK: &[u8] = b"***";

/// Whether there may be a secret in a stream that begins with these bytes. Where there is none, [`Mask::pass`] passes on
/// every byte.
pub(super) fn may_hold_secret(bytes: &[u8]) -> bool {
    // The tags of PASSWORD, NEW_PASSWORD and RAW_DATA, perhaps as the end of a longer number.
    let tags: [&[u8]; 3] = [b"554", b"925", b"96"];
    let mut before = bytes.split(|byte| *byte == b'=');
    before.any(|before| tags.iter().any(|tag| before.ends_with(tag)))
}

/// Where the mask is in its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask {
    state: State,
    /// The number that the last digits make; 0 when there were none.
    number: u32,
    /// Whether those digits are the first since the last SOH, or since the start.
    begins_field: bool,
    /// Whether the value of RawDataLength(95) is passing.
    counts: bool,
    /// RawDataLength(95), until its RawData(96) comes.
    raw_length: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is hidden.
    Open,
    /// Hidden up to the next SOH.
    Value,
    /// Hidden for so many bytes, whatever they are; then comes a SOH, or the length was wrong.
    Raw(u32),
    /// Hidden until a new beginning: nobody can say where the secret ends.
    Rest,
}

impl Mask {
    /// At the beginning of a message or of a connection.
    pub(super) const fn new() -> Self {
        Self {
            state: State::Open,
            number: 0,
            begins_field: true,
            counts: false,
            raw_length: None,
        }
    }

    /// In the middle of a stream of which a part is not known: hidden until a field ends.
    pub(super) const fn lost() -> Self {
        Self {
            state: State::Value,
            ..Self::new()
        }
    }

    /// Passes the bytes on to `out`, but for what is secret.
    pub(super) fn pass(&mut self, bytes: &[u8], mut out: impl FnMut(u8)) {
        for &byte in bytes {
            match self.state {
                State::Open => self.open(byte, &mut out),
                State::Value if byte == SOH => {
                    *self = Self {
                        raw_length: self.raw_length,
                        ..Self::new()
                    };
                    out(byte);
                }
                State::Raw(0) if byte == SOH => {
                    *self = Self::new();
                    out(byte);
                }
                State::Raw(0) => self.state = State::Rest,
                State::Raw(left) => self.state = State::Raw(left - 1),
                State::Value | State::Rest => {}
            }
        }
    }

    fn open(&mut self, byte: u8, out: &mut impl FnMut(u8)) {
        out(byte);
        match byte {
            b'0'..=b'9' => {
                let digit = u32::from(byte - b'0');
                self.number = self.number.saturating_mul(10).saturating_add(digit);
            }
            b'=' => {
                self.state = self.after_tag();
                self.counts = self.number == RAW_DATA_LENGTH;
                if self.state != State::Open {
                    MASK.iter().copied().for_each(out);
                }
                self.number = 0;
                self.begins_field = false;
            }
            SOH => {
                if self.counts {
                    self.raw_length = Some(self.number);
                }
                self.number = 0;
                self.begins_field = true;
                self.counts = false;
            }
            _ => {
                self.number = 0;
                self.begins_field = false;
                self.counts = false;
            }
        }
    }

    /// What the number before `=` makes of what follows it.
    fn after_tag(&mut self) -> State {
        match self.number {
            PASSWORD | NEW_PASSWORD => State::Value,
            // Somewhere in a value it is hardly a field.
            RAW_DATA if !self.begins_field => State::Value,
            RAW_DATA => self.raw_length.take().map_or(State::Rest, State::Raw),
            _ => State::Open,
        }
    }
}

#[cfg(test)]
mod tests;
