//! Integrations that were made over the HTTP API.

use std::fmt;

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, IntegrationId, JsonObject};
use serde_json::Value;

use crate::cipher::Purpose;
use crate::database::IntegrationRow;
use crate::json::{decode, encode};
use crate::keyring::Keyring;
use crate::time::from_millis;
use crate::{Change, Store, StoreError, Transaction};

/// The credentials of an app at a provider, as the product gave them: a client's id and secret, an app's key. They are
/// not printed, and leave memory only sealed.
#[derive(Clone, PartialEq)]
pub struct IntegrationCredentials(JsonObject);

impl IntegrationCredentials {
    /// Takes the fields, `type` included.
    #[must_use]
    pub fn new(fields: JsonObject) -> Self {
        Self(fields)
    }

    /// The fields, secrets included.
    #[must_use]
    pub fn reveal(&self) -> &JsonObject {
        &self.0
    }
}

impl fmt::Debug for IntegrationCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntegrationCredentials")
            .field("type", &self.0.get("type").and_then(Value::as_str))
            .finish_non_exhaustive()
    }
}

/// What the provider's webhooks about an integration lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardWebhooks {
    /// They go on to the operator's app (Nango's default).
    #[default]
    Yes,
    /// They end here.
    No,
}

/// An integration to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIntegration {
    /// The environment.
    pub environment: EnvironmentName,
    /// Its unique key.
    pub unique_key: IntegrationId,
    /// The provider template's name.
    pub provider: String,
    /// What people call it.
    pub display_name: Option<String>,
    /// The credentials of the app at the provider.
    pub credentials: Option<IntegrationCredentials>,
    /// What the provider's template asks for.
    pub integration_config: JsonObject,
    /// What it does not know.
    pub custom: JsonObject,
    /// Whether the provider's webhooks go on.
    pub forward_webhooks: ForwardWebhooks,
}

/// What changes of an integration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IntegrationPatch {
    /// Its unique key; possible while it has no connections.
    pub unique_key: Option<IntegrationId>,
    /// What people call it.
    pub display_name: Change<String>,
    /// The credentials, as a whole.
    pub credentials: Change<IntegrationCredentials>,
    /// What the provider's template asks for, as a whole.
    pub integration_config: Option<JsonObject>,
    /// What it does not know, as a whole.
    pub custom: Option<JsonObject>,
    /// Whether the provider's webhooks go on.
    pub forward_webhooks: Option<ForwardWebhooks>,
}

/// An integration as it is stored, credentials opened.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredIntegration {
    /// What it was made of.
    pub integration: NewIntegration,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Transaction {
    /// Creates an integration.
    ///
    /// # Errors
    /// [`StoreError::IntegrationExists`].
    pub async fn create_integration(
        &mut self,
        new: &NewIntegration,
    ) -> Result<StoredIntegration, StoreError> {
        self.changes_integrations();
        let now = self.now();
        let stored = StoredIntegration { integration: new.clone(), created_at: now, updated_at: now };
        let row = row(&*self.sealing().await?, &stored)?;
        match self.tables().insert_integration_row(row).await? {
            true => Ok(stored),
            false => Err(StoreError::IntegrationExists {
                environment: new.environment.clone(),
                integration: new.unique_key.clone(),
            }),
        }
    }

    /// Changes an integration; the answer is what it is then.
    ///
    /// # Errors
    /// [`StoreError::UnknownIntegration`]; of another unique key, [`StoreError::IntegrationInUse`] while it has
    /// connections and [`StoreError::IntegrationExists`].
    pub async fn patch_integration(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
        patch: IntegrationPatch,
    ) -> Result<StoredIntegration, StoreError> {
        self.changes_integrations();
        let stored = self.integration(environment, unique_key).await?;
        let mut stored = stored.ok_or_else(|| unknown(environment, unique_key))?;
        let integration = &mut stored.integration;
        patch.display_name.apply(&mut integration.display_name);
        patch.credentials.apply(&mut integration.credentials);
        set(&mut integration.integration_config, patch.integration_config);
        set(&mut integration.custom, patch.custom);
        set(&mut integration.forward_webhooks, patch.forward_webhooks);
        set(&mut integration.unique_key, patch.unique_key);
        stored.updated_at = self.now();
        if stored.integration.unique_key != *unique_key {
            self.without_connections(environment, unique_key).await?;
        }
        // Its credentials are sealed for its name.
        self.tables().delete_integration_row(environment, unique_key).await?;
        let row = row(&*self.sealing().await?, &stored)?;
        match self.tables().insert_integration_row(row).await? {
            true => Ok(stored),
            false => Err(StoreError::IntegrationExists {
                environment: environment.clone(),
                integration: stored.integration.unique_key,
            }),
        }
    }

    /// Deletes an integration that has no connections.
    ///
    /// # Errors
    /// [`StoreError::UnknownIntegration`], and [`StoreError::IntegrationInUse`] while it has connections, pending ones
    /// included: what is to be cleaned up for them is to be decided before.
    pub async fn delete_integration(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<(), StoreError> {
        self.changes_integrations();
        self.without_connections(environment, unique_key).await?;
        match self.tables().delete_integration_row(environment, unique_key).await? {
            true => Ok(()),
            false => Err(unknown(environment, unique_key)),
        }
    }

    async fn without_connections(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<(), StoreError> {
        match self.tables().count_connections(environment, unique_key).await? {
            0 => Ok(()),
            connections => Err(StoreError::IntegrationInUse {
                environment: environment.clone(),
                integration: unique_key.clone(),
                connections: connections.unsigned_abs(),
            }),
        }
    }

    /// One integration; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where its credentials do not open.
    pub async fn integration(
        &mut self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<Option<StoredIntegration>, StoreError> {
        let row = self.tables().integration_row(environment, unique_key).await?;
        let Some(row) = row else { return Ok(None) };
        let keyring = self.opening(row.credentials.as_deref()).await?;
        stored(&keyring, row).map(Some)
    }
}

impl Store {
    /// [`Transaction::integration`] in a transaction of its own.
    ///
    /// # Errors
    /// As that, [`StoreError::Busy`] and [`StoreError::Database`].
    pub async fn integration(
        &self,
        environment: &EnvironmentName,
        unique_key: &IntegrationId,
    ) -> Result<Option<StoredIntegration>, StoreError> {
        self.read().await?.integration(environment, unique_key).await
    }

    /// The integrations of an environment, by unique key.
    ///
    /// # Errors
    /// As [`Store::integration`].
    pub async fn integrations(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Vec<StoredIntegration>, StoreError> {
        let mut transaction = self.read().await?;
        let rows = transaction.tables().integration_rows(environment).await?;
        let sealed = rows.iter().filter_map(|row| row.credentials.as_deref());
        let keyring = transaction.opening(sealed).await?;
        rows.into_iter().map(|row| stored(&keyring, row)).collect()
    }
}

fn set<T>(to: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *to = value;
    }
}

fn unknown(environment: &EnvironmentName, integration: &IntegrationId) -> StoreError {
    StoreError::UnknownIntegration { environment: environment.clone(), integration: integration.clone() }
}

fn row(keyring: &Keyring, stored: &StoredIntegration) -> Result<IntegrationRow, StoreError> {
    let integration = &stored.integration;
    let purpose = Purpose::IntegrationCredentials(&integration.environment, &integration.unique_key);
    let seal = |credentials: &IntegrationCredentials| {
        let plain = zeroize::Zeroizing::new(encode(credentials.reveal())?);
        keyring.seal(&purpose, plain.as_bytes())
    };
    Ok(IntegrationRow {
        environment: integration.environment.to_string(),
        unique_key: integration.unique_key.to_string(),
        provider: integration.provider.clone(),
        display_name: integration.display_name.clone(),
        credentials: integration.credentials.as_ref().map(seal).transpose()?,
        integration_config: encode(&integration.integration_config)?,
        custom: encode(&integration.custom)?,
        forward_webhooks: match integration.forward_webhooks {
            ForwardWebhooks::Yes => 1,
            ForwardWebhooks::No => 0,
        },
        created_at: stored.created_at.as_millisecond(),
        updated_at: stored.updated_at.as_millisecond(),
    })
}

fn stored(keyring: &Keyring, row: IntegrationRow) -> Result<StoredIntegration, StoreError> {
    let damaged = || StoreError::corrupt("integration name");
    let environment = EnvironmentName::new(row.environment).map_err(|_| damaged())?;
    let unique_key = IntegrationId::new(row.unique_key).map_err(|_| damaged())?;
    let purpose = Purpose::IntegrationCredentials(&environment, &unique_key);
    let open = |sealed: Vec<u8>| {
        let plain = keyring.open(&purpose, &sealed);
        let fields = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        let what = || format!("set of credentials of integration {unique_key} in {environment}");
        fields.map(IntegrationCredentials::new).ok_or_else(|| StoreError::corrupt(what()))
    };
    let credentials = row.credentials.map(open).transpose()?;
    Ok(StoredIntegration {
        integration: NewIntegration {
            provider: row.provider,
            display_name: row.display_name,
            credentials,
            integration_config: decode(&row.integration_config, "integration_config")?,
            custom: decode(&row.custom, "custom settings of an integration")?,
            forward_webhooks: match row.forward_webhooks {
                0 => ForwardWebhooks::No,
                _ => ForwardWebhooks::Yes,
            },
            environment,
            unique_key,
        },
        created_at: from_millis(row.created_at, "created_at")?,
        updated_at: from_millis(row.updated_at, "updated_at")?,
    })
}
