//! What takes events out of the queue and does their work: setup functions, asynchronous actions, webhooks.

mod maintenance;
mod options;
mod work;

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::RequestId;
use onevent_store::{Claim, EventKind, LEASE, Shares, StoreError};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

pub use self::options::{Lifecycles, WorkersOptions};
use crate::renewing::Renewing;

/// How many functions of the queue run at once. A run mostly waits for its provider; more would only hold more memory.
pub const MAX_FUNCTIONS: usize = 64;
/// How many webhooks are under way at once. They have places of their own: an app that does not answer holds up nobody's
/// functions.
pub const MAX_WEBHOOKS: usize = 32;
/// How often the queue is looked at when nobody says that there is something: another process may have put it there.
const POLL: Duration = Duration::from_secs(1);
/// How long a worker waits after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Running workers. Dropping it stops them where they are: what they held is taken up again when its lease has run out.
pub struct Workers {
    /// Cancelled: no new work is claimed.
    claiming: CancellationToken,
    /// Cancelled: functions are stopped, and go back to the queue.
    working: CancellationToken,
    tasks: TaskTracker,
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

impl Workers {
    /// Starts workers. Call it inside a tokio runtime. What is open in the queue is taken up at once.
    #[must_use]
    pub fn start(options: WorkersOptions) -> Self {
        let workers = Self {
            claiming: CancellationToken::new(),
            working: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let functions = &[EventKind::Setup, EventKind::Action, EventKind::Cleanup];
        let lanes: [(&'static [EventKind], usize); 2] =
            [(functions, MAX_FUNCTIONS), (&[EventKind::Webhook], MAX_WEBHOOKS)];
        let maintenance = maintenance::run(options.clone(), workers.claiming.clone());
        workers.tasks.spawn(maintenance);
        for (kinds, places) in lanes {
            let lane = Lane {
                options: options.clone(),
                kinds,
                shares: shares_of(places),
                places: Arc::new(Semaphore::new(places)),
                claiming: workers.claiming.clone(),
                working: workers.working.clone(),
                tasks: workers.tasks.clone(),
            };
            workers.tasks.spawn(lane.run());
        }
        workers
    }

    /// Stops claiming, and waits up to `longest` for what is being done. What is not done by then is stopped, and goes
    /// back to the queue.
    pub async fn drain(self, longest: Duration) {
        self.claiming.cancel();
        self.tasks.close();
        if timeout(longest, self.tasks.wait()).await.is_err() {
            self.working.cancel();
            let _ = timeout(LEASE, self.tasks.wait()).await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.claiming.cancel();
        self.working.cancel();
    }
}

/// How the places are shared: one integration has three quarters of them at most, one environment seven eighths. So there
/// is a place at once for whoever wants one beside a flood, and a flood alone has most of them.
fn shares_of(places: usize) -> Shares {
    Shares { integration: places * 3 / 4, environment: places * 7 / 8 }
}

/// Claims events of some kinds, as many as there are places.
struct Lane {
    options: WorkersOptions,
    kinds: &'static [EventKind],
    shares: Shares,
    places: Arc<Semaphore>,
    claiming: CancellationToken,
    working: CancellationToken,
    tasks: TaskTracker,
}

impl Lane {
    async fn run(self) {
        while !self.claiming.is_cancelled() {
            // Before the queue is looked at, so that nothing slips in between.
            let woken = self.options.store.queue().woken();
            let Some(place) = self.place().await else { return };
            drop(place);
            match self.claim().await {
                Ok(0) => {
                    tokio::select! {
                        () = self.claiming.cancelled() => return,
                        () = woken => {}
                        () = tokio::time::sleep(POLL) => {}
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    (self.options.on_failure)(&error);
                    tokio::select! {
                        () = self.claiming.cancelled() => return,
                        () = tokio::time::sleep(AFTER_FAILURE) => {}
                    }
                }
            }
        }
    }

    /// Waits until there is a place.
    async fn place(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        tokio::select! {
            () = self.claiming.cancelled() => None,
            place = self.places.acquire() => place.ok(),
        }
    }

    /// Claims as much as there are places for, and starts it. Answers with how much that was.
    async fn claim(&self) -> Result<usize, StoreError> {
        let free = self.places.available_permits();
        let claims = self.options.store.queue().claim(self.kinds, free, LEASE, self.shares).await?;
        let count = claims.len();
        for claim in claims {
            // Only this task takes places, so as many as were free are.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { break };
            let (options, working) = (self.options.clone(), self.working.clone());
            self.tasks.spawn(async move {
                if let Err(error) = work_on(&options, &claim, &working).await {
                    (options.on_failure)(&error);
                }
                drop(place);
            });
        }
        Ok(count)
    }
}

/// Does the work of an event. What is logged meanwhile names the request that the event came with.
async fn work_on(
    options: &WorkersOptions,
    claim: &Claim,
    working: &CancellationToken,
) -> Result<(), StoreError> {
    let summary = &claim.event.summary;
    let span = tracing::info_span!(
        "event",
        id = summary.request_id.as_ref().map(RequestId::as_str),
        event = %summary.id,
        kind = summary.kind.as_str(),
        environment = %summary.connection.environment,
    );
    let _renewing = Renewing::start(&options.store, vec![claim.clone()]);
    let work = async {
        match summary.kind {
            EventKind::Setup | EventKind::Action | EventKind::Cleanup => {
                work::function(options, claim, working).await
            }
            EventKind::Webhook => work::webhook(options, claim, working).await,
        }
    };
    match work.instrument(span).await {
        // Somebody else has taken it over; what he does counts.
        Err(error @ StoreError::EventLost { .. }) => {
            tracing::warn!(event = %summary.id, %error, "an event was taken over while it was worked on");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(event = %summary.id, %error, "an event has no end: it is begun again when its lease has run out");
            Err(error)
        }
        Ok(()) => Ok(()),
    }
}
