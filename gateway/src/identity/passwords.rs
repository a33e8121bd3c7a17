//! Passwords: what a Logon(A) claims, checking it against a hash, making a hash, and what a new one must be like.
//! Both checking and making take long on purpose: never call them where others wait.

use std::fmt;

use argon2::password_hash::SaltString;
use argon2::password_hash::rand_core::OsRng;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use config::PasswordHash;
use fix_codec::Message;
use fix_codec::messages::Logon;

/// The fewest characters of a new password.
const CHARACTERS_MIN: usize = 12;

/// The most bytes of a password.
const BYTES_MAX: usize = 128;

/// What a Logon(A) claims. Never shows its passwords.
#[derive(Clone, Default)]
pub(crate) struct Claim {
    /// Username(553).
    pub(super) username: Option<String>,
    /// Password(554).
    pub(super) password: Option<String>,
    /// NewPassword(925).
    pub(super) new_password: Option<String>,
}

impl Claim {
    /// What a Logon says; nothing of a message that is none.
    pub(crate) fn of(message: &Message<'_>) -> Self {
        let Ok(logon) = Logon::try_from(message) else {
            return Self::default();
        };
        let short = |text: &str| (text.len() <= BYTES_MAX).then(|| text.to_owned());
        Self {
            username: logon.username.and_then(short),
            password: logon.password.and_then(short),
            new_password: logon.new_password.map(str::to_owned),
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "(masked)"))
            .field(
                "new_password",
                &self.new_password.as_ref().map(|_| "(masked)"),
            )
            .finish()
    }
}

/// What is wrong with a password that somebody wants to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short.
    #[error("must have at least {CHARACTERS_MIN} characters")]
    Short,
    /// Too long.
    #[error("must have at most {BYTES_MAX} characters")]
    Long,
    /// Characters that not every FIX engine can send.
    #[error("must be printable ASCII")]
    Unprintable,
    /// It is, or holds, what everybody knows.
    #[error("must not hold the CompID or the Username(553)")]
    Known,
    /// It is the one that there is.
    #[error("must differ from Password(554)")]
    Same,
}

/// Whether `new` may be a password: `old` is the one before it, `known` are names that everybody knows.
///
/// # Errors
/// The first that applies of [`Weak`].
pub fn check_new_password(new: &str, old: Option<&str>, known: &[&str]) -> Result<(), Weak> {
    if new.chars().count() < CHARACTERS_MIN {
        return Err(Weak::Short);
    }
    if new.len() > BYTES_MAX {
        return Err(Weak::Long);
    }
    if !new.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Weak::Unprintable);
    }
    let lower = new.to_ascii_lowercase();
    let mut names = known.iter().filter(|name| name.len() >= 3);
    if names.any(|name| lower.contains(&name.to_ascii_lowercase())) {
        return Err(Weak::Known);
    }
    if old == Some(new) {
        return Err(Weak::Same);
    }
    Ok(())
}

/// The argon2id hash of a password, with a salt of its own: 19 MiB, two passes, one lane.
#[must_use]
pub fn hash(password: &str) -> PasswordHash {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    let hash = hash.expect("the default parameters take any password");
    let phc = hash.to_string().parse();
    phc.expect("what argon2 writes is a PHC string of its own kind")
}

/// Whether this is the password that the hash was made of.
pub(super) fn is_right(password: &str, hash: &PasswordHash) -> bool {
    argon2::PasswordHash::new(hash.reveal()).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{Weak, check_new_password, hash, is_right};

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_is() {
        let made = hash("correct horse battery");
        assert!(made.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(made, hash("correct horse battery"), "each has its own salt");
        for (password, right) in [
            ("correct horse battery", true),
            ("correct horse batter", false),
            ("Correct horse battery", false),
            ("", false),
        ] {
            assert_eq!(is_right(password, &made), right, "{password}");
        }
    }

    #[test]
    fn a_new_password_is_long_printable_and_new() {
        let old = Some("correct horse battery");
        for (new, expected) in [
            ("staple sixteen", Ok(())),
            ("short", Err(Weak::Short)),
            (&*"x".repeat(129), Err(Weak::Long)),
            ("stäple sixteen", Err(Weak::Unprintable)),
            ("my Alder-OMS word", Err(Weak::Known)),
            ("correct horse battery", Err(Weak::Same)),
        ] {
            let checked = check_new_password(new, old, &["ALDER-OMS", "me"]);
            assert_eq!(checked, expected, "{new}");
        }
    }
}
