//! The audit log: who logged on or was refused, from where; what was changed, and by whom. One JSON object a line, in
//! files of its own that are only ever appended to. It never holds a secret, and nothing waits for it.

mod entry;
mod file;
mod writer;

pub(crate) use entry::{Entry, Outcome, What};
pub(crate) use file::AuditError;
pub(crate) use writer::Audit;
