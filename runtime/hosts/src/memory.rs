//! What a dry run remembers: locks and checkpoints, until it ends.

use std::collections::HashMap;

use onevent_contract::{Checkpoint, ConnectionId, FunctionKey, HostError, IntegrationId, JsonObject, RunId};

/// So many locks, and so many checkpoints, a dry run and the actions that it triggers have at once.
const MAX_ENTRIES: usize = 1_000;

/// Whose checkpoint.
pub(crate) type CheckpointKey = (IntegrationId, ConnectionId, FunctionKey);

/// Shared by a dry run and the actions that it triggers: they exclude each other as live ones do. Locks have no time
/// here; they end with their runs.
#[derive(Debug, Default)]
pub(crate) struct DryMemory {
    locks: HashMap<String, RunId>,
    checkpoints: HashMap<CheckpointKey, Checkpoint>,
}

fn full(what: &str) -> HostError {
    HostError::Configuration {
        code: format!("too_many_{what}"),
        message: format!("a dry run has at most {MAX_ENTRIES} {what}"),
    }
}

impl DryMemory {
    pub(crate) fn acquire(&mut self, key: String, run: RunId) -> Result<bool, HostError> {
        match self.locks.get(&key) {
            Some(owner) => Ok(*owner == run),
            None if self.locks.len() >= MAX_ENTRIES => Err(full("locks")),
            None => {
                self.locks.insert(key, run);
                Ok(true)
            }
        }
    }

    pub(crate) fn release(&mut self, key: &str, run: RunId) -> bool {
        self.locks.get(key) == Some(&run) && self.locks.remove(key).is_some()
    }

    pub(crate) fn release_all(&mut self, run: RunId) {
        self.locks.retain(|_, owner| *owner != run);
    }

    pub(crate) fn checkpoint(&self, key: &CheckpointKey) -> Checkpoint {
        self.checkpoints.get(key).cloned().unwrap_or_default()
    }

    pub(crate) fn write_checkpoint(
        &mut self,
        key: CheckpointKey,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, HostError> {
        let stored = self.checkpoints.get(&key).map_or(0, |checkpoint| checkpoint.version);
        if stored != expected_version {
            return Ok(None);
        }
        if stored == 0 && self.checkpoints.len() >= MAX_ENTRIES {
            return Err(full("checkpoints"));
        }
        self.checkpoints.insert(key, Checkpoint { value, version: stored + 1 });
        Ok(Some(stored + 1))
    }
}
