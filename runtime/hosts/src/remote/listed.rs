//! Connections in Nango's list, without credentials, and deleting one.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, ConnectionId, EndUser, IntegrationId, Tags};
use serde_json::Value;

use super::client::{JsonRequest, NangoApi};
use super::error::RemoteError;
use super::operation::ApiOperation;

/// How many connections are asked for at once.
const PAGE: usize = 1000;
/// How many pages are asked for at most: a million connections.
const MAX_PAGES: usize = 1000;
/// How long the whole list may take. A Nango that gives it away piece by piece keeps nobody else waiting for ever.
const LIST_TIMEOUT: Duration = Duration::from_secs(10 * 60);

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

/// When a connection was last changed, and which credentials it has since.
#[derive(Clone)]
pub struct LastChange {
    /// When it was.
    pub at: Timestamp,
    credentials: Value,
}

impl LastChange {
    /// From a whole connection; `None` where that does not say.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let at = json.get("updated_at").and_then(Value::as_str)?.parse().ok()?;
        Some(Self { at, credentials: json.get("credentials").cloned().unwrap_or_default() })
    }

    /// Whether something else than the credentials was changed since: metadata, say. Never so where they are not shown.
    #[must_use]
    pub fn has_credentials_of(&self, earlier: &Self) -> bool {
        let are_shown = self.credentials.as_object().is_some_and(|credentials| !credentials.is_empty());
        are_shown && self.credentials == earlier.credentials
    }
}

impl fmt::Debug for LastChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastChange").field("at", &self.at).finish_non_exhaustive()
    }
}

impl NangoApi {
    /// A connection's last change; `None` where Nango does not say, or it has to be connected again.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn last_change(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Option<LastChange>, RemoteError> {
        match self.connection_json(integration, connection, &[]).await {
            Ok(json) => Ok(LastChange::from_json(&Value::Object(json))),
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
        let listed = tokio::time::timeout(LIST_TIMEOUT, self.all_pages()).await;
        listed.unwrap_or_else(|_| {
            let longest = LIST_TIMEOUT.as_secs();
            Err(self.not_nango(format!("its list of connections has not ended after {longest} seconds")))
        })
    }

    async fn all_pages(&self) -> Result<Vec<ListedConnection>, RemoteError> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(at: &str, credentials: Value) -> LastChange {
        LastChange::from_json(&json!({ "updated_at": at, "credentials": credentials })).unwrap()
    }

    #[test]
    fn a_change_of_something_else_leaves_the_credentials_as_they_were() {
        let token = |token: &str| json!({ "type": "OAUTH2", "access_token": token });
        let first = changed("2026-01-01T00:00:00.001Z", token("a"));
        let metadata = changed("2026-01-01T00:00:01.001+00:00", token("a"));
        assert!(metadata.has_credentials_of(&first));
        assert!(!changed("2026-01-01T00:00:01.001Z", token("b")).has_credentials_of(&first));
        // A key that may not see them sees no difference.
        let (hidden, later) =
            (changed("2026-01-01T00:00:00Z", json!({})), changed("2026-01-01T00:00:01Z", json!({})));
        assert!(!later.has_credentials_of(&hidden));
        assert!(!format!("{first:?}").contains("OAUTH2"));
        assert!(LastChange::from_json(&json!({ "credentials": {} })).is_none());
    }
}
