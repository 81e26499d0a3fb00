//! The SQL of connections.

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, IntegrationId, Tags};

use super::row::{self, SqlRow, get};
use super::summary::summary;
use super::{SqlConnection, SqlTables, details, found, metadata, query, query_of};
use crate::database::{
    AuthErrorColumns, ConnectionRow, ConnectionTable, CredentialsColumns, DetailsColumns, KeyColumns,
    MetadataColumns, NewConnectionRow, ProviderColumns, SummaryRow,
};
use crate::{ConnectionFilter, ConnectionKey, ConnectionState, StoreError, Visibility};

const INSERT: &str = "
    INSERT INTO connections (environment, integration, connection_id, provider, state, credentials,
                             connection_config, metadata, metadata_version, metadata_writers,
                             created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
    ON CONFLICT (environment, integration, connection_id) DO NOTHING
    RETURNING id";

/// `$4` names the one state that is found beside `established`; naming that one again finds no other.
const SELECT_ONE: &str = "
    SELECT id, environment, integration, connection_id, provider, state, credentials, credentials_state,
           accepted, connection_config, metadata, metadata_version, metadata_writers,
           end_user_id, end_user_display_name, end_user_email, end_user_tags,
           organization_id, organization_display_name, tags, webhook_url_override, last_fetched_at,
           auth_error_run_id, auth_error_message, last_refresh_failure, unfinished_setup_since,
           quarantined_until, created_at, updated_at
    FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const SELECT_PROVIDER: &str = "
    SELECT provider, accepted, state, unfinished_setup_since, quarantined_until FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const REPLACE: &str = "
    UPDATE connections
    SET provider = $4, credentials = $5, connection_config = COALESCE($6, connection_config), updated_at = $7
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SET_CREDENTIALS_STATE: &str = "
    UPDATE connections SET credentials_state = $4, accepted = $5
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SET_AUTH_ERROR: &str = "
    UPDATE connections
    SET auth_error_run_id = $4, auth_error_message = $5, last_refresh_failure = $6, updated_at = $7
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SET_STATE: &str = "
    UPDATE connections SET state = $4, updated_at = $5
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SET_UNFINISHED_SETUP: &str = "
    UPDATE connections SET unfinished_setup_since = $4
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const RESTORE_TIME: &str = "
    UPDATE connections SET updated_at = $4
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND metadata_version = $5";

const DELETE: &str = "
    DELETE FROM connections WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const DELETE_PENDING: &str = "
    DELETE FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'pending'
      AND unfinished_setup_since IS NULL AND quarantined_until IS NULL";

const QUARANTINE: &str = "
    UPDATE connections SET state = 'pending', quarantined_until = $4, updated_at = $5
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SELECT_QUARANTINED: &str = "
    SELECT environment, integration, connection_id FROM connections
    WHERE quarantined_until <= $1 ORDER BY quarantined_until LIMIT $2";

#[async_trait]
impl<C: SqlConnection> ConnectionTable for SqlTables<C> {
    async fn insert_connection_row(&mut self, row: NewConnectionRow<'_>) -> Result<Option<i64>, StoreError> {
        let query = query_of!(INSERT, row.key)
            .bind(row.provider.to_owned())
            .bind(row.state.as_str())
            .bind(row.credentials)
            .bind(row.connection_config)
            .bind(row.metadata.metadata)
            .bind(row.metadata.version)
            .bind(row.metadata.writers)
            .bind(row.now);
        self.row(query).await?.map(|row| get(&row, "id")).transpose()
    }

    async fn connection_row(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<ConnectionRow>, StoreError> {
        let row = self.row(query_of!(SELECT_ONE, key).bind(also(visibility)).locked()).await?;
        row.as_ref().map(connection).transpose()
    }

    async fn summary_rows(
        &mut self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<SummaryRow>, StoreError> {
        found::established(self, environment, integration).await
    }

    async fn found_rows(&mut self, filter: &ConnectionFilter) -> Result<Vec<SummaryRow>, StoreError> {
        found::filtered(self, filter).await
    }

    async fn details_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<DetailsColumns>, StoreError> {
        details::select(self, key, also(visibility)).await
    }

    async fn replace_details(
        &mut self,
        key: &ConnectionKey,
        details: DetailsColumns,
        tags: &Tags,
        now: i64,
    ) -> Result<bool, StoreError> {
        details::replace(self, key, details, tags, now).await
    }

    async fn set_last_fetched(&mut self, key: &ConnectionKey, now: i64) -> Result<(), StoreError> {
        details::set_last_fetched(self, key, now).await
    }

    async fn provider_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<ProviderColumns>, StoreError> {
        let row = self.row(query_of!(SELECT_PROVIDER, key).bind(also(visibility)).locked()).await?;
        row.map(|row| {
            Ok(ProviderColumns {
                provider: get(&row, "provider")?,
                accepted: get(&row, "accepted")?,
                state: get(&row, "state")?,
                unfinished_setup_since: get(&row, "unfinished_setup_since")?,
                quarantined_until: get(&row, "quarantined_until")?,
            })
        })
        .transpose()
    }

    async fn metadata_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<MetadataColumns>, StoreError> {
        metadata::select(self, key, also(visibility)).await
    }

    async fn replace_metadata(
        &mut self,
        key: &ConnectionKey,
        metadata: MetadataColumns,
        now: i64,
    ) -> Result<bool, StoreError> {
        metadata::replace(self, key, metadata, now).await
    }

    async fn replace_account(
        &mut self,
        key: &ConnectionKey,
        provider: &str,
        credentials: Vec<u8>,
        connection_config: Option<String>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let query = query_of!(REPLACE, key)
            .bind(provider.to_owned())
            .bind(credentials)
            .bind(connection_config)
            .bind(now);
        self.changes(query).await
    }

    async fn set_credentials_state(
        &mut self,
        key: &ConnectionKey,
        state: &'static str,
        accepted: Option<Vec<u8>>,
    ) -> Result<bool, StoreError> {
        self.changes(query_of!(SET_CREDENTIALS_STATE, key).bind(state).bind(accepted)).await
    }

    async fn set_auth_error_columns(
        &mut self,
        key: &ConnectionKey,
        error: Option<AuthErrorColumns>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let (run_id, message, at) = match error {
            Some(AuthErrorColumns { run_id, message, at }) => (Some(run_id), Some(message), Some(at)),
            None => (None, None, None),
        };
        self.changes(query_of!(SET_AUTH_ERROR, key).bind(run_id).bind(message).bind(at).bind(now)).await
    }

    async fn set_state(
        &mut self,
        key: &ConnectionKey,
        state: ConnectionState,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.changes(query_of!(SET_STATE, key).bind(state.as_str()).bind(now)).await
    }

    async fn set_unfinished_setup(
        &mut self,
        key: &ConnectionKey,
        since: Option<i64>,
    ) -> Result<bool, StoreError> {
        self.changes(query_of!(SET_UNFINISHED_SETUP, key).bind(since)).await
    }

    async fn restore_updated_at(
        &mut self,
        key: &ConnectionKey,
        updated_at: i64,
        metadata_version: i64,
    ) -> Result<(), StoreError> {
        self.execute(query_of!(RESTORE_TIME, key).bind(updated_at).bind(metadata_version)).await?;
        Ok(())
    }

    async fn quarantine_row(
        &mut self,
        key: &ConnectionKey,
        until: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.changes(query_of!(QUARANTINE, key).bind(until).bind(now)).await
    }

    async fn quarantined_keys(&mut self, now: i64, most: i64) -> Result<Vec<KeyColumns>, StoreError> {
        self.rows(query(SELECT_QUARANTINED).bind(now).bind(most)).await?.iter().map(row::key).collect()
    }

    async fn delete_connection_row(&mut self, key: &ConnectionKey) -> Result<bool, StoreError> {
        self.changes(query_of!(DELETE, key)).await
    }

    async fn delete_pending_connection(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.execute(query_of!(DELETE_PENDING, key)).await?;
        Ok(())
    }
}

fn also(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Established => ConnectionState::Established.as_str(),
        Visibility::IncludingPending => ConnectionState::Pending.as_str(),
    }
}

fn connection(row: &SqlRow) -> Result<ConnectionRow, StoreError> {
    Ok(ConnectionRow {
        summary: summary(row)?,
        state: get(row, "state")?,
        quarantined_until: get(row, "quarantined_until")?,
        credentials: CredentialsColumns {
            credentials: get(row, "credentials")?,
            state: get(row, "credentials_state")?,
            accepted: get(row, "accepted")?,
        },
        connection_config: get(row, "connection_config")?,
        metadata_version: get(row, "metadata_version")?,
        metadata_writers: get(row, "metadata_writers")?,
    })
}
