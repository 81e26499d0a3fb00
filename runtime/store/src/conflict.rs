//! Doing again what the database gave up for the sake of another transaction.

use std::time::Duration;

use crate::{Store, StoreError};

/// How often something is tried before its caller is told.
const MAX_TRIES: u32 = 5;
/// How long the others get to be done, longer each time.
const PAUSE: Duration = Duration::from_millis(10);

impl Store {
    /// Does something that is a transaction of its own, and anew where that was in another's way: nothing of it was
    /// changed then.
    pub(crate) async fn until_undisturbed<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut tries = 1;
        loop {
            match work().await {
                Err(StoreError::Conflict) if tries < MAX_TRIES => {
                    tokio::time::sleep(PAUSE * tries).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }
}
