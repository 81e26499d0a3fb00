//! Why a call may not go where it wants to.

use std::net::IpAddr;

use thiserror::Error;

use super::address::AddressClass;

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
    /// The host is an address that is not public.
    #[error("calls to {address} are not allowed: it is a {class} address; egress.allow can allow it")]
    DeniedIp {
        /// The address.
        address: IpAddr,
        /// Its class.
        class: AddressClass,
    },
    /// The host is a name of which an address is not public.
    #[error(
        "calls to {host} are not allowed: it resolves to {address}, a {class} address; egress.allow can allow it"
    )]
    DeniedDns {
        /// The name.
        host: String,
        /// The address.
        address: IpAddr,
        /// The address's class.
        class: AddressClass,
    },
    /// The host is a name of the local machine or of a cloud's metadata service.
    #[error("calls to {host} are not allowed; egress.allow can allow its addresses")]
    DeniedHostname {
        /// The name.
        host: String,
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
            Self::DnsResolutionFailed { .. } => "dns_resolution_failed",
        }
    }
}
