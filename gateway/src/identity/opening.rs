//! What a configuration asks of clients, ready for use: every secret that it names is read, so that what cannot be
//! read is known before anything depends on it.

use std::collections::BTreeMap;

use config::{Config, PasswordHash};
use engine::SessionName;

use super::password_store::PasswordStore;
use super::rules::Rules;

/// What a configuration asks for, with every secret that it names read.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(super) rules: Rules,
    /// The hashes of the configuration; members may have changed them since.
    pub(super) hashes: BTreeMap<SessionName, PasswordHash>,
    pub(super) lockout: config::Lockout,
}

impl Opening {
    /// Reads what `config` names, and looks at the passwords that were changed.
    pub(super) fn read(config: &Config, passwords: &PasswordStore) -> anyhow::Result<Self> {
        let mut hashes = BTreeMap::new();
        for session in &config.sessions {
            let Some(place) = &session.identity.password else {
                continue;
            };
            let read = place.read().map_err(anyhow::Error::new);
            let hash = read.and_then(|hash| {
                passwords.current(&session.comp_id, &hash)?;
                Ok(hash)
            });
            let hash = hash.map_err(|error| {
                error.context(format!("session {} has no password", session.comp_id))
            })?;
            hashes.insert(session.comp_id, hash);
        }
        Ok(Self {
            rules: Rules::new(config),
            hashes,
            lockout: config.fix.lockout,
        })
    }

    /// The sessions that have another password here than `before`, and had one.
    pub(super) fn other_passwords(&self, before: &Self) -> Vec<SessionName> {
        let other = self.hashes.iter().filter(|(name, hash)| {
            let before = before.hashes.get(name);
            before.is_some_and(|before| before != *hash)
        });
        other.map(|(name, _)| *name).collect()
    }
}
