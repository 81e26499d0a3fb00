//! The headers of a call: defaults, then the credentials, then the provider's, then the author's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use onevent_contract::{AuthMode, HostError, ProxyRequest, Secret};

use super::body::{Body, ContentType};
use super::configuration::configuration;
use super::secrets::Secrets;
use crate::Target;
use crate::target::KeyPlacement;
use crate::template::{Rendered, Template, Values};

/// What a call says that it is, unless its author says something else.
pub(crate) const DEFAULT_USER_AGENT: &str = concat!("onevent/", env!("CARGO_PKG_VERSION"));

/// What axios accepts; some APIs choose the form of their answer by it.
const DEFAULT_ACCEPT: &str = "application/json, text/plain, */*";

/// Headers that an author cannot set: they belong to the connection, not to the call, and a wrong one would make two
/// servers on the way disagree about where the request ends. They are left out, with a line in the run's log.
pub const IGNORED_HEADERS: [&str; 12] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "http2-settings",
    // The transport says which encodings it can undo.
    "accept-encoding",
];

/// The headers, and which of them carry a credential.
pub(super) struct Headers {
    pub(super) map: HeaderMap,
    pub(super) with_credentials: Vec<HeaderName>,
}

/// Builds the headers.
pub(super) fn build(
    target: &Target,
    request: &ProxyRequest,
    values: &Values<'_>,
    body: &Body,
    secrets: &mut Secrets,
) -> Result<Headers, HostError> {
    let mut headers = Headers { map: HeaderMap::new(), with_credentials: Vec::new() };
    headers.map.insert(USER_AGENT, HeaderValue::from_static(DEFAULT_USER_AGENT));
    headers.map.insert(ACCEPT, HeaderValue::from_static(DEFAULT_ACCEPT));
    if let ContentType::Default(content_type) = &body.content_type {
        headers.map.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let authorization = if values.are_withheld() { None } else { authorization(target)? };
    if let Some(authorization) = authorization {
        secrets.add(authorization.reveal().split_once(' ').map_or("", |(_, token)| token));
        headers.set(AUTHORIZATION, &Rendered { text: authorization.reveal().to_owned(), secret: true })?;
    }
    headers.set_template(target, values, secrets)?;
    headers.set_authors(request, target, secrets)?;
    if let ContentType::Fixed(content_type) = &body.content_type {
        headers.set(CONTENT_TYPE, &Rendered { text: content_type.clone(), secret: false })?;
    }
    for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE] {
        if headers.map.contains_key(&name) && !headers.with_credentials.contains(&name) {
            headers.with_credentials.push(name);
        }
    }
    Ok(headers)
}

/// The header that the auth mode stands for.
fn authorization(target: &Target) -> Result<Option<Secret>, HostError> {
    let provider = &target.integration.provider;
    if provider.supported_auth_mode().is_none() {
        let message = format!(
            "provider `{}` authenticates with {}, which is not supported: OAUTH2, OAUTH2_CC, API_KEY, BASIC and NONE are",
            provider.name, provider.auth_mode
        );
        return Err(configuration("unsupported_auth", message));
    }
    // What the connection holds decides, as in Nango: a provider may take several kinds of credentials.
    let credentials = &target.credentials;
    match credentials.mode() {
        AuthMode::OAuth2 | AuthMode::OAuth2ClientCredentials => {
            Ok(credentials.bearer_token().map(|token| Secret::new(format!("Bearer {}", token.reveal()))))
        }
        AuthMode::Basic => {
            let field = |name| credentials.text(name).unwrap_or(Secret::new(""));
            let pair = format!("{}:{}", field("username").reveal(), field("password").reveal());
            Ok(Some(Secret::new(format!("Basic {}", BASE64.encode(pair)))))
        }
        // Where a key goes is for the provider's template to say.
        AuthMode::ApiKey | AuthMode::None => Ok(None),
        mode => {
            let message = format!("credentials of type {} are not supported", mode.as_str());
            Err(configuration("unsupported_auth", message))
        }
    }
}

impl Headers {
    fn set(&mut self, name: HeaderName, value: &Rendered) -> Result<(), HostError> {
        let mut encoded = header_value(&name, &value.text)?;
        encoded.set_sensitive(value.secret);
        if value.secret && !self.with_credentials.contains(&name) {
            self.with_credentials.push(name.clone());
        }
        if !value.secret {
            self.with_credentials.retain(|known| *known != name);
        }
        self.map.insert(name, encoded);
        Ok(())
    }

    /// The headers of the provider's template, and the integration's key where it goes into a header. One that needs
    /// a setting which this connection does not have is left out: such settings are optional.
    fn set_template(
        &mut self,
        target: &Target,
        values: &Values<'_>,
        secrets: &mut Secrets,
    ) -> Result<(), HostError> {
        let key = match &target.integration.key_placement {
            Some(KeyPlacement::Header { name, value }) => Some((name, value)),
            Some(KeyPlacement::Query { .. }) | None => None,
        };
        for (name, value) in target.integration.provider.proxy.headers.iter().chain(key) {
            let rendered = match values.render(&Template::parse(value)) {
                Ok(rendered) => rendered,
                Err(unresolved) if unresolved.is_left_out() => continue,
                Err(unresolved) => return Err(unresolved.into_error(&format!("the header `{name}`"))),
            };
            if rendered.secret {
                secrets.add(rendered.text.rsplit(' ').next().unwrap_or_default());
            }
            self.set(header_name(name)?, &rendered)?;
        }
        Ok(())
    }

    /// The author's headers. They win, except over a user agent that the provider insists on.
    fn set_authors(
        &mut self,
        request: &ProxyRequest,
        target: &Target,
        secrets: &Secrets,
    ) -> Result<(), HostError> {
        let template = &target.integration.provider.proxy.headers;
        let fixed_user_agent = template.keys().any(|name| name.eq_ignore_ascii_case(USER_AGENT.as_str()));
        for (name, value) in &request.headers {
            let name = header_name(name)?;
            let ignored = IGNORED_HEADERS.contains(&name.as_str());
            if ignored || (name == USER_AGENT && fixed_user_agent && self.map.contains_key(USER_AGENT)) {
                continue;
            }
            // An author may have asked for a token and put it here by hand.
            let secret = secrets.are_in(value);
            self.set(name, &Rendered { text: value.clone(), secret })?;
        }
        Ok(())
    }
}

fn header_name(name: &str) -> Result<HeaderName, HostError> {
    HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|_| configuration("invalid_header", format!("`{name}` is not the name of a header")))
}

/// A header's value as Node writes it: one byte for each character.
fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue, HostError> {
    let invalid = || {
        let message = format!("the value of the header `{name}` holds a character that headers cannot carry");
        configuration("invalid_header", message)
    };
    let bytes: Vec<u8> = text
        .trim()
        .chars()
        .map(|c| u8::try_from(u32::from(c)))
        .collect::<Result<_, _>>()
        .map_err(|_| invalid())?;
    HeaderValue::from_bytes(&bytes).map_err(|_| invalid())
}
