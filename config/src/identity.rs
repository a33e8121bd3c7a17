//! Who may connect, as a configuration says it: certificates, password hashes, networks, and how failures are
//! counted. Never holds a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use argon2::Params;
use ipnet::IpNet;

use crate::secret::{Secret, SecretError};

/// `[tls]`: how the FIX listener encrypts. TLS 1.3, and no other version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The venue's certificate and those that lead to its authority, PEM, its own first.
    pub certificate_file: PathBuf,
    /// The certificate's private key, PEM.
    pub key_file: PathBuf,
    /// The authorities that client certificates come from, PEM. Without any, no client certificate is asked for.
    pub client_ca_file: Option<PathBuf>,
    /// Whether a client without a certificate of those authorities is refused.
    pub require_client_certificate: bool,
}

/// How failures to log on are counted, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// Failures within the window after which an address may not try a CompID again for a while.
    pub failures: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// How long a lock lasts.
    pub duration: Duration,
}

/// What a client must show and be to log on as a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Username(553) must be this, where it is named.
    pub username: Option<String>,
    /// Password(554) must be the one that this was made of.
    pub password: Option<PasswordPlace>,
    /// The client certificate must be one of these. Empty: none is needed for this session.
    pub certificates: Vec<Fingerprint>,
    /// The client's address must be in one of these networks. Empty: any address.
    pub allow_from: Vec<IpNet>,
}

/// Where the hash of a session's password stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordPlace {
    /// In the configuration.
    Here(PasswordHash),
    /// In a file of its own.
    File(PathBuf),
}

impl PasswordPlace {
    /// The hash, read from its file where it has one.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no such hash.
    pub fn read(&self) -> Result<PasswordHash, PasswordPlaceError> {
        let path = match self {
            Self::Here(hash) => return Ok(hash.clone()),
            Self::File(path) => path,
        };
        let text = Secret::File(path.clone()).read()?;
        text.reveal()
            .parse()
            .map_err(|source| PasswordPlaceError::Hash {
                path: path.clone(),
                source,
            })
    }
}

/// Why the hash of a password is not there.
#[derive(Debug, thiserror::Error)]
pub enum PasswordPlaceError {
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] SecretError),
    /// Its file holds something else.
    #[error("file {} holds no usable password hash", path.display())]
    Hash {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PasswordHashError,
    },
}

/// The argon2id hash of a password, as a PHC string. Shows itself only when asked by name: who has it can try
/// passwords against it at leisure.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The longest that is taken, in bytes.
    pub const BYTES_MAX: usize = 512;

    /// The most memory that checking one password may take, in KiB.
    pub const MEMORY_KIB_MAX: u32 = 256 * 1024;

    /// The most passes over that memory.
    pub const PASSES_MAX: u32 = 16;

    /// The PHC string: for checking a password, never for a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(masked)")
    }
}

/// Why a text is no password hash that the venue takes. Never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordHashError {
    /// No PHC string.
    #[error("it is no PHC string")]
    Form,
    /// Another algorithm than argon2id.
    #[error("it is not argon2id")]
    Algorithm,
    /// Parameters that argon2 does not have, or that cost too much for each Logon.
    #[error("its parameters are out of range: at most m=262144 and t=16")]
    Parameters,
    /// No salt or no hash in it.
    #[error("it has no salt or no hash")]
    Incomplete,
}

impl FromStr for PasswordHash {
    type Err = PasswordHashError;

    fn from_str(text: &str) -> Result<Self, PasswordHashError> {
        if text.len() > Self::BYTES_MAX {
            return Err(PasswordHashError::Form);
        }
        let parsed = argon2::PasswordHash::new(text).map_err(|_| PasswordHashError::Form)?;
        if parsed.algorithm != argon2::ARGON2ID_IDENT {
            return Err(PasswordHashError::Algorithm);
        }
        if parsed.salt.is_none() || parsed.hash.is_none() {
            return Err(PasswordHashError::Incomplete);
        }
        let parameters = Params::try_from(&parsed).map_err(|_| PasswordHashError::Parameters)?;
        if parameters.m_cost() > Self::MEMORY_KIB_MAX || parameters.t_cost() > Self::PASSES_MAX {
            return Err(PasswordHashError::Parameters);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The SHA-256 fingerprint of a certificate, over its DER form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// Why a text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not 32 bytes in hexadecimal")]
pub struct FingerprintError;

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Takes 64 hexadecimal digits of either case, with or without colons between bytes, as `openssl x509
    /// -fingerprint -sha256` writes them.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = text.split(':').collect();
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(FingerprintError);
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            let pair = digits.get(place * 2..place * 2 + 2).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16).map_err(|_| FingerprintError)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, PasswordHash, PasswordHashError};

    const GOOD: &str =
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$dTRCmWwAtGP0zGZBgQ5pXk1mC3l3cBvWzQxxWOqVJ0k";

    #[test]
    fn only_an_argon2id_hash_that_is_not_too_dear_is_taken() {
        for (from, to, expected) in [
            ("", "", Ok(())),
            ("argon2id", "argon2i", Err(PasswordHashError::Algorithm)),
            ("m=8", "m=262145", Err(PasswordHashError::Parameters)),
            ("m=8", "m=1", Err(PasswordHashError::Parameters)),
            ("t=1", "t=17", Err(PasswordHashError::Parameters)),
            (GOOD, "hunter2", Err(PasswordHashError::Form)),
            (
                "$dTRCmWwAtGP0zGZBgQ5pXk1mC3l3cBvWzQxxWOqVJ0k",
                "",
                Err(PasswordHashError::Incomplete),
            ),
        ] {
            let read = GOOD.replacen(from, to, 1).parse::<PasswordHash>();
            assert_eq!(read.map(|_| ()), expected, "{from} became {to}");
        }
        let shown = format!("{:?}", GOOD.parse::<PasswordHash>().unwrap());
        assert_eq!(shown, "PasswordHash(masked)");
    }

    #[test]
    fn a_fingerprint_is_read_as_openssl_writes_it() {
        let plain = "0f".repeat(32);
        let colons = vec!["0F"; 32].join(":");
        let read: Fingerprint = plain.parse().unwrap();
        assert_eq!(colons.parse(), Ok(read));
        assert_eq!(read.to_string(), plain);
        for wrong in [
            "",
            "0f",
            &"0g".repeat(32),
            &"0f".repeat(33),
            &"é".repeat(32),
        ] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }
}
