//! What is looked for in a list of connections, as in Nango's API.

use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId, Tags};

use crate::ConnectionSummary;

/// How many connections a list holds unless the caller says otherwise (Nango's number).
pub const DEFAULT_CONNECTION_LIMIT: u32 = 10_000;

/// Which connections to list. All that is given must hold.
#[derive(Debug, Clone)]
pub struct ConnectionFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// With this id.
    pub connection_id: Option<ConnectionId>,
    /// With this text in its id, or in the name or the address of its end user; upper and lower case are the same.
    pub search: Option<String>,
    /// Of the end user with this id.
    pub end_user_id: Option<String>,
    /// Of the organization with this id.
    pub end_user_organization_id: Option<String>,
    /// Of one of these integrations; of all where there are none.
    pub integrations: Vec<IntegrationId>,
    /// With all of these tags.
    pub tags: Tags,
    /// At most this many; default [`DEFAULT_CONNECTION_LIMIT`].
    pub limit: u32,
    /// After so many times `limit`.
    pub page: u32,
}

impl ConnectionFilter {
    /// The newest connections of an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self {
            environment,
            connection_id: None,
            search: None,
            end_user_id: None,
            end_user_organization_id: None,
            integrations: Vec::new(),
            tags: Tags::new(),
            limit: DEFAULT_CONNECTION_LIMIT,
            page: 0,
        }
    }

    /// Whether it names this one by what the product says of it.
    pub(crate) fn names_details_of(&self, found: &ConnectionSummary) -> bool {
        let details = &found.details;
        let user = details.end_user.as_ref();
        let organization = user.and_then(|user| user.organization.as_ref());
        let is = |asked: &Option<String>, has: Option<&String>| asked.is_none() || asked.as_ref() == has;
        is(&self.end_user_id, user.map(|user| &user.id))
            && is(&self.end_user_organization_id, organization.map(|organization| &organization.id))
            && self.tags.iter().all(|(name, value)| details.tags.get(name) == Some(value))
    }
}
