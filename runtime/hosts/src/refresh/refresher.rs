//! Refreshing a token: the turn, the lease, the provider, the database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{Credentials, HostError, LogLevel, TokenRefresh};
use onevent_proxy::{Grant, Integration, Proxy, Target, TokenFailure};
use onevent_store::{
    RefreshConsequence, RefreshEnd, RefreshFailure, RefreshFailureKind, RefreshLease, RefreshTurn, Store,
    StoreError, StoreMode, StoredConnection, Transaction,
};
use tokio_util::task::TaskTracker;

use super::ask::Ask;
use super::due::{Demand, Due, cooling_down, due, is_valid};
use crate::Access;
use crate::answers::internal;
use crate::connections::{Connections, usable};

/// How long somebody waits for another one's refresh: longer than a lease that nobody ends.
const WAIT: Duration = Duration::from_secs(40);

/// How often whoever waits for another process looks at the connection.
const LOOK: Duration = Duration::from_millis(100);

/// How often a token that was answered is tried to be stored, and how long is waited in between. The provider may have
/// made the old refresh token invalid: this one must not be lost because the database was busy.
const STORE_ATTEMPTS: u32 = 5;
const STORE_WAIT: Duration = Duration::from_secs(1);

/// Is told of refusals, in the transaction that notes them.
#[async_trait]
pub trait RefusalListener: Send + Sync {
    /// A provider refused to refresh the connection's token for the first time on this day. `auth_mode` is that of its
    /// template.
    ///
    /// # Errors
    /// All of the store.
    async fn refused(
        &self,
        within: &mut Transaction,
        auth_mode: &str,
        connection: &StoredConnection,
        message: &str,
    ) -> Result<(), StoreError>;
}

/// What a [`TokenRefresher`] works with.
#[derive(Clone)]
pub struct TokenRefresherOptions {
    /// Where connections are kept. One that may only be read refreshes nothing.
    pub store: Store,
    /// What asks token endpoints.
    pub proxy: Proxy,
    /// The refreshes that have begun. They come to their end whatever becomes of the run that needed them: what a
    /// provider has answered is stored. Whoever ends the process waits for them.
    pub tasks: TaskTracker,
    /// Who is told of refusals.
    pub listener: Option<Arc<dyn RefusalListener>>,
}

/// Refreshes access tokens of stored connections. Cheap to clone.
#[derive(Clone)]
pub struct TokenRefresher(Arc<TokenRefresherOptions>);

impl fmt::Debug for TokenRefresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRefresher").field("store", &self.0.store).finish_non_exhaustive()
    }
}

/// What a look at a connection found.
enum Look {
    /// Its token can be used; or nothing can be done about it.
    Fresh(StoredConnection),
    /// Its token is to be refreshed, and that failed a moment ago.
    CoolingDown(StoredConnection, RefreshFailure),
    /// Its token is to be refreshed.
    Due(Box<(StoredConnection, Target, Grant)>),
}

impl TokenRefresher {
    /// A refresher with these parts.
    #[must_use]
    pub fn new(options: TokenRefresherOptions) -> Self {
        Self(Arc::new(options))
    }

    /// Where connections are kept.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// What somebody wants of a token who asks for this.
    pub(crate) fn demand(&self, refresh: TokenRefresh) -> Demand {
        match refresh {
            TokenRefresh::WhenDue => Demand::WhenDue,
            TokenRefresh::Now => Demand::Since(self.0.proxy.clock().now()),
        }
    }

    /// The connection with a token as it is asked for.
    pub(crate) async fn fresh(
        &self,
        connections: &Connections,
        ask: &Ask,
    ) -> Result<StoredConnection, HostError> {
        if self.0.store.mode() == StoreMode::ReadOnly {
            return readable(connections, ask).await;
        }
        match look(&self.0.proxy, connections, ask).await? {
            Look::Fresh(stored) => Ok(stored),
            Look::CoolingDown(stored, failure) => self.without(ask, stored, &failure),
            Look::Due(_) => {
                let (this, connections, ask) = (self.clone(), connections.clone(), ask.clone());
                // Whoever asks may be stopped in between; a token that was answered is stored all the same.
                let refresh = self.0.tasks.spawn(async move { this.in_turn(&connections, &ask).await });
                refresh.await.unwrap_or_else(|error| {
                    Err(HostError::Internal { message: format!("a refresh of a token ended early: {error}") })
                })
            }
        }
    }

    async fn in_turn(&self, connections: &Connections, ask: &Ask) -> Result<StoredConnection, HostError> {
        let clock = self.0.proxy.clock();
        let started = clock.monotonic();
        let busy = || ask.backs_off("another refresh of it takes too long");
        let turn = self.0.store.refresh_turn(&ask.key, WAIT).await.ok_or_else(busy)?;
        loop {
            match look(&self.0.proxy, connections, ask).await? {
                Look::Fresh(stored) => return Ok(stored),
                Look::CoolingDown(stored, failure) => return self.without(ask, stored, &failure),
                Look::Due(_) => {}
            }
            if let Some(lease) = lease(&turn).await? {
                return self.with_lease(connections, ask, lease).await;
            }
            if clock.elapsed(started) >= WAIT {
                return Err(busy());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Nobody else refreshes now. Somebody may have done so a moment ago.
    async fn with_lease(
        &self,
        connections: &Connections,
        ask: &Ask,
        lease: RefreshLease,
    ) -> Result<StoredConnection, HostError> {
        let (stored, target, grant) = match look(&self.0.proxy, connections, ask).await {
            Ok(Look::Due(due)) => *due,
            other => {
                self.end(&lease, &RefreshEnd::Unnecessary, None).await?;
                return match other? {
                    Look::CoolingDown(stored, failure) => self.without(ask, stored, &failure),
                    Look::Fresh(stored) => Ok(stored),
                    Look::Due(due) => Ok(due.0),
                };
            }
        };
        let old = Box::new(target.credentials.clone());
        let failed = |kind, message: &str| RefreshEnd::Failed {
            old: old.clone(),
            kind,
            message: message.to_owned(),
            run_id: ask.run_id(),
        };
        let fetched = self.0.proxy.fetch_token(&target, grant).await;
        let end = match &fetched {
            Ok(new) => RefreshEnd::Renewed { old: old.clone(), new: Box::new(new.clone()) },
            Err(TokenFailure::Refused { message, .. }) => failed(RefreshFailureKind::Refused, message),
            Err(TokenFailure::Unavailable { message }) => failed(RefreshFailureKind::Unavailable, message),
            Err(TokenFailure::NotAsked(_)) => RefreshEnd::Unnecessary,
        };
        let consequence = self.end(&lease, &end, Some((&*target.integration, &stored))).await?;
        match (end, fetched) {
            (_, Err(TokenFailure::NotAsked(error))) => self.not_asked(ask, stored, error),
            // Its credentials are others by now: those count.
            _ if consequence == RefreshConsequence::Overtaken => readable(connections, ask).await,
            (RefreshEnd::Failed { kind, message, .. }, _) => {
                let at = self.0.proxy.clock().now();
                self.without(ask, stored, &RefreshFailure { at, kind, message })
            }
            _ => {
                ask.log(LogLevel::Info, "the access token was refreshed".to_owned());
                readable(connections, ask).await
            }
        }
    }

    /// Writes the end of a refresh, however busy the database is.
    async fn end(
        &self,
        lease: &RefreshLease,
        end: &RefreshEnd,
        of: Option<(&Integration, &StoredConnection)>,
    ) -> Result<RefreshConsequence, HostError> {
        let mut attempt = 1;
        loop {
            match self.ended(lease, end.clone(), of).await {
                Ok(consequence) => return Ok(consequence),
                Err(StoreError::Busy | StoreError::Conflict | StoreError::Full | StoreError::Database(_))
                    if attempt < STORE_ATTEMPTS =>
                {
                    attempt += 1;
                    tokio::time::sleep(STORE_WAIT).await;
                }
                Err(error) => return Err(internal(&error)),
            }
        }
    }

    async fn ended(
        &self,
        lease: &RefreshLease,
        end: RefreshEnd,
        of: Option<(&Integration, &StoredConnection)>,
    ) -> Result<RefreshConsequence, StoreError> {
        let message = match &end {
            RefreshEnd::Failed { message, .. } => message.clone(),
            RefreshEnd::Renewed { .. } | RefreshEnd::Unnecessary => String::new(),
        };
        let mut transaction = self.0.store.begin().await?;
        let consequence = transaction.end_refresh(lease, end).await?;
        let refused =
            [RefreshConsequence::RefusedOnAnotherDay, RefreshConsequence::Exhausted].contains(&consequence);
        if let (true, Some(listener), Some((integration, connection))) = (refused, &self.0.listener, of) {
            let auth_mode = &integration.provider.auth_mode;
            listener.refused(&mut transaction, auth_mode, connection, &message).await?;
        }
        transaction.commit().await?;
        Ok(consequence)
    }

    /// What somebody gets whose token was not refreshed: the one that is there, while it lasts. Cleanup goes on with
    /// whatever there is.
    fn without(
        &self,
        ask: &Ask,
        stored: StoredConnection,
        failure: &RefreshFailure,
    ) -> Result<StoredConnection, HostError> {
        let why = &failure.message;
        if self.is_good_enough(ask, &stored.connection.credentials) {
            ask.log(
                LogLevel::Warn,
                format!("the access token is used as it is, it could not be refreshed: {why}"),
            );
            return Ok(stored);
        }
        Err(ask.refused(failure))
    }

    /// The same where the provider could not be asked at all.
    fn not_asked(
        &self,
        ask: &Ask,
        stored: StoredConnection,
        error: HostError,
    ) -> Result<StoredConnection, HostError> {
        if self.is_good_enough(ask, &stored.connection.credentials) {
            ask.log(
                LogLevel::Warn,
                format!("the access token is used as it is, it cannot be refreshed: {error}"),
            );
            return Ok(stored);
        }
        Err(error)
    }

    fn is_good_enough(&self, ask: &Ask, credentials: &Credentials) -> bool {
        match (&ask.demand, ask.rights.access) {
            // It was asked for another one.
            (Demand::Since(_) | Demand::InsteadOf(_), _) => false,
            (Demand::WhenDue, Access::LastAccepted) => true,
            (Demand::WhenDue, Access::Normal | Access::DespiteAuthError) => {
                is_valid(credentials, self.0.proxy.clock().now())
            }
        }
    }
}

async fn lease(turn: &RefreshTurn) -> Result<Option<RefreshLease>, HostError> {
    match turn.lease().await {
        Ok(lease) => Ok(lease),
        // Somebody else writes for a long time: he is waited for.
        Err(StoreError::Busy) => Ok(None),
        Err(error) => Err(internal(&error)),
    }
}

/// A stored connection, if it may be used. Whoever insists on a new token may use one, too, that is marked because its
/// token was not refreshed.
async fn readable(connections: &Connections, ask: &Ask) -> Result<StoredConnection, HostError> {
    let Ask { endpoint, key, rights, demand, .. } = ask;
    let (Demand::Since(_), Access::Normal) = (demand, rights.access) else {
        return connections.stored(*endpoint, key, rights.visibility, rights.access).await;
    };
    let stored = connections.stored(*endpoint, key, rights.visibility, Access::DespiteAuthError).await?;
    if stored.refresh.is_exhausted() { Ok(stored) } else { usable(*endpoint, stored, rights.access) }
}

async fn look(proxy: &Proxy, connections: &Connections, ask: &Ask) -> Result<Look, HostError> {
    let stored = readable(connections, ask).await?;
    let target = connections.target(stored.connection.clone())?;
    let now = proxy.clock().now();
    let grant = match due(&target, &stored.refresh, &ask.demand, ask.rights.timing, now) {
        Due::No => return Ok(Look::Fresh(stored)),
        Due::Impossible(why) => {
            if ask.demand == Demand::WhenDue && !is_valid(&target.credentials, now) {
                let message = format!("the access token has expired, and cannot be refreshed: {why}");
                ask.log(LogLevel::Warn, message);
            }
            return Ok(Look::Fresh(stored));
        }
        Due::Yes(grant) => grant,
    };
    let forced = matches!(ask.demand, Demand::Since(_));
    match cooling_down(&stored.refresh, now).filter(|_| !forced).cloned() {
        Some(failure) => {
            let kind = RefreshFailureKind::Unavailable;
            Ok(Look::CoolingDown(stored, RefreshFailure { kind, ..failure }))
        }
        None => Ok(Look::Due(Box::new((stored, target, grant)))),
    }
}
