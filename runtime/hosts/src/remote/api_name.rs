//! Who answers as a Nango API, and what it is called in messages.

use std::fmt;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApiKind {
    /// A Nango.
    #[default]
    Nango,
    /// A server of onevent's.
    Server,
}

/// An API, by who it is and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName {
    /// Who it is.
    pub kind: ApiKind,
    /// Its base URL, without a slash at its end.
    pub host: String,
}

impl ApiName {
    /// What holds the environment's things: the subject of "… has no connection".
    pub(super) fn environment(&self) -> String {
        match self.kind {
            ApiKind::Nango => format!("the Nango environment at {}", self.host),
            ApiKind::Server => self.to_string(),
        }
    }

    /// Its name alone.
    pub(super) fn who(&self) -> &'static str {
        match self.kind {
            ApiKind::Nango => "Nango",
            ApiKind::Server => "the server",
        }
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ApiKind::Nango => write!(f, "the Nango API at {}", self.host),
            ApiKind::Server => write!(f, "the server at {}", self.host),
        }
    }
}
