//! The control plane over real HTTP, with real child processes.

mod harness;
mod hostile;
mod life;
mod programs;
mod qemu;
mod refusals;
mod restarts;
