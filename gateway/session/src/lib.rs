//! The FIX 4.4 session as a sans-I/O state machine, acceptor and initiator. Time is an argument; effects are data.
