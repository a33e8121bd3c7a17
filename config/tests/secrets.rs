//! Secrets are read from their place, trimmed, and never shown.

use std::path::Path;

use config::{Secret, SecretError};

fn read_file(folder: &Path, content: &[u8]) -> Result<String, SecretError> {
    let path = folder.join("token");
    std::fs::write(&path, content).expect("a temporary folder takes files");
    Secret::File(path)
        .read()
        .map(|secret| secret.reveal().to_owned())
}

#[test]
fn a_file_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        read_file(folder.path(), b" hunter2\r\n").unwrap(),
        "hunter2"
    );
    assert!(matches!(
        read_file(folder.path(), b" \n"),
        Err(SecretError::Empty { .. })
    ));
    assert!(matches!(
        read_file(folder.path(), b"\xff"),
        Err(SecretError::File { .. })
    ));
    let long = vec![b'x'; 64 * 1024 + 1];
    assert!(matches!(
        read_file(folder.path(), &long),
        Err(SecretError::File { .. })
    ));
    let missing = Secret::File(folder.path().join("missing"));
    assert!(matches!(missing.read(), Err(SecretError::File { .. })));
}

#[test]
fn an_environment_variable_holds_one() {
    let read = Secret::Environment("CARGO_PKG_NAME".to_owned())
        .read()
        .unwrap();
    assert_eq!(read.reveal(), "config");
    assert_eq!(format!("{read:?}"), "SecretText(masked)");
    let missing = Secret::Environment("CLOUDPIT_NO_SUCH_VARIABLE".to_owned())
        .read()
        .unwrap_err();
    let said = "environment variable CLOUDPIT_NO_SUCH_VARIABLE, which is to hold a secret, \
                is not set to any text";
    assert_eq!(missing.to_string(), said);
}
