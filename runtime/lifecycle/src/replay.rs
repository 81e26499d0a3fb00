//! What people decide about events: dead letters are replayed, or skipped.

use onevent_contract::{EnvironmentName, JsonObject, RunId};
use onevent_store::{Actor, AuditAction, DeploymentId, EventId, QueuedEvent, Store, StoreError};
use serde_json::json;
use strum::{EnumString, IntoStaticStr, VariantNames};

use crate::event_end::settle;
use crate::lifecycle::Lifecycle;

/// Whose code a replayed event runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum ReplayOn {
    /// What the environment runs when its turn comes.
    #[default]
    Current,
    /// The deployment on which it failed last.
    Original,
}

impl ReplayOn {
    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Puts an event that is dead, failed or skipped back into the queue, and notes who did.
///
/// # Errors
/// [`StoreError::EventNotReplayable`], and all of the store.
pub async fn replay_event(
    store: &Store,
    environment: &EnvironmentName,
    id: EventId,
    on: ReplayOn,
    actor: Actor,
) -> Result<(), StoreError> {
    let event = store.event(environment, id).await?.ok_or(StoreError::EventNotReplayable { id })?;
    let deployment = match on {
        ReplayOn::Current => None,
        ReplayOn::Original => failed_on(store, environment, &event).await?,
    };
    let detail = detail(&event, json!({ "on": on.as_str(), "deployment": deployment }));
    store
        .until_undisturbed(|| async {
            let mut transaction = store.begin().await?;
            store.queue().replay(&mut transaction, environment, id, deployment).await?;
            let act = AuditAction::EventReplayed;
            transaction.note_act(environment, actor, act, id.to_string(), &detail).await?;
            transaction.commit().await
        })
        .await
}

/// The deployment of the last attempt, else the one that it was meant for.
async fn failed_on(
    store: &Store,
    environment: &EnvironmentName,
    event: &QueuedEvent,
) -> Result<Option<DeploymentId>, StoreError> {
    let meant = event.summary.deployment;
    let Some(run) = RunId::parse(&event.summary.id.to_string()) else { return Ok(meant) };
    let last = store.attempts(environment, run).await?.pop();
    let ran_on = last.and_then(|run| run.summary.deployment).and_then(|id| DeploymentId::parse(&id));
    Ok(ran_on.or(meant))
}

/// Ends an event that is dead or waits without being done, notes who decided so, and goes on with its connection: a setup
/// that nothing else is left of is done, and so is a quarantine. Without a `lifecycle`, the app is not told of it.
///
/// # Errors
/// [`StoreError::EventNotSkippable`], and all of the store.
pub async fn skip_event(
    store: &Store,
    lifecycle: Option<&Lifecycle>,
    environment: &EnvironmentName,
    id: EventId,
    actor: Actor,
) -> Result<(), StoreError> {
    let event = store.event(environment, id).await?.ok_or(StoreError::EventNotSkippable { id })?;
    let detail = detail(&event, json!({}));
    store
        .until_undisturbed(|| async {
            let mut transaction = store.begin().await?;
            store.queue().skip(&mut transaction, environment, id).await?;
            let act = AuditAction::EventSkipped;
            transaction.note_act(environment, actor, act, id.to_string(), &detail).await?;
            match lifecycle {
                Some(lifecycle) => settle(&lifecycle.options, &mut transaction, &event).await?,
                None => {
                    transaction.settle_setup(&event.summary.connection).await?;
                    transaction.settle_cleanup(&event.summary.connection).await?;
                }
            }
            transaction.commit().await
        })
        .await
}

/// What the audit log says of an event, beside `more`: it outlives the event.
fn detail(event: &QueuedEvent, more: serde_json::Value) -> JsonObject {
    let summary = &event.summary;
    let mut detail = JsonObject::new();
    for (name, value) in [
        ("kind", json!(summary.kind.as_str())),
        ("function", json!(summary.function)),
        ("integration", json!(summary.connection.integration)),
        ("connection_id", json!(summary.connection.connection_id)),
        ("state", json!(summary.state.as_str())),
        ("attempt", json!(summary.attempt)),
    ] {
        detail.insert(name.to_owned(), value);
    }
    if let serde_json::Value::Object(more) = more {
        detail.extend(more);
    }
    detail
}
