//! Where debuggers are listened for.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

/// As Node's, so that debuggers look there by themselves.
const PORT: u16 = 9229;

/// An address of this machine alone: whoever reaches it executes code and reads every secret of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InspectorAddress(SocketAddr);

/// Why a text is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum NoInspectorAddress {
    /// It is no address.
    #[error("expected a port, or an address as 127.0.0.1:9229")]
    Unreadable,
    /// Others could reach it.
    #[error("debuggers are listened for on loopback only: whoever reaches the port controls the run")]
    NotLoopback,
}

impl InspectorAddress {
    pub(super) fn socket(self) -> SocketAddr {
        self.0
    }
}

impl Default for InspectorAddress {
    fn default() -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT))
    }
}

impl FromStr for InspectorAddress {
    type Err = NoInspectorAddress;

    fn from_str(text: &str) -> Result<Self, NoInspectorAddress> {
        let text = text.trim();
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        if let Ok(port) = text.parse() {
            return Ok(Self(SocketAddr::new(loopback, port)));
        }
        let of_name =
            || text.strip_prefix("localhost:")?.parse().ok().map(|port| SocketAddr::new(loopback, port));
        let of_host = || text.parse().ok().map(|host| SocketAddr::new(host, PORT));
        let address = text.parse().ok().or_else(of_name).or_else(of_host);
        let address: SocketAddr = address.ok_or(NoInspectorAddress::Unreadable)?;
        if address.ip().is_loopback() { Ok(Self(address)) } else { Err(NoInspectorAddress::NotLoopback) }
    }
}

impl fmt::Display for InspectorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_loopback_addresses_are_taken_and_nothing_that_others_reach() {
        for (text, address) in [
            ("9230", Ok("127.0.0.1:9230")),
            ("127.0.0.1:0", Ok("127.0.0.1:0")),
            ("127.0.0.2", Ok("127.0.0.2:9229")),
            ("localhost:9231", Ok("127.0.0.1:9231")),
            ("[::1]:9229", Ok("[::1]:9229")),
            ("::1", Ok("[::1]:9229")),
            ("0.0.0.0:9229", Err(NoInspectorAddress::NotLoopback)),
            ("192.168.1.5", Err(NoInspectorAddress::NotLoopback)),
            ("example.com:9229", Err(NoInspectorAddress::Unreadable)),
            ("70000", Err(NoInspectorAddress::Unreadable)),
            ("", Err(NoInspectorAddress::Unreadable)),
        ] {
            let parsed = text.parse::<InspectorAddress>().map(|address| address.to_string());
            assert_eq!(parsed, address.map(str::to_owned), "{text}");
        }
    }
}
