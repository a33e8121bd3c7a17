//! Against a real Nova: its API, policies, scheduler and conductor, with a hypervisor that starts nothing.

mod calls;
mod crashes;
mod delivery;
mod identity;
mod images;
mod plane;
mod shim;
mod wire;
