//! HTTP requests.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::milliseconds;

/// A request as it leaves. It holds no body, no header and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The URL without its secrets.
    pub url: String,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "HttpOutcomeFields", into = "HttpOutcomeFields")]
pub enum HttpOutcome {
    /// An answer came, with this status.
    Answered(u16),
    /// An answer came with this status, but its body was cut short or could not be unpacked.
    Broken {
        /// The status.
        status: u16,
        /// `ERR_BAD_RESPONSE`, `Z_DATA_ERROR`, …
        code: String,
    },
    /// No answer came, for this reason: the code of the transport's error (`ECONNREFUSED`, …).
    Failed(String),
    /// It was under way when the run ended: nobody knows whether the server did what it was asked for.
    Pending,
}

impl HttpOutcome {
    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(status) | Self::Broken { status, .. } => Some(*status),
            Self::Failed(_) | Self::Pending => None,
        }
    }
}

/// The same, as documents have it.
#[derive(Serialize, Deserialize)]
struct HttpOutcomeFields {
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pending: bool,
}

impl From<HttpOutcomeFields> for HttpOutcome {
    fn from(fields: HttpOutcomeFields) -> Self {
        match fields {
            HttpOutcomeFields { pending: true, .. } => Self::Pending,
            HttpOutcomeFields { status: Some(status), error: Some(code), .. } => {
                Self::Broken { status, code }
            }
            HttpOutcomeFields { status: Some(status), .. } => Self::Answered(status),
            HttpOutcomeFields { error, .. } => Self::Failed(error.unwrap_or_default()),
        }
    }
}

impl From<HttpOutcome> for HttpOutcomeFields {
    fn from(outcome: HttpOutcome) -> Self {
        let fields = Self { status: outcome.status(), error: None, pending: false };
        match outcome {
            HttpOutcome::Answered(_) => fields,
            HttpOutcome::Failed(code) | HttpOutcome::Broken { code, .. } => {
                Self { error: Some(code), ..fields }
            }
            HttpOutcome::Pending => Self { pending: true, ..fields },
        }
    }
}

/// One attempt of one HTTP call, from the moment at which it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpEffect {
    /// Position among all effects of the run.
    pub seq: u64,
    /// The method.
    pub method: String,
    /// The URL without its secrets.
    pub url: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: HttpOutcome,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// How long it took; of a pending one, how long it was under way when the run ended.
    #[serde(rename = "duration_ms", with = "milliseconds")]
    pub duration: Duration,
}
