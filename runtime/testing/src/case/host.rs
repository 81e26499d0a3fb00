//! The host of a replayed run, and what the function reads about its connection.

use onevent_contract::{ConnectionFacts, ConnectionId, Function, JsonObject, NameError};
use thiserror::Error;

use crate::fixture::{Fixture, FixtureError, FixtureHost};

/// `nango.connectionId` where a fixture does not say which it was.
const UNNAMED_CONNECTION: &str = "test-connection-id";

/// What a replayed run knows of a provider, where its integration has a template.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderFacts {
    /// The template's name.
    pub name: String,
    /// Its defaults of `nango.paginate`.
    pub pagination: Option<JsonObject>,
}

/// Why no run can be made of a fixture.
#[derive(Debug, Error)]
pub enum InvalidConnection {
    /// The recorded connection's id is none.
    #[error("nango.getConnection: {0}")]
    Id(NameError),
    /// The fixture's answers are not of the shape that they should have.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
}

/// The host that answers from a fixture, and what the function reads about its connection: as recorded. No provider
/// template is needed; `provider_of` gives what is known of one, by the recorded provider's name where there is one.
///
/// # Errors
/// [`InvalidConnection`].
pub fn replay_host(
    function: &Function,
    fixture: Fixture,
    provider_of: impl FnOnce(Option<&str>) -> Option<ProviderFacts>,
) -> Result<(FixtureHost, ConnectionFacts), InvalidConnection> {
    let id = fixture.connection_text("connection_id", "connectionId").unwrap_or(UNNAMED_CONNECTION);
    let connection_id = ConnectionId::new(id).map_err(InvalidConnection::Id)?;
    let integration = function.key.integration.clone();
    let recorded = fixture.connection_text("provider", "provider").map(str::to_owned);
    let (named, pagination) =
        provider_of(recorded.as_deref()).map_or((None, None), |found| (Some(found.name), found.pagination));
    let provider = recorded.or(named).unwrap_or_else(|| integration.to_string());
    let facts = ConnectionFacts { connection_id, integration, provider };
    let host = FixtureHost::new(fixture, facts.clone())?;
    Ok((host.with_pagination(pagination), facts))
}
