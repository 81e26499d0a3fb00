//! The keys that this process knows, and where it learns others from.
//!
//! A database has one key, and a second one while it is being replaced. Each of the two is in the database sealed with the
//! other, so that a process which was started with one of them has both. Which one seals is asked in the transaction that
//! seals: nothing is sealed with a key that another process has replaced.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use crate::cipher::{CANARY, Cipher, KeyId, Purpose, key_of};
use crate::database::{Database, EncryptionKeyRow, EncryptionKeyState};
use crate::key_holder::KeyHolder;
use crate::{EncryptionKey, KeyError, StoreError, StoreMode};

/// What seals and opens.
pub(crate) struct Keyring {
    current: Arc<Cipher>,
    others: Vec<Arc<Cipher>>,
}

impl Keyring {
    /// Seals with the current key.
    pub(crate) fn seal(&self, purpose: &Purpose<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.current.seal(purpose, plain)
    }

    /// Opens what one of the keys has sealed for this purpose; `None` for anything else.
    pub(crate) fn open(&self, purpose: &Purpose<'_>, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.ciphers().find_map(|cipher| cipher.open(purpose, value))
    }

    /// The current key's.
    pub(crate) fn current(&self) -> &Arc<Cipher> {
        &self.current
    }

    /// Whether the key of a value is among these, or the value names none.
    fn may_open(&self, value: &[u8]) -> bool {
        key_of(value).is_none_or(|key| self.cipher(key).is_some())
    }

    fn cipher(&self, key: KeyId) -> Option<&Arc<Cipher>> {
        self.ciphers().find(|cipher| cipher.id() == key)
    }

    fn ciphers(&self) -> impl Iterator<Item = &Arc<Cipher>> {
        std::iter::once(&self.current).chain(&self.others)
    }
}

/// The keys of an open store.
pub(crate) struct Keys {
    held: RwLock<Arc<Keyring>>,
    holder: KeyHolder,
    database: PathBuf,
}

impl Keys {
    /// Checks the key against the database, and learns the other one where there are two. The first one who opens a database
    /// decides which its key is.
    pub(crate) async fn unlock(
        database: &dyn Database,
        holder: KeyHolder,
        mode: StoreMode,
        name: &Path,
    ) -> Result<Self, StoreError> {
        let mut rows = database.read().await?.encryption_keys().await?;
        if rows.is_empty() {
            match mode {
                StoreMode::ReadWrite => rows = begin_with_first_key(database, &holder, name).await?,
                StoreMode::ReadOnly => rows = vec![earlier_key(database, &holder, name).await?],
            }
        }
        let wrong = || KeyError::Wrong { database: name.to_owned(), file: holder.path() };
        let cipher = Cipher::new(&holder.key()?);
        let is_its_own =
            |row: &EncryptionKeyRow| row.id == cipher.id().bytes() && cipher.opens_canary(&row.canary);
        if !rows.iter().any(is_its_own) {
            return Err(wrong().into());
        }
        let own = Keyring { current: Arc::new(cipher), others: Vec::new() };
        let keys =
            Self { held: RwLock::new(Arc::new(own)), holder: holder.clone(), database: name.to_owned() };
        keys.learn(&rows)?;
        Ok(keys)
    }

    /// The keys that are known.
    pub(crate) fn held(&self) -> Arc<Keyring> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the known keys are those of these values.
    pub(crate) fn may_open<'v>(&self, mut values: impl Iterator<Item = &'v [u8]>) -> bool {
        let held = self.held();
        values.all(|value| held.may_open(value))
    }

    /// Learns the keys that a database has now. What was known stays known: a transaction may have read earlier values.
    ///
    /// # Errors
    /// [`KeyError::Replaced`] where the current one cannot be learned.
    pub(crate) fn learn(&self, rows: &[EncryptionKeyRow]) -> Result<Arc<Keyring>, StoreError> {
        // Held until the end, so that of two who learn at once neither forgets what the other has learned.
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let mut known: Vec<Arc<Cipher>> = held.ciphers().cloned().collect();
        // Each may be sealed with the one that was learned before it.
        for _ in rows {
            for row in rows {
                if let Some(found) = unwrapped(row, &known) {
                    known.push(Arc::new(found));
                }
            }
        }
        let Some(current) = rows.iter().find(|row| row.state == EncryptionKeyState::Current) else {
            return Err(StoreError::corrupt("encryption keys"));
        };
        let is_current = |cipher: &Arc<Cipher>| cipher.id().bytes() == current.id;
        if !known.iter().any(is_current)
            && let KeyHolder::File(file) = &self.holder
            && let Some(key) = file.read()?
        {
            known.push(Arc::new(Cipher::new(&key)));
        }
        let Some(at) =
            known.iter().position(|cipher| is_current(cipher) && cipher.opens_canary(&current.canary))
        else {
            return Err(KeyError::Replaced { database: self.database.clone() }.into());
        };
        let learned = Arc::new(Keyring { current: known.remove(at), others: known });
        *held = Arc::clone(&learned);
        Ok(learned)
    }

    /// Who has the key that this process was started with.
    pub(crate) fn holder(&self) -> &KeyHolder {
        &self.holder
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("holder", &self.holder).finish_non_exhaustive()
    }
}

/// The key of a row, where one of the known ones has it sealed and it is not known yet.
fn unwrapped(row: &EncryptionKeyRow, known: &[Arc<Cipher>]) -> Option<Cipher> {
    let id = KeyId::from_bytes(&row.id)?;
    if known.iter().any(|cipher| cipher.id() == id) {
        return None;
    }
    let wrapped = row.wrapped.as_deref()?;
    let plain = known.iter().find_map(|cipher| cipher.open(&Purpose::EncryptionKey(id), wrapped))?;
    let cipher = Cipher::new(&EncryptionKey::from_bytes(&plain)?);
    (cipher.id() == id && cipher.opens_canary(&row.canary)).then_some(cipher)
}

/// The row of a key, as the current one.
pub(crate) fn current_row(cipher: &Cipher, now: i64) -> Result<EncryptionKeyRow, StoreError> {
    Ok(EncryptionKeyRow {
        id: cipher.id().bytes().to_vec(),
        state: EncryptionKeyState::Current,
        canary: cipher.seal(&Purpose::Canary, CANARY)?,
        wrapped: None,
        created_at: now,
    })
}

/// Makes the caller's key that of a database which names none: a new one, or one of an earlier onevent.
async fn begin_with_first_key(
    database: &dyn Database,
    holder: &KeyHolder,
    name: &Path,
) -> Result<Vec<EncryptionKeyRow>, StoreError> {
    let mut tables = database.write().await?;
    let row = match tables.encryption_canary().await? {
        Some(canary) => checked(&holder.key()?, &canary, holder, name)?,
        None => current_row(&Cipher::new(&holder.first_key()?), 0)?,
    };
    // Somebody else may have been the first meanwhile.
    tables.insert_encryption_key(row).await?;
    tables.delete_encryption_canary().await?;
    let rows = tables.encryption_keys().await?;
    tables.commit().await?;
    Ok(rows)
}

/// The key of a database of an earlier onevent, for those who may not change it.
async fn earlier_key(
    database: &dyn Database,
    holder: &KeyHolder,
    name: &Path,
) -> Result<EncryptionKeyRow, StoreError> {
    let canary = database.read().await?.encryption_canary().await?.ok_or(StoreError::SchemaOlder)?;
    checked(&holder.key()?, &canary, holder, name)
}

fn checked(
    key: &EncryptionKey,
    canary: &[u8],
    holder: &KeyHolder,
    name: &Path,
) -> Result<EncryptionKeyRow, StoreError> {
    let cipher = Cipher::new(key);
    if cipher.opens_canary(canary) {
        return current_row(&cipher, 0);
    }
    Err(KeyError::Wrong { database: name.to_owned(), file: holder.path() }.into())
}
