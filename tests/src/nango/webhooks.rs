//! Webhooks, as Nango signs and sends them.

use std::io;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::http;

/// The body of an `auth` webhook.
pub(super) fn auth(integration: &str, id: &str, provider: &str, was_there: bool) -> String {
    // Not as `serde_json` writes it: whoever hands it on has to hand on these bytes.
    let operation = if was_there { "override" } else { "creation" };
    format!(
        "{{\"from\":\"nango\", \"type\":\"auth\",\"connectionId\":{},\"authMode\":\"OAUTH2\",\"providerConfigKey\":{},\
         \"provider\":{},\"environment\":\"DEV\",\"operation\":\"{operation}\",\"success\":true,\"endUser\":null}}",
        json!(id),
        json!(integration),
        json!(provider)
    )
}

/// Sends it, and answers with the status.
pub(super) fn send(url: &str, key: &str, body: &str) -> io::Result<u16> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(io::Error::other)?;
    mac.update(body.as_bytes());
    let hmac = hex::encode(mac.finalize().into_bytes());
    let legacy = hex::encode(Sha256::digest(format!("{key}{body}")));
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "nango/0.71.10 (test)"),
        ("x-nango-hmac-sha256", hmac.as_str()),
        ("x-nango-signature", legacy.as_str()),
    ];
    Ok(http::ask("POST", url, &headers, body.as_bytes())?.status)
}
