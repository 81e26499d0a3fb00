//! Where functions may go, and where not.

use std::path::Path;

use onevent_proxy::{AddressClass, EgressRule};
use serde_json::Value as Json;

use super::setting_value::{Invalid, SettingValue, Written};

/// Networks, classes of addresses and names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destinations(Vec<EgressRule>);

impl Destinations {
    fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl From<Destinations> for Vec<EgressRule> {
    fn from(destinations: Destinations) -> Self {
        destinations.0
    }
}

impl SettingValue for Destinations {
    const DESCRIPTION: &str =
        "a list of networks, classes and names like [\"127.0.0.0/8\", \"private\", \"*.example.com\"]";
    const WRITTEN: Written = Written::List;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.split([',', ' ']).filter(|part| !part.is_empty()).map(rule).collect::<Result<_, _>>().map(Self)
    }

    fn shown(&self) -> String {
        self.texts().join(", ")
    }

    fn shown_as_json(&self) -> Json {
        Json::from(self.texts())
    }
}

fn rule(text: &str) -> Result<EgressRule, Invalid> {
    text.parse().map_err(|error| {
        let classes: Vec<_> = AddressClass::ALL.into_iter().map(AddressClass::name).collect();
        let hint = format!(
            "write networks like 127.0.0.0/8 or 10.1.2.3, names like api.example.com or *.example.com, or a class: {}",
            classes.join(", ")
        );
        Invalid::new(format!("holds a wrong destination: {error}"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read_and_shown_again() {
        let text = "127.0.0.1, fd00::/8, private, *.Example.com";
        let destinations = Destinations::parse(text, Path::new("")).unwrap();
        assert_eq!(destinations.shown(), "127.0.0.1/32, fd00::/8, private, *.example.com");
        let json = serde_json::json!(["127.0.0.1/32", "fd00::/8", "private", "*.example.com"]);
        assert_eq!(destinations.shown_as_json(), json);
        for wrong in ["privat", "300.0.0.0/8", "10.0.0.0/33", "https://a.example"] {
            assert!(Destinations::parse(wrong, Path::new("")).is_err(), "{wrong}");
        }
    }
}
