//! What has to be done now and then: what is old is removed, and quarantines come to their end.

use std::time::Duration;

use onevent_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::options::WorkersOptions;

/// How often it is looked whether something is to be done.
const EVERY: Duration = Duration::from_secs(60);
/// How long others have the database to themselves between two steps.
const BETWEEN_STEPS: Duration = Duration::from_millis(50);
/// How many connections one step takes out of their quarantine.
const QUARANTINES: u32 = 100;

/// Works until it is cancelled.
pub(super) async fn run(options: WorkersOptions, claiming: CancellationToken) {
    loop {
        if let Err(error) = once(&options, &claiming).await {
            (options.on_failure)(&error);
        }
        tokio::select! {
            () = claiming.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn once(options: &WorkersOptions, claiming: &CancellationToken) -> Result<(), StoreError> {
    end_quarantines(options).await?;
    let now = options.clock.now();
    // A time before which nothing can be is no time to remove anything from.
    let Ok(before) = now.checked_sub((options.retention)()) else { return Ok(()) };
    while !claiming.is_cancelled() && options.store.forget_before(before).await?.may_be_more() {
        tokio::time::sleep(BETWEEN_STEPS).await;
    }
    Ok(())
}

/// Deletes connections whose time in quarantine is over, whatever came of their cleanup. One that is being cleaned up has
/// its turn the next time.
async fn end_quarantines(options: &WorkersOptions) -> Result<(), StoreError> {
    for key in options.store.quarantines_over(QUARANTINES).await? {
        let guard = match options.store.begin_cleanup(&key, Duration::ZERO).await {
            Ok(guard) => guard,
            Err(
                StoreError::OperationInProgress { .. }
                | StoreError::UnknownConnection { .. }
                | StoreError::Busy,
            ) => continue,
            Err(error) => return Err(error),
        };
        let mut last = guard.begin().await?;
        last.delete_connection(&key).await?;
        guard.end(last).await?;
    }
    Ok(())
}
