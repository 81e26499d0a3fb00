//! What has happened to a connection at Nango, so that it counts once, whoever tells of it and however often.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::EnvironmentName;
use onevent_hosts::ListedConnection;
use onevent_store::{Store, StoreError, Transaction};

/// How long it is known what was decided and told: far longer than Nango goes on sending a webhook.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long a creation or a change counts as one that was made just now. A signed webhook has no date, and whoever
/// has kept an old one must neither have old connections judged nor the app told again.
const RECENT: Duration = Duration::from_secs(60 * 60);

/// A creation, or other credentials. Nango gives its webhooks no number, and says the same of a connection that is made
/// again, or reconnected again: its own number of the connection, and when that was changed, tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occasion(String);

impl Occasion {
    pub(super) fn creation(listed: &ListedConnection) -> Self {
        Self(format!("creation/{}", listed.id))
    }

    pub(super) fn change(listed: &ListedConnection, changed_at: Timestamp) -> Self {
        Self(format!("override/{}/{}", listed.id, changed_at.as_microsecond()))
    }

    /// Notes that it was decided about.
    pub(super) async fn decide(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
    ) -> Result<bool, StoreError> {
        within.take_upstream_webhook(environment, &format!("decided/{}", self.0)).await
    }

    /// Whether it was decided about.
    pub(super) async fn is_decided(
        &self,
        store: &Store,
        environment: &EnvironmentName,
    ) -> Result<bool, StoreError> {
        // Only looked at: nothing is committed.
        let mut transaction = store.begin().await?;
        Ok(!self.decide(&mut transaction, environment).await?)
    }

    /// Notes that the app is told of it. False where it was told before.
    pub(super) async fn tell(
        &self,
        within: &mut Transaction,
        environment: &EnvironmentName,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let before = now.checked_sub(REMEMBERED).unwrap_or(now);
        within.forget_upstream_webhooks(environment, before).await?;
        within.take_upstream_webhook(environment, &format!("told/{}", self.0)).await
    }
}

/// How long ago something happened at Nango, whose clock may be ahead; `None` where it does not say.
pub(super) fn age(at: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    at.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default())
}

pub(super) fn is_recent(age: Duration) -> bool {
    age < RECENT
}
