//! The integrations of each environment, kept with the settings that they were made of: operations and events are many, and
//! change none of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use onevent_contract::{EnvironmentName, Instant, IntegrationId};
use onevent_hosts::Integrations as Configured;
use onevent_store::StoredIntegration;

use super::found_integration::FoundIntegration;

/// For how long they count without the database being asked. What this process changes counts at once; another process on the
/// same database is heard that much later.
const KEPT: Duration = Duration::from_secs(1);

/// The integrations of an environment.
#[derive(Debug, Default)]
pub(super) struct EnvironmentIntegrations {
    /// Those that have a template.
    pub(super) found: IndexMap<IntegrationId, FoundIntegration>,
    /// Those that the API made with a provider that has no template any more.
    pub(super) without_template: HashMap<IntegrationId, StoredIntegration>,
    /// The first ones as hosts take them.
    pub(super) configured: Arc<Configured>,
}

/// The integrations of environments, as they were read last.
#[derive(Debug, Default)]
pub(super) struct KeptIntegrations(Mutex<HashMap<EnvironmentName, Kept>>);

#[derive(Debug)]
struct Kept {
    integrations: Arc<EnvironmentIntegrations>,
    revision: u64,
    read_at: Instant,
}

impl KeptIntegrations {
    /// Those that were read at this revision of the store, and not too long ago.
    pub(super) fn get(
        &self,
        environment: &EnvironmentName,
        revision: u64,
        now: Instant,
    ) -> Option<Arc<EnvironmentIntegrations>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(environment).filter(|kept| kept.revision == revision)?;
        let age = now.saturating_duration_since(kept.read_at);
        (age < KEPT).then(|| Arc::clone(&kept.integrations))
    }

    /// Keeps what was read, with the revision and the time of before the reading.
    pub(super) fn put(
        &self,
        environment: &EnvironmentName,
        revision: u64,
        now: Instant,
        integrations: EnvironmentIntegrations,
    ) -> Arc<EnvironmentIntegrations> {
        let integrations = Arc::new(integrations);
        let kept = Kept { integrations: Arc::clone(&integrations), revision, read_at: now };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(environment.clone(), kept);
        integrations
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::{Clock as _, SystemClock};

    use super::*;

    #[test]
    fn what_was_read_counts_until_it_changes_or_grows_old() {
        let (kept, now) = (KeptIntegrations::default(), SystemClock.monotonic());
        let dev: EnvironmentName = "dev".parse().unwrap();
        assert!(kept.get(&dev, 0, now).is_none());
        let read = kept.put(&dev, 0, now, EnvironmentIntegrations::default());
        let found = kept.get(&dev, 0, now + KEPT / 2);
        assert!(found.is_some_and(|found| Arc::ptr_eq(&found, &read)));
        assert!(kept.get(&dev, 1, now).is_none(), "this process has changed something");
        assert!(kept.get(&dev, 0, now + KEPT).is_none(), "another one may have");
        assert!(kept.get(&"prod".parse().unwrap(), 0, now).is_none());
    }
}
