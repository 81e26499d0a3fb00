//! An integration, and where it was made.

use std::sync::Arc;

use onevent_proxy::Integration;
use onevent_store::StoredIntegration;

/// An integration, and where it was made.
#[derive(Debug, Clone)]
pub struct FoundIntegration {
    /// The integration with its provider's template.
    pub integration: Arc<Integration>,
    /// As it is stored, where it was made over the HTTP API; `None` where the settings or its folder make it.
    pub stored: Option<StoredIntegration>,
}

impl FoundIntegration {
    pub(super) fn of_files(integration: Arc<Integration>) -> Self {
        Self { integration, stored: None }
    }
}
