//! A Nango API, asked with a secret key: what all of its routes have in common.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method};
use onevent_contract::{Clock, HostError, Secret};
use onevent_proxy::{Origin, OriginAnswer, OriginRequest, Proxy};
use serde_json::Value;
use url::Url;

use super::api_name::{ApiKind, ApiName};
use super::error::RemoteError;
use super::operation::ApiOperation;

/// The longest time for one answer of the API, calls of a provider and triggered actions aside. Nango may have to
/// refresh a token for it.
const API_TIMEOUT: Duration = Duration::from_secs(60);

/// What this program says that it is.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("onevent/", env!("CARGO_PKG_VERSION")));

/// What Nango is told of the calls that runs make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallsAre {
    /// Of somebody who tries a function.
    #[default]
    Dry,
    /// Of an operation that counts.
    Real,
}

/// How a Nango API is reached.
#[derive(Debug, Clone)]
pub struct NangoApiOptions {
    /// Its base URL: Nango's `NANGO_HOSTPORT`.
    pub base_url: Url,
    /// The secret key of one of its environments.
    pub secret_key: Secret,
    /// Where the key was found, for errors about it: the name of a variable.
    pub key_name: String,
    /// What it is told of the calls.
    pub calls: CallsAre,
    /// Who it is, for messages.
    pub kind: ApiKind,
}

/// One environment of a Nango API. Cheap to clone.
///
/// The secret key is sent to the base URL's origin and nowhere else: redirects are not followed.
#[derive(Clone)]
pub struct NangoApi {
    inner: Arc<Inner>,
}

struct Inner {
    origin: Origin,
    name: ApiName,
    key: Secret,
    authorization: HeaderValue,
    key_name: String,
    calls: CallsAre,
}

/// A request whose answer is JSON.
pub(super) struct JsonRequest<'a> {
    pub(super) method: Method,
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Value>,
    pub(super) timeout: Duration,
}

impl<'a> JsonRequest<'a> {
    pub(super) fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..Self::new(Method::GET, path) }
    }

    pub(super) fn new(method: Method, path: &'a [&'a str]) -> Self {
        Self { method, path, query: &[], headers: HeaderMap::new(), body: None, timeout: API_TIMEOUT }
    }
}

impl NangoApi {
    /// The API with the connections of this proxy. Nothing is asked yet.
    ///
    /// # Errors
    /// [`RemoteError::InvalidKey`] for a key that cannot be sent.
    pub fn new(proxy: &Proxy, options: NangoApiOptions) -> Result<Self, RemoteError> {
        let NangoApiOptions { base_url, secret_key: key, key_name, calls, kind } = options;
        let text = format!("Bearer {}", key.reveal());
        let Ok(mut authorization) = HeaderValue::from_str(&text) else {
            return Err(RemoteError::InvalidKey { key_name });
        };
        if key.reveal().is_empty() {
            return Err(RemoteError::InvalidKey { key_name });
        }
        authorization.set_sensitive(true);
        let name = ApiName { kind, host: base_url.as_str().trim_end_matches('/').to_owned() };
        let origin = Origin::new(proxy, base_url);
        Ok(Self { inner: Arc::new(Inner { origin, name, key, authorization, key_name, calls }) })
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.inner.name.host
    }

    /// A URL beneath the base URL.
    pub(super) fn url(&self, path: &[&str]) -> Result<Url, RemoteError> {
        // As segments of a path they would lead elsewhere, also percent-encoded.
        if let Some(name) = path.iter().find(|segment| matches!(**segment, "" | "." | "..")) {
            return Err(RemoteError::InvalidName { name: (*name).to_owned() });
        }
        let mut url = self.inner.origin.base().clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path),
            // The base URL was checked to be one of http or https, which have paths.
            Err(()) => return Err(self.not_nango("its URL has no path".into())),
        };
        Ok(url)
    }

    /// The headers of every request: as Nango's own command line sends them, under the name of this program.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.inner.authorization.clone());
        headers.insert(USER_AGENT, AGENT);
        headers.insert("nango-is-sync", HeaderValue::from_static("true"));
        headers.insert("nango-is-script", HeaderValue::from_static("false"));
        let dry = match self.inner.calls {
            CallsAre::Dry => "true",
            CallsAre::Real => "false",
        };
        headers.insert("nango-is-dry-run", HeaderValue::from_static(dry));
        headers
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.inner.origin.clock()
    }

    /// What must not show up in a report.
    pub(super) fn secret(&self) -> Secret {
        self.inner.key.clone()
    }

    /// Sends a request whose answer is JSON, and takes every status but a successful one as an error.
    pub(super) async fn json(
        &self,
        operation: &ApiOperation<'_>,
        request: JsonRequest<'_>,
    ) -> Result<Value, RemoteError> {
        let answer = self.send(request).await?;
        match answer.status {
            200..300 => self.parsed(&answer),
            _ => Err(self.refusal(operation, &answer)),
        }
    }

    pub(super) async fn send(&self, request: JsonRequest<'_>) -> Result<OriginAnswer, RemoteError> {
        let JsonRequest { method, path, query, headers: more, body, timeout } = request;
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut headers = self.headers();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(more);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map(|body| body.to_string().into());
        let request = OriginRequest { method, url, headers, body, timeout };
        let answer = self.inner.origin.send(request).await.map_err(|error| self.unreachable(error))?;
        self.not_redirected(&answer)?;
        Ok(answer)
    }

    pub(super) fn parsed(&self, answer: &OriginAnswer) -> Result<Value, RemoteError> {
        serde_json::from_slice(&answer.body).map_err(|_| self.not_nango("the answer is not JSON".into()))
    }

    fn not_redirected(&self, answer: &OriginAnswer) -> Result<(), RemoteError> {
        match (answer.status, answer.headers.get("location")) {
            (300..400, Some(location)) => {
                let to = self.inner.origin.base().join(&location).ok();
                let to = to.map_or_else(|| "no URL".into(), |url| url.origin().ascii_serialization());
                Err(RemoteError::Redirect { api: self.inner.name.clone(), to })
            }
            _ => Ok(()),
        }
    }

    /// The error of an answer that is none of success.
    pub(super) fn refusal(&self, operation: &ApiOperation<'_>, answer: &OriginAnswer) -> RemoteError {
        let Inner { name, key_name, .. } = &*self.inner;
        RemoteError::answered(name, key_name, operation, answer.status, &answer.body)
    }

    pub(super) fn unreachable(&self, error: HostError) -> RemoteError {
        let api = self.inner.name.clone();
        match error {
            HostError::Network { code, message } => RemoteError::Unreachable { api, code, message },
            other => RemoteError::NotNango { api, what: other.to_string() },
        }
    }

    pub(super) fn not_nango(&self, what: String) -> RemoteError {
        RemoteError::NotNango { api: self.inner.name.clone(), what }
    }
}

/// Without the key.
impl fmt::Debug for NangoApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NangoApi").field("host", &self.inner.name.host).finish_non_exhaustive()
    }
}

/// Sets a header of Nango's own.
pub(super) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), HostError> {
    let value = HeaderValue::from_str(value).map_err(|_| HostError::Configuration {
        code: "invalid_headers".into(),
        message: format!("the header {name} cannot be sent"),
    })?;
    headers.insert(name, value);
    Ok(())
}
