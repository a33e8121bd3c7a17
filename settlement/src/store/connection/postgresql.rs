//! Opens a session with a PostgreSQL server: finds out whether the server can keep the books, sets what they rely on,
//! and takes the lock that keeps other processes away.

use std::time::Duration;

use sqlx::{AnyConnection, Connection};
use url::Url;

use super::Unfit;
use crate::{
    database::{Postgresql, Protection},
    store::{Read, StoreError},
};

/// What the lock is on: `cloudpit` in ASCII. It holds within one database.
const LOCK: i64 = i64::from_be_bytes(*b"cloudpit");
/// PostgreSQL 14.
const VERSION_MIN: i64 = 140_000;

/// Opens the session that reads and writes.
pub(super) async fn connect(settings: &Postgresql) -> Result<AnyConnection, StoreError> {
    within(settings.connect_timeout, async {
        let mut connection = log_in(settings).await?;
        examine(&mut connection, true).await?;
        lock(&mut connection, settings.connect_timeout).await?;
        prepare(&mut connection, settings).await?;
        make_schema(&mut connection).await?;
        Ok(connection)
    })
    .await
}

/// Opens a session that only looks, beside a venue that has the books open.
pub(super) async fn look(settings: &Postgresql) -> Result<AnyConnection, StoreError> {
    within(settings.connect_timeout, async {
        let mut connection = log_in(settings).await?;
        examine(&mut connection, false).await?;
        prepare(&mut connection, settings).await?;
        Ok(connection)
    })
    .await
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::NoAnswer),
    }
}

async fn log_in(settings: &Postgresql) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    let url = url(settings)?;
    AnyConnection::connect(url.as_str())
        .await
        .map_err(StoreError::Unreachable)
}

/// Holds the password: it is never printed, and dropped with the connection made.
fn url(settings: &Postgresql) -> Result<Url, StoreError> {
    let mut url =
        Url::parse("postgres://localhost").map_err(|_| StoreError::Unreadable("address"))?;
    let mut pairs = url.query_pairs_mut();
    pairs
        .append_pair("host", &settings.host)
        .append_pair("port", &settings.port.to_string())
        .append_pair("dbname", &settings.database)
        .append_pair("user", &settings.user)
        .append_pair("application_name", "cloudpit settlement");
    if let Some(password) = &settings.password {
        let password = password.read().map_err(StoreError::Password)?;
        pairs.append_pair("password", password.expose());
    }
    match &settings.protection {
        Protection::None => {
            pairs.append_pair("sslmode", "disable");
        }
        Protection::Tls { ca_file } => {
            pairs.append_pair("sslmode", "verify-full");
            if let Some(file) = ca_file {
                pairs.append_pair("sslrootcert", &file.to_string_lossy());
            }
        }
    }
    drop(pairs);
    Ok(url)
}

/// Whether the server can keep the books.
async fn examine(connection: &mut AnyConnection, to_write: bool) -> Result<(), StoreError> {
    let server = sqlx::query(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT) AS version,
           current_setting('fsync') AS fsync, current_setting('server_encoding') AS encoding,
           CASE WHEN pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'
             THEN CAST(1 AS BIGINT) ELSE 0 END AS standby",
    )
    .fetch_one(connection)
    .await?;
    let unfit = if server.whole("version")? < VERSION_MIN {
        Unfit::Version
    } else if server.string("encoding")? != "UTF8" {
        Unfit::Encoding
    } else if to_write && server.flag("standby")? {
        Unfit::Standby
    } else if to_write && server.string("fsync")? != "on" {
        Unfit::Forgetful
    } else {
        return Ok(());
    };
    Err(StoreError::Unfit(unfit))
}

/// What the books rely on, whatever the server, the database and the role have as their defaults.
async fn prepare(connection: &mut AnyConnection, settings: &Postgresql) -> Result<(), StoreError> {
    sqlx::query(
        "SELECT set_config('search_path', 'cloudpit', false),
           set_config('synchronous_commit', CASE current_setting('synchronous_commit')
             WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
           set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false),
           set_config('idle_in_transaction_session_timeout', '60s', false),
           set_config('idle_session_timeout', '0', false),
           set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
           set_config('tcp_keepalives_count', '3', false)",
    )
    .bind(milliseconds(settings.statement_timeout))
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// Waits until no other session has the books. It ends with the session.
async fn lock(connection: &mut AnyConnection, limit: Duration) -> Result<(), StoreError> {
    // A little less than connecting may take, so that the answer says what was waited for.
    let limit = limit.saturating_sub(Duration::from_millis(500));
    sqlx::query(
        "SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', $1, false)",
    )
    .bind(milliseconds(limit))
    .fetch_one(&mut *connection)
    .await?;
    let locked = sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .fetch_one(connection)
        .await;
    match locked {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("55P03") => {
            Err(StoreError::Held)
        }
        Err(error) => Err(error.into()),
    }
}

/// Made here only where it is missing: a role that may not make schemas can use one that an administrator made for it.
async fn make_schema(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let there = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = 'cloudpit'")
        .fetch_optional(&mut *connection)
        .await?;
    if there.is_none() {
        sqlx::raw_sql("CREATE SCHEMA cloudpit")
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn milliseconds(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}
