//! When sessions are held: from an instant to whether a session is open, until when, and what is due to its client.
//! Pure: the time is an argument, and nothing here waits, sends or keeps anything.

mod attendance;
mod calendar;
mod local;
mod run;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use attendance::{Attendance, Due};
pub(crate) use calendar::Calendar;
pub(crate) use run::Run;
pub(crate) use words::{closed, ended, headline, notice};
