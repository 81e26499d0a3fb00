//! Operations of one connection, within a process: one at a time, and whoever waits is woken in its turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::Operation;
use tokio::sync::OwnedMutexGuard;

use crate::ConnectionKey;

/// What somebody does in its turn, and since when.
pub(crate) type Doing = Option<(Operation, Timestamp)>;

/// The turns of every connection that an operation runs for, or waits for.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<ConnectionKey, Weak<Queue>>>);

#[derive(Debug, Default)]
struct Queue {
    turn: Arc<tokio::sync::Mutex<()>>,
    doing: Mutex<Doing>,
}

/// One operation's turn. Dropping it wakes the next one.
#[derive(Debug)]
pub(crate) struct Turn {
    queue: Arc<Queue>,
    _turn: OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits for the connection's turn, at most this long; else answers with what is being done.
    pub(crate) async fn take(&self, key: &ConnectionKey, wait: Duration) -> Result<Turn, Doing> {
        let queue = self.queue(key);
        match tokio::time::timeout(wait, Arc::clone(&queue.turn).lock_owned()).await {
            Ok(turn) => Ok(Turn { queue, _turn: turn }),
            Err(_) => Err(*lock(&queue.doing)),
        }
    }

    fn queue(&self, key: &ConnectionKey) -> Arc<Queue> {
        let mut queues = lock(&self.0);
        if let Some(queue) = queues.get(key).and_then(Weak::upgrade) {
            return queue;
        }
        // Whoever comes anew sweeps up behind those that have gone.
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(Queue::default());
        queues.insert(key.clone(), Arc::downgrade(&queue));
        queue
    }
}

impl Turn {
    /// Tells those who wait what is being done.
    pub(crate) fn doing(&self, operation: Operation, since: Timestamp) {
        *lock(&self.queue.doing) = Some((operation, since));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *lock(&self.queue.doing) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is one step, so a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> ConnectionKey {
        ConnectionKey::new("dev".parse().unwrap(), "salesforce".parse().unwrap(), id.parse().unwrap())
    }

    #[tokio::test]
    async fn turns_are_taken_in_the_order_of_asking_and_nobody_stays_behind() {
        let turns = Arc::new(Turns::default());
        let first = turns.take(&key("acme"), Duration::ZERO).await.unwrap();
        let since = "2026-01-02T03:04:05Z".parse().unwrap();
        first.doing(Operation::Override, since);
        let refused = turns.take(&key("acme"), Duration::ZERO).await.unwrap_err();
        assert_eq!(refused, Some((Operation::Override, since)));
        assert!(turns.take(&key("globex"), Duration::ZERO).await.is_ok(), "another connection is free");
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..5 {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let _turn = turns.take(&key("acme"), Duration::from_secs(300)).await.unwrap();
                order.lock().unwrap().push(number);
            }));
            // The runtime of a test has one thread: the task now waits.
            tokio::task::yield_now().await;
        }
        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
        turns.take(&key("other"), Duration::ZERO).await.unwrap();
        assert_eq!(lock(&turns.0).len(), 1, "queues of connections that nobody works on are gone");
    }
}
