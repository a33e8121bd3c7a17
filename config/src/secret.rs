//! Secrets: where they are kept, and reading them. A configuration file names the place, never the secret.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use thiserror::Error;

/// The most bytes that a secret's file may hold.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In a file of its own. A relative path in a configuration file starts at that file's folder.
    File(PathBuf),
    /// In an environment variable of the venue's process.
    Environment(String),
}

impl Secret {
    /// Reads the secret. Space and line ends around it are dropped.
    ///
    /// # Errors
    /// When the file or variable cannot be read, or is empty, too long or not text.
    pub fn read(&self) -> Result<SecretText, SecretError> {
        let text = match self {
            Self::File(path) => read_file(path).map_err(|source| SecretError::File {
                path: path.clone(),
                source,
            })?,
            // The system's own error quotes what the variable holds: it is not carried on.
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| SecretError::Environment { name: name.clone() })?
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(SecretError::Empty {
                place: self.clone(),
            });
        }
        Ok(SecretText(text.to_owned()))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// A secret that has been read. Shows itself only when asked by name.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The secret itself: for the wire, never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(masked)")
    }
}

/// Why a secret could not be read.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Its file could not be read.
    #[error("cannot read the secret in file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its environment variable is not set, or is not text.
    #[error("environment variable {name}, which is to hold a secret, is not set to any text")]
    Environment {
        /// The variable.
        name: String,
    },
    /// The place holds nothing.
    #[error("the secret in {place} is empty")]
    Empty {
        /// The place.
        place: Secret,
    },
}

fn read_file(path: &PathBuf) -> std::io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?
        .take(SECRET_BYTES_MAX + 1)
        .read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read <= SECRET_BYTES_MAX) {
        return Ok(text);
    }
    Err(std::io::Error::other(format!(
        "it holds more than {SECRET_BYTES_MAX} bytes"
    )))
}
