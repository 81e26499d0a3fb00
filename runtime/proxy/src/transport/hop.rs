//! One request of a call.

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::request::BuiltRequest;
use crate::upload::Upload;

/// One request of a chain of redirects.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<HopBody>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub(crate) enum HopBody {
    /// All of it is here.
    Held(Bytes),
    /// It is passed on, once.
    Passing(Upload),
}

impl Hop {
    /// The first request of a call: with the body that was built, or else with one that is passed on.
    pub(crate) fn first(request: &BuiltRequest, upload: Option<&Upload>) -> Self {
        let held = request.body.clone().map(HopBody::Held);
        Self {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: held.or_else(|| upload.cloned().map(HopBody::Passing)),
        }
    }
}
