//! Who may log on as whom: networks, client certificates, passwords, and what follows failures. It never touches a
//! socket and knows no message but Logon(A).

mod doorkeeper;
mod lockout;
mod opening;
mod password_store;
mod passwords;
mod peer;
mod rules;

pub(crate) use doorkeeper::{Closed, Doorkeeper, Verdict};
pub(crate) use opening::Opening;
pub(crate) use passwords::Claim;
pub use passwords::{Weak, check_new_password, hash};
pub use peer::Peer;
pub(crate) use rules::NotAdmitted;
