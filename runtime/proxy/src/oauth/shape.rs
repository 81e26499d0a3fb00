//! A standard request in the form that the provider wants it in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method};
use oauth2::HttpRequest;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::template::{BodyFormat, ClientAuthentication};
use crate::request::DEFAULT_USER_AGENT;
use crate::transport::{Hop, HopBody};

/// What of a template decides about the form of requests.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) url: Url,
    pub(super) authentication: ClientAuthentication,
    pub(super) format: BodyFormat,
    /// Parameters beside the standard ones, or instead of them.
    pub(super) parameters: Vec<(String, String)>,
}

type Pairs = Vec<(String, String)>;

impl Shape {
    /// The request that leaves.
    pub(super) fn request(&self, standard: &HttpRequest) -> Hop {
        let pairs = form_urlencoded::parse(standard.body()).into_owned();
        let mut pairs: Pairs = self.parameters.iter().fold(pairs.collect(), set);
        let mut headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (USER_AGENT, HeaderValue::from_static(DEFAULT_USER_AGENT)),
        ]);
        if let Some(mut authorization) = self.authorization(standard, &mut pairs) {
            authorization.set_sensitive(true);
            headers.insert(AUTHORIZATION, authorization);
        }
        let (mut url, mut body) = (self.url.clone(), None);
        match self.format {
            BodyFormat::Form => {
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                body = Some((form, "application/x-www-form-urlencoded"));
            }
            BodyFormat::Json => {
                let object = pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
                body = Some((Value::Object(object).to_string(), "application/json"));
            }
            BodyFormat::Query => {
                url.query_pairs_mut().extend_pairs(pairs);
            }
        }
        let body = body.map(|(text, content_type)| {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            HopBody::Held(Bytes::from(text))
        });
        Hop { method: Method::POST, url, headers, body }
    }

    fn authorization(&self, standard: &HttpRequest, pairs: &mut Pairs) -> Option<HeaderValue> {
        match self.authentication {
            ClientAuthentication::Body => None,
            ClientAuthentication::Header => standard.headers().get(AUTHORIZATION).cloned(),
            ClientAuthentication::Custom => {
                rename(pairs, "client_id", "username");
                rename(pairs, "client_secret", "password");
                None
            }
            ClientAuthentication::Basic => {
                let id = take(pairs, "client_id").unwrap_or_default();
                let secret = take(pairs, "client_secret").unwrap_or_default();
                HeaderValue::try_from(format!("Basic {}", BASE64.encode(format!("{id}:{secret}")))).ok()
            }
        }
    }
}

/// Gives a parameter a value: one of a name is enough.
fn set(mut pairs: Pairs, (name, value): &(String, String)) -> Pairs {
    pairs.retain(|(known, _)| known != name);
    pairs.push((name.clone(), value.clone()));
    pairs
}

fn take(pairs: &mut Pairs, name: &str) -> Option<String> {
    let at = pairs.iter().position(|(known, _)| known == name)?;
    Some(pairs.remove(at).1)
}

fn rename(pairs: &mut Pairs, from: &str, to: &str) {
    pairs.iter_mut().filter(|(name, _)| name == from).for_each(|(name, _)| to.clone_into(name));
}
