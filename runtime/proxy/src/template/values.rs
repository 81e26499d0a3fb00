use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use onevent_contract::{AuthMode, HostError, Secret};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Segment, Template, date};
use crate::{SEALED_CODE, Target};

/// Names that Nango knows and this crate does not.
const UNSUPPORTED_VALUES: [&str; 2] = ["urlCanonicalParams", "bodyCanonicalParams"];

/// A filled template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Whether a credential went into it.
    pub(crate) secret: bool,
}

impl Rendered {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), secret: false }
    }

    fn secret(text: impl Into<String>) -> Self {
        Self { text: text.into(), secret: true }
    }

    pub(crate) fn push(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.secret |= other.secret;
    }
}

/// A value that a template needs and nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// What stands between the braces.
    pub(crate) placeholder: String,
    /// Why there is no value, in words.
    pub(crate) reason: String,
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unresolved {
    Missing(Missing),
    /// A function or a value of Nango's that this crate does not have.
    Unsupported(String),
    /// A credential that does not go where the request goes.
    Withheld(String),
    TooDeep,
}

impl Unresolved {
    /// Whether such a part of a template is left out: it needs a setting that this connection does not have (as in
    /// Nango: settings may be optional), or a credential that is withheld.
    pub(crate) fn is_left_out(&self) -> bool {
        match self {
            Self::Missing(missing) => missing.placeholder.starts_with("connectionConfig."),
            Self::Withheld(_) => true,
            Self::Unsupported(_) | Self::TooDeep => false,
        }
    }

    /// The error that a function sees; `place` says what was being filled.
    pub(crate) fn into_error(self, place: &str) -> HostError {
        let (code, message) = match self {
            Self::Missing(Missing { placeholder, reason }) => {
                ("unresolved_placeholder", format!("${{{placeholder}}} in {place} has no value: {reason}"))
            }
            Self::Unsupported(name) => {
                ("unsupported_placeholder", format!("${{{name}}} in {place} is not supported"))
            }
            Self::Withheld(name) => (
                SEALED_CODE,
                format!("${{{name}}} in {place} is a credential, and they are sealed for this host"),
            ),
            Self::TooDeep => {
                ("unsupported_placeholder", format!("placeholders in {place} are nested too deep"))
            }
        };
        HostError::Configuration { code: code.into(), message }
    }
}

/// Parts of the request that headers may speak about.
#[derive(Debug, Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: String,
    pub(crate) endpoint: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
}

/// Which values are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credentialed {
    /// All of them.
    With,
    /// All but credentials: the request goes where they may not.
    Without,
}

/// What a template can be filled with. `${now}` and `${random}` are the same for all parts of one request.
pub(crate) struct Values<'t> {
    target: &'t Target,
    credentials: Value,
    now: Timestamp,
    random: String,
    request: Option<RequestParts>,
    credentialed: Credentialed,
}

impl<'t> Values<'t> {
    pub(crate) fn new(target: &'t Target, now: Timestamp) -> Self {
        let credentials = target.credentials.reveal();
        Self {
            target,
            credentials,
            now,
            random: Uuid::new_v4().to_string(),
            request: None,
            credentialed: Credentialed::With,
        }
    }

    pub(crate) fn with_request(self, request: RequestParts) -> Self {
        Self { request: Some(request), ..self }
    }

    pub(crate) fn credentialed(self, credentialed: Credentialed) -> Self {
        Self { credentialed, ..self }
    }

    pub(crate) fn are_withheld(&self) -> bool {
        self.credentialed == Credentialed::Without
    }

    /// The first alternative whose values are all there.
    pub(crate) fn render(&self, template: &Template<'_>) -> Result<Rendered, Unresolved> {
        let mut problem = None;
        for segments in &template.alternatives {
            match self.segments(segments) {
                Err(unresolved @ Unresolved::Missing(_)) => problem = Some(unresolved),
                done => return done,
            }
        }
        problem.map_or_else(|| Ok(Rendered::default()), Err)
    }

    fn segments(&self, segments: &[Segment<'_>]) -> Result<Rendered, Unresolved> {
        let mut rendered = Rendered::default();
        for segment in segments {
            rendered.push(&self.segment(segment)?);
        }
        Ok(rendered)
    }

    pub(crate) fn segment(&self, segment: &Segment<'_>) -> Result<Rendered, Unresolved> {
        match segment {
            Segment::Text(text) => Ok(Rendered::plain(*text)),
            Segment::Value(name) => self.value(name),
            Segment::Call(name, arguments) => self.call(name, arguments),
            Segment::TooDeep(_) => Err(Unresolved::TooDeep),
        }
    }

    fn call(&self, name: &str, arguments: &[Segment<'_>]) -> Result<Rendered, Unresolved> {
        let function: fn(&[u8]) -> String = match name {
            "base64" => |bytes| BASE64.encode(bytes),
            "sha256Base64" => |bytes| BASE64.encode(Sha256::digest(bytes)),
            "sha256Hex" => |bytes| hex::encode(Sha256::digest(bytes)),
            _ => return Err(Unresolved::Unsupported(format!("{name}(…)"))),
        };
        let inner = self.segments(arguments)?;
        Ok(Rendered { text: function(inner.text.as_bytes()), secret: inner.secret })
    }

    fn value(&self, name: &str) -> Result<Rendered, Unresolved> {
        if let Some(text) = date::now(name, self.now) {
            return Ok(Rendered::plain(text));
        }
        let target = self.target;
        let found = match name.split_once('.') {
            Some(("connectionConfig" | "connection_config", path)) => self.setting(path),
            Some(("credentials", path)) => self.credential(path).map(Rendered::secret),
            Some(_) => None,
            None => match name {
                "random" => Some(Rendered::plain(&self.random)),
                "connectionId" | "connection_id" => Some(Rendered::plain(target.connection_id.as_str())),
                "providerConfigKey" | "provider_config_key" => {
                    Some(Rendered::plain(target.integration.key.as_str()))
                }
                "accessToken" => self.access_token().map(|token| Rendered::secret(token.reveal())),
                "clientId" => self.client_id().map(Rendered::plain),
                "clientSecret" => self.client_secret().map(|secret| Rendered::secret(secret.reveal())),
                name if UNSUPPORTED_VALUES.contains(&name) => {
                    return Err(Unresolved::Unsupported(name.into()));
                }
                name => self
                    .request_part(name)
                    .map(Rendered::plain)
                    .or_else(|| self.credential(name).map(Rendered::secret)),
            },
        };
        if self.are_withheld() && found.as_ref().is_some_and(|found| found.secret) {
            return Err(Unresolved::Withheld(name.into()));
        }
        found.ok_or_else(|| {
            Unresolved::Missing(Missing {
                placeholder: name.replacen("connection_config.", "connectionConfig.", 1),
                reason: self.why_missing(name),
            })
        })
    }

    fn why_missing(&self, name: &str) -> String {
        let connection = &self.target.connection_id;
        let integration = &self.target.integration.key;
        match name.split_once('.') {
            Some(("connectionConfig" | "connection_config", path)) => {
                format!("connection `{connection}` has no `{path}` in its connection_config")
            }
            Some(("credentials", path)) => {
                format!("the credentials of connection `{connection}` have no `{path}`")
            }
            _ if name == "clientId" || name == "clientSecret" => {
                format!("integration `{integration}` is configured without it")
            }
            _ => format!("the credentials of connection `{connection}` have no `{name}`"),
        }
    }

    /// A setting of the connection; an empty one counts as absent. What the template calls secret is as good as a
    /// credential.
    fn setting(&self, path: &str) -> Option<Rendered> {
        let config = &self.target.connection_config;
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let dotted = config.get(first).and_then(|value| rest.map_or(Some(value), |rest| walk(value, rest)));
        let text = scalar(dotted.or_else(|| config.get(path))?).filter(|text| !text.is_empty())?;
        let mut secrets = self.target.integration.provider.secret_settings();
        let secret = secrets.any(|name| name == first || name == path);
        Some(Rendered { text, secret })
    }

    fn credential(&self, path: &str) -> Option<String> {
        let found = walk(&self.credentials, path).and_then(scalar);
        // A password may be absent (Stripe's keys): it is empty then, as in the header that BASIC builds.
        let basic = self.target.credentials.mode() == AuthMode::Basic;
        found.or_else(|| (basic && path == "password").then(String::new))
    }

    fn access_token(&self) -> Option<Secret> {
        self.target.credentials.bearer_token().or_else(|| self.target.credentials.text("token"))
    }

    fn client_id(&self) -> Option<String> {
        self.target.integration.client_id.clone().or_else(|| self.credential("client_id"))
    }

    fn client_secret(&self) -> Option<Secret> {
        let integration = &self.target.integration;
        integration.client_secret.clone().or_else(|| self.credential("client_secret").map(Secret::new))
    }

    fn request_part(&self, name: &str) -> Option<&str> {
        let request = self.request.as_ref()?;
        match name {
            "method" => Some(&request.method),
            "endpoint" => Some(&request.endpoint),
            "host" => Some(&request.host),
            "path" => Some(&request.path),
            "params" => Some(&request.query),
            _ => None,
        }
    }
}

fn walk<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
