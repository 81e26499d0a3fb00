//! Networks that functions may reach.

use std::path::Path;

use ipnet::IpNet;
use onevent_proxy::AllowedNetwork;
use serde_json::Value as Json;

use super::setting_value::{Invalid, SettingValue, Written};

/// Networks that functions may reach beside public addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// The networks, as they were written.
    #[must_use]
    pub fn as_slice(&self) -> &[IpNet] {
        &self.0
    }

    fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl SettingValue for Networks {
    const DESCRIPTION: &str = "a list of networks like [\"127.0.0.0/8\"]";
    const WRITTEN: Written = Written::List;

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        text.split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn shown(&self) -> String {
        self.texts().join(", ")
    }

    fn shown_as_json(&self) -> Json {
        Json::from(self.texts())
    }
}

fn network(text: &str) -> Result<IpNet, Invalid> {
    text.parse::<AllowedNetwork>().map(AllowedNetwork::network).map_err(|error| {
        let hint = "write networks like 127.0.0.0/8, 10.1.2.3 or fd00::/8";
        Invalid::new(format!("holds a wrong network: {error}"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_shown_again() {
        let networks = Networks::parse("127.0.0.1, fd00::/8", Path::new("")).unwrap();
        assert_eq!(networks.shown(), "127.0.0.1/32, fd00::/8");
        assert_eq!(networks.shown_as_json(), serde_json::json!(["127.0.0.1/32", "fd00::/8"]));
        for wrong in ["localhost", "300.0.0.0/8", "10.0.0.0/33"] {
            assert!(Networks::parse(wrong, Path::new("")).is_err(), "{wrong}");
        }
    }
}
