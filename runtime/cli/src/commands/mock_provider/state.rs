//! What the mock provider remembers, until it ends.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::{Clock, Instant, SystemClock};
use serde::{Deserialize, Serialize};

/// How many webhooks there may be. Those beyond are refused.
pub(super) const MAX_WEBHOOKS: usize = 1000;
/// How many tokens, and how many requests that fail a few times, are remembered. Then all of a kind are forgotten.
const MAX_REMEMBERED: usize = 1000;
/// What a rate limit is counted over.
const WINDOW: Duration = Duration::from_secs(1);

/// A webhook that somebody registered.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Webhook {
    pub(super) id: String,
    #[serde(skip)]
    pub(super) account: String,
    #[serde(flatten)]
    pub(super) wanted: WantedWebhook,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct WantedWebhook {
    pub(super) url: String,
    #[serde(default)]
    pub(super) events: Vec<String>,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Tokens that are good for nothing.
    pub(super) refused: HashSet<String>,
    pub(super) webhooks: Vec<Webhook>,
    made: u64,
    /// How often a request has failed that is to fail a few times.
    failures: HashMap<String, u32>,
    /// When the window of a token began, and how many requests it has seen.
    windows: HashMap<String, (Instant, u32)>,
}

/// What all requests share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    memory: Arc<Mutex<Memory>>,
    pub(super) rate_limit: Option<NonZeroU32>,
}

impl Shared {
    pub(super) fn new(rate_limit: Option<NonZeroU32>, refused: &[String]) -> Self {
        let memory = Memory { refused: refused.iter().cloned().collect(), ..Memory::default() };
        Self { memory: Arc::new(Mutex::new(memory)), rate_limit }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of a token: how many are left in this window, or `None` where it is one too many.
    pub(super) fn count(&self, token: &str, limit: NonZeroU32) -> Option<u32> {
        let now = SystemClock.monotonic();
        let mut memory = self.lock();
        make_room(&mut memory.windows);
        let window = memory.windows.entry(token.to_owned()).or_insert((now, 0));
        if now.saturating_duration_since(window.0) >= WINDOW {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
        limit.get().checked_sub(window.1)
    }

    /// Whether a request fails that is to fail `times` times, then to succeed, and then to begin again.
    pub(super) fn fails(&self, request: String, times: u32) -> bool {
        let mut memory = self.lock();
        make_room(&mut memory.failures);
        let failed = memory.failures.get(&request).copied().unwrap_or_default();
        if failed >= times {
            memory.failures.remove(&request);
            return false;
        }
        memory.failures.insert(request, failed + 1);
        true
    }
}

impl Memory {
    /// Refuses a token from now on.
    pub(super) fn refuse(&mut self, token: String) {
        if self.refused.len() >= MAX_REMEMBERED {
            self.refused.clear();
        }
        self.refused.insert(token);
    }

    /// Registers a webhook; `None` where there are too many.
    pub(super) fn register(&mut self, account: &str, wanted: WantedWebhook) -> Option<Webhook> {
        if self.webhooks.len() >= MAX_WEBHOOKS {
            return None;
        }
        self.made += 1;
        let webhook = Webhook { id: format!("wh_{}", self.made), account: account.to_owned(), wanted };
        self.webhooks.push(webhook.clone());
        Some(webhook)
    }

    /// Removes one of the account's; whether there was one.
    pub(super) fn remove(&mut self, account: &str, id: &str) -> bool {
        let before = self.webhooks.len();
        self.webhooks.retain(|webhook| webhook.id != id || webhook.account != account);
        self.webhooks.len() < before
    }
}

fn make_room<T>(remembered: &mut HashMap<String, T>) {
    if remembered.len() >= MAX_REMEMBERED {
        remembered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_fails_as_often_as_it_is_to_and_again_afterwards() {
        let shared = Shared::new(None, &[]);
        let fails: Vec<bool> = (0..6).map(|_| shared.fails("GET /account".to_owned(), 2)).collect();
        assert_eq!(fails, [true, true, false, true, true, false]);
    }

    #[test]
    fn what_is_remembered_has_a_limit() {
        let shared = Shared::new(None, &[]);
        for number in 0..MAX_REMEMBERED * 2 {
            shared.fails(number.to_string(), 1);
        }
        assert!(shared.lock().failures.len() <= MAX_REMEMBERED);
        let wanted = WantedWebhook { url: "https://example.com".to_owned(), events: Vec::new() };
        let registered = (0..=MAX_WEBHOOKS).filter_map(|_| shared.lock().register("demo", wanted.clone()));
        assert_eq!(registered.count(), MAX_WEBHOOKS);
    }
}
