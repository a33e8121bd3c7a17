//! Opens the SQLite file.

use std::path::Path;

use sqlx::{AnyConnection, Connection};
use url::Url;

use crate::store::StoreError;

/// The file within the directory.
const FILE: &str = "settlement.sqlite";

/// The file is held by this process alone: two settlements over one file would pay twice.
const PREPARE: &str =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA busy_timeout = 1000; BEGIN IMMEDIATE; COMMIT";

/// Opens or makes the file.
pub(super) async fn connect(directory: &Path) -> Result<AnyConnection, StoreError> {
    std::fs::create_dir_all(directory).map_err(StoreError::Directory)?;
    let mut connection = open(directory, "rwc").await?;
    sqlx::raw_sql(PREPARE).execute(&mut connection).await?;
    Ok(connection)
}

/// Opens the file to look at it; refused while a venue has it open.
pub(super) async fn look(directory: &Path) -> Result<AnyConnection, StoreError> {
    let mut connection = open(directory, "ro").await?;
    sqlx::raw_sql("PRAGMA query_only = ON")
        .execute(&mut connection)
        .await?;
    Ok(connection)
}

async fn open(directory: &Path, mode: &str) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    // A file URL writes what the path holds so that it is read back as it is.
    let directory = directory.canonicalize().map_err(StoreError::Directory)?;
    let file =
        Url::from_file_path(directory.join(FILE)).map_err(|()| StoreError::Unreadable("path"))?;
    let url = format!("sqlite://{}?mode={mode}", file.path());
    AnyConnection::connect(&url)
        .await
        .map_err(StoreError::Unreachable)
}
