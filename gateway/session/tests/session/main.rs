//! The session against scripts, against itself over a bad connection, and against garbage.

mod anew;
mod authentication;
mod garbage;
mod heartbeats;
mod initiator;
mod logon;
mod logout;
mod next_expected;
mod pair;
mod refusals;
mod resend;
mod reset;
mod script;
mod sending;
mod sequence;
