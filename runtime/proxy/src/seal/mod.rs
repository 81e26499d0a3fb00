//! Credentials that go to an integration's own hosts only (`seal_credentials`).
//!
//! Without a seal an author is trusted with the credentials, as in Nango: he can ask for them, and an override of the
//! base URL sends them wherever he likes. With it, no function gets hold of them, and no request takes them anywhere
//! else. What a sealed call leaves out on the way to another host is everything that a template fills with a
//! credential, or with a setting that it calls secret.

mod pattern;

use onevent_contract::{HostError, IntegrationId};
use url::Url;

pub use pattern::{HostPattern, HostPatternError};

/// The code of whatever is refused because of a seal: the setting's name.
pub const SEALED_CODE: &str = "seal_credentials";

/// That an integration's credentials are sealed, and where they may go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seal {
    /// The hosts. Where there is none, it is the origin of the integration's base URL: `baseUrlOverride` does not
    /// change that.
    pub hosts: Vec<HostPattern>,
}

impl Seal {
    /// The setting that seals an integration's credentials.
    #[must_use]
    pub fn setting(integration: &IntegrationId) -> String {
        format!("integrations.{integration}.{SEALED_CODE}")
    }

    /// The refusal of what would hand out an integration's credentials.
    #[must_use]
    pub fn refusal(integration: &IntegrationId, what: &str) -> HostError {
        let message = format!("{what}: the credentials are sealed by {}", Self::setting(integration));
        HostError::Configuration { code: SEALED_CODE.into(), message }
    }
}

/// Where the credentials of one call may go.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// As redirects and overrides lead.
    Open,
    /// To these hosts; or, where there is none, to the origin of this base URL.
    Sealed { hosts: Vec<HostPattern>, base: Option<Url> },
}

impl Reach {
    pub(crate) fn covers(&self, url: &Url) -> bool {
        match self {
            Self::Open => true,
            Self::Sealed { hosts, base } if hosts.is_empty() => {
                base.as_ref().is_some_and(|base| base.origin() == url.origin())
            }
            Self::Sealed { hosts, base } => {
                // Whoever listens on the way is another host, too.
                let in_clear = url.scheme() != "https";
                let clear_is_fine = base.as_ref().is_none_or(|base| base.scheme() == "http");
                (!in_clear || clear_is_fine) && hosts.iter().any(|host| host.covers(url))
            }
        }
    }
}
