//! What a server needs to know beside what every command does.

use onevent_engine::Shares;
use onevent_lifecycle::CreationWebhook;

use super::origin::Sourced;
use super::value::{
    BodyLimit, DrainTime, PrewarmedMemory, QueueLength, QueueWait, RequestRate, RunPlaces, Share, WebUrl,
};

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
    /// How many runs there may be at a time.
    pub max_runs: Sourced<RunPlaces>,
    /// How many more may wait.
    pub queue: Sourced<QueueLength>,
    /// How long they may.
    pub queue_wait: Sourced<QueueWait>,
    /// What each may have of it while others wait.
    pub shares: ShareSettings,
}

/// What one of them may have of the places and of the queue while others wait.
#[derive(Debug, Clone)]
pub struct ShareSettings {
    /// One environment.
    pub environment: Sourced<Share>,
    /// One integration in one environment.
    pub integration: Sourced<Share>,
    /// One connection.
    pub connection: Sourced<Share>,
}

impl ShareSettings {
    /// As the engine wants them.
    #[must_use]
    pub fn shares(&self) -> Shares {
        Shares {
            environment: self.environment.value.as_percent(),
            integration: self.integration.value.as_percent(),
            connection: self.connection.value.as_percent(),
        }
    }
}

impl Default for ShareSettings {
    fn default() -> Self {
        let Shares { environment, integration, connection } = Shares::default();
        let share = |percent| Sourced::default(Share::percent(percent));
        Self {
            environment: share(environment),
            integration: share(integration),
            connection: share(connection),
        }
    }
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
            max_runs: Sourced::default(RunPlaces::DEFAULT),
            queue: Sourced::default(QueueLength::DEFAULT),
            queue_wait: Sourced::default(QueueWait::DEFAULT),
            shares: ShareSettings::default(),
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
