//! The books of one test: in PostgreSQL, in a database of their own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use settlement::{Database, Moment, Postgresql, Protection};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};

use crate::server::{self, PORT, Server, USER};

/// At which moments of each state a test that dies everywhere dies: where the books differ from what was done. The others
/// are the machine's, not the database's, and are gone through over SQLite.
pub(crate) const MOMENTS: [Moment; 2] = [Moment::Written, Moment::Called];

pub(crate) struct Books {
    server: Holder,
    name: String,
}

#[derive(Clone)]
enum Holder {
    Shared(&'static Server),
    Own(Arc<Server>),
}

impl Books {
    /// Books on the server of this program; none where PostgreSQL is not installed.
    pub(crate) fn new() -> Option<Self> {
        server::shared().map(|server| Self::on(Holder::Shared(server)))
    }

    /// Books on a server that a test may do with as it likes.
    pub(crate) fn apart(settings: &[&str]) -> Option<Self> {
        Server::start(settings).map(|server| Self::on(Holder::Own(Arc::new(server))))
    }

    fn on(server: Holder) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("books_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let books = Self { server, name };
        books.server().make_database(&books.name);
        books
    }

    pub(crate) fn server(&self) -> &Server {
        match &self.server {
            Holder::Shared(server) => server,
            Holder::Own(server) => server,
        }
    }

    pub(crate) fn settings(&self) -> Postgresql {
        Postgresql {
            host: self.server().host().to_str().unwrap().to_owned(),
            port: PORT,
            database: self.name.clone(),
            user: USER.to_owned(),
            password: None,
            protection: Protection::None,
            connect_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            outage_max: Duration::from_secs(30),
        }
    }

    pub(crate) fn database(&self) -> Database {
        Database::Postgresql(self.settings())
    }

    /// Changes the books behind settlement's back.
    pub(crate) async fn edit(&self, statement: &'static str) {
        let mut connection = self.connect().await;
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }

    /// A session of somebody else's.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnectOptions::new_without_pgpass()
            .socket(self.server().host())
            .port(PORT)
            .username(USER)
            .database(&self.name)
            .options([("search_path", "cloudpit")])
            .connect()
            .await
            .unwrap()
    }
}
