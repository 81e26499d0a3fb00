//! The deliberate ways for secrets to leave as data. Nothing that holds a secret is `Serialize` by itself, so that none
//! gets into a report, a log or a document by accident: what has to cross names one of these.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// For `#[serde(with)]`: texts.
pub mod secrets {
    use super::{Deserialize, Deserializer, Serializer};
    use crate::Secret;

    /// Writes them as they are.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(secrets: &[Secret], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(secrets.iter().map(Secret::reveal))
    }

    /// Reads them.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        Ok(texts.into_iter().map(Secret::new).collect())
    }
}

/// For `#[serde(with)]`: a connection with its credentials.
pub mod connection {
    use serde::de::Error as _;
    use serde_json::Value;

    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use crate::encoding::json;
    use crate::{
        AuthMode, Connection, ConnectionDetails, ConnectionError, ConnectionId, Credentials, IntegrationId,
        JsonObject,
    };

    /// The fields of a connection, one by one.
    #[derive(Serialize, Deserialize)]
    struct Fields {
        id: i64,
        connection_id: ConnectionId,
        provider_config_key: IntegrationId,
        provider: String,
        errors: Vec<ConnectionError>,
        #[serde(with = "json")]
        metadata: Option<JsonObject>,
        #[serde(with = "json")]
        connection_config: JsonObject,
        details: ConnectionDetails,
        created_at: jiff::Timestamp,
        updated_at: jiff::Timestamp,
        last_fetched_at: Option<jiff::Timestamp>,
        #[serde(with = "json")]
        credentials: Value,
    }

    /// Writes it, credentials included.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(connection: &Connection, serializer: S) -> Result<S::Ok, S::Error> {
        let Connection {
            id,
            connection_id,
            provider_config_key,
            provider,
            errors,
            metadata,
            connection_config,
            details,
            created_at,
            updated_at,
            last_fetched_at,
            credentials,
        } = connection.clone();
        let credentials = credentials.reveal();
        Fields {
            id,
            connection_id,
            provider_config_key,
            provider,
            errors,
            metadata,
            connection_config,
            details,
            created_at,
            updated_at,
            last_fetched_at,
            credentials,
        }
        .serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// The deserializer's, and credentials that are none.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Connection, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        // Only credentials of this mode are written without their type.
        let credentials = Credentials::from_json(fields.credentials, Some(AuthMode::None));
        Ok(Connection {
            id: fields.id,
            connection_id: fields.connection_id,
            provider_config_key: fields.provider_config_key,
            provider: fields.provider,
            errors: fields.errors,
            metadata: fields.metadata,
            connection_config: fields.connection_config,
            details: fields.details,
            created_at: fields.created_at,
            updated_at: fields.updated_at,
            last_fetched_at: fields.last_fetched_at,
            credentials: credentials.map_err(D::Error::custom)?,
        })
    }
}
