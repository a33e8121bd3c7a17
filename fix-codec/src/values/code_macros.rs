//! Enums for fields with a fixed list of values: reading, writing and the code of each variant.

/// An enum whose values are single characters.
macro_rules! char_codes {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value that stands on the wire as `code`.
            pub const fn from_code(code: u8) -> Option<Self> {
                Some(match code {
                    $($code => Self::$variant,)*
                    _ => return None,
                })
            }

            /// The character on the wire.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }
        }

        impl FieldValue<'_> for $name {
            fn read(value: &[u8]) -> Result<Self, ValueError> {
                match value {
                    [] => Err(ValueError::Missing),
                    [code] => Self::from_code(*code).ok_or(ValueError::Range),
                    _ => Err(ValueError::Format),
                }
            }

            fn write(&self, out: &mut BodyWriter<'_>) {
                out.write_bytes(&[self.code()]);
            }

            #[inline(always)]
            fn write_short(
                &self,
                room: &mut $crate::values::ShortRoom,
                _: &mut $crate::values::TimeText,
            ) -> Option<usize> {
                $crate::values::put(room, [self.code()]);
                Some(1)
            }
        }
    )*};
}

/// An enum whose values are numbers.
macro_rules! int_codes {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value that stands on the wire as `code`.
            pub const fn from_code(code: u16) -> Option<Self> {
                Some(match code {
                    $($code => Self::$variant,)*
                    _ => return None,
                })
            }

            /// The number on the wire.
            pub const fn code(self) -> u16 {
                match self { $(Self::$variant => $code,)* }
            }
        }

        impl $crate::values::FieldValue<'_> for $name {
            fn read(value: &[u8]) -> Result<Self, $crate::values::ValueError> {
                Self::from_code(u16::read(value)?).ok_or($crate::values::ValueError::Range)
            }

            fn write(&self, out: &mut $crate::BodyWriter<'_>) {
                out.write_number(u64::from(self.code()));
            }

            #[inline(always)]
            fn write_short(
                &self,
                room: &mut $crate::values::ShortRoom,
                _: &mut $crate::values::TimeText,
            ) -> Option<usize> {
                $crate::values::number_short(u64::from(self.code()), room)
            }
        }
    )*};
}

pub(crate) use char_codes;
pub(crate) use int_codes;
