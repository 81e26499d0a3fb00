//! What a server needs to know beside what every command does.

use onevent_lifecycle::CreationWebhook;

use super::origin::Sourced;
use super::value::{BodyLimit, DrainTime, PrewarmedMemory, RequestRate, WebUrl};

/// The server itself.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where others reach it.
    pub public_url: Option<Sourced<WebUrl>>,
    /// The largest JSON body that it reads.
    pub body_limit: Sourced<BodyLimit>,
    /// How many requests one key may make.
    pub rate_limit: Sourced<RequestRate>,
    /// How long runs have to end when it stops.
    pub drain: Sourced<DrainTime>,
    /// What isolates that wait for their run may hold.
    pub prewarmed_memory: Sourced<PrewarmedMemory>,
}

/// Webhooks to the operator's app.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where they go; `None` sends none.
    pub url: Option<Sourced<WebUrl>>,
    /// When a creation is told.
    pub auth_creation: Sourced<CreationWebhook>,
    /// Whether refused refreshes of tokens are told.
    pub auth_refresh_error: Sourced<bool>,
    /// Whether deletions are told.
    pub connection_deletion: Sourced<bool>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            body_limit: Sourced::default(BodyLimit::DEFAULT),
            rate_limit: Sourced::default(RequestRate::DEFAULT),
            drain: Sourced::default(DrainTime::DEFAULT),
            prewarmed_memory: Sourced::default(PrewarmedMemory::DEFAULT),
        }
    }
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: None,
            auth_creation: Sourced::default(CreationWebhook::AfterSetup),
            auth_refresh_error: Sourced::default(true),
            connection_deletion: Sourced::default(true),
        }
    }
}
