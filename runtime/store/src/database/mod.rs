//! What the store asks of a database: rows in and out, in transactions, and who owns an operation.
//!
//! Everything that must be the same in every database lies above: what is sealed, what a row means, in which
//! order things happen. A database keeps columns and knows its SQL.

mod audit;
mod deployments;
mod encryption_keys;
mod environments;
mod events;
mod functions;
mod integrations;
mod keys;
mod owners;
mod refreshes;
mod retention;
mod rows;
mod runs;
mod upstream;

use std::fmt;

use async_trait::async_trait;

pub(crate) use self::audit::{AuditRow, AuditTable};
pub(crate) use self::deployments::{DeploymentTable, HistoryRow};
pub(crate) use self::encryption_keys::{
    EncryptionKeyRow, EncryptionKeyState, EncryptionKeyTable, SealedColumn, SealedRow,
};
pub(crate) use self::environments::EnvironmentTable;
pub(crate) use self::events::{
    EventEndColumns, EventRow, EventTable, GroupColumns, HeadRow, NewEventRow, NewLease, WebhookAttemptRow,
    WebhookAttemptTable,
};
pub(crate) use self::functions::{FunctionIdentity, FunctionTable, FunctionVersionRow, ModuleRow, ModuleUse};
pub(crate) use self::integrations::{IntegrationRow, IntegrationTable};
pub(crate) use self::keys::{ApiKeyRow, KeyTable};
pub(crate) use self::owners::{Owner, OwnerState, Owners, Ownership};
pub(crate) use self::refreshes::{RefreshColumns, RefreshFailureColumns, RefreshTable};
pub(crate) use self::retention::RetentionTable;
pub(crate) use self::rows::{
    AuthErrorColumns, ConnectionRow, ConnectionTable, CredentialsColumns, DetailsColumns, KeyColumns,
    MetadataColumns, NewConnectionRow, NewOperationRow, OperationRow, OperationTable, ProviderColumns,
    SummaryRow,
};
pub(crate) use self::runs::{CheckpointRow, CheckpointTable, NewRunRow, RunLockTable, RunRow, RunTable};
pub(crate) use self::upstream::{UpstreamRow, UpstreamStateColumns, UpstreamTable};
use crate::StoreError;

/// One open database.
#[async_trait]
pub(crate) trait Database: Send + Sync + fmt::Debug {
    /// Begins a transaction that only reads: one unchanging view of the database.
    async fn read(&self) -> Result<Box<dyn Tables>, StoreError>;

    /// Begins a transaction that may write. In SQLite there is one of those at a time; elsewhere, what it reads in
    /// order to write it is locked.
    async fn write(&self) -> Result<Box<dyn Tables>, StoreError>;

    /// Whether a queue beside the table of events says who may work on what.
    fn has_message_queue(&self) -> bool;

    /// Who owns the operations in the journal.
    fn owners(&self) -> &dyn Owners;

    /// Whether the database answers: what is read is not what is remembered of it.
    async fn check(&self) -> Result<(), StoreError>;

    /// Waits for open transactions, then closes the database.
    async fn close(&self);
}

/// The tables, in one transaction. Dropping it undoes what it changed.
#[async_trait]
pub(crate) trait Tables:
    ConnectionTable
    + OperationTable
    + RefreshTable
    + RunTable
    + RunLockTable
    + CheckpointTable
    + KeyTable
    + EventTable
    + WebhookAttemptTable
    + IntegrationTable
    + DeploymentTable
    + FunctionTable
    + UpstreamTable
    + AuditTable
    + RetentionTable
    + EnvironmentTable
    + EncryptionKeyTable
    + Send
{
    /// Makes the changes durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
