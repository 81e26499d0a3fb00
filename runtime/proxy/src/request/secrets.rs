use onevent_contract::{HostError, Secret};
use onevent_redaction::{REDACTED, Redactor};
use url::Url;
use url::form_urlencoded;

use super::authority::host;
use crate::Target;

/// The texts that must not show up in a report, and the names of query parameters that carry one.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    texts: Vec<Secret>,
    redactor: Redactor,
    parameters: Vec<String>,
}

impl Secrets {
    pub(crate) fn of(target: &Target) -> Self {
        Self::of_texts(target.secrets())
    }

    /// These texts alone.
    pub(crate) fn of_texts(texts: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets = Self::default();
        texts.into_iter().for_each(|text| secrets.add(text.reveal()));
        secrets
    }

    /// A text made from a credential: a signature, or a key with something before it.
    pub(crate) fn add(&mut self, text: &str) {
        self.redactor.add([text.into()]);
        self.texts.push(Secret::new(text));
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
        self.redactor.finds(text)
    }

    /// A text as people may see it.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.redactor.hide(text).into_owned()
    }

    /// An error as people may see it. What a provider answered is not touched.
    pub(crate) fn hidden_in(&self, error: HostError) -> HostError {
        let hide = |message: String| self.redactor.hide(&message).into_owned();
        match error {
            HostError::Network { code, message } => HostError::Network { code, message: hide(message) },
            HostError::Configuration { code, message } => {
                HostError::Configuration { code, message: hide(message) }
            }
            HostError::Internal { message } => HostError::Internal { message: hide(message) },
            other => other,
        }
    }

    /// A URL as people may see it: without user name, fragment, and secrets in whatever spelling.
    pub(crate) fn shown(&self, url: &Url) -> String {
        let mut shown = format!("{}://{}{}", url.scheme(), host(url), url.path());
        if let Some(query) = url.query() {
            let pairs: Vec<String> = query.split('&').map(|pair| self.shown_pair(pair)).collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        self.redactor.hide(&shown).into_owned()
    }

    /// A parameter that carries a credential has no value to show.
    fn shown_pair(&self, pair: &str) -> String {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if self.parameters.contains(&decoded(name)) { format!("{name}={REDACTED}") } else { pair.to_owned() }
    }
}

/// Percent-decoding, and `+` for a space.
fn decoded(name: &str) -> String {
    form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str], parameters: &[&str]) -> Secrets {
        let mut secrets = Secrets::of_texts(texts.iter().map(|text| Secret::new(*text)));
        parameters.iter().for_each(|name| secrets.add_parameter(name));
        secrets
    }

    #[test]
    fn a_secret_is_found_in_every_spelling_and_place() {
        let secrets = secrets(&["k+y/=1&2", "tok-12345"], &["key"]);
        for (url, shown) in [
            ("https://a.example/x?a=1&b=2", "https://a.example/x?a=1&b=2"),
            ("https://a.example:8443/v1/tok-12345/me#tok-12345", "https://a.example:8443/v1/[redacted]/me"),
            ("https://tok-12345.a.example/", "https://[redacted].a.example/"),
            ("https://a.example/%74ok-12345", "https://a.example/[redacted]"),
            ("https://a.example/k+y%2f%3D1%262", "https://a.example/[redacted]"),
            ("https://a.example/k+y/=1&2", "https://a.example/[redacted]"),
            ("https://a.example/?q=k%2By%2F%3D1%262&z=1", "https://a.example/?q=[redacted]&z=1"),
            ("https://a.example/?q=xtok-12345x", "https://a.example/?q=x[redacted]x"),
            ("https://a.example/?q=dG9rLTEyMzQ1", "https://a.example/?q=[redacted]"),
            ("https://a.example/?tok-12345", "https://a.example/?[redacted]"),
            ("https://a.example/?key=abc&k%65y=d", "https://a.example/?key=[redacted]&k%65y=[redacted]"),
            ("https://u:p@a.example/", "https://a.example/"),
        ] {
            assert_eq!(secrets.shown(&url.parse().unwrap()), shown, "{url}");
        }
    }
}
