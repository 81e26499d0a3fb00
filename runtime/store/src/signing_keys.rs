//! The keys that webhooks to the operator's app are signed with.

use onevent_contract::{EnvironmentName, Secret};

use crate::cipher::Purpose;
use crate::{Store, StoreError, Transaction};

/// So many random bytes are a signing key: as many as the hash of its HMAC gives.
const SIGNING_KEY_BYTES: usize = 32;

impl Store {
    /// The key that an environment's webhooks are signed with. The first one who asks makes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where it does not open, [`StoreError::ReadOnly`] where it would have to be made,
    /// [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn webhook_signing_key(&self, environment: &EnvironmentName) -> Result<Secret, StoreError> {
        if let Some(key) = self.read().await?.stored_signing_key(environment).await? {
            return Ok(key);
        }
        let mut transaction = self.begin().await?;
        // Somebody else may have been the first meanwhile.
        if let Some(key) = transaction.stored_signing_key(environment).await? {
            return Ok(key);
        }
        match transaction.insert_signing_key(environment).await? {
            Some(key) => {
                transaction.commit().await?;
                Ok(key)
            }
            None => {
                let key = transaction.stored_signing_key(environment).await?;
                key.ok_or(StoreError::Internal { action: "read a signing key that was just made" })
            }
        }
    }
}

impl Transaction {
    async fn stored_signing_key(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Option<Secret>, StoreError> {
        let sealed = self.tables().signing_key(environment).await?;
        let keyring = self.opening(sealed.as_deref()).await?;
        sealed
            .map(|sealed| {
                let plain = keyring.open(&Purpose::WebhookSigningKey(environment), &sealed);
                let text = plain.and_then(|plain| std::str::from_utf8(&plain).ok().map(Secret::new));
                text.ok_or_else(|| StoreError::corrupt(format!("webhook signing key of {environment}")))
            })
            .transpose()
    }

    /// `None` where there is one already.
    async fn insert_signing_key(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Option<Secret>, StoreError> {
        let mut bytes = zeroize::Zeroizing::new([0; SIGNING_KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| StoreError::Internal {
            action: "draw a signing key: the system gives no randomness",
        })?;
        let key = Secret::new(hex::encode(bytes.as_slice()));
        let purpose = Purpose::WebhookSigningKey(environment);
        let sealed = self.sealing().await?.seal(&purpose, key.reveal().as_bytes())?;
        let now = self.now().as_millisecond();
        let is_first = self.tables().insert_signing_key(environment, sealed, now).await?;
        Ok(is_first.then_some(key))
    }
}
