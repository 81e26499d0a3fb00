//! What is said about single environments.

use onevent_store::{DatabaseUrl, SchemaName};

use super::origin::Sourced;

/// What is said about one environment: the database that it lives in. What is not said is as in the main one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentSettings {
    /// The database.
    pub database: Option<Sourced<DatabaseUrl>>,
    /// The schema of a PostgreSQL database.
    pub database_schema: Option<Sourced<SchemaName>>,
    /// The same PostgreSQL database without a pooler before it.
    pub database_listen_url: Option<Sourced<DatabaseUrl>>,
}
