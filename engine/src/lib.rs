//! The market as a deterministic state machine: a command in, events out. Never reads a clock, a file or a socket.
