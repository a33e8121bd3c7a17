//! Writes records down in the format of postcard, byte for byte, in a fraction of its instructions: a number goes out as
//! one word, not byte by byte, and what writes a record is one piece of code. Reads nothing back: postcard does.

use postcard::Error;
use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Appends a record to a buffer.
///
/// # Errors
/// That of the record itself, or a sequence that does not know its length; the buffer then has a part of it.
pub(crate) fn append(bytes: &mut Vec<u8>, record: &impl Serialize) -> Result<(), Error> {
    record.serialize(&mut Encoder(bytes))
}

struct Encoder<'a>(&'a mut Vec<u8>);

/// The bit that says that another byte follows, in each byte of a word.
const MORE: u64 = 0x8080_8080_8080_8080;

impl Encoder<'_> {
    /// A number in groups of seven bits, the lowest first, each in a byte that says whether another follows.
    #[inline]
    fn number(&mut self, value: u64) {
        // Most are small.
        if value < 0x80 {
            self.0.push(value.to_le_bytes()[0]);
        } else {
            self.long_number(value);
        }
    }

    fn long_number(&mut self, value: u64) {
        let bits = u64::BITS - value.leading_zeros();
        let start = self.0.len();
        if bits > 56 {
            self.0
                .extend_from_slice(&(spread(value) | MORE).to_le_bytes());
            return self.number(value >> 56);
        }
        let more = bits.div_ceil(7) - 1;
        let more_bytes = usize::try_from(more).expect("seven at most");
        let word = spread(value) | MORE & ((1 << (8 * more)) - 1);
        // A whole word costs less than its bytes one by one.
        self.0.extend_from_slice(&word.to_le_bytes());
        self.0.truncate(start + more_bytes + 1);
    }

    fn wide_number(&mut self, mut value: u128) {
        loop {
            match u64::try_from(value) {
                Ok(narrow) => return self.number(narrow),
                Err(_) => self.0.push(value.to_le_bytes()[0] | 0x80),
            }
            value >>= 7;
        }
    }

    #[inline]
    fn length(&mut self, length: usize) {
        self.number(crate::batch::wide(length));
    }

    #[inline]
    fn known_length(&mut self, length: Option<usize>) -> Result<(), Error> {
        self.length(length.ok_or(Error::SerializeSeqLengthUnknown)?);
        Ok(())
    }
}

/// The low 56 bits in groups of seven, each in a byte of its own: halved, and halved again.
const fn spread(value: u64) -> u64 {
    let halves = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let quarters = halves & 0x0000_3fff_0000_3fff | (halves & 0x0fff_c000_0fff_c000) << 2;
    quarters & 0x007f_007f_007f_007f | (quarters & 0x3f80_3f80_3f80_3f80) << 1
}

/// A number with a sign, so that small ones of either sign are small.
#[inline]
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

impl Serializer for &mut Encoder<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.serialize_u8(u8::from(value))
    }

    #[inline]
    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_u8(value.cast_unsigned())
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.number(zigzag(value));
        Ok(())
    }

    #[inline]
    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        match i64::try_from(value) {
            Ok(narrow) => self.number(zigzag(narrow)),
            Err(_) => self.wide_number((value << 1 ^ value >> 127).cast_unsigned()),
        }
        Ok(())
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.0.push(value);
        Ok(())
    }

    #[inline]
    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    #[inline]
    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.number(value);
        Ok(())
    }

    #[inline]
    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.wide_number(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.serialize_bytes(value.as_bytes())
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.length(value.len());
        self.0.extend_from_slice(value);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_u8(0)
    }

    #[inline]
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Error> {
        self.0.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
    ) -> Result<(), Error> {
        self.serialize_u32(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.number(variant.into());
        value.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Error> {
        self.known_length(length)?;
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Error> {
        self.number(variant.into());
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> Result<Self, Error> {
        self.known_length(length)?;
        Ok(self)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Error> {
        self.number(variant.into());
        Ok(self)
    }
}

/// What has parts is its parts, one behind the other.
macro_rules! parts {
    ($($kind:ident: $part:ident($($key:ty)?);)*) => {$(
        impl $kind for &mut Encoder<'_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $part<T: ?Sized + Serialize>(&mut self, $(_: $key,)? part: &T) -> Result<(), Error> {
                part.serialize(&mut **self)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl SerializeMap for &mut Encoder<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(record: &(impl Serialize + std::fmt::Debug)) {
        let mut bytes = vec![0xEE];
        append(&mut bytes, record).expect("it is encoded");
        let (head, written) = bytes.split_at(1);
        assert_eq!(head, [0xEE]);
        let expected = postcard::to_allocvec(record).expect("it is encoded");
        assert_eq!(written, expected, "{record:?}");
    }

    #[test]
    fn numbers_of_every_length_are_as_postcard_writes_them() {
        for shift in 0..128 {
            for near in [-1_i128, 0, 1] {
                let signed = (1_i128 << shift).wrapping_add(near);
                let negative = signed.wrapping_neg();
                check(&(signed, negative, signed.cast_unsigned()));
                let narrow = u64::try_from(signed & i128::from(u64::MAX)).expect("64 bits");
                check(&(narrow, narrow.cast_signed(), !narrow));
                let short = u32::try_from(narrow & 0xFFFF_FFFF).expect("32 bits");
                check(&(short, short.cast_signed(), !short));
                let shortest = u16::try_from(narrow & 0xFFFF).expect("16 bits");
                check(&(shortest, shortest.cast_signed(), !shortest));
            }
        }
        check(&(i128::MIN, i128::MAX, u128::MAX, i64::MIN, u64::MAX));
        check(&(i8::MIN, -1_i8, u8::MAX, 1.5_f32, -0.1_f64, true, false));
    }

    #[derive(Debug, Serialize)]
    struct Unit;

    #[derive(Debug, Serialize)]
    struct Newtype(u64);

    #[derive(Debug, Serialize)]
    struct Pair(u8, Option<Newtype>);

    #[derive(Debug, Serialize)]
    enum Kind {
        Unit,
        Newtype(Pair),
        Tuple(i64, String),
        Struct { unit: Unit, rest: Vec<Kind> },
    }

    #[test]
    fn everything_that_a_record_is_made_of_is_as_postcard_writes_it() {
        check(&Kind::Unit);
        check(&Kind::Newtype(Pair(7, None)));
        check(&Kind::Struct {
            unit: Unit,
            rest: vec![
                Kind::Tuple(-300, "é".repeat(100)),
                Kind::Newtype(Pair(200, Some(Newtype(1 << 40)))),
                Kind::Unit,
            ],
        });
        check(&('a', '€', (), [1_u16, 500], "x".repeat(20_000)));
        check(&BTreeMap::from([(1_u32, "one"), (200, "more")]));
        check(&"ACME".parse::<engine::Symbol>().expect("a symbol"));
    }

    #[test]
    fn a_sequence_that_does_not_know_its_length_is_refused() {
        let unknown = |serializer: &mut Encoder<'_>| serializer.serialize_seq(None).err();
        let error = unknown(&mut Encoder(&mut Vec::new()));
        assert_eq!(error, Some(Error::SerializeSeqLengthUnknown));
    }
}
