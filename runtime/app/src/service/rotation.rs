//! Replacing the key that secrets are encrypted with.

use onevent_contract::Secret;
use onevent_store::{EncryptionKey, KeyError, Rotation, StoreError};

use super::error::ServiceError;
use super::parts::Service;
use crate::config::{DatabaseName, Sourced};

/// What was done to one database.
#[derive(Debug)]
pub struct RotatedDatabase {
    /// Which one.
    pub name: DatabaseName,
    /// What was done.
    pub rotation: Rotation,
}

impl Service {
    /// Replaces the encryption key of every database that there is, or goes on with a replacement that was begun, while others work
    /// on them. Databases on which there is nothing to be done are left out, unless that is all of them.
    ///
    /// # Errors
    /// As [`onevent_store::Store::rotate_encryption`], at the first database where something goes wrong; those before it are done.
    pub async fn rotate_encryption(&self) -> Result<Vec<RotatedDatabase>, ServiceError> {
        let read = |text: &Sourced<Secret>| EncryptionKey::from_base64(text.value.reveal());
        let next = self.settings().next_encryption_key.as_ref().map(read).transpose();
        let next = next.map_err(|_| StoreError::from(KeyError::MalformedNext))?;
        let (mut done, mut idle) = (Vec::new(), None);
        for database in self.databases.iter() {
            let Some(store) = self.open_existing(database).await? else { continue };
            match store.rotate_encryption(next.as_ref()).await {
                Ok(rotation) => done.push(RotatedDatabase { name: database.name().clone(), rotation }),
                // It was done before; another database was not.
                Err(error @ StoreError::Key(KeyError::NoNext | KeyError::SameKey)) => idle = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        match idle {
            Some(error) if done.is_empty() => Err(error.into()),
            _ => Ok(done),
        }
    }
}
