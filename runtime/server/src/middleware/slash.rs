//! Slashes where a router would trip over them: at the end of a path, which Nango's clients send and Nango does not mind, and in
//! the id of a connection, which they put into the path as it is.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::Uri;

/// The path whose slashes belong to somebody else.
const PROXY: &str = "/proxy/";
/// The paths that go on with the id of a connection.
const CONNECTIONS: [&str; 2] = ["/connections/", "/connection/"];
/// What follows the id in one of the older paths.
const OLD_METADATA: &str = "/metadata";

/// The same request with a path that does not end with a slash, and with the slashes in the id of a connection written as
/// `%2F`; the proxy's paths stay as they are.
pub(crate) fn with_plain_path(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.starts_with(PROXY) {
        return request;
    }
    let trimmed = path.trim_end_matches('/');
    let wanted = if trimmed.is_empty() { Cow::Borrowed(path) } else { with_whole_id(trimmed) };
    if wanted == path {
        return request;
    }
    let wanted = match request.uri().query() {
        Some(query) => format!("{wanted}?{query}"),
        None => wanted.into_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(wanted) = wanted.parse() {
        parts.path_and_query = Some(wanted);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// The path with the id of a connection in one piece.
fn with_whole_id(path: &str) -> Cow<'_, str> {
    let id = |before: &'static str| Some((before, path.strip_prefix(before)?));
    let Some((before, rest)) = CONNECTIONS.into_iter().find_map(id) else { return Cow::Borrowed(path) };
    let (id, after) = match rest.strip_suffix(OLD_METADATA) {
        Some(id) if before == "/connection/" && !id.is_empty() => (id, OLD_METADATA),
        _ => (rest, ""),
    };
    if id.contains('/') {
        Cow::Owned(format!("{before}{}{after}", id.replace('/', "%2F")))
    } else {
        Cow::Borrowed(path)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn plain(uri: &str) -> String {
        let request = Request::builder().uri(uri).body(Body::empty()).unwrap();
        with_plain_path(request).uri().to_string()
    }

    #[test]
    fn a_path_ends_without_a_slash_and_an_id_is_one_segment() {
        for (given, wanted) in [
            ("/", "/"),
            ("/records/?model=a/b", "/records?model=a/b"),
            ("/connections/acme/?x=/", "/connections/acme?x=/"),
            ("/connections/a/b?x=1", "/connections/a%2Fb?x=1"),
            ("/connections/a%2Fb", "/connections/a%2Fb"),
            ("/connections//a//b", "/connections/%2Fa%2F%2Fb"),
            ("/connections/metadata", "/connections/metadata"),
            ("/connections/a/metadata", "/connections/a%2Fmetadata"),
            ("/connection/a/metadata", "/connection/a/metadata"),
            ("/connection/a/b/metadata", "/connection/a%2Fb/metadata"),
            ("/connection/metadata", "/connection/metadata"),
            ("/integrations/a/functions/b", "/integrations/a/functions/b"),
            ("/proxy/a/b/", "/proxy/a/b/"),
            ("/proxy/connections/a/b", "/proxy/connections/a/b"),
        ] {
            assert_eq!(plain(given), wanted);
        }
    }
}
