//! What follows for a connection when an event of it has ended.

use onevent_store::{EventKind, QueuedEvent, StoreError, Transaction};

use crate::lifecycle::LifecycleOptions;
use crate::settling::settle_setup;
use crate::upstream::UpstreamSetup;

/// What follows the end of an event, in the transaction that ends it.
pub(crate) async fn settle(
    options: &LifecycleOptions,
    within: &mut Transaction,
    event: &QueuedEvent,
) -> Result<(), StoreError> {
    let key = &event.summary.connection;
    match (event.summary.kind, UpstreamSetup::of(event)) {
        (EventKind::Setup, None) => {
            settle_setup(options, within, key, event.summary.request_id.as_ref()).await
        }
        (EventKind::Setup, Some(setup)) => {
            // Whoever replays a dead letter has been told before.
            let is_replay = event.summary.replayed_after.is_some();
            if is_replay || within.waiting_events(key, EventKind::Setup).await? > 0 {
                return Ok(());
            }
            setup.finish(&options.store, within, event).await
        }
        (EventKind::Cleanup, _) => within.settle_cleanup(key).await.map(drop),
        (EventKind::Action | EventKind::Webhook, _) => Ok(()),
    }
}
