//! Why a call may not go where it wants to.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

use super::address::AddressClass;
use super::rule::EgressRule;

/// What speaks against a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Nobody allowed addresses of its class.
    Class(AddressClass),
    /// The operator denied it with this rule.
    Rule(EgressRule),
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => write!(f, "a {class} address, which egress.allow can allow"),
            Self::Rule(rule) => write!(f, "which egress.deny denies by `{rule}`"),
        }
    }
}

/// Why a call may not go where it wants to. Codes are Nango's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EgressRefusal {
    /// Neither http nor https.
    #[error("calls can use http and https, not `{scheme}`")]
    InvalidScheme {
        /// The URL's scheme.
        scheme: String,
    },
    /// A URL without a host, or one that holds a user name.
    #[error("the URL cannot be called: {reason}")]
    InvalidUrl {
        /// What is wrong, in words.
        reason: &'static str,
    },
    /// The host is an address that may not be reached.
    #[error("calls to {address} are not allowed: it is {why}")]
    DeniedIp {
        /// The address.
        address: IpAddr,
        /// What speaks against it.
        why: Denial,
    },
    /// The host is a name of which an address may not be reached.
    #[error("calls to {host} are not allowed: it resolves to {address}, {why}")]
    DeniedDns {
        /// The name.
        host: String,
        /// The address.
        address: IpAddr,
        /// What speaks against it.
        why: Denial,
    },
    /// The host is a name of the local machine or of a cloud's metadata service, or one that was denied.
    #[error("calls to {host} are not allowed: it is {why}")]
    DeniedHostname {
        /// The name.
        host: String,
        /// What speaks against it.
        why: Denial,
    },
    /// The port is another protocol's.
    #[error(
        "calls to port {port} are not allowed: it is not HTTP's; egress.allow with the name or the network of {host} allows it"
    )]
    DeniedPort {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The name exists and has no address.
    #[error("{host} has no address")]
    DnsResolutionFailed {
        /// The name.
        host: String,
    },
}

impl EgressRefusal {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidScheme { .. } => "invalid_scheme",
            Self::InvalidUrl { .. } => "invalid_url",
            Self::DeniedIp { .. } => "denied_ip",
            Self::DeniedDns { .. } => "denied_dns",
            Self::DeniedHostname { .. } => "denied_hostname",
            Self::DeniedPort { .. } => "denied_port",
            Self::DnsResolutionFailed { .. } => "dns_resolution_failed",
        }
    }
}
