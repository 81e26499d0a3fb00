//! Connections in Nango's list, without credentials, and deleting one.

use std::collections::HashSet;

use http::Method;
use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, ConnectionId, EndUser, IntegrationId, Tags};
use serde_json::Value;

use super::client::{JsonRequest, NangoApi};
use super::error::{ApiOperation, RemoteError};

/// How many connections are asked for at once.
const PAGE: usize = 1000;
/// How many pages are asked for at most: a million connections.
const MAX_PAGES: usize = 1000;

/// An entry of Nango's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedConnection {
    /// Nango's number of it.
    pub id: i64,
    /// Its names, and its provider's.
    pub facts: ConnectionFacts,
    /// Whose it is.
    pub end_user: Option<EndUser>,
    /// Its tags.
    pub tags: Tags,
    /// When Nango made it; `None` where it does not say.
    pub created_at: Option<Timestamp>,
}

impl ListedConnection {
    /// From JSON of Nango's, an entry of the list or a whole connection; `None` where that names no connection.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let text = |field: &str| json.get(field).and_then(Value::as_str);
        let read = |field: &str| json.get(field).cloned().unwrap_or_default();
        let created_at = text("created").or_else(|| text("created_at"));
        Some(Self {
            id: json.get("id")?.as_i64()?,
            facts: ConnectionFacts {
                connection_id: ConnectionId::new(text("connection_id")?).ok()?,
                integration: IntegrationId::new(text("provider_config_key")?).ok()?,
                provider: text("provider")?.to_owned(),
            },
            end_user: serde_json::from_value(read("end_user")).unwrap_or_default(),
            tags: serde_json::from_value(read("tags")).unwrap_or_default(),
            created_at: created_at.and_then(|at| at.parse().ok()),
        })
    }
}

impl NangoApi {
    /// When a connection was last changed, in Nango's words; `None` where it does not say, or has to be connected again.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn last_change(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Option<String>, RemoteError> {
        match self.connection_json(integration, connection).await {
            Ok(json) => Ok(json.get("updated_at").and_then(Value::as_str).map(str::to_owned)),
            Err(error) if error.code() == "connection_needs_reconnect" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One connection of the list; `None` where there is none. Nango renews no credentials for it.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn listed_connection(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Option<ListedConnection>, RemoteError> {
        let query = [("connectionId", connection.as_str())];
        let operation = ApiOperation::Connections { connection };
        let found = self.list(&operation, &query).await?;
        let is_meant = |listed: &ListedConnection| {
            listed.facts.connection_id == *connection && listed.facts.integration == *integration
        };
        Ok(found.0.into_iter().find(is_meant))
    }

    /// Every connection of the environment. Those whose names no connection can have here are left out.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn listed_connections(&self) -> Result<Vec<ListedConnection>, RemoteError> {
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for page in 0..MAX_PAGES {
            let (limit, number) = (PAGE.to_string(), page.to_string());
            let query = [("limit", limit.as_str()), ("page", number.as_str())];
            let (found, entries) = self.list(&ApiOperation::AllConnections, &query).await?;
            let before = all.len();
            all.extend(found.into_iter().filter(|found| seen.insert(found.id)));
            // A Nango that knows no pages gives the same again.
            if entries != PAGE || all.len() == before {
                return Ok(all);
            }
        }
        Err(self.not_nango("its list of connections does not end".into()))
    }

    /// Deletes a connection. One that is gone already is no error.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn delete_connection(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<(), RemoteError> {
        let path = ["connections", connection.as_str()];
        let query = [("provider_config_key", integration.as_str())];
        let operation = ApiOperation::Deletion { integration, connection };
        let request = JsonRequest { query: &query, ..JsonRequest::new(Method::DELETE, &path) };
        match self.json(&operation, request).await {
            Err(error) if error.code() == "unknown_connection" => Ok(()),
            done => done.map(drop),
        }
    }

    /// The entries of one answer that name a connection, and how many there are in all.
    async fn list(
        &self,
        operation: &ApiOperation<'_>,
        query: &[(&str, &str)],
    ) -> Result<(Vec<ListedConnection>, usize), RemoteError> {
        let answer = self.json(operation, JsonRequest::get(&["connections"], query)).await?;
        let entries = answer.get("connections").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| self.not_nango("there is no list of connections".into()))?;
        Ok((entries.iter().filter_map(ListedConnection::from_json).collect(), entries.len()))
    }
}
