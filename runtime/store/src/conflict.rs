//! Doing again what the database gave up for the sake of another transaction.

use std::time::Duration;

use crate::{Store, StoreError};

/// How often something is tried before its caller is told.
const MAX_TRIES: u32 = 5;
/// How long the others get to be done, longer each time.
const PAUSE: Duration = Duration::from_millis(10);

/// The tries of one thing.
#[derive(Debug, Default)]
pub struct Tries(u32);

impl Tries {
    /// Whether it is done again from its beginning: after a conflict ([`StoreError::Conflict`]), up to [`MAX_TRIES`] times in all. Nothing
    /// of it was changed then. Waits a moment for the others.
    pub async fn again(&mut self, error: &StoreError) -> bool {
        self.0 += 1;
        let again = matches!(error, StoreError::Conflict) && self.0 < MAX_TRIES;
        if again {
            tokio::time::sleep(PAUSE * self.0).await;
        }
        again
    }
}

impl Store {
    /// Does something that is a transaction of its own, and anew where that was in another's way: nothing of it was
    /// changed then.
    ///
    /// # Errors
    /// Those of the work; [`StoreError::Conflict`] where others were in its way each time.
    pub async fn until_undisturbed<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut tries = Tries::default();
        loop {
            match work().await {
                Err(error) if tries.again(&error).await => {}
                done => return done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_conflict_is_tried_again_and_not_for_ever() {
        let mut tries = Tries::default();
        let mut again = 0;
        while tries.again(&StoreError::Conflict).await {
            again += 1;
        }
        assert_eq!(again, MAX_TRIES - 1);
        assert!(!Tries::default().again(&StoreError::Busy).await, "its caller has waited for long");
        assert!(!Tries::default().again(&StoreError::ReadOnly).await);
    }
}
