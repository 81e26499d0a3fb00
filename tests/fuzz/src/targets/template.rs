//! Templates of providers, and what a connection's settings and a function's endpoint make of them: nothing that a customer
//! writes moves a call to another host, or names a credential.
//!
//! An input is an endpoint, a connection's settings as JSON, and three templates, with `---` between them.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use onevent_contract::{ConnectionId, Credentials, IntegrationId, JsonObject, ProxyRequest};
use onevent_proxy::{Integration, Provider, Providers, Target as Whom, check_seal, provider_url};
use serde_json::{Value, json};
use url::Url;

use crate::input::{parts, text};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "template",
    run,
    words: &[
        "${",
        "}",
        "${connectionConfig.sub}",
        "${connectionConfig.",
        "${credentials.apiKey}",
        "${apiKey}",
        "${accessToken}",
        "${base64(",
        "${sha256Hex(",
        ")}",
        "||",
        " || ",
        "${now}",
        "${now:YYYY-MM-DD}",
        "${random}",
        "${endpoint}",
        "${host}",
        "${path}",
        "${query}",
        "${connectionId}",
        "https://",
        "http://",
        "//",
        "/",
        "\\",
        "@",
        "#",
        "?",
        "&",
        "=",
        ":",
        ".",
        "..",
        "%2e%2e",
        "%2F",
        "%00",
        "\t",
        "\r\n",
        "example.com",
        "evil.example",
        "\n---\n",
        "{\"sub\": \"",
        "\"}",
        "{\"sub\": {\"a\": 1}}",
        "[::1]",
        "。",
        "㎏",
        "\u{202e}",
        "ß",
        "xn--",
        "null",
        "127.0.0.1",
    ],
    seeds: Vec::new,
};

/// What a call may not hold, unless its author writes the credential's name.
const KEY: &str = "sk-planted-7f3a9c";

/// Whether a host is a base URL's.
type IsTheirs = fn(&str) -> bool;

/// Base URLs, and whether a host is theirs, whatever is put in.
const BASES: [(&str, IsTheirs); 4] = [
    ("https://api.example.com/v1", |host| host == "api.example.com"),
    ("https://api.example.com", |host| host == "api.example.com"),
    ("https://api.example.com/${connectionConfig.sub}", |host| host == "api.example.com"),
    ("https://${connectionConfig.sub}.example.com", |host| host.ends_with(".example.com")),
];

fn run(input: &[u8]) {
    let text = text(input);
    let [endpoint, settings, base, header, query] = parts::<5>(&text);
    let settings = match serde_json::from_str(settings) {
        Ok(Value::Object(settings)) => settings,
        Ok(_) | Err(_) => JsonObject::from_iter([("sub".to_owned(), Value::from(settings))]),
    };
    let request = ProxyRequest::new(Method::GET, endpoint);
    for (base, is_own) in BASES {
        let Some(url) = url(base, "", "", &settings, &request) else { continue };
        let host = url.host_str().unwrap_or_default();
        assert!(is_own(host), "{base} leads to {host}, in {url}");
        assert_eq!(
            (url.scheme(), url.port(), url.username(), url.password()),
            ("https", None, "", None),
            "{url}"
        );
        assert!(
            endpoint.contains("${") || !url.as_str().contains(KEY),
            "a setting named a credential: {url}"
        );
    }
    // Whoever writes a template may lead anywhere, and break nothing.
    let _ = url(base, header, query, &settings, &request);
    let mut request = request;
    request.base_url_override = Some(base.to_owned());
    let _ = url("https://api.example.com", header, query, &settings, &request);
}

fn url(base: &str, header: &str, query: &str, settings: &JsonObject, request: &ProxyRequest) -> Option<Url> {
    let provider = provider(base, header, query)?;
    let mut integration = Integration::new(IntegrationId::new("p").ok()?, provider);
    integration.seal = Some(onevent_proxy::Seal::default());
    let whom = Whom {
        integration: Arc::new(integration),
        connection_id: ConnectionId::new("acme").ok()?,
        connection_config: settings.clone(),
        credentials: Credentials::from_json(json!({ "type": "API_KEY", "apiKey": KEY }), None).ok()?,
    };
    // It is built as a whole: the headers and the body as well.
    let _ = check_seal(&whom, request, Timestamp::UNIX_EPOCH);
    provider_url(&whom, request, Timestamp::UNIX_EPOCH)
}

fn provider(base: &str, header: &str, query: &str) -> Option<Arc<Provider>> {
    let proxy = json!({ "base_url": base, "headers": { "x-own": header }, "query": { "own": query } });
    let file = json!({ "p": { "auth_mode": "API_KEY", "proxy": proxy } });
    // JSON is YAML.
    Providers::from_yaml(&file.to_string(), "fuzz").ok()?.get("p")
}
