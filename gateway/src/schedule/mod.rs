//! When sessions are held, and instruments are in which phase: from an instant to whether a session is open, until when, what
//! is due to its client, and where an instrument ought to be.
//! Pure: the time is an argument, and nothing here waits, sends or keeps anything.

mod attendance;
mod calendar;
mod local;
mod run;
#[cfg(test)]
mod tests;
mod timetable;
mod words;

pub(crate) use attendance::{Attendance, Due};
pub(crate) use calendar::Calendar;
pub(crate) use run::Run;
pub(crate) use timetable::{DayHours, Step, Timetable};
pub(crate) use words::{closed, ended, headline, notice};
