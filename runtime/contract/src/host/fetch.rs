//! A request without credentials, and its answer.

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::HeaderLines;
use crate::encoding::{binary, method};

/// A request without credentials, by `nango.uncontrolledFetch` or `fetch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FetchRequest {
    /// Where to.
    pub url: String,
    /// The method.
    #[serde(with = "method")]
    pub method: Method,
    /// Headers, in order; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    #[serde(with = "binary")]
    pub body: Bytes,
}

/// The answer to a [`FetchRequest`], redirects followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchResponse {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub status_text: String,
    /// The header lines.
    pub headers: HeaderLines,
    /// The body, unpacked.
    #[serde(with = "binary")]
    pub body: Bytes,
    /// The URL that answered.
    pub url: String,
    /// Whether another URL than the asked one answered.
    pub redirected: bool,
}
