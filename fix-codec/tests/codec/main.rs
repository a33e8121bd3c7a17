//! What the codec does, as a caller sees it.

mod dictionary;
mod encode;
mod frame;
mod fuzz;
mod read;
mod round_trip;
mod validate;
mod values;
mod wire;
