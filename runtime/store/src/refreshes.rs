//! Refreshes of access tokens: one at a time of a connection, on all nodes, and what follows from them.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use onevent_contract::{Credentials, RunId};

use crate::database::{RefreshColumns, RefreshFailureColumns};
use crate::time::from_millis;
use crate::token::Token;
use crate::turns::Turn;
use crate::{
    Account, ConnectionKey, LastAccepted, RefreshConsequence, RefreshEnd, RefreshFailure, RefreshFailureKind,
    RefreshState, Store, StoreError, Transaction, Visibility, credentials,
};

/// How long a refresh keeps others from beginning one. Whoever dies in between holds them up for so long; it has to be
/// longer than a token endpoint is waited for, because it is not renewed.
pub const REFRESH_LEASE: Duration = Duration::from_secs(30);

/// On so many days a provider may refuse until the connection is marked as an auth error. Nango's number.
pub const REFUSED_DAYS: u32 = 4;

/// A turn among those of this process that want to refresh a connection's token. Dropping it wakes the next one.
pub struct RefreshTurn {
    store: Store,
    key: ConnectionKey,
    _turn: Turn,
}

/// The right to refresh a connection's token. Dropping it without [`Transaction::end_refresh`] keeps others from it for
/// up to [`REFRESH_LEASE`].
pub struct RefreshLease {
    key: ConnectionKey,
    token: Token,
}

impl fmt::Debug for RefreshTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshTurn").field("key", &self.key).finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshLease").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Store {
    /// Waits for the others of this process; `None` where that takes longer than `wait`.
    pub async fn refresh_turn(&self, key: &ConnectionKey, wait: Duration) -> Option<RefreshTurn> {
        let turn = self.refresh_turns().take(key, wait).await.ok()?;
        Some(RefreshTurn { store: self.clone(), key: key.clone(), _turn: turn })
    }
}

impl RefreshTurn {
    /// Takes the connection's lease; `None` where another process has it.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::ReadOnly`] and all of the database.
    pub async fn lease(&self) -> Result<Option<RefreshLease>, StoreError> {
        let (key, token) = (self.key.clone(), Token::generate());
        let mut transaction = self.store.begin().await?;
        if transaction.provider(&key, Visibility::IncludingPending).await?.is_none() {
            return Err(StoreError::UnknownConnection { key });
        }
        let taken = transaction.tables().take_refresh_lease(&key, token, REFRESH_LEASE).await?;
        transaction.commit().await?;
        Ok(taken.then_some(RefreshLease { key, token }))
    }
}

impl Transaction {
    /// Ends a refresh and gives its lease back.
    ///
    /// A new token takes the place of the old one wherever that stands, also where the lease is lost: whoever had it
    /// meanwhile either failed, or the old one is gone. A failure of whoever has lost the lease says nothing.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] and all of the database.
    pub async fn end_refresh(
        &mut self,
        lease: &RefreshLease,
        end: RefreshEnd,
    ) -> Result<RefreshConsequence, StoreError> {
        let key = &lease.key;
        // In the order in which operations want them: nobody waits for the other in a circle.
        self.journal_entry(key).await?;
        self.provider(key, Visibility::IncludingPending).await?;
        let is_mine = self.tables().has_refresh_lease(key, lease.token).await?;
        self.tables().give_refresh_lease_back(key, lease.token).await?;
        match end {
            RefreshEnd::Unnecessary => Ok(RefreshConsequence::Noted),
            RefreshEnd::Renewed { old, new } => self.note_renewal(key, &old, &new).await,
            RefreshEnd::Failed { .. } if !is_mine => Ok(RefreshConsequence::Overtaken),
            RefreshEnd::Failed { old, kind, message, run_id } => {
                if self.places_of(key, &old).await?.is_empty() {
                    return Ok(RefreshConsequence::Overtaken);
                }
                self.note_failure(key, kind, message, run_id).await
            }
        }
    }

    pub(crate) async fn refresh_state(&mut self, key: &ConnectionKey) -> Result<RefreshState, StoreError> {
        match self.tables().refresh_columns(key).await? {
            Some(columns) => state(columns),
            None => Ok(RefreshState::default()),
        }
    }

    /// Forgets what came of refreshes: the connection gets other credentials.
    pub(crate) async fn forget_refreshes(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.tables().delete_refresh_row(key).await
    }

    async fn note_renewal(
        &mut self,
        key: &ConnectionKey,
        old: &Credentials,
        new: &Credentials,
    ) -> Result<RefreshConsequence, StoreError> {
        let places = self.places_of(key, old).await?;
        if places.is_empty() {
            return Ok(RefreshConsequence::Overtaken);
        }
        for place in &places {
            self.put(key, place, new).await?;
        }
        let refreshed_at = Some(self.now().as_millisecond());
        let columns = RefreshColumns { refreshed_at, ..RefreshColumns::default() };
        self.tables().set_refresh_columns(key, columns).await?;
        // A mark that came of refreshes goes with them; one that came of a validation stays.
        let accepted = places.iter().any(|place| matches!(place, Place::Current { accepted: true }));
        if accepted {
            self.clear_auth_error(key).await?;
        }
        Ok(RefreshConsequence::Noted)
    }

    async fn note_failure(
        &mut self,
        key: &ConnectionKey,
        kind: RefreshFailureKind,
        message: String,
        run_id: Option<RunId>,
    ) -> Result<RefreshConsequence, StoreError> {
        let now = self.now();
        let before = self.tables().refresh_columns(key).await?.unwrap_or_default();
        let refused_before = before.refused_at.map(|at| from_millis(at, "refused_at")).transpose()?;
        let at = now.as_millisecond();
        let counts = kind == RefreshFailureKind::Refused && refused_before.map(day) != Some(day(now));
        let refused_days = before.refused_days.saturating_add(i64::from(counts));
        let columns = RefreshColumns {
            failure: Some(RefreshFailureColumns { at, kind: kind.as_str().into(), message: message.clone() }),
            refused_days,
            refused_at: if kind == RefreshFailureKind::Refused { Some(at) } else { before.refused_at },
            ..before
        };
        self.tables().set_refresh_columns(key, columns).await?;
        if !counts {
            return Ok(RefreshConsequence::Noted);
        }
        if refused_days < i64::from(REFUSED_DAYS) {
            return Ok(RefreshConsequence::RefusedOnAnotherDay);
        }
        // What needed the token may have been no run.
        let run_id = run_id.unwrap_or_else(RunId::generate);
        let message = format!("its access token was not refreshed on {refused_days} days: {message}");
        self.mark_auth_error(key, run_id, &message).await?;
        Ok(RefreshConsequence::Exhausted)
    }

    /// Where these credentials stand.
    async fn places_of(&mut self, key: &ConnectionKey, old: &Credentials) -> Result<Vec<Place>, StoreError> {
        let mut places = Vec::new();
        let row = self.tables().connection_row(key, Visibility::IncludingPending).await?;
        let Some(row) = row else { return Ok(places) };
        let keyring = self.opening([row.credentials.credentials.as_slice()]).await?;
        if credentials::open(&keyring, key, &row.credentials.credentials)? == *old {
            let accepted = matches!(self.last_accepted(key, &row.credentials).await?, LastAccepted::Current);
            places.push(Place::Current { accepted });
        }
        if let Some(sealed) = &row.credentials.accepted {
            let keyring = self.opening([sealed.as_slice()]).await?;
            let account = credentials::open_accepted(&keyring, key, sealed)?;
            if account.credentials == *old {
                places.push(Place::Accepted(Box::new(account)));
            }
        }
        let entry = self.journal_entry(key).await?.filter(|entry| entry.previous.is_some());
        if let Some(entry) = entry {
            let previous = self.open_previous(key, entry.previous.as_deref()).await?;
            if previous.credentials()? == *old {
                places.push(Place::Previous(entry.token));
            }
        }
        Ok(places)
    }

    async fn put(&mut self, key: &ConnectionKey, place: &Place, new: &Credentials) -> Result<(), StoreError> {
        match place {
            Place::Current { .. } => {
                let provider = self.provider(key, Visibility::IncludingPending).await?.unwrap_or_default();
                let sealed = credentials::seal(&*self.sealing().await?, key, new)?;
                let now = self.now().as_millisecond();
                self.tables().replace_account(key, &provider, sealed, None, now).await?;
            }
            Place::Accepted(account) => {
                let account = Account { credentials: new.clone(), ..(**account).clone() };
                self.replace_accepted(key, account).await?;
            }
            Place::Previous(token) => {
                let entry = self.journal_entry(key).await?.filter(|entry| entry.token == *token);
                let Some(entry) = entry else { return Ok(()) };
                let previous =
                    self.open_previous(key, entry.previous.as_deref()).await?.with_credentials(new);
                let sealed = self.seal_previous(key, &previous).await?;
                self.tables().set_previous(*token, sealed).await?;
            }
        }
        Ok(())
    }
}

/// Where credentials stand: an operation that is not decided keeps what it replaced, and a refused reconnect what was
/// accepted before it.
enum Place {
    /// They are what the connection has.
    Current { accepted: bool },
    /// They were accepted last.
    Accepted(Box<Account>),
    /// They are what an operation replaced.
    Previous(Token),
}

/// The day, in UTC.
fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn state(columns: RefreshColumns) -> Result<RefreshState, StoreError> {
    let failure = columns.failure.map(|RefreshFailureColumns { at, kind, message }| {
        let kind = kind.parse().map_err(|_| StoreError::corrupt("failure of a refresh"))?;
        Ok::<_, StoreError>(RefreshFailure { at: from_millis(at, "failed_at")?, kind, message })
    });
    Ok(RefreshState {
        refreshed_at: columns.refreshed_at.map(|at| from_millis(at, "refreshed_at")).transpose()?,
        failure: failure.transpose()?,
        refused_days: u32::try_from(columns.refused_days)
            .map_err(|_| StoreError::corrupt("days of a refresh"))?,
    })
}

impl RefreshState {
    /// Whether the provider refused on so many days that the connection was marked as an auth error for it.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.refused_days >= REFUSED_DAYS
    }
}
