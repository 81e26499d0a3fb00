//! Which requests onevent looks into.

use axum::http::{Method, Uri};
use onevent_contract::{ConnectionId, IntegrationId};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// What a request asks for. Names are compared as Nango's server compares them: whatever their case, and with a slash at
/// the end or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `POST /connections`
    Import,
    /// `GET /connections/:id`
    Read { integration: IntegrationId, id: ConnectionId },
    /// `DELETE /connections/:id`
    Delete { integration: IntegrationId, id: ConnectionId },
    /// `/proxy/*`
    Proxy,
    /// `POST /webhooks/nango`
    Webhook,
    /// `GET /onevent/connections`
    Known,
    /// Everything else.
    Through,
}

impl Route {
    pub(super) fn of(method: &Method, uri: &Uri) -> Self {
        let path = uri.path().strip_suffix('/').unwrap_or(uri.path());
        let segments: Vec<String> = path.split('/').skip(1).map(decoded).collect();
        let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match (method, lower.as_slice()) {
            (&Method::POST, ["connections" | "connection"]) => Self::Import,
            (&Method::POST, ["webhooks", "nango"]) => Self::Webhook,
            (&Method::GET, ["onevent", "connections"]) => Self::Known,
            (_, ["proxy", ..]) => Self::Proxy,
            (method, ["connections" | "connection", _]) => {
                let id = segments.get(1).and_then(|id| ConnectionId::new(id.as_str()).ok());
                match (method.as_str(), integration(uri), id) {
                    ("GET" | "HEAD", Some(integration), Some(id)) => Self::Read { integration, id },
                    ("DELETE", Some(integration), Some(id)) => Self::Delete { integration, id },
                    _ => Self::Through,
                }
            }
            _ => Self::Through,
        }
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn integration(uri: &Uri) -> Option<IntegrationId> {
    let mut pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == "provider_config_key")?;
    IntegrationId::new(value.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, uri: &str) -> Route {
        Route::of(&method.parse().unwrap(), &uri.parse().unwrap())
    }

    #[test]
    fn what_is_looked_into_is_known_in_every_spelling() {
        let (integration, id) = ("hubspot".parse().unwrap(), "a@b".parse().unwrap());
        let delete = Route::Delete { integration, id };
        for path in ["/connections/a@b", "/connection/a%40b", "/Connections/a%40b/"] {
            assert_eq!(of("DELETE", &format!("{path}?x=1&provider_config_key=hubspot")), delete, "{path}");
        }
        assert!(matches!(of("GET", "/connection/a?provider_config_key=b"), Route::Read { .. }));
        for path in ["/connections", "/connection", "/CONNECTIONS/"] {
            assert_eq!(of("POST", path), Route::Import, "{path}");
        }
        assert_eq!(of("PROPFIND", "/proxy/a/b?c"), Route::Proxy);
        assert_eq!(of("POST", "/webhooks/nango"), Route::Webhook);
        assert_eq!(of("GET", "/onevent/connections?state=known"), Route::Known);
        for (method, path) in [
            ("GET", "/connections"),
            ("GET", "/connections/a"),
            ("DELETE", "/connections/a//?provider_config_key=b"),
            ("DELETE", "//connections/a?provider_config_key=b"),
            ("PATCH", "/connections/a?provider_config_key=b"),
            ("POST", "/connections/metadata"),
            ("POST", "/webhook/6c2d5a9e/hubspot"),
            ("GET", "/"),
        ] {
            assert_eq!(of(method, path), Route::Through, "{method} {path}");
        }
    }
}
