//! Bearer tokens: read from a file or the environment, held so that no log can print them.

use std::{fmt, path::PathBuf};

/// A bearer token. Neither `Debug` nor any other trait shows what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `value`, without surrounding white space.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(value.trim().to_owned())
    }

    /// The token itself, for the one place that puts it on the wire.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

/// Where a token comes from. The configuration names the place, never the token.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// The first line of a file, as container platforms mount secrets.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// Made in this process, as the demo does for the provider that it starts itself.
    Given(Secret),
}

/// Why a token could not be had. Names the place only.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file is missing or unreadable.
    #[error("cannot read the token file {path}")]
    File {
        /// The file named by the configuration.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The environment variable is not set, or not UTF-8.
    #[error("the environment variable {0} holds no token")]
    Environment(String),
    /// The place was found and is empty.
    #[error("the token is empty")]
    Empty,
}

impl TokenSource {
    /// Reads the token.
    ///
    /// # Errors
    /// [`SecretError`] when the place is missing or empty.
    pub fn read(&self) -> Result<Secret, SecretError> {
        let secret = match self {
            Self::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| SecretError::File {
                    path: path.clone(),
                    source,
                })?;
                Secret::new(text.lines().next().unwrap_or_default())
            }
            Self::Environment(name) => Secret::new(
                &std::env::var(name).map_err(|_| SecretError::Environment(name.clone()))?,
            ),
            Self::Given(secret) => secret.clone(),
        };
        if secret.0.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("  hunter2\n");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert!(!format!("{:?}", TokenSource::Given(secret)).contains("hunter2"));
    }

    #[test]
    fn a_token_comes_from_the_first_line_of_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "abc\nrest\n").unwrap();
        assert_eq!(
            TokenSource::File(path.clone()).read().unwrap().expose(),
            "abc"
        );
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(
            TokenSource::File(path).read(),
            Err(SecretError::Empty)
        ));
        let missing = TokenSource::File(directory.path().join("none"));
        assert!(matches!(missing.read(), Err(SecretError::File { .. })));
    }
}
