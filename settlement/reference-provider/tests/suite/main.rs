//! The control plane over real HTTP, with real child processes.

mod harness;
mod hostile;
mod life;
mod refusals;
mod restarts;
