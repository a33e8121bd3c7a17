//! The venue process: sockets, order entry, drop copy, message stores, settlement's desk and the command line.

pub mod drop_copy;
pub mod order_entry;
pub mod store;
