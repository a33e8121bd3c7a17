//! What a control plane is started with.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::error::Error;
use crate::{limits, names};

/// Everything that [`crate::serve()`] needs.
#[derive(Debug, Clone, Deserialize)]
pub struct Options {
    /// Where state, images and slots are kept; made when it does not exist.
    pub directory: PathBuf,
    /// Loopback only; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The slots of this provider. One that is already in the directory must not have changed.
    pub slots: Vec<SlotSpec>,
    /// Who may call, and as whom.
    pub principals: Vec<Principal>,
    /// How guests are run.
    pub driver: DriverKind,
    /// The program that images may exec as `"$GUEST_RUNTIME" guest "$0"`; see [`crate::guest`].
    pub guest_runtime: PathBuf,
    /// End every guest when the control plane is stopped with [`crate::Running::stop`].
    #[serde(default)]
    pub stop_guests_on_exit: bool,
    /// How long a started guest has to answer with its beacon; then the task fails.
    #[serde(default = "ready_timeout")]
    pub ready_timeout: Duration,
    /// The longest image, in bytes.
    #[serde(default = "image_bytes_max")]
    pub image_bytes_max: u64,
}

const fn ready_timeout() -> Duration {
    Duration::from_secs(10)
}

const fn image_bytes_max() -> u64 {
    limits::IMAGE_BYTES_MAX
}

impl Options {
    /// Options with the usual limits and no slots or principals yet.
    #[must_use]
    pub fn new(directory: PathBuf, listen: SocketAddr, guest_runtime: PathBuf) -> Self {
        Self {
            directory,
            listen,
            slots: Vec::new(),
            principals: Vec::new(),
            driver: DriverKind::Process,
            guest_runtime,
            stop_guests_on_exit: false,
            ready_timeout: ready_timeout(),
            image_bytes_max: image_bytes_max(),
        }
    }

    /// Checks what can be checked before anything is touched.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !self.listen.ip().is_loopback() {
            return Err(Error::NotLoopback {
                address: self.listen,
            });
        }
        if self.slots.len() > limits::SLOTS_MAX {
            return Err(wrong("slots", format!("at most {}", limits::SLOTS_MAX)));
        }
        for slot in &self.slots {
            if !names::is_file_name(&slot.slot_id) {
                return Err(wrong("slots.slot_id", names::file_name_rule(&slot.slot_id)));
            }
            if slot.memory_mib == 0 {
                return Err(wrong("slots.memory_mib", "must be at least 1".to_owned()));
            }
        }
        for principal in &self.principals {
            if !names::is_name(&principal.account) {
                let what = names::name_rule("account", &principal.account);
                return Err(wrong("principals.account", what));
            }
            if principal.token.0.len() < 8 {
                let what = format!("the token of {} is shorter than 8", principal.account);
                return Err(wrong("principals.token", what));
            }
        }
        self.check_unique()
    }

    fn check_unique(&self) -> Result<(), Error> {
        let mut slots: Vec<&str> = self
            .slots
            .iter()
            .map(|slot| slot.slot_id.as_str())
            .collect();
        slots.sort_unstable();
        if let Some(pair) = slots.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(wrong(
                "slots.slot_id",
                format!("{} is there twice", pair[0]),
            ));
        }
        let mut tokens: Vec<&Principal> = self.principals.iter().collect();
        tokens.sort_unstable_by(|a, b| a.token.0.cmp(&b.token.0));
        match tokens
            .windows(2)
            .find(|pair| pair[0].token.0 == pair[1].token.0)
        {
            None => Ok(()),
            Some(pair) => {
                let (one, other) = (&pair[0].account, &pair[1].account);
                let what = format!("{one} and {other} have the same token");
                Err(wrong("principals.token", what))
            }
        }
    }
}

fn wrong(option: &'static str, what: String) -> Error {
    Error::Option { option, what }
}

/// One slot: a directory, a port and a memory limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SlotSpec {
    /// Its name; also the name of its directory.
    pub slot_id: String,
    /// Where it is, such as `us-east-1`.
    pub region: String,
    /// What kind of instance it carries, such as `m5.large`.
    pub instance_type: String,
    /// The memory limit of its guest, in MiB. For a process it limits the whole address space.
    pub memory_mib: u64,
}

/// Who a bearer token stands for.
#[derive(Debug, Clone, Deserialize)]
pub struct Principal {
    /// The secret that the caller shows.
    pub token: Token,
    /// The account that the caller acts as.
    pub account: String,
    /// What the account may do.
    pub role: Role,
}

/// A bearer token; never shown by `Debug`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// A token; at least 8 bytes.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub(crate) fn digest(&self) -> blake3::Hash {
        blake3::hash(self.0.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What an account is at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Launches and holds instances.
    Customer,
    /// Holds slots for others and reassigns them.
    Custody,
    /// The provider itself: sees everything, and may terminate what no fence protects.
    Operator,
}

/// How guests are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverKind {
    /// The image is a program, run as a child process.
    Process,
    /// The image is a raw disk, run by `qemu-system-x86_64` without KVM.
    Qemu,
}
