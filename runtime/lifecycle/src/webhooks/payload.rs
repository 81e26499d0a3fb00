//! What the outbox keeps of a webhook.

use serde::{Deserialize, Serialize};

/// What the outbox keeps of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WebhookPayload {
    /// The bytes that are signed and sent, as text.
    pub(crate) body: String,
    /// The connection's own address, where it has one.
    pub(crate) address: Option<String>,
}
