//! From an author's call to the request that leaves: URL, headers and body, with the credentials in their places.

mod authority;
mod body;
mod configuration;
mod headers;
mod secrets;
mod url;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use jiff::Timestamp;
use onevent_contract::{HostError, MethodError, ProxyRequest, sendable_method};

use crate::Target;
use crate::seal::{Reach, SEALED_CODE, Seal};
use crate::template::{Credentialed, RequestParts, Values};

use self::authority::host;
use self::configuration::configuration;
use self::url::BareUrl;
pub(crate) use self::url::{add_params, has_open_host, template_url};
pub use body::has_body;
pub(crate) use body::{ContentType, encoded, takes_fields};
pub(crate) use headers::DEFAULT_USER_AGENT;
pub use headers::IGNORED_HEADERS;
pub(crate) use secrets::Secrets;

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct BuiltRequest {
    pub(crate) method: Method,
    pub(crate) url: ::url::Url,
    pub(crate) headers: HeaderMap,
    /// Headers that carry a credential: they stay behind on the way to another origin.
    pub(crate) credential_headers: Vec<HeaderName>,
    pub(crate) body: Option<Bytes>,
    /// Whether the provider's template put a credential into the body.
    pub(crate) credential_body: bool,
    pub(crate) forward_headers_on_redirect: bool,
    /// Everything that must not show up in a report.
    pub(crate) secrets: Secrets,
    /// Where the credentials may go.
    pub(crate) reach: Reach,
    /// Whether they go along.
    pub(crate) credentialed: Credentialed,
}

impl BuiltRequest {
    /// Builds one attempt of a call.
    ///
    /// # Errors
    /// [`HostError::Configuration`] when something is missing, or does not fit; the message says what.
    pub(crate) fn new(target: &Target, request: &ProxyRequest, now: Timestamp) -> Result<Self, HostError> {
        let mut secrets = Secrets::of(target);
        let values = Values::new(target, now);
        let bare = url::build_bare(target, request, &values, &mut secrets)?;
        let reach = reach(target, &values, &mut secrets);
        let credentialed = credentialed(target, &reach, &bare)?;
        let values = values.credentialed(credentialed);
        let mut url = bare.url;
        url::add_template_query(&mut url, target, &values, &mut secrets)?;
        let values = values.with_request(RequestParts {
            method: request.method.to_string(),
            endpoint: request.endpoint.clone(),
            host: host(&url),
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
        });
        let body = body::build(target, request, &values)?;
        let headers = headers::build(target, request, &values, &body, &mut secrets)?;
        let template = &target.integration.provider.proxy;
        Ok(Self {
            method: request.method.clone(),
            url,
            headers: headers.map,
            credential_headers: headers.with_credentials,
            body: body.bytes,
            credential_body: body.with_credentials,
            forward_headers_on_redirect: request
                .forward_headers_on_redirect
                .unwrap_or(template.forward_headers_on_redirect),
            secrets,
            reach,
            credentialed,
        })
    }
}

/// Where the credentials of a call may go. What the base URL holds is a secret of the call also where it is not used.
pub(crate) fn reach(target: &Target, values: &Values<'_>, secrets: &mut Secrets) -> Reach {
    match &target.integration.seal {
        None => Reach::Open,
        Some(seal) => {
            Reach::Sealed { hosts: seal.hosts.clone(), base: url::own_base(target, values, secrets) }
        }
    }
}

/// Whether they go along. An author who puts one into the URL by name means to send it, so that is refused.
fn credentialed(target: &Target, reach: &Reach, bare: &BareUrl) -> Result<Credentialed, HostError> {
    match (reach.covers(&bare.url), bare.secret) {
        (true, _) => Ok(Credentialed::With),
        (false, false) => Ok(Credentialed::Without),
        (false, true) => {
            let what = "the URL takes a credential to a host that is not the integration's own";
            Err(Seal::refusal(&target.integration.key, what))
        }
    }
}

/// Where a provider would be asked for this, without what its template adds to the query; `None` where that cannot be
/// told, as without the credentials that a template needs.
#[must_use]
pub fn provider_url(target: &Target, request: &ProxyRequest, now: Timestamp) -> Option<::url::Url> {
    url::build_bare(target, request, &Values::new(target, now), &mut Secrets::of(target))
        .ok()
        .map(|bare| bare.url)
}

/// Refuses a call that would be refused because of the target's seal. Nothing is sent, and what else may be wrong with
/// the call is not said: that is for whoever answers it.
///
/// # Errors
/// [`HostError::Configuration`] with [`SEALED_CODE`](crate::SEALED_CODE).
pub fn check_seal(target: &Target, request: &ProxyRequest, now: Timestamp) -> Result<(), HostError> {
    match BuiltRequest::new(target, request, now) {
        Err(HostError::Configuration { code, message }) if code == SEALED_CODE => {
            Err(HostError::Configuration { code, message })
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Refuses a method that cannot be sent.
///
/// # Errors
/// [`HostError::Configuration`] with `invalid_method`.
pub fn check_method(method: &Method) -> Result<(), HostError> {
    let refused = |error: MethodError| configuration(MethodError::CODE, error.to_string());
    sendable_method(method.as_str()).map(drop).map_err(refused)
}
