//! The venue process: sockets, order entry, drop copy, message stores, settlement's desk and the command line.

pub mod store;
