//! A network that an operator allows.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A network that calls may reach although it is not public: `127.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedNetwork(IpNet);

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is neither an IP address nor a network like 127.0.0.0/8")]
pub struct AllowedNetworkError {
    /// The text.
    pub text: String,
}

impl AllowedNetwork {
    /// The network.
    #[must_use]
    pub fn network(self) -> IpNet {
        self.0
    }
}

impl FromStr for AllowedNetwork {
    type Err = AllowedNetworkError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        // `10.1.2.3/8` means its network; two spellings of one network are one policy.
        network
            .map(|network: IpNet| Self(network.trunc()))
            .map_err(|_| AllowedNetworkError { text: text.into() })
    }
}

impl TryFrom<String> for AllowedNetwork {
    type Error = AllowedNetworkError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AllowedNetwork> for String {
    fn from(network: AllowedNetwork) -> Self {
        network.to_string()
    }
}

impl fmt::Display for AllowedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_from_both_forms() {
        assert_eq!("127.0.0.0/8".parse::<AllowedNetwork>().unwrap().to_string(), "127.0.0.0/8");
        assert_eq!("::1".parse::<AllowedNetwork>().unwrap().to_string(), "::1/128");
        assert!("localhost".parse::<AllowedNetwork>().is_err());
        assert!("10.0.0.0/33".parse::<AllowedNetwork>().is_err());
    }
}
