//! Where the program keeps what it knows, and all that is written there.

use std::path::PathBuf;

use super::super::cluster::postgres::{Database, Durability, Server as Postgres};
use super::planted::{files, holds};

/// All rows of all tables, as JSON.
fn rows(database: &Database) -> Vec<u8> {
    let tables = database.sql(
        "SELECT format('SELECT row_to_json(t) FROM %I.%I AS t;', schemaname, tablename) FROM pg_tables \
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    database.sql(&tables).into_bytes()
}

/// A database of this test's own.
pub(super) enum Kept {
    /// A file in the project.
    InProject,
    /// A server that nobody else uses.
    InPostgres { _server: Postgres, database: Database },
}

impl Kept {
    pub(super) fn in_postgres() -> Self {
        let server = Postgres::own(Durability::None);
        let database = server.database();
        Self::InPostgres { _server: server, database }
    }

    /// Its URL, where one has to be said.
    pub(super) fn url(&self) -> Option<String> {
        match self {
            Self::InProject => None,
            Self::InPostgres { database, .. } => Some(database.url()),
        }
    }

    /// What is written outside of the project: the server's files, its log and its write-ahead log among them, and all rows as text,
    /// because long values are compressed in the files.
    pub(super) fn written(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::InProject => Vec::new(),
            Self::InPostgres { database, .. } => {
                database.sql("CHECKPOINT");
                let data = PathBuf::from(database.sql("SHOW data_directory"));
                // Beside it is the log.
                let files = files(data.parent().unwrap()).into_iter();
                let files = files.map(|(path, bytes)| (path.display().to_string(), bytes));
                files.chain([("the rows of the database".to_owned(), rows(database))]).collect()
            }
        }
    }

    /// Whether each place was looked through: what is no secret is there.
    pub(super) fn check(&self, marker: &str) {
        let written = self.written();
        let holds =
            |with: &str| written.iter().any(|(place, bytes)| place.contains(with) && holds(bytes, marker));
        match self {
            Self::InProject => {}
            Self::InPostgres { .. } => {
                for place in ["/base/", "/pg_wal/", "the rows"] {
                    assert!(holds(place), "{place} was looked through");
                }
            }
        }
    }
}
