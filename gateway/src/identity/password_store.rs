//! Passwords that members have changed: one small file for each session, replaced as a whole, readable by the venue
//! alone. Each remembers which hash of the configuration it took the place of: when the configuration has another
//! one, that counts again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use config::PasswordHash;
use engine::SessionName;

use crate::layout::folder_name;

const HEAD: &str = "cloudpit password 1";

/// The folder of changed passwords.
#[derive(Debug, Clone)]
pub(super) struct PasswordStore {
    folder: PathBuf,
}

/// Why a changed password could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordStoreError {
    /// The system refused.
    #[error("cannot {action} {}", path.display())]
    System {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not as it was written.
    #[error("the changed password in {} is damaged: restore it, or remove it to go back to the configuration's", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl PasswordStore {
    /// The store in this folder, which is made if it is not there.
    pub(super) fn open(folder: PathBuf) -> Result<Self, PasswordStoreError> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(system("make", &folder))?;
        Ok(Self { folder })
    }

    /// The hash that counts for a session whose configuration has `configured`.
    pub(super) fn current(
        &self,
        session: &SessionName,
        configured: &PasswordHash,
    ) -> Result<PasswordHash, PasswordStoreError> {
        let path = self.file(session);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(configured.clone()),
            Err(error) => return Err(system("read", &path)(error)),
        };
        let (replaced, hash) = parse(&text).ok_or(PasswordStoreError::Damaged { path })?;
        if replaced == digest(configured) {
            Ok(hash)
        } else {
            Ok(configured.clone())
        }
    }

    /// Keeps a new hash, which takes the place of the `configured` one. It is durable when this returns; until then,
    /// and at any moment in between, the old one is.
    pub(super) fn change(
        &self,
        session: &SessionName,
        configured: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<(), PasswordStoreError> {
        let path = self.file(session);
        let next = path.with_extension("next");
        let text = render(&digest(configured), new);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&next).map_err(system("create", &next))?;
        file.write_all(text.as_bytes())
            .map_err(system("write", &next))?;
        file.sync_all().map_err(system("sync", &next))?;
        fs::rename(&next, &path).map_err(system("replace", &path))?;
        let folder = File::open(&self.folder).map_err(system("open", &self.folder))?;
        folder.sync_all().map_err(system("sync", &self.folder))
    }

    fn file(&self, session: &SessionName) -> PathBuf {
        self.folder.join(folder_name(session.as_str()))
    }
}

fn system(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PasswordStoreError {
    let path = path.to_path_buf();
    move |source| PasswordStoreError::System {
        action,
        path,
        source,
    }
}

/// What a hash of the configuration is known by.
fn digest(hash: &PasswordHash) -> String {
    blake3::hash(hash.reveal().as_bytes()).to_hex().to_string()
}

fn render(replaced: &str, hash: &PasswordHash) -> String {
    let mut text = format!("{HEAD}\nreplaces {replaced}\nhash {}\n", hash.reveal());
    let checksum = crc32c::crc32c(text.as_bytes());
    text.push_str(&format!("crc32c {checksum:08x}\n"));
    text
}

/// What was replaced, and the hash that did so.
fn parse(text: &str) -> Option<(String, PasswordHash)> {
    let mut lines = text.lines().skip(1);
    let replaced = lines.next()?.strip_prefix("replaces ")?;
    let hash = lines.next()?.strip_prefix("hash ")?.parse().ok()?;
    // One text for one content: writing it again checks the checksum and every byte besides.
    (render(replaced, &hash) == text).then(|| (replaced.to_owned(), hash))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use config::PasswordHash;
    use engine::SessionName;

    use super::{PasswordStore, PasswordStoreError};

    /// A hash that differs by its salt.
    fn hash(salt: &str) -> PasswordHash {
        let rest = "dTRCmWwAtGP0zGZBgQ5pXk1mC3l3cBvWzQxxWOqVJ0k";
        let text = format!("$argon2id$v=19$m=8,t=1,p=1${salt}${rest}");
        text.parse().unwrap()
    }

    #[test]
    fn a_changed_password_counts_until_the_configuration_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let open = || PasswordStore::open(folder.path().join("passwords")).unwrap();
        let me = SessionName::new("A/B").unwrap();
        let (first, second) = (hash("Zmlyc3RmaXJzdA"), hash("c2Vjb25kc2Vjb25k"));
        let (changed, again) = (hash("Y2hhbmdlZGNoYW5n"), hash("YWdhaW5hZ2Fpbg"));
        assert_eq!(open().current(&me, &first).unwrap(), first);
        open().change(&me, &first, &changed).unwrap();
        assert_eq!(open().current(&me, &first).unwrap(), changed);
        // The operator has given it another one.
        assert_eq!(open().current(&me, &second).unwrap(), second);
        // And the member has changed that in turn.
        open().change(&me, &second, &again).unwrap();
        assert_eq!(open().current(&me, &second).unwrap(), again);
        assert_eq!(open().current(&me, &first).unwrap(), first);
        let other = SessionName::new("OTHER").unwrap();
        assert_eq!(open().current(&other, &first).unwrap(), first);
        let file = folder.path().join("passwords/A%2FB");
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named_and_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let store = PasswordStore::open(folder.path().to_path_buf()).unwrap();
        let me = SessionName::new("ME").unwrap();
        let first = hash("Zmlyc3RmaXJzdA");
        store
            .change(&me, &first, &hash("Y2hhbmdlZGNoYW5n"))
            .unwrap();
        let file = folder.path().join("ME");
        let good = fs::read(&file).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&file, bad).unwrap();
            let read = store.current(&me, &first);
            let error = read.expect_err("a flipped bit is found");
            assert!(
                matches!(error, PasswordStoreError::Damaged { .. }),
                "{place}"
            );
            fs::write(&file, &good[..place]).unwrap();
            assert!(store.current(&me, &first).is_err(), "cut at {place}");
        }
    }
}
