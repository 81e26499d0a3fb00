//! Which database to use.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

/// Where the database is: `sqlite:PATH` (also `sqlite://PATH`). A relative path is relative to the process's
/// working directory; the path is taken as it stands, without percent-decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    path: PathBuf,
}

/// Why a text is not a database this build can use. It never repeats the text: a URL may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// PostgreSQL is not part of this build.
    #[error("PostgreSQL is not supported by this build; use sqlite:PATH")]
    PostgresUnsupported,
    /// Another scheme, or none.
    #[error("a database URL starts with `sqlite:`, like sqlite:/var/lib/onevent/onevent.sqlite3")]
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
}

impl DatabaseUrl {
    /// A SQLite file.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return Err(DatabaseUrlError::PostgresUnsupported);
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
        write!(f, "sqlite:{}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_both_spellings() {
        let url: DatabaseUrl = "sqlite:.onevent/onevent.sqlite3".parse().unwrap();
        assert_eq!(url.path(), Path::new(".onevent/onevent.sqlite3"));
        let url: DatabaseUrl = "sqlite:///var/lib/onevent.sqlite3".parse().unwrap();
        assert_eq!(url.path(), Path::new("/var/lib/onevent.sqlite3"));
        assert_eq!(url.to_string(), "sqlite:/var/lib/onevent.sqlite3");
    }

    #[test]
    fn what_cannot_be_used_is_told_apart_and_no_password_is_repeated() {
        let error = "postgres://user:hunter2@host/db".parse::<DatabaseUrl>().unwrap_err();
        assert_eq!(error, DatabaseUrlError::PostgresUnsupported);
        assert!(!error.to_string().contains("hunter2"));
        assert_eq!("mysql://u:p@h/d".parse::<DatabaseUrl>(), Err(DatabaseUrlError::UnknownScheme));
        assert_eq!("sqlite:".parse::<DatabaseUrl>(), Err(DatabaseUrlError::EmptyPath));
        assert_eq!("sqlite::memory:".parse::<DatabaseUrl>(), Err(DatabaseUrlError::InMemory));
        assert_eq!("sqlite:a.db?mode=ro".parse::<DatabaseUrl>(), Err(DatabaseUrlError::Parameters));
    }
}
