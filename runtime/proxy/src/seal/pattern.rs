//! One entry of `hosts`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::{Host, Url};

/// A host that credentials may be sent to: `api.example.com`, `*.example.com`, `127.0.0.1`, `[::1]`, with a port or
/// without.
///
/// `*` stands for one whole label, as in certificates: `*.example.com` is `a.example.com`, and neither `example.com`
/// nor `a.b.example.com`. An address is itself in every spelling, and never a wildcard. Without a port every port of
/// the host is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    label: FirstLabel,
    /// In the form that URLs have: lower case, IDNA applied.
    host: Host,
    port: Option<u16>,
}

/// What may stand before the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum FirstLabel {
    /// Nothing: the name is the host.
    Written,
    /// Any one label.
    Any,
}

/// A text that is no such host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no host like api.example.com or *.example.com: {why}")]
pub struct HostPatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl HostPattern {
    /// Whether this is the host of `url`, and its port where one is named.
    #[must_use]
    pub fn covers(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let same = match (self.label, &self.host, host) {
            (FirstLabel::Written, own, host) => borrowed(own) == host,
            (FirstLabel::Any, Host::Domain(own), Host::Domain(host)) => {
                host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == own)
            }
            (FirstLabel::Any, ..) => false,
        };
        same && self.port.is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

fn borrowed(host: &Host) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |why| HostPatternError { text: text.into(), why };
        if text.contains(['/', '@', '?', '#', '\\']) || text.chars().any(char::is_whitespace) {
            return Err(wrong("it is a host alone, without a scheme or a path"));
        }
        let (label, rest) = match text.strip_prefix("*.") {
            Some(rest) => (FirstLabel::Any, rest),
            None => (FirstLabel::Written, text),
        };
        if rest.contains('*') {
            return Err(wrong("`*` can only be the whole first label"));
        }
        let (name, port) = match rest.rsplit_once(':') {
            // An IPv6 address holds colons of its own.
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (name, Some(port.parse().map_err(|_| wrong("its port is no number up to 65535"))?))
            }
            _ => (rest, None),
        };
        let bare_address = name.parse::<std::net::Ipv6Addr>().ok().map(Host::Ipv6);
        let host = match bare_address {
            Some(address) => address,
            None => Host::parse(name).map_err(|_| wrong("it is no name and no address"))?,
        };
        // Looked at again where it is parsed: other signs become these as well.
        let parsed = if let Host::Domain(parsed) = &host { parsed } else { name };
        if name.ends_with('.') || parsed.ends_with('.') {
            return Err(wrong("it ends with a dot"));
        }
        if parsed.contains('*') {
            return Err(wrong("`*` can only be the whole first label"));
        }
        if label == FirstLabel::Any && !matches!(host, Host::Domain(_)) {
            return Err(wrong("an address has no labels"));
        }
        Ok(Self { label, host, port })
    }
}

impl TryFrom<String> for HostPattern {
    type Error = HostPatternError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.label == FirstLabel::Any {
            f.write_str("*.")?;
        }
        self.host.fmt(f)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_whole_labels_and_nothing_else() {
        for (pattern, covered, others) in [
            (
                "api.example.com",
                &["https://api.example.com/x", "http://API.Example.COM:8080/", "https://api%2Eexample.com/"]
                    [..],
                &[
                    "https://example.com/",
                    "https://x.api.example.com/",
                    "https://api.example.com.evil.test/",
                    "https://api.example.com./",
                    "https://apixexample.com/",
                    "https://evil.test/api.example.com",
                    "https://evil.test/?api.example.com",
                    "https://api.example.com@evil.test/",
                ][..],
            ),
            (
                "*.example.com",
                &[
                    "https://a.example.com/",
                    "https://xn--bcher-kva.example.com/",
                    "https://b\u{fc}cher.example.com/",
                ],
                &[
                    "https://example.com/",
                    "https://a.b.example.com/",
                    "https://evilexample.com/",
                    "https://.example.com/",
                    "https://a.example.com.evil.test/",
                    "https://a.example.com./",
                    "https://a.example.org/",
                ],
            ),
            ("B\u{dc}CHER.example", &["https://xn--bcher-kva.example/"], &["https://bucher.example/"]),
            (
                "127.0.0.1",
                &["http://127.0.0.1:1234/", "http://2130706433/", "http://0x7f.1/"],
                &[
                    "http://127.0.0.2/",
                    "http://[::ffff:127.0.0.1]/",
                    "http://localhost/",
                    "http://127.0.0.1.evil.test/",
                ],
            ),
            ("[::1]", &["http://[::1]:80/", "http://[0:0::1]/"], &["http://[::2]/", "http://127.0.0.1/"]),
            ("::1", &["http://[::1]/"], &["http://[::11]/"]),
            ("[::1]:8080", &["http://[::1]:8080/"], &["http://[::1]/"]),
            (
                "*.example.com:443",
                &["https://a.example.com/", "http://a.example.com:443/"],
                &["http://a.example.com/", "https://a.example.com:8443/"],
            ),
        ] {
            let pattern: HostPattern = pattern.parse().unwrap();
            for url in covered {
                assert!(pattern.covers(&url.parse().unwrap()), "{pattern} {url}");
            }
            // What is no URL at all goes nowhere.
            for url in others.iter().filter_map(|url| Url::parse(url).ok()) {
                assert!(!pattern.covers(&url), "{pattern} {url}");
            }
            assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "no name"),
            ("*", "first label"),
            ("*.", "no name"),
            ("*.*.example.com", "first label"),
            ("a.*.example.com", "first label"),
            ("*example.com", "first label"),
            ("*.127.0.0.1", "no labels"),
            ("*.[::1]", "no labels"),
            ("*.::1", "no labels"),
            ("https://api.example.com", "host alone"),
            ("api.example.com/v1", "host alone"),
            ("me@example.com", "host alone"),
            ("api example.com", "host alone"),
            ("api.example.com.", "dot"),
            ("127.0.0.1.", "dot"),
            ("api.example.com。", "dot"),
            ("api.。:8443", "dot"),
            ("＊.example.com", "first label"),
            ("api.example.com:port", "port"),
            ("api.example.com:99999", "port"),
            ("api.example.com:", "port"),
            ("a\u{0}b", "no name"),
            ("1.2.3.4.5", "no name"),
        ] {
            let error = text.parse::<HostPattern>().unwrap_err();
            assert!(error.why.contains(why), "{text:?}: {error}");
        }
    }
}
