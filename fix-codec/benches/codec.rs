//! How long framing, decoding, validating and encoding take.

fn main() {}
