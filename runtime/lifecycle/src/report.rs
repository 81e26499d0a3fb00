//! What an operation did.

use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId, Operation, RunReport, Warning};
use onevent_store::ConnectionKey;
use serde::Serialize;

/// What an operation did: it came to its end, accepted or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationReport {
    /// Creation, override (a reconnect) or deletion.
    pub operation: Operation,
    /// The environment.
    pub environment: EnvironmentName,
    /// The integration.
    pub integration: IntegrationId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Whether validation accepted the connection; `None` of a deletion, which validates nothing.
    ///
    /// Not accepted means: on creation, the connection was deleted again; on a reconnect, it has the new
    /// credentials and is marked as an auth error until it is reconnected, or, with staged credentials, it is as it was.
    pub accepted: Option<bool>,
    /// Why it was not accepted.
    pub message: Option<String>,
    /// The runs, in order. The one that did not accept is the last one.
    pub runs: Vec<RunReport>,
    /// Setup and cleanup functions that did not succeed: the operation was done all the same. What the runs
    /// warn of is in their own reports.
    pub warnings: Vec<Warning>,
}

impl OperationReport {
    /// A report without its end.
    pub(crate) fn new(operation: Operation, key: &ConnectionKey) -> Self {
        Self {
            operation,
            environment: key.environment.clone(),
            integration: key.integration.clone(),
            connection_id: key.connection_id.clone(),
            accepted: None,
            message: None,
            runs: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
