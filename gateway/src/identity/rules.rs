//! What each session asks of a client before its Logon is looked at: an address of its networks, a certificate of
//! its own. Pure; passwords are elsewhere.

use std::collections::BTreeMap;

use config::{Config, Identity};
use engine::SessionName;

use super::Peer;

/// What the configuration asks for each session.
#[derive(Debug, Default)]
pub(super) struct Rules {
    sessions: BTreeMap<SessionName, Identity>,
}

/// Why a connection does not come as far as its session. The client is told nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAdmitted {
    /// No such session.
    #[error("no session is configured for its SenderCompID")]
    Unknown,
    /// Its address is in none of the session's networks.
    #[error("its address is in none of the session's networks")]
    Address,
    /// It showed no certificate, or another than the session's.
    #[error("its certificate is not one of the session's")]
    Certificate,
}

impl Rules {
    /// What `config` says.
    pub(super) fn new(config: &Config) -> Self {
        let sessions = config.sessions.iter();
        Self {
            sessions: sessions
                .map(|session| (session.comp_id, session.identity.clone()))
                .collect(),
        }
    }

    /// What is asked of a client of this session.
    pub(super) fn of(&self, name: &SessionName) -> Option<&Identity> {
        self.sessions.get(name)
    }

    /// Whether `peer` may send a Logon in the name of a session: the first that applies of [`NotAdmitted`].
    pub(super) fn admit(&self, name: &SessionName, peer: &Peer) -> Result<(), NotAdmitted> {
        let identity = self.of(name).ok_or(NotAdmitted::Unknown)?;
        let address = peer.address.ip();
        let networks = &identity.allow_from;
        if !networks.is_empty() && !networks.iter().any(|network| network.contains(&address)) {
            return Err(NotAdmitted::Address);
        }
        let certificates = &identity.certificates;
        let shown = peer.certificate.as_ref();
        if !certificates.is_empty() && !shown.is_some_and(|shown| certificates.contains(shown)) {
            return Err(NotAdmitted::Certificate);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use config::{Fingerprint, Identity};
    use engine::SessionName;

    use super::{NotAdmitted, Peer, Rules};

    const FIRST: [u8; 32] = [1; 32];
    const SECOND: [u8; 32] = [2; 32];

    fn rules() -> Rules {
        let name = |name: &str| SessionName::new(name).unwrap();
        let networks = ["192.0.2.0/28", "2001:db8::/48"].map(|text| text.parse().unwrap());
        let certificates = [FIRST, SECOND].map(Fingerprint::new);
        let sessions = [
            (name("OPEN"), Identity::default()),
            (
                name("NETWORK"),
                Identity {
                    allow_from: networks.to_vec(),
                    ..Identity::default()
                },
            ),
            (
                name("BOTH"),
                Identity {
                    allow_from: networks.to_vec(),
                    certificates: certificates.to_vec(),
                    ..Identity::default()
                },
            ),
        ];
        Rules {
            sessions: sessions.into_iter().collect(),
        }
    }

    #[test]
    fn networks_and_certificates_decide_who_may_try() {
        use NotAdmitted::{Address, Certificate, Unknown};
        for (session, address, certificate, expected) in [
            ("OPEN", "203.0.113.1:1", None, Ok(())),
            ("NOBODY", "203.0.113.1:1", None, Err(Unknown)),
            ("NETWORK", "192.0.2.15:1", None, Ok(())),
            ("NETWORK", "192.0.2.16:1", None, Err(Address)),
            ("NETWORK", "[2001:db8:0:ffff::1]:1", None, Ok(())),
            ("NETWORK", "[2001:db8:1::1]:1", None, Err(Address)),
            // An IPv4 client at a listener for both.
            ("NETWORK", "[::ffff:192.0.2.1]:1", None, Ok(())),
            ("NETWORK", "[::ffff:192.0.3.1]:1", None, Err(Address)),
            ("BOTH", "192.0.2.1:1", Some(FIRST), Ok(())),
            ("BOTH", "192.0.2.1:1", Some(SECOND), Ok(())),
            ("BOTH", "192.0.2.1:1", Some([3; 32]), Err(Certificate)),
            ("BOTH", "192.0.2.1:1", None, Err(Certificate)),
            ("BOTH", "203.0.113.1:1", Some(FIRST), Err(Address)),
        ] {
            let peer = Peer {
                certificate: certificate.map(Fingerprint::new),
                ..Peer::at(address.parse().unwrap())
            };
            let name = SessionName::new(session).unwrap();
            assert_eq!(
                rules().admit(&name, &peer),
                expected,
                "{session} from {address}"
            );
        }
    }
}
