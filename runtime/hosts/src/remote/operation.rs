//! What a Nango API is asked for, in words.

use onevent_contract::{ConnectionId, IntegrationId};

use super::api_name::ApiName;

/// What an API was asked for: it decides what its errors mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiOperation<'a> {
    Connection { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Connections { connection: &'a ConnectionId },
    AllConnections,
    Deletion { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Integration { integration: &'a IntegrationId },
    Variables,
    MetadataWrite { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Action { integration: &'a IntegrationId, connection: &'a ConnectionId, name: &'a str },
    Proxy { integration: &'a IntegrationId, connection: &'a ConnectionId },
}

impl ApiOperation<'_> {
    /// The end of a sentence: the key may not ….
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Connection { .. } => "read a connection",
            Self::Connections { .. } | Self::AllConnections => "list connections",
            Self::Deletion { .. } => "delete a connection",
            Self::Integration { .. } => "read an integration",
            Self::Variables => "read environment variables",
            Self::MetadataWrite { .. } => "write metadata",
            Self::Action { .. } => "trigger an action",
            Self::Proxy { .. } => "make a call",
        }
    }

    /// The scope that a key needs.
    pub(super) fn scope(&self) -> &'static str {
        match self {
            Self::Connection { .. } => "environment:connections:read_credentials",
            Self::Connections { .. } | Self::AllConnections => "environment:connections:list",
            Self::Deletion { .. } => "environment:connections:delete",
            Self::Integration { .. } => "environment:integrations:read",
            Self::Variables => "environment:variables:read",
            Self::MetadataWrite { .. } => "environment:connections:update",
            Self::Action { .. } => "environment:actions:execute",
            Self::Proxy { .. } => "environment:proxy",
        }
    }

    pub(super) fn integration(&self) -> &str {
        match self {
            Self::Connection { integration, .. }
            | Self::Integration { integration }
            | Self::MetadataWrite { integration, .. }
            | Self::Deletion { integration, .. }
            | Self::Action { integration, .. }
            | Self::Proxy { integration, .. } => integration.as_str(),
            Self::Connections { .. } | Self::AllConnections | Self::Variables => "",
        }
    }

    /// Whatever the request was about.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Connection { integration, connection }
            | Self::Deletion { integration, connection }
            | Self::MetadataWrite { integration, connection }
            | Self::Action { integration, connection, .. }
            | Self::Proxy { integration, connection } => {
                format!("connection `{connection}` of `{integration}`")
            }
            Self::Connections { connection } => format!("connection `{connection}`"),
            Self::AllConnections => "connections".into(),
            Self::Integration { integration } => format!("integration `{integration}`"),
            Self::Variables => "environment variables".into(),
        }
    }

    pub(super) fn missing(&self, api: &ApiName) -> String {
        let environment = api.environment();
        match self {
            Self::Action { name, integration, .. } => {
                format!("{environment} has no action `{name}` of `{integration}`")
            }
            _ => format!("{environment} has no {}", self.subject()),
        }
    }
}
