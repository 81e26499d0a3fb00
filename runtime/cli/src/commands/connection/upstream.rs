//! Connections of the Nango that a server on this database stands in front of.

use anstyle::Style;
use onevent_store::{UpstreamConnection, UpstreamState};
use serde::Serialize;

use crate::output::{BAD, DIM, GOOD, NAME, when};

/// One of them, in `docs/schemas/connection-list.json`.
#[derive(Debug, Serialize)]
pub(super) struct UpstreamDocument<'a> {
    connection_id: &'a str,
    provider_config_key: &'a str,
    state: &'static str,
    message: Option<&'a str>,
    run_id: Option<String>,
    first_seen_at: String,
    changed_at: String,
}

impl<'a> From<&'a UpstreamConnection> for UpstreamDocument<'a> {
    fn from(connection: &'a UpstreamConnection) -> Self {
        let UpstreamConnection { key, state, first_seen_at, changed_at, .. } = connection;
        Self {
            connection_id: key.connection_id.as_str(),
            provider_config_key: key.integration.as_str(),
            state: state.name().as_str(),
            message: state.refusal(),
            run_id: state.run_id().map(|run| run.to_string()),
            first_seen_at: first_seen_at.to_string(),
            changed_at: changed_at.to_string(),
        }
    }
}

/// Its line in the table of connections.
pub(super) fn row(connection: &UpstreamConnection) -> [(Style, String); 4] {
    let (style, state) = match &connection.state {
        UpstreamState::Known => (GOOD, "at Nango"),
        UpstreamState::Accepted => (GOOD, "at Nango, accepted"),
        UpstreamState::Rejected { .. } => (BAD, "at Nango, rejected"),
        UpstreamState::ToDelete { .. } => (BAD, "rejected; Nango has not deleted it yet"),
        UpstreamState::DeletedBehind => (BAD, "deleted at Nango; not cleaned up"),
    };
    [
        (Style::new(), connection.key.integration.to_string()),
        (NAME, connection.key.connection_id.to_string()),
        (style, state.to_owned()),
        (DIM, when(connection.changed_at)),
    ]
}
