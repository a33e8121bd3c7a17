//! Short ASCII text kept inline, and the names of things made of it. Never allocates.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::num::NonZeroU8;
use core::str::FromStr;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Why some text cannot be a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// There is no text at all.
    #[error("is empty")]
    Empty,
    /// There are more bytes than the type holds.
    #[error("is longer than {limit} bytes")]
    TooLong {
        /// The most bytes that fit.
        limit: usize,
    },
    /// A byte is neither a printable ASCII character nor an inner space.
    #[error("has a byte at {position} that is not printable ASCII (or a space at either end)")]
    NotPrintable {
        /// Offset of the first such byte.
        position: usize,
    },
}

/// From 1 to `N` bytes of printable ASCII (0x21 to 0x7E, and spaces inside), kept inline.
///
/// Ordered and compared as the string it holds; on the wire a plain string. `N` is at most 255.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<const N: usize> {
    // Unused bytes are zero, so that the derived order over `bytes` is the order of the strings.
    bytes: [u8; N],
    // Never zero, so that an absent text takes no room of its own.
    length: NonZeroU8,
}

impl<const N: usize> Text<N> {
    const FITS: () = assert!(N >= 1 && N <= 255, "the length is kept in one byte");

    /// Takes the text as it is, or says why it cannot be taken.
    ///
    /// # Errors
    /// [`TextError`] when empty, longer than `N` bytes, or not printable ASCII.
    pub fn new(text: &str) -> Result<Self, TextError> {
        Self::of(text.as_bytes())
    }

    fn of(source: &[u8]) -> Result<Self, TextError> {
        let () = Self::FITS;
        let too_long = TextError::TooLong { limit: N };
        let length = u8::try_from(source.len()).map_err(|_| too_long)?;
        let length = NonZeroU8::new(length).ok_or(TextError::Empty)?;
        let mut bytes = [0; N];
        bytes
            .get_mut(..source.len())
            .ok_or(too_long)?
            .copy_from_slice(source);
        // Without an early end: all bytes of a short text are looked at in a few steps.
        let printable = source
            .iter()
            .fold(true, |all, byte| all & matches!(byte, 0x20..=0x7E));
        if !printable || source.starts_with(b" ") || source.ends_with(b" ") {
            return Err(not_printable(source));
        }
        Ok(Self { bytes, length })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).expect("only ASCII is ever taken in")
    }

    /// The text as bytes, each of them ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length.get())]
    }
}

/// Where the first byte is that no text may have there.
#[cold]
fn not_printable(source: &[u8]) -> TextError {
    let strange = |byte: &u8| !matches!(byte, 0x20..=0x7E);
    let first_space = source.starts_with(b" ").then_some(0);
    let position = source.iter().position(strange).or(first_space);
    TextError::NotPrintable {
        position: position.unwrap_or(source.len().saturating_sub(1)),
    }
}

impl<const N: usize> Hash for Text<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> FromStr for Text<N> {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const N: usize> Serialize for Text<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.as_str())
        } else {
            // The same bytes in the logs as those of a string, without a look at each whether it is UTF-8.
            serializer.serialize_bytes(self.as_bytes())
        }
    }
}

impl<'de, const N: usize> Deserialize<'de> for Text<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(TextVisitor)
        } else {
            deserializer.deserialize_bytes(TextVisitor)
        }
    }
}

struct TextVisitor<const N: usize>;

impl<const N: usize> Visitor<'_> for TextVisitor<N> {
    type Value = Text<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 to {N} bytes of printable ASCII")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text<N>, E> {
        Text::new(text).map_err(E::custom)
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Text<N>, E> {
        Text::of(bytes).map_err(E::custom)
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident($length:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Text<$length>);

        impl $name {
            /// The most bytes that such a name may have.
            pub const LENGTH_MAX: usize = $length;

            /// Takes the name as it is written.
            ///
            /// # Errors
            /// [`TextError`] when empty, too long, or not printable ASCII.
            pub fn new(name: &str) -> Result<Self, TextError> {
                Text::new(name).map(Self)
            }

            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The name as bytes, each of them ASCII.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = TextError;
            fn from_str(name: &str) -> Result<Self, TextError> {
                Self::new(name)
            }
        }
    )*};
}

names! {
    /// Names an instrument, e.g. `ACME.us-east-1.m5.large`. Symbol(55), FIX 4.4 Vol. 6.
    Symbol(32);
    /// Names a firm, a member of the venue.
    FirmName(24);
    /// Names a FIX session: the client's CompID, SenderCompID(49) in what it sends.
    SessionName(32);
    /// Names a customer's account at a provider, e.g. `acme:1234`. Account(1), FIX 4.4 Vol. 6.
    AccountName(48);
    /// The client's own name for a request. ClOrdID(11), FIX 4.4 Vol. 6.
    ClientOrderId(36);
    /// The client's own name for a question. OrdStatusReqID(790), MassStatusReqID(584), FIX 4.4 Vol. 6.
    RequestId(36);
    /// Names a slot, the place an instance occupies, as its provider names it.
    SlotName(48);
    /// Names an instance as its provider does. InstanceIDs(20001) holds these.
    InstanceName(64);
    /// Names what a buyer wants started in the slot. ImageID(20002).
    ImageName(64);
    /// Names a cloud company.
    ProviderName(24);
    /// Names a provider's region, e.g. `us-east-1`.
    RegionName(32);
    /// Names the currency of prices, e.g. `USD`. Currency(15), FIX 4.4 Vol. 6.
    CurrencyCode(8);
    /// Names a provider's type of instance, e.g. `m5.large`.
    InstanceType(48);
    /// Names a person or program that operates the venue.
    OperatorName(32);
    /// Names a group of orders that are not to trade with each other. SelfMatchPreventionID(2362), FIX Latest.
    SelfMatchGroup(12);
    /// A short remark that goes with an answer. Text(58), FIX 4.4 Vol. 6.
    Remark(64);
}
