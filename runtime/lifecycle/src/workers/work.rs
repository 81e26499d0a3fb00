//! The work of one event, up to the transaction that ends it.

use std::time::Duration;

use onevent_store::{Claim, EventEnd, EventKind, PutBack, StoreError};
use tokio_util::sync::CancellationToken;

use super::options::WorkersOptions;
use crate::queued::QueuedRun;
use crate::upstream::UpstreamSetup;
use crate::{Lifecycle, webhooks};

/// How long an event waits whose connection is busy with another operation.
const WHILE_BUSY: Duration = Duration::from_secs(1);
/// How long an event waits whose run got no place: this machine has too much to do, another may take the event.
const WHILE_FULL: Duration = Duration::from_secs(5);
/// How long an event waits whose functions could not be loaded, or whose run did not start; longer with every attempt.
const UNTIL_TRIED_AGAIN: Duration = Duration::from_secs(2);
/// How often a run that did not start is tried.
const MAX_STARTS: u32 = 10;

/// Runs the function of an event.
pub(super) async fn function(
    options: &WorkersOptions,
    claim: &Claim,
    working: &CancellationToken,
) -> Result<(), StoreError> {
    let lifecycle = match of_event(options, claim).await {
        Ok(lifecycle) => lifecycle.interrupted_by(working.clone()),
        Err(error) => return try_again(options, claim, None, error).await,
    };
    match lifecycle.run_queued(claim).await? {
        QueuedRun::Ended => Ok(()),
        QueuedRun::Busy => put_back(options, claim, WHILE_BUSY, PutBack::NotBegun).await,
        QueuedRun::NoPlace => put_back(options, claim, WHILE_FULL, PutBack::NotBegun).await,
        QueuedRun::Stopping => put_back(options, claim, Duration::ZERO, PutBack::NotBegun).await,
        QueuedRun::NotStarted(error) => try_again(options, claim, Some(&lifecycle), error).await,
        QueuedRun::Impossible(error) => lifecycle.end_unrun(claim, unrun(claim, error)).await,
        QueuedRun::Gone(error) => lifecycle.end_unrun(claim, EventEnd::Failed { run: None, error }).await,
    }
}

pub(super) async fn webhook(
    options: &WorkersOptions,
    claim: &Claim,
    working: &CancellationToken,
) -> Result<(), StoreError> {
    let clock = &options.clock;
    tokio::select! {
        delivered = webhooks::deliver(&options.store, &*options.sender, &options.signing_keys, claim, || clock.now()) => delivered,
        // It may have arrived: whoever receives webhooks gets one twice at times.
        () = working.cancelled() => put_back(options, claim, Duration::ZERO, PutBack::NotBegun).await,
    }
}

async fn of_event(options: &WorkersOptions, claim: &Claim) -> Result<Lifecycle, String> {
    let key = claim.connection();
    let deployment = claim.event.summary.deployment.as_ref();
    options.lifecycles.lifecycle(&key.environment, &key.integration, deployment).await
}

/// The function did not start, through no fault of its own.
async fn try_again(
    options: &WorkersOptions,
    claim: &Claim,
    lifecycle: Option<&Lifecycle>,
    error: String,
) -> Result<(), StoreError> {
    let attempt = claim.attempt_since_replay();
    match lifecycle {
        _ if attempt < MAX_STARTS => {
            let wait = UNTIL_TRIED_AGAIN.saturating_mul(attempt.max(1));
            put_back(options, claim, wait, PutBack::Retry { error }).await
        }
        Some(lifecycle) => lifecycle.end_unrun(claim, unrun(claim, error)).await,
        None => give_up(options, claim, error).await,
    }
}

/// How an event ends that could not be done with the functions that there are: a person may mend them.
fn unrun(claim: &Claim, error: String) -> EventEnd {
    match claim.event.summary.kind {
        EventKind::Setup | EventKind::Cleanup => EventEnd::Dead { run: None, error },
        EventKind::Action | EventKind::Webhook => EventEnd::Failed { run: None, error },
    }
}

async fn put_back(
    options: &WorkersOptions,
    claim: &Claim,
    wait: Duration,
    how: PutBack,
) -> Result<(), StoreError> {
    let store = &options.store;
    store
        .until_undisturbed(|| async {
            let mut transaction = store.begin().await?;
            store.queue().put_back(&mut transaction, claim, wait, how.clone()).await?;
            transaction.commit().await
        })
        .await
}

/// The event ends without its function having run, and nobody knows what its integration wants to follow.
async fn give_up(options: &WorkersOptions, claim: &Claim, error: String) -> Result<(), StoreError> {
    options.store.until_undisturbed(|| give_up_once(options, claim, error.clone())).await
}

async fn give_up_once(options: &WorkersOptions, claim: &Claim, error: String) -> Result<(), StoreError> {
    let mut transaction = options.store.begin().await?;
    options.store.queue().finish(&mut transaction, claim, unrun(claim, error)).await?;
    let key = claim.connection();
    match UpstreamSetup::of(&claim.event) {
        None => {
            transaction.settle_setup(key).await?;
        }
        Some(setup) => {
            if transaction.waiting_events(key, EventKind::Setup).await? == 0 {
                setup.finish(&options.store, &mut transaction, &claim.event).await?;
            }
        }
    }
    transaction.commit().await
}
