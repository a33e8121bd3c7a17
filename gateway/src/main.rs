//! The command line of the venue.

fn main() {}
