//! The body of a call.

use bytes::Bytes;
use http::Method;
use onevent_contract::{HostError, JsonObject, ProxyBody, ProxyRequest};
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use crate::Target;
use crate::template::{Template, Values};

/// A body and what goes with it.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Option<Bytes>,
    pub(super) content_type: ContentType,
    /// Whether the provider's template put a credential into it.
    pub(super) with_credentials: bool,
}

/// What a body says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum ContentType {
    /// Nothing.
    #[default]
    None,
    /// This, unless the author says something else.
    Default(&'static str),
    /// This, whatever the author says: it names the boundary that the body was written with.
    Fixed(String),
}

/// Whether a request with this method takes a body with it. Nango sends one with POST, PUT, PATCH and DELETE alone; but
/// a `REPORT` or a `SEARCH` says nothing without it.
#[must_use]
pub fn has_body(method: &Method) -> bool {
    *method != Method::GET && *method != Method::HEAD
}

/// The methods into whose bodies a template's fields go, as in Nango.
const FILLED: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Whether the provider's template adds fields to the body of a call.
pub(crate) fn takes_fields(target: &Target, method: &Method) -> bool {
    FILLED.contains(method) && !target.integration.provider.proxy.body.is_empty()
}

/// Builds the body.
pub(super) fn build(target: &Target, request: &ProxyRequest, values: &Values<'_>) -> Result<Body, HostError> {
    if !has_body(&request.method) {
        return Ok(Body::default());
    }
    let mut filled = Filled { values, with_credentials: false };
    let fields = if takes_fields(target, &request.method) {
        filled.object(&target.integration.provider.proxy.body)?
    } else {
        JsonObject::new()
    };
    let with_credentials = filled.with_credentials;
    let body = match (request.body.clone(), fields.is_empty()) {
        (body, true) => body,
        (None, false) => Some(ProxyBody::Json(Value::Object(fields).into())),
        (Some(body), false) => Some(with_fields(body, fields)),
    };
    let Some(body) = body else { return Ok(Body::default()) };
    let (bytes, content_type) = encoded(body)?;
    Ok(Body { bytes: Some(bytes), content_type, with_credentials })
}

/// The bytes of a body, and its content type.
pub(crate) fn encoded(body: ProxyBody) -> Result<(Bytes, ContentType), HostError> {
    Ok(match body {
        ProxyBody::Json(text) => (Bytes::from(text.into_string()), ContentType::Default("application/json")),
        ProxyBody::Text(text) => {
            (Bytes::from(text), ContentType::Default("application/x-www-form-urlencoded"))
        }
        ProxyBody::Bytes(bytes) => (bytes, ContentType::None),
        ProxyBody::Form(pairs) => {
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            (Bytes::from(text), ContentType::Default("application/x-www-form-urlencoded"))
        }
        ProxyBody::Multipart(pairs) => {
            let boundary = format!("onevent-{}", Uuid::new_v4().simple());
            let content_type = format!("multipart/form-data; boundary={boundary}");
            (multipart(&pairs, &boundary), ContentType::Fixed(content_type))
        }
    })
}

/// The template's fields over the author's. A body that has no fields stays as it is.
fn with_fields(body: ProxyBody, fields: JsonObject) -> ProxyBody {
    let texts = |fields: JsonObject| {
        fields.into_iter().map(|(name, value)| match value {
            Value::String(text) => (name, text),
            other => (name, other.to_string()),
        })
    };
    match body {
        ProxyBody::Json(text) => match text.value() {
            Value::Object(mut object) => {
                merge(&mut object, fields);
                ProxyBody::Json(Value::Object(object).into())
            }
            _ => ProxyBody::Json(text),
        },
        ProxyBody::Form(pairs) => ProxyBody::Form(pairs.into_iter().chain(texts(fields)).collect()),
        ProxyBody::Multipart(pairs) => ProxyBody::Multipart(pairs.into_iter().chain(texts(fields)).collect()),
        other => other,
    }
}

fn merge(object: &mut JsonObject, over: JsonObject) {
    for (key, value) in over {
        match (object.get_mut(&key), value) {
            (Some(Value::Object(inner)), Value::Object(over)) => merge(inner, over),
            (_, value) => {
                object.insert(key, value);
            }
        }
    }
}

struct Filled<'v, 't> {
    values: &'v Values<'t>,
    with_credentials: bool,
}

impl Filled<'_, '_> {
    /// The template's object with its texts filled; a text that needs an absent setting goes, and so does an object
    /// that this leaves empty.
    fn object(&mut self, template: &JsonObject) -> Result<JsonObject, HostError> {
        let mut filled = JsonObject::new();
        for (key, value) in template {
            if let Some(value) = self.value(key, value)? {
                filled.insert(key.clone(), value);
            }
        }
        Ok(filled)
    }

    fn value(&mut self, key: &str, value: &Value) -> Result<Option<Value>, HostError> {
        match value {
            Value::String(text) => match self.values.render(&Template::parse(text)) {
                Ok(rendered) => {
                    self.with_credentials |= rendered.secret;
                    Ok(Some(Value::String(rendered.text)))
                }
                Err(unresolved) if unresolved.is_left_out() => Ok(None),
                Err(unresolved) => Err(unresolved.into_error(&format!("the body's field `{key}`"))),
            },
            Value::Object(object) => {
                let filled = self.object(object)?;
                Ok((!filled.is_empty()).then_some(Value::Object(filled)))
            }
            other => Ok(Some(other.clone())),
        }
    }
}

/// A form as `multipart/form-data` (RFC 7578), names escaped as browsers do.
fn multipart(pairs: &[(String, String)], boundary: &str) -> Bytes {
    let mut text = String::new();
    for (name, value) in pairs {
        let name = name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22");
        text.push_str(&format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    Bytes::from(text)
}
