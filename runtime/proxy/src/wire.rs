//! Requests and answers as they cross the wire, for people who look at them.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use onevent_contract::Secret;
use onevent_redaction::{Kept, REDACTED, Redactor};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::limits::MAX_SHOWN_BODY_BYTES;
use crate::transport::{Answer, BodyRead, Failure, Hop, HopBody};

/// Who looks at what crosses the wire. It is called by the call itself, which waits meanwhile.
pub trait Wire: fmt::Debug + Send + Sync {
    /// A request came to its end.
    fn exchanged(&self, exchange: &Exchange);
}

/// One request and what came of it, without the secrets of its run, and without what its name calls a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// How long it took.
    pub duration: Duration,
    /// What was sent.
    pub request: WireMessage,
    /// What came back; or the code of the reason why nothing did.
    pub answer: Result<(u16, WireMessage), String>,
}

/// Headers and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireMessage {
    /// The headers, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: WireBody,
}

/// A body as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireBody {
    /// There is none.
    None,
    /// Text: its beginning, where it is long.
    Text {
        /// At most [`MAX_SHOWN_BODY_BYTES`].
        text: String,
        /// How many bytes crossed the wire.
        bytes: usize,
    },
    /// No text: so many bytes.
    Bytes(usize),
    /// It was passed on, or was cut short: nobody has it.
    NotKept,
}

/// A request as it was sent, with what came of it.
pub(crate) struct Sent<'a, A> {
    pub(crate) hop: &'a Hop,
    /// The URL as a report shows it.
    pub(crate) url: &'a str,
    pub(crate) attempt: u32,
    pub(crate) duration: Duration,
    pub(crate) outcome: &'a Result<A, Failure>,
}

impl<A: Answer> Sent<'_, A> {
    /// The same as people may see it.
    pub(crate) fn shown(&self, secrets: impl IntoIterator<Item = Secret>) -> Exchange {
        let mut redactor = Redactor::new();
        redactor.add(secrets.into_iter().map(|secret| secret.reveal().into()));
        let veil = Veil(redactor);
        let Self { hop, url, attempt, duration, outcome } = self;
        let body = match &hop.body {
            None => WireBody::None,
            Some(HopBody::Held(body)) => veil.body(body),
            Some(HopBody::Passing(_)) => WireBody::NotKept,
        };
        let answer = match outcome {
            Ok(answer) => {
                let body = match answer.body() {
                    BodyRead::Whole(body) => veil.body(body),
                    BodyRead::Broken(_) | BodyRead::Unread => WireBody::NotKept,
                };
                let headers = answer.headers().iter();
                let headers = headers.map(|(name, value)| veil.header(name, value)).collect();
                Ok((answer.status().as_u16(), WireMessage { headers, body }))
            }
            Err(failure) => Err(failure.code().to_owned()),
        };
        Exchange {
            method: hop.method.to_string(),
            url: veil.text(url),
            attempt: *attempt,
            duration: *duration,
            request: WireMessage { headers: veil.headers(&hop.headers), body },
            answer,
        }
    }
}

/// Headers whose values are credentials, or as good as some.
const SECRET_HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "proxy-authenticate"];

/// What hides secrets.
struct Veil(Redactor);

impl Veil {
    fn text(&self, text: &str) -> String {
        self.0.hide(text).into_owned()
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.iter().map(|(name, value)| self.header(name.as_str(), &text(value))).collect()
    }

    fn header(&self, name: &str, value: &str) -> (String, String) {
        let shown = if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            REDACTED.to_owned()
        } else {
            self.named(name, value)
        };
        (name.to_owned(), shown)
    }

    /// The value that stands under a name.
    fn named(&self, name: &str, value: &str) -> String {
        let mut object = Map::new();
        object.insert(name.to_owned(), value.into());
        Kept::Settings.redact(&mut object, &Map::new());
        match object.remove(name) {
            Some(Value::String(shown)) => self.text(&shown),
            _ => REDACTED.to_owned(),
        }
    }

    fn body(&self, body: &[u8]) -> WireBody {
        if body.is_empty() {
            return WireBody::None;
        }
        let Ok(text) = std::str::from_utf8(body) else { return WireBody::Bytes(body.len()) };
        // Hidden first, and cut then: half a secret is one.
        let mut text = self.text(&by_name(text).unwrap_or_else(|| text.to_owned()));
        text.truncate(text.floor_char_boundary(MAX_SHOWN_BODY_BYTES));
        WireBody::Text { text, bytes: body.len() }
    }
}

/// A text without what names in it call a secret; `None` where there are no names, or nothing is one.
fn by_name(text: &str) -> Option<String> {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let mut object = Map::new();
        // A list has no names of its own.
        object.insert("body".to_owned(), value.clone());
        let redacted = match value.clone() {
            Value::Object(mut fields) => {
                Kept::Settings.redact(&mut fields, &Map::new());
                Value::Object(fields)
            }
            _ => {
                Kept::Settings.redact(&mut object, &Map::new());
                object.remove("body").unwrap_or_default()
            }
        };
        return (redacted != value).then(|| redacted.to_string());
    }
    let is_form = text.contains('=') && !text.contains(char::is_whitespace);
    if !is_form {
        return None;
    }
    let mut is_changed = false;
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let mut object = Map::new();
        object.insert(name.to_string(), value.as_ref().into());
        let before = object.clone();
        Kept::Settings.redact(&mut object, &Map::new());
        is_changed |= object != before;
        let shown = object.get(name.as_ref()).and_then(Value::as_str).unwrap_or(REDACTED);
        form.append_pair(&name, shown);
    }
    is_changed.then(|| form.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn veil() -> Veil {
        let mut redactor = Redactor::new();
        redactor.add(["tok-acme-0123456789".into()]);
        Veil(redactor)
    }

    fn shown(body: &str) -> String {
        match veil().body(body.as_bytes()) {
            WireBody::Text { text, bytes } => {
                assert_eq!(bytes, body.len());
                text
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn secrets_of_the_run_and_what_is_called_one_are_hidden() {
        let header = |name: &str, value: &str| veil().header(name, value).1;
        assert_eq!(header("Authorization", "Basic eDp5"), REDACTED);
        assert_eq!(header("set-cookie", "session=1"), REDACTED);
        assert_eq!(header("x-api-key", "abc"), REDACTED);
        assert_eq!(header("accept", "application/json"), "application/json");
        assert_eq!(header("x-custom", "of tok-acme-0123456789"), format!("of {REDACTED}"));
        assert_eq!(
            shown(r#"{"name": "Ada", "access_token": "fresh"}"#),
            format!(r#"{{"name":"Ada","access_token":"{REDACTED}"}}"#)
        );
        assert_eq!(
            shown(r#"[{"items": [{"client_secret": "x", "id": 1}]}]"#),
            format!(r#"[{{"items":[{{"client_secret":"{REDACTED}","id":1}}]}}]"#)
        );
        let form = shown("grant_type=refresh_token&refresh_token=fresh");
        assert!(
            form.contains("grant_type=refresh_token") && !form.contains("fresh&") && !form.ends_with("fresh"),
            "{form}"
        );
        // What holds nothing to hide is as it crossed the wire.
        assert_eq!(shown("{ \"a\":  1 }"), "{ \"a\":  1 }");
        assert_eq!(shown("a=b&c"), "a=b&c");
    }

    #[test]
    fn a_body_has_a_limit_and_half_a_secret_is_never_shown() {
        let filler = "x".repeat(MAX_SHOWN_BODY_BYTES - 5);
        let text = shown(&format!("{filler} tok-acme-0123456789 and more"));
        assert_eq!(text.len(), MAX_SHOWN_BODY_BYTES);
        assert!(!text.contains("tok"), "{}", &text[text.len() - 20..]);
        assert_eq!(veil().body(&[0xff, 0x00]), WireBody::Bytes(2));
        assert_eq!(veil().body(b""), WireBody::None);
    }
}
