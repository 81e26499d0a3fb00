//! Which database to use.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use onevent_contract::Secret;
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

/// Where the database is.
///
/// - `sqlite:PATH` (also `sqlite://PATH`): a file. A relative path is relative to the process's working directory; the
///   path is taken as it stands, without percent-decoding.
/// - `postgres://USER:PASSWORD@HOST:PORT/DATABASE` (also `postgresql:`), with libpq's parameters after `?`, such as
///   `sslmode` and `sslrootcert`. Printed, it has neither password nor parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PostgresUrl>),
}

/// Where a PostgreSQL server is, and who asks it.
#[derive(Clone)]
pub(crate) struct PostgresUrl {
    text: Secret,
    options: PgConnectOptions,
}

/// Why a text is not a database this build can use. It never repeats the text: a URL may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// Another scheme, or none.
    #[error(
        "a database URL starts with `sqlite:` or `postgres:`, like sqlite:/var/lib/onevent/onevent.sqlite3 or \
         postgres://onevent@db.internal/onevent"
    )]
    UnknownScheme,
    /// A database in memory would be gone, with every connection in it, when the process ends.
    #[error("onevent keeps its database in a file; `sqlite::memory:` is not supported")]
    InMemory,
    /// There is no path.
    #[error("the database URL has no path; write sqlite:PATH")]
    EmptyPath,
    /// SQLite URL parameters are not supported: the store sets what it needs by itself.
    #[error("the database URL has parameters after `?`; only a path is allowed")]
    Parameters,
    /// The URL of a PostgreSQL database cannot be read.
    #[error(
        "the URL of the PostgreSQL database cannot be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Postgres,
    /// A place for PostgreSQL is asked for, and this is none.
    #[error("this is not the URL of a PostgreSQL database")]
    NotPostgres,
}

impl DatabaseUrl {
    /// A SQLite file.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// The database file; `None` where a server has the database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }

    pub(crate) fn postgres(&self) -> Option<&PostgresUrl> {
        match &self.0 {
            Place::Sqlite(_) => None,
            Place::Postgres(url) => Some(url),
        }
    }
}

impl PostgresUrl {
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Whether statements must not be kept: sqlx reads how many are, and does not tell.
    pub(crate) fn keeps_no_statements(&self) -> bool {
        self.text.reveal().contains("statement-cache-capacity=0")
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            let options = text.parse().map_err(|_| DatabaseUrlError::Postgres)?;
            return Ok(Self(Place::Postgres(Box::new(PostgresUrl { text: Secret::new(text), options }))));
        }
        let rest = text.strip_prefix("sqlite:").ok_or(DatabaseUrlError::UnknownScheme)?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() {
            return Err(DatabaseUrlError::EmptyPath);
        }
        if path.starts_with(":memory:") {
            return Err(DatabaseUrlError::InMemory);
        }
        if path.contains('?') {
            return Err(DatabaseUrlError::Parameters);
        }
        Ok(Self::sqlite(path))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, host, port) =
            (self.options.get_username(), self.options.get_host(), self.options.get_port());
        write!(f, "postgres://{user}@{host}:{port}/{}", self.options.get_database().unwrap_or(user))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text.reveal() == other.text.reveal()
    }
}

impl Eq for PostgresUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_both_spellings() {
        let url: DatabaseUrl = "sqlite:.onevent/onevent.sqlite3".parse().unwrap();
        assert_eq!(url.file(), Some(Path::new(".onevent/onevent.sqlite3")));
        let url: DatabaseUrl = "sqlite:///var/lib/onevent.sqlite3".parse().unwrap();
        assert_eq!(url.file(), Some(Path::new("/var/lib/onevent.sqlite3")));
        assert_eq!(url.to_string(), "sqlite:/var/lib/onevent.sqlite3");
    }

    #[test]
    fn a_server_is_printed_without_what_opens_it() {
        for text in [
            "postgres://ada:hunter2@db.internal:6432/events?sslmode=require&sslpassword=hunter2",
            "postgresql://ada@db.internal:6432/events?password=hunter2",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), "postgres://ada@db.internal:6432/events");
            assert_eq!(url.file(), None);
            assert!(!format!("{url:?}").contains("hunter2"), "{url:?}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_apart_and_no_password_is_repeated() {
        let error = "postgres://user:hunter2@host:port/db".parse::<DatabaseUrl>().unwrap_err();
        assert_eq!(error, DatabaseUrlError::Postgres);
        assert!(!error.to_string().contains("hunter2"));
        assert_eq!("mysql://u:p@h/d".parse::<DatabaseUrl>(), Err(DatabaseUrlError::UnknownScheme));
        assert_eq!("sqlite:".parse::<DatabaseUrl>(), Err(DatabaseUrlError::EmptyPath));
        assert_eq!("sqlite::memory:".parse::<DatabaseUrl>(), Err(DatabaseUrlError::InMemory));
        assert_eq!("sqlite:a.db?mode=ro".parse::<DatabaseUrl>(), Err(DatabaseUrlError::Parameters));
    }
}
