//! The part of a URL that says whom it asks.

use url::Url;

/// Host and port, as the `host` header has them.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
