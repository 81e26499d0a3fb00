//! The journal of lifecycle operations that have begun and not ended, and what an operation that is not decided yet
//! hides from others.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, IntegrationId, Operation, RunId};

use crate::database::{NewOperationRow, OperationRow};
use crate::time::from_millis;
use crate::token::Token;
use crate::{
    ConnectionKey, ConnectionSummary, DetailsPatch, EventKind, SetupState, StoreError, StoredConnection,
    Transaction, Visibility,
};

/// How long an owner that cannot be probed counts as alive after its last heartbeat. Longer means a longer wait
/// after a crash; shorter means that a process which was held up for a moment loses its operation.
pub const LEASE: Duration = Duration::from_secs(15);
/// How often an owner renews its lease: often enough that two heartbeats may be lost.
pub const HEARTBEAT: Duration = Duration::from_secs(5);

/// An operation that has begun and not ended.
#[derive(Debug, Clone)]
pub(crate) struct JournalEntry {
    pub(crate) key: ConnectionKey,
    pub(crate) operation: Operation,
    pub(crate) token: Token,
    pub(crate) since: Timestamp,
    /// Judged by the database's clock, when the entry was read.
    pub(crate) lease_is_over: bool,
    /// What an override replaced, sealed.
    pub(crate) previous: Option<Vec<u8>>,
}

impl Transaction {
    pub(crate) async fn journal(&mut self) -> Result<Vec<JournalEntry>, StoreError> {
        self.tables().operation_rows().await?.into_iter().map(entry).collect()
    }

    pub(crate) async fn journal_entry(
        &mut self,
        key: &ConnectionKey,
    ) -> Result<Option<JournalEntry>, StoreError> {
        self.tables().operation_row(key).await?.map(entry).transpose()
    }

    pub(crate) async fn insert_journal_entry(&mut self, entry: &JournalEntry) -> Result<bool, StoreError> {
        let row = NewOperationRow {
            key: &entry.key,
            kind: entry.operation.as_str(),
            token: entry.token,
            started_at: entry.since.as_millisecond(),
            lease: LEASE,
            previous: entry.previous.clone(),
        };
        self.tables().insert_operation_row(row).await
    }

    /// One connection with its credentials; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the row does not open.
    pub async fn connection(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let Some(mut stored) = self.connection_as_stored(key, visibility).await? else { return Ok(None) };
        let entry = self.journal_entry(key).await?;
        if let Some(setup) = &mut stored.unfinished_setup {
            let waits = self.waiting_events(key, EventKind::Setup).await? > 0;
            setup.state = setup_state(entry.as_ref(), waits);
        }
        let Some(entry) = entry else { return Ok(Some(stored)) };
        if visibility == Visibility::Established && entry.previous.is_some() {
            self.open_previous(&entry.key, entry.previous.as_deref()).await?.put_into(&mut stored)?;
        }
        Ok(Some(stored))
    }

    pub(crate) async fn connections(
        &mut self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        let found = self.established_summaries(environment, integration).await?;
        self.as_accepted(found).await
    }

    /// The entries of a list as they are for everybody: without what no acceptance has decided.
    pub(crate) async fn as_accepted(
        &mut self,
        mut found: Vec<ConnectionSummary>,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        let journal = self.journal().await?.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        self.note_setups(&mut found, &journal).await?;
        for listed in &mut found {
            let previous = journal.get(&listed.key).and_then(|entry| entry.previous.as_deref());
            let Some(previous) = previous else { continue };
            // One damaged entry does not hide the others; reading that connection says what is wrong.
            match self.open_previous(&listed.key, Some(previous)).await {
                Err(StoreError::Corrupt { .. }) => {}
                previous => previous?.put_into_summary(listed),
            }
        }
        Ok(found)
    }

    /// Notes which of the setups that have begun go on.
    async fn note_setups(
        &mut self,
        found: &mut [ConnectionSummary],
        journal: &HashMap<ConnectionKey, JournalEntry>,
    ) -> Result<(), StoreError> {
        let mut waiting: HashMap<EnvironmentName, HashSet<ConnectionKey>> = HashMap::new();
        for listed in found {
            let Some(setup) = &mut listed.unfinished_setup else { continue };
            let environment = &listed.key.environment;
            if !waiting.contains_key(environment) {
                let counts = self.tables().waiting_counts(environment, Some(EventKind::Setup)).await?;
                let keys: Result<_, _> = counts.into_iter().map(|(key, _)| key.key()).collect();
                waiting.insert(environment.clone(), keys?);
            }
            let waits = waiting.get(environment).is_some_and(|keys| keys.contains(&listed.key));
            setup.state = setup_state(journal.get(&listed.key), waits);
        }
        Ok(())
    }

    /// Marks the connection as `refresh_exhausted`, because the credentials that the running override gave it were
    /// refused. They stay, and what was accepted last stays beside them.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], and [`StoreError::Corrupt`] where no override is running or what it
    /// replaced does not open.
    pub async fn refuse_credentials(
        &mut self,
        key: &ConnectionKey,
        run_id: RunId,
        message: &str,
    ) -> Result<(), StoreError> {
        let entry = self.journal_entry(key).await?;
        let entry = entry.ok_or_else(|| StoreError::corrupt("journal entry"))?;
        let replaced = self.open_previous(&entry.key, entry.previous.as_deref()).await?.into_account()?;
        self.note_refusal(key, replaced).await?;
        self.mark_auth_error(key, run_id, message).await
    }

    /// Changes the details of what a running override replaced, if one is running.
    pub(crate) async fn patch_previous(
        &mut self,
        key: &ConnectionKey,
        patch: &DetailsPatch,
    ) -> Result<(), StoreError> {
        let entry = self.journal_entry(key).await?.filter(|entry| entry.previous.is_some());
        let Some(entry) = entry else { return Ok(()) };
        let mut previous = self.open_previous(&entry.key, entry.previous.as_deref()).await?;
        if let Some(details) = &mut previous.details {
            patch.clone().apply(details);
        }
        let sealed = self.seal_previous(key, &previous).await?;
        self.tables().set_previous(entry.token, sealed).await?;
        Ok(())
    }

    /// Whether the entry was still there, its lease renewed.
    pub(crate) async fn renew_lease(&mut self, token: Token) -> Result<bool, StoreError> {
        self.tables().set_lease(token, LEASE).await
    }

    /// Whether the entry was still there; it is not any more.
    pub(crate) async fn delete_journal_entry(&mut self, token: Token) -> Result<bool, StoreError> {
        self.tables().delete_operation_row(token).await
    }

    /// Deletes a connection's entry, whoever owns it.
    pub(crate) async fn forget_journal_entry(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.tables().delete_operation_of(key).await
    }
}

/// Whether the setup of a connection goes on that this operation runs for, if any, and that setups wait for, or none.
fn setup_state(entry: Option<&JournalEntry>, waits: bool) -> SetupState {
    match (entry.map(|entry| entry.operation), waits) {
        (Some(Operation::Creation), _) => SetupState::Running,
        (_, true) => SetupState::Waiting,
        (_, false) => SetupState::Interrupted,
    }
}

fn entry(row: OperationRow) -> Result<JournalEntry, StoreError> {
    let damaged = || StoreError::corrupt("journal entry");
    Ok(JournalEntry {
        key: row.key.key()?,
        operation: Operation::from_name(&row.kind).ok_or_else(damaged)?,
        token: Token::parse(&row.token).ok_or_else(damaged)?,
        since: from_millis(row.started_at, "started_at")?,
        lease_is_over: row.lease_is_over,
        previous: row.previous,
    })
}
