//! Hosts that sealed credentials go to.

use std::path::Path;

use onevent_proxy::HostPattern;
use serde_json::Value as Json;

use super::setting_value::{Invalid, SettingValue, Written};

/// The hosts that sealed credentials go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(Vec<HostPattern>);

impl Hosts {
    /// The hosts, as they were written.
    #[must_use]
    pub fn as_slice(&self) -> &[HostPattern] {
        &self.0
    }

    fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl SettingValue for Hosts {
    const DESCRIPTION: &str = "a list of hosts like [\"*.example.com\"]";
    const WRITTEN: Written = Written::List;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.split([',', ' ']).filter(|part| !part.is_empty()).map(host).collect::<Result<_, _>>().map(Self)
    }

    fn shown(&self) -> String {
        self.texts().join(", ")
    }

    fn shown_as_json(&self) -> Json {
        Json::from(self.texts())
    }
}

fn host(text: &str) -> Result<HostPattern, Invalid> {
    text.parse().map_err(|error| {
        let hint = "write hosts like api.example.com or *.example.com";
        Invalid::new(format!("holds a wrong host: {error}"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_and_shown_again() {
        let hosts = Hosts::parse("*.Example.com, 127.0.0.1:80", Path::new("")).unwrap();
        assert_eq!(hosts.shown(), "*.example.com, 127.0.0.1:80");
        for wrong in ["*", "https://a.example", "a.*.example", "*.127.0.0.1"] {
            assert!(Hosts::parse(wrong, Path::new("")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn yes_and_no_have_one_spelling() {
        assert_eq!(bool::parse("true", Path::new("")), Ok(true));
        for text in ["yes", "1", "True", ""] {
            assert!(bool::parse(text, Path::new("")).is_err(), "{text}");
        }
    }
}
