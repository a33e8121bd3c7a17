//! The tag numbers: one constant for every field of FIX 4.4 and of the venue.

pub use crate::dictionary::fields::tags::*;
