//! Replacing the encryption key, while others work on the database.
//!
//! 1. The new key becomes the current one. From then on every transaction seals with it; each key is in the database, sealed with
//!    the other, so that every process can open everything.
//! 2. What the old one has sealed is sealed anew, a few rows at a time.
//! 3. Where the key is in a file beside the database, the file gets the new one. Else its owner has to start every process with it.
//! 4. The old one goes, once nothing is sealed with it and whoever rotates has the new one.
//!
//! What a killed rotation has not done, the next one does.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{EnvironmentName, IntegrationId};

use crate::cipher::{Cipher, KeyId, Purpose};
use crate::database::{EncryptionKeyState, SealedColumn, SealedRow};
use crate::key_holder::KeyHolder;
use crate::keyring::{Keyring, current_row};
use crate::{ConnectionKey, EncryptionKey, EventId, KeyError, Store, StoreError, Transaction};

/// So many rows are sealed anew in one transaction: others wait for a few milliseconds at most.
const STEP: usize = 64;
/// How long whoever changes a row with an old value may have for it, until it is looked at again.
const WAIT: Duration = Duration::from_millis(50);

/// What a rotation has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The key that is replaced.
    pub from: KeyId,
    /// The one that replaces it.
    pub to: KeyId,
    /// How many values were sealed anew, by this call.
    pub sealed_anew: u64,
    /// What became of the old key.
    pub old_key: OldKey,
}

/// What became of the key that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldKey {
    /// It opens nothing any more.
    Gone,
    /// Nothing is sealed with it, and whoever is started with it can still open the database. The next rotation by somebody who
    /// was started with the new one takes that away.
    StillOpens,
}

/// Where the rotation stands that has begun.
struct Begun {
    from: KeyId,
    keyring: Arc<Keyring>,
}

impl Store {
    /// Replaces the encryption key, or goes on with a replacement that was begun; see the module. `next` is the new key where it
    /// is not in a file beside the database.
    ///
    /// # Errors
    /// [`KeyError::NoNext`] where a new key is needed and not given, [`KeyError::NotNext`] where another one has replaced the old
    /// one already, [`KeyError::SameKey`]; [`StoreError::Corrupt`] for a value that does not open; and as the database says.
    pub async fn rotate_encryption(&self, next: Option<&EncryptionKey>) -> Result<Rotation, StoreError> {
        let begun = self.begin_rotation(next).await?;
        let to = begun.keyring.current();
        let mut sealed_anew = self.seal_all_anew(to).await?;
        while self.has_sealed_otherwise(to).await? {
            // Somebody else was changing a row.
            tokio::time::sleep(WAIT).await;
            sealed_anew += self.seal_all_anew(to).await?;
        }
        let is_ours = match self.keys().holder() {
            KeyHolder::File(file) => file.replace(to.key()).map(|()| true)?,
            KeyHolder::Caller(own) => own == to.key(),
        };
        if is_ours {
            self.retire(to).await?;
        }
        let old_key = if is_ours { OldKey::Gone } else { OldKey::StillOpens };
        Ok(Rotation { from: begun.from, to: to.id(), sealed_anew, old_key })
    }

    /// Makes the new key the current one, if none is on its way already.
    async fn begin_rotation(&self, next: Option<&EncryptionKey>) -> Result<Begun, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = transaction.tables().encryption_keys_to_change().await?;
        let keyring = self.keys().learn(&rows)?;
        let current = keyring.current();
        if let Some(old) = rows.iter().find(|row| row.state == EncryptionKeyState::Retiring) {
            let from = KeyId::from_bytes(&old.id).ok_or_else(|| StoreError::corrupt("encryption keys"))?;
            match next.map(Cipher::new) {
                Some(next) if next.id() != current.id() => return Err(KeyError::NotNext.into()),
                _ => return Ok(Begun { from, keyring }),
            }
        }
        let next = match (self.keys().holder(), next) {
            (KeyHolder::Caller(_), None) => return Err(KeyError::NoNext.into()),
            (_, Some(next)) => next.clone(),
            (KeyHolder::File(_), None) => EncryptionKey::generate()
                .ok_or(StoreError::Internal { action: "generate an encryption key" })?,
        };
        let next = Cipher::new(&next);
        if next.id() == current.id() {
            return Err(KeyError::SameKey.into());
        }
        let (old, new) = (current.id(), next.id());
        let old_wrapped = next.seal(&Purpose::EncryptionKey(old), current.key().bytes())?;
        let mut row = current_row(&next, transaction.now().as_millisecond())?;
        row.wrapped = Some(current.seal(&Purpose::EncryptionKey(new), next.key().bytes())?);
        transaction.tables().retire_encryption_key(old.bytes(), old_wrapped).await?;
        transaction.tables().insert_encryption_key(row).await?;
        let rows = transaction.tables().encryption_keys().await?;
        transaction.commit().await?;
        Ok(Begun { from: old, keyring: self.keys().learn(&rows)? })
    }

    /// Seals everything anew that another key than this one has sealed; says how many values that were.
    async fn seal_all_anew(&self, to: &Cipher) -> Result<u64, StoreError> {
        let mut changed = 0;
        for column in SealedColumn::ALL {
            let mut after: Option<SealedRow> = None;
            loop {
                let mut transaction = self.begin().await?;
                let rows =
                    transaction.tables().sealed_rows(column, &to.beginning(), after.as_ref(), STEP).await?;
                for row in &rows {
                    changed += u64::from(transaction.seal_anew(column, row, to).await?);
                }
                transaction.commit().await?;
                if rows.len() < STEP {
                    break;
                }
                after = rows.into_iter().next_back();
                // Whoever waits to write comes first.
                tokio::task::yield_now().await;
            }
        }
        Ok(changed)
    }

    async fn has_sealed_otherwise(&self, to: &Cipher) -> Result<bool, StoreError> {
        let mut transaction = self.read().await?;
        for column in SealedColumn::ALL {
            if transaction.tables().has_sealed_otherwise(column, &to.beginning()).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets the old key, once nothing is sealed with it.
    async fn retire(&self, to: &Cipher) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        transaction.tables().encryption_keys_to_change().await?;
        for column in SealedColumn::ALL {
            if transaction.tables().has_sealed_otherwise(column, &to.beginning()).await? {
                return Err(StoreError::Internal { action: "seal every value anew" });
            }
        }
        transaction.tables().forget_encryption_keys_but(to.id().bytes()).await?;
        transaction.commit().await
    }
}

impl Transaction {
    /// Whether the value was still the one that was read.
    async fn seal_anew(
        &mut self,
        column: SealedColumn,
        row: &SealedRow,
        to: &Cipher,
    ) -> Result<bool, StoreError> {
        let place = Place::of(column, row)?;
        let keyring = self.opening([row.sealed.as_slice()]).await?;
        let plain = keyring.open(&place.purpose(), &row.sealed);
        let plain =
            plain.ok_or_else(|| StoreError::corrupt(format!("{} ({})", column.name(), row.owner())))?;
        let sealed = to.seal(&place.purpose(), &plain)?;
        self.tables().replace_sealed(column, row, sealed).await
    }
}

/// Whose value it is.
enum Place {
    Connection(SealedColumn, ConnectionKey),
    Event(SealedColumn, ConnectionKey, EventId),
    Environment(EnvironmentName),
    Integration(EnvironmentName, IntegrationId),
}

impl Place {
    fn of(column: SealedColumn, row: &SealedRow) -> Result<Self, StoreError> {
        let corrupt = || StoreError::corrupt(column.name());
        let environment = row.environment.parse().map_err(|_| corrupt())?;
        let integration = || row.integration.parse().map_err(|_| corrupt());
        let key = |environment| {
            let connection_id = row.connection_id.parse().map_err(|_| corrupt())?;
            Ok::<_, StoreError>(ConnectionKey::new(environment, integration()?, connection_id))
        };
        Ok(match column {
            SealedColumn::Credentials | SealedColumn::Accepted | SealedColumn::Previous => {
                Self::Connection(column, key(environment)?)
            }
            SealedColumn::EventPayload | SealedColumn::EventResult => {
                let id = EventId::parse(&row.event).ok_or_else(corrupt)?;
                Self::Event(column, key(environment)?, id)
            }
            SealedColumn::SigningKey => Self::Environment(environment),
            SealedColumn::IntegrationCredentials => Self::Integration(environment, integration()?),
        })
    }

    fn purpose(&self) -> Purpose<'_> {
        match self {
            Self::Connection(SealedColumn::Accepted, key) => Purpose::Accepted(key),
            Self::Connection(SealedColumn::Previous, key) => Purpose::Previous(key),
            Self::Connection(_, key) => Purpose::Credentials(key),
            Self::Event(SealedColumn::EventResult, key, id) => Purpose::EventResult(key, *id),
            Self::Event(_, key, id) => Purpose::EventPayload(key, *id),
            Self::Environment(environment) => Purpose::WebhookSigningKey(environment),
            Self::Integration(environment, integration) => {
                Purpose::IntegrationCredentials(environment, integration)
            }
        }
    }
}
