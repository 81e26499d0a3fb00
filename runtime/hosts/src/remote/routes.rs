//! The routes of a Nango API that a dry run uses.

use std::time::Duration;

use http::{HeaderMap, Method};
use onevent_contract::{
    ActionCall, ConnectionId, EnvironmentVariable, HostError, IntegrationId, IntegrationInclude, JsonObject,
    MetadataWriteKind,
};
use serde_json::{Value, json};

use super::client::{JsonRequest, NangoApi, insert};
use super::connection::RemoteConnection;
use super::error::RemoteError;
use super::operation::ApiOperation;

impl NangoApi {
    /// A connection with its credentials.
    ///
    /// # Errors
    /// [`RemoteError`], for a connection that does not exist among others.
    pub async fn connection(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<RemoteConnection, RemoteError> {
        let json = self.connection_json(integration, connection, &[]).await?;
        RemoteConnection::from_json(integration, connection, json)
            .ok_or_else(|| self.not_nango("its connection has no `provider`".into()))
    }

    /// The integrations that have a connection of this id.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn integrations_of(
        &self,
        connection: &ConnectionId,
    ) -> Result<Vec<IntegrationId>, RemoteError> {
        let query = [("connectionId", connection.as_str())];
        let request = JsonRequest::get(&["connections"], &query);
        let answer = self.json(&ApiOperation::Connections { connection }, request).await?;
        let found = answer.get("connections").and_then(Value::as_array);
        let found = found.ok_or_else(|| self.not_nango("there is no list of connections".into()))?;
        let named = |entry: &Value, field: &str| entry.get(field).and_then(Value::as_str).map(str::to_owned);
        let own = found
            .iter()
            .filter(|entry| named(entry, "connection_id").as_deref() == Some(connection.as_str()));
        Ok(own.filter_map(|entry| IntegrationId::new(named(entry, "provider_config_key")?).ok()).collect())
    }

    pub(super) async fn connection_json(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
        flags: &[&str],
    ) -> Result<JsonObject, RemoteError> {
        let path = ["connections", connection.as_str()];
        let mut query = vec![("provider_config_key", integration.as_str())];
        query.extend(flags.iter().map(|flag| (*flag, "true")));
        let operation = ApiOperation::Connection { integration, connection };
        match self.json(&operation, JsonRequest::get(&path, &query)).await? {
            Value::Object(connection) => Ok(connection),
            _ => Err(self.not_nango("its connection is no object".into())),
        }
    }

    pub(super) async fn integration(
        &self,
        integration: &IntegrationId,
        include: &[IntegrationInclude],
    ) -> Result<JsonObject, RemoteError> {
        let query: Vec<(&str, &str)> = include
            .iter()
            .map(|wanted| match wanted {
                IntegrationInclude::Webhook => ("include", "webhook"),
                IntegrationInclude::Credentials => ("include", "credentials"),
            })
            .collect();
        let path = ["integrations", integration.as_str()];
        let answer =
            self.json(&ApiOperation::Integration { integration }, JsonRequest::get(&path, &query)).await?;
        match answer.get("data") {
            Some(Value::Object(data)) => Ok(data.clone()),
            _ => Err(self.not_nango("its integration has no `data`".into())),
        }
    }

    pub(super) async fn environment_variables(&self) -> Result<Vec<EnvironmentVariable>, RemoteError> {
        let answer =
            self.json(&ApiOperation::Variables, JsonRequest::get(&["environment-variables"], &[])).await?;
        let text = |entry: &Value, field: &str| entry.get(field).and_then(Value::as_str).map(str::to_owned);
        let variable = |entry: &Value| {
            Some(EnvironmentVariable { name: text(entry, "name")?, value: text(entry, "value")? })
        };
        let list = answer.as_array().map(|list| list.iter().map(variable).collect::<Option<Vec<_>>>());
        list.flatten().ok_or_else(|| self.not_nango("there is no list of variables".into()))
    }

    /// `POST` replaces all of the metadata, `PATCH` the keys that are given.
    pub(super) async fn write_metadata(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
        kind: MetadataWriteKind,
        metadata: &JsonObject,
    ) -> Result<(), RemoteError> {
        let method = match kind {
            MetadataWriteKind::Set => Method::POST,
            MetadataWriteKind::Update => Method::PATCH,
        };
        let body =
            json!({ "connection_id": connection, "provider_config_key": integration, "metadata": metadata });
        let request =
            JsonRequest { body: Some(body), ..JsonRequest::new(method, &["connections", "metadata"]) };
        self.json(&ApiOperation::MetadataWrite { integration, connection }, request).await.map(drop)
    }

    /// Runs a deployed action to its end. The answer of one that failed is the function's to see.
    pub(super) async fn trigger_action(
        &self,
        action: &ActionCall,
        timeout: Duration,
    ) -> Result<Value, HostError> {
        let ActionCall { provider_config_key: integration, connection_id: connection, name, input } = action;
        let operation = ApiOperation::Action { integration, connection, name: name.as_str() };
        let mut headers = HeaderMap::new();
        insert(&mut headers, "connection-id", connection.as_str())?;
        insert(&mut headers, "provider-config-key", integration.as_str())?;
        let body = Some(json!({ "action_name": name, "input": input }));
        let path = ["action", "trigger"];
        let request = JsonRequest { headers, body, timeout, ..JsonRequest::new(Method::POST, &path) };
        let answer = self.send(request).await?;
        match answer.status {
            200..300 if answer.body.is_empty() => Ok(Value::Null),
            200..300 => Ok(self.parsed(&answer)?),
            401 | 403 | 429 => Err(self.refusal(&operation, &answer).into()),
            status => match serde_json::from_slice(&answer.body) {
                Ok(body) => Err(HostError::Answer { status, body }),
                Err(_) => Err(self.refusal(&operation, &answer).into()),
            },
        }
    }
}
