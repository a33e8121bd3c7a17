//! Just enough of FIX for a load generator and a floor: finds a whole message, walks over its fields, writes one.
//! Not the venue's codec on purpose: the venue is measured by something cheaper, and checked by other eyes.

/// Ends every field.
const SOH: u8 = 1;

/// What every message starts with, up to its length.
const START: &[u8] = b"8=FIX.4.4\x019=";

/// Bytes of `10=nnn` and its SOH.
const TRAILER_LENGTH: usize = 7;

/// The longest message taken, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// The bytes are no FIX message, or one that is longer than [`MESSAGE_BYTES_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no whole and sound FIX 4.4 message")]
pub struct NotAMessage;

/// The length of the message that `buffer` begins with; nothing while it is incomplete. CheckSum(10) is not
/// looked at: see [`has_right_checksum`].
///
/// # Errors
/// [`NotAMessage`] when no message begins here.
pub fn message_length(buffer: &[u8]) -> Result<Option<usize>, NotAMessage> {
    let Some(rest) = buffer.strip_prefix(START) else {
        let cut_off = START.starts_with(buffer);
        return if cut_off { Ok(None) } else { Err(NotAMessage) };
    };
    let mut body = 0;
    for (digits, byte) in rest.iter().enumerate() {
        match byte {
            b'0'..=b'9' => body = body * 10 + usize::from(byte - b'0'),
            &SOH => {
                let length = START.len() + digits + 1 + body + TRAILER_LENGTH;
                return Ok((buffer.len() >= length).then_some(length));
            }
            _ => return Err(NotAMessage),
        }
        if body > MESSAGE_BYTES_MAX {
            return Err(NotAMessage);
        }
    }
    Ok(None)
}

/// Whether a whole message ends with its right CheckSum(10).
#[must_use]
pub fn has_right_checksum(message: &[u8]) -> bool {
    message
        .split_at_checked(message.len().saturating_sub(TRAILER_LENGTH))
        .is_some_and(|(summed, trailer)| trailer == checksum_field(summed))
}

fn checksum_field(summed: &[u8]) -> [u8; TRAILER_LENGTH] {
    let sum = summed
        .iter()
        .fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let digits = [sum / 100, sum / 10 % 10, sum % 10].map(|digit| b'0' + digit);
    [b'1', b'0', b'=', digits[0], digits[1], digits[2], SOH]
}

/// The fields of one message, tag and value.
#[derive(Debug, Clone)]
pub struct Fields<'a>(&'a [u8]);

/// The fields of a whole message, from BeginString(8) on. Ends early at what is no field.
#[must_use]
pub fn fields(message: &[u8]) -> Fields<'_> {
    Fields(message)
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut tag = 0_u32;
        let mut bytes = self.0.iter();
        let mut equals = 0;
        loop {
            match bytes.next()? {
                byte @ b'0'..=b'9' => {
                    tag = tag.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'))
                }
                b'=' => break,
                _ => return None,
            }
            equals += 1;
        }
        let length = bytes.position(|byte| *byte == SOH)?;
        let value = equals + 1;
        let field = self.0.get(value..value + length)?;
        self.0 = self.0.get(value + length + 1..)?;
        Some((tag, field))
    }
}

/// Reads a whole number.
#[must_use]
pub fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0_u64, |number, byte| {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        (digit <= 9).then_some(())?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Writes messages. Keeps its buffer from one to the next.
#[derive(Debug, Default)]
pub struct Writer {
    body: Vec<u8>,
}

impl Writer {
    /// Starts a message with this MsgType(35).
    pub fn begin(&mut self, msg_type: &[u8]) -> &mut Self {
        self.body.clear();
        self.text(b"35=", msg_type)
    }

    /// Writes a field. `tag` has its equals sign.
    #[inline]
    pub fn text(&mut self, tag: &[u8], value: &[u8]) -> &mut Self {
        self.body.extend_from_slice(tag);
        self.body.extend_from_slice(value);
        self.body.push(SOH);
        self
    }

    /// Writes a field that is a whole number. `tag` has its equals sign.
    #[inline]
    pub fn number(&mut self, tag: &[u8], value: u64) -> &mut Self {
        let mut digits = [0; 20];
        self.text(tag, decimal(value, &mut digits))
    }

    /// Appends the message, with its length and checksum, to `out`.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let from = out.len();
        let mut digits = [0; 20];
        let length = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        out.extend_from_slice(START);
        out.extend_from_slice(decimal(length, &mut digits));
        out.push(SOH);
        out.extend_from_slice(&self.body);
        let trailer = checksum_field(&out[from..]);
        out.extend_from_slice(&trailer);
    }
}

/// A number as decimal digits.
#[must_use]
pub fn decimal(mut value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut from = digits.len();
    loop {
        from -= 1;
        digits[from] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            return &digits[from..];
        }
    }
}

/// A message for people: `|` for its delimiters.
#[must_use]
pub fn readable(message: &[u8]) -> String {
    String::from_utf8_lossy(message).replace('\u{1}', "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat() -> Vec<u8> {
        let mut out = Vec::new();
        Writer::default()
            .begin(b"0")
            .number(b"34=", 120)
            .text(b"112=", b"x")
            .finish(&mut out);
        out
    }

    #[test]
    fn what_is_written_is_read_back() {
        let message = heartbeat();
        assert_eq!(
            readable(&message),
            "8=FIX.4.4|9=18|35=0|34=120|112=x|10=089|"
        );
        assert!(has_right_checksum(&message));
        let read: Vec<_> = fields(&message).collect();
        assert_eq!(read[2..5], [(35, &b"0"[..]), (34, b"120"), (112, b"x")]);
        assert_eq!(number(read[3].1), Some(120));
    }

    #[test]
    fn a_message_has_its_length_once_it_is_whole() {
        let message = heartbeat();
        for length in 0..message.len() {
            assert_eq!(message_length(&message[..length]), Ok(None));
        }
        let twice = [message.as_slice(), &message].concat();
        assert_eq!(message_length(&twice), Ok(Some(message.len())));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bytes in [
            &b"9=5"[..],
            b"8=FIX.4.4\x019=x",
            b"8=FIX.4.4\x019=99999\x01",
        ] {
            assert_eq!(message_length(bytes), Err(NotAMessage));
        }
        let mut message = heartbeat();
        message[20] ^= 1;
        assert!(!has_right_checksum(&message));
    }
}
