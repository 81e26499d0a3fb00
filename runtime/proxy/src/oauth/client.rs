//! Who asks for tokens, and whether it can.

use onevent_contract::{AuthMode, Secret};

use super::grant::{Grant, NoGrant};
use super::template::TokenTemplate;
use crate::Target;

/// The OAuth client that a connection's tokens are issued to.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Option<Secret>,
}

impl Grant {
    /// The grant of a target's credentials.
    ///
    /// # Errors
    /// [`NoGrant`].
    pub fn of(target: &Target) -> Result<Self, NoGrant> {
        let credentials = &target.credentials;
        let grant = match credentials.mode() {
            AuthMode::OAuth2 if !credentials.is_renewable() => return Err(NoGrant::RefreshToken),
            AuthMode::OAuth2 => Self::RefreshToken,
            AuthMode::OAuth2ClientCredentials => Self::ClientCredentials,
            mode => return Err(NoGrant::Type { mode: mode.as_str() }),
        };
        let provider = &target.integration.provider;
        if TokenTemplate(provider).url(grant, credentials.mode()).is_none() {
            return Err(NoGrant::Endpoint { provider: provider.name.clone() });
        }
        let client = Client::of(target)?;
        match (grant, client.secret) {
            (Self::ClientCredentials, None) => Err(lacks(target, "client_secret")),
            // A public client has no secret.
            (Self::RefreshToken, _) | (Self::ClientCredentials, Some(_)) => Ok(grant),
        }
    }
}

impl Client {
    /// The connection's own client, where it has one, else the integration's.
    pub(super) fn of(target: &Target) -> Result<Self, NoGrant> {
        let own = |field: &str| {
            let text = target.credentials.text(field).or_else(|| target.credentials.client_override(field));
            text.filter(|text| !text.reveal().is_empty())
        };
        let integration = &target.integration;
        match own("client_id") {
            Some(id) => Ok(Self { id: id.reveal().to_owned(), secret: own("client_secret") }),
            None => {
                let id = integration.client_id.clone().filter(|id| !id.is_empty());
                let id = id.ok_or_else(|| lacks(target, "client_id"))?;
                Ok(Self { id, secret: integration.client_secret.clone() })
            }
        }
    }
}

fn lacks(target: &Target, setting: &'static str) -> NoGrant {
    NoGrant::Client { integration: target.integration.key.to_string(), setting }
}
