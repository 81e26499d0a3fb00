//! Keeping claims while their work is done.

use onevent_store::{Claim, HEARTBEAT, LEASE, Store};
use tokio_util::task::AbortOnDropHandle;

/// Renews the leases of claims until it is dropped. A renewal that fails is tried again at the next heartbeat; one that
/// finds its claim taken over stops, and the end of the work then finds out.
pub(crate) struct Renewing {
    _task: AbortOnDropHandle<()>,
}

impl Renewing {
    /// Starts renewing. Call it inside a tokio runtime.
    pub(crate) fn start(store: &Store, claims: Vec<Claim>) -> Self {
        let store = store.clone();
        let task = tokio::spawn(async move {
            let mut claims = claims;
            while !claims.is_empty() {
                tokio::time::sleep(HEARTBEAT).await;
                let mut kept = Vec::with_capacity(claims.len());
                for claim in claims {
                    if !matches!(store.queue().renew(&claim, LEASE).await, Ok(false)) {
                        kept.push(claim);
                    }
                }
                claims = kept;
            }
        });
        Self { _task: AbortOnDropHandle::new(task) }
    }
}
