//! What is known of a connection when somebody tells of it.

use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, UpstreamState};

use super::judging::OnRejection;
use super::lifecycle::UpstreamLifecycle;
use crate::LifecycleError;

/// What is known of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has told of it, and it was not there at the first comparison.
    Unseen,
    /// It was there before anybody looked, and nothing was decided.
    Noted,
    /// It may be used.
    Accepted,
    /// Its last credentials were rejected; it was in use before.
    Marked {
        /// What the validation said.
        message: String,
    },
    /// Its first credentials were rejected, and Nango has not deleted it yet.
    ToDelete {
        /// What the validation said.
        message: String,
    },
}

impl Standing {
    /// What becomes of a connection of this standing whose new credentials are rejected.
    pub(super) fn on_rejection(&self) -> OnRejection {
        match self {
            Self::ToDelete { .. } => OnRejection::Delete,
            Self::Unseen | Self::Noted | Self::Accepted | Self::Marked { .. } => OnRejection::Mark,
        }
    }
}

impl UpstreamLifecycle {
    /// What is known of a connection.
    pub(super) async fn standing(
        &self,
        key: &ConnectionKey,
        listed: &ListedConnection,
    ) -> Result<Standing, LifecycleError> {
        let known = self.store().upstream_connection(key).await?;
        let known = known.filter(|known| known.upstream_id == listed.id).map(|known| known.state);
        Ok(match known {
            Some(UpstreamState::Accepted) => Standing::Accepted,
            Some(UpstreamState::Rejected { message, .. }) => Standing::Marked { message },
            Some(UpstreamState::ToDelete { message, .. }) => Standing::ToDelete { message },
            // The same number is the same connection: a list in which it was missing was wrong.
            Some(UpstreamState::Known | UpstreamState::DeletedBehind) => Standing::Noted,
            None => match self.store().last_comparison(&self.environment).await? {
                Some(_) => Standing::Unseen,
                None => Standing::Noted,
            },
        })
    }

    /// The connection as Nango lists it now: whoever told of it may have done so a while ago.
    pub(super) async fn still_there(
        &self,
        listed: &ListedConnection,
    ) -> Result<Option<ListedConnection>, LifecycleError> {
        let facts = &listed.facts;
        Ok(self.api.listed_connection(&facts.integration, &facts.connection_id).await?)
    }
}
