use onevent_contract::{Credentials, Secret};
use url::Url;
use url::form_urlencoded;

use crate::Target;

/// What takes the place of a secret.
const REDACTED: &str = "[redacted]";

/// The texts that must not show up in a report, and the names of query parameters that carry one.
#[derive(Debug)]
pub(crate) struct Secrets {
    texts: Vec<Secret>,
    parameters: Vec<String>,
}

impl Secrets {
    pub(crate) fn of(target: &Target) -> Self {
        Self { texts: target.secrets(), parameters: Vec::new() }
    }

    /// These texts alone.
    pub(crate) fn of_texts(texts: impl IntoIterator<Item = Secret>) -> Self {
        Self { texts: texts.into_iter().collect(), parameters: Vec::new() }
    }

    /// A text made from a credential: the base64 of a key is as good as the key.
    pub(crate) fn add(&mut self, text: &str) {
        if text.len() >= Credentials::SHORTEST_SECRET {
            self.texts.push(Secret::new(text));
        }
    }

    /// A query parameter whose value is a credential.
    pub(crate) fn add_parameter(&mut self, name: &str) {
        self.parameters.push(name.to_owned());
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = Secret> {
        self.texts.iter().cloned()
    }

    /// Whether a secret stands in `text`.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| text.contains(secret.reveal()))
    }

    /// A URL as people may see it: without user name, fragment, and everything that holds a secret, also where it
    /// is percent-encoded.
    pub(crate) fn shown(&self, url: &Url) -> String {
        let mut shown = format!("{}://{}", url.scheme(), super::host(url));
        let path: Vec<&str> = url.path().split('/').map(|part| self.shown_part(part)).collect();
        shown.push_str(&path.join("/"));
        if let Some(query) = url.query() {
            let pairs: Vec<String> = query.split('&').map(|pair| self.shown_pair(pair)).collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        // A secret with a `/` in it spans parts of a path.
        self.texts.iter().fold(shown, |shown, secret| shown.replace(secret.reveal(), REDACTED))
    }

    fn shown_part<'p>(&self, part: &'p str) -> &'p str {
        // `+` stays itself in a path.
        let escaped = part.replace('+', "%2B");
        if self.are_in(&decoded(&escaped)) { REDACTED } else { part }
    }

    fn shown_pair(&self, pair: &str) -> String {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let hidden = self.are_in(&decoded(value)) || self.parameters.contains(&decoded(name));
        match (self.are_in(&decoded(name)), hidden) {
            (true, _) => REDACTED.to_owned(),
            (false, true) => format!("{name}={REDACTED}"),
            (false, false) => pair.to_owned(),
        }
    }
}

/// Percent-decoding, and `+` for a space.
fn decoded(text: &str) -> String {
    // `=` and `&` are escaped, so the whole text is one name.
    let escaped = text.replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str], parameters: &[&str]) -> Secrets {
        Secrets {
            texts: texts.iter().map(|text| Secret::new(*text)).collect(),
            parameters: parameters.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn a_secret_is_found_in_every_spelling_and_place() {
        let secrets = secrets(&["k+y/=1&2", "tok-12345"], &["key"]);
        for (url, shown) in [
            ("https://a.example/x?a=1&b=2", "https://a.example/x?a=1&b=2"),
            ("https://a.example:8443/v1/tok-12345/me#tok-12345", "https://a.example:8443/v1/[redacted]/me"),
            ("https://a.example/%74ok-12345", "https://a.example/[redacted]"),
            ("https://a.example/k+y%2F%3D1%262", "https://a.example/[redacted]"),
            ("https://a.example/k+y/=1&2", "https://a.example/[redacted]"),
            ("https://a.example/?q=k%2By%2F%3D1%262&z=1", "https://a.example/?q=[redacted]&z=1"),
            ("https://a.example/?q=xtok-12345x", "https://a.example/?q=[redacted]"),
            ("https://a.example/?tok-12345", "https://a.example/?[redacted]"),
            ("https://a.example/?key=abc", "https://a.example/?key=[redacted]"),
            ("https://u:p@a.example/", "https://a.example/"),
        ] {
            assert_eq!(secrets.shown(&url.parse().unwrap()), shown, "{url}");
        }
    }
}
