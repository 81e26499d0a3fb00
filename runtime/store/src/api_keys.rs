//! Secret keys of the HTTP API: a random secret that is shown once, and found again by its hash.

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, Scopes, Secret};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::database::ApiKeyRow;
use crate::id::ApiKeyId;
use crate::json::{decode, encode};
use crate::time::from_millis;
use crate::{Store, StoreError, Transaction};

/// A key of the HTTP API, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The environment that it opens.
    pub environment: EnvironmentName,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is nobody's key any more.
    pub revoked_at: Option<Timestamp>,
}

impl Transaction {
    /// Makes a key. Its secret, a random UUID (version 4, as Nango's clients demand), is in the answer and nowhere
    /// else.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn create_api_key(
        &mut self,
        environment: &EnvironmentName,
        name: &str,
        scopes: &Scopes,
    ) -> Result<(ApiKey, Secret), StoreError> {
        // 122 random bits: a plain hash of them is as good as a slow one.
        let secret = Secret::new(Uuid::new_v4().to_string());
        let key = ApiKey {
            id: ApiKeyId::generate(),
            environment: environment.clone(),
            name: name.to_owned(),
            scopes: scopes.clone(),
            created_at: self.now(),
            revoked_at: None,
        };
        let row = ApiKeyRow {
            environment: environment.to_string(),
            id: key.id.to_string(),
            name: key.name.clone(),
            secret_hash: hash(&secret).to_vec(),
            scopes: encode(&key.scopes)?,
            created_at: key.created_at.as_millisecond(),
            revoked_at: None,
        };
        self.tables().insert_api_key_row(row).await?;
        Ok((key, secret))
    }

    /// Makes a key nobody's. One that was revoked before stays so, since then.
    ///
    /// # Errors
    /// [`StoreError::UnknownApiKey`].
    pub async fn revoke_api_key(
        &mut self,
        environment: &EnvironmentName,
        id: ApiKeyId,
    ) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        match self.tables().set_api_key_revoked(environment, &id.to_string(), now).await? {
            true => Ok(()),
            false => Err(StoreError::UnknownApiKey { id, environment: environment.clone() }),
        }
    }
}

impl Store {
    /// The key with this secret; `None` where there is none, and where it was revoked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn api_key(&self, secret: &Secret) -> Result<Option<ApiKey>, StoreError> {
        let hash = hash(secret);
        let row = self.read().await?.tables().api_key_row(&hash).await?;
        // The database found it by an index, byte for byte; what counts is this comparison.
        let row = row.filter(|row| bool::from(row.secret_hash.as_slice().ct_eq(&hash)));
        Ok(row.map(api_key).transpose()?.filter(|key| key.revoked_at.is_none()))
    }

    /// The keys of one environment, or of all, the oldest first; revoked ones too.
    ///
    /// # Errors
    /// As [`Store::api_key`].
    pub async fn api_keys(&self, environment: Option<&EnvironmentName>) -> Result<Vec<ApiKey>, StoreError> {
        self.read().await?.tables().api_key_rows(environment).await?.into_iter().map(api_key).collect()
    }
}

fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.reveal().as_bytes()).into()
}

fn api_key(row: ApiKeyRow) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId::parse(&row.id).ok_or_else(|| StoreError::corrupt("API key id"))?,
        environment: EnvironmentName::new(row.environment)
            .map_err(|_| StoreError::corrupt("environment name"))?,
        name: row.name,
        scopes: decode(&row.scopes, "list of scopes")?,
        created_at: from_millis(row.created_at, "created_at")?,
        revoked_at: row.revoked_at.map(|at| from_millis(at, "revoked_at")).transpose()?,
    })
}
