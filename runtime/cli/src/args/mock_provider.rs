//! `onevent mock-provider`.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

use clap::Args;

/// Where the mock provider listens, and what `onevent init` writes down.
pub(crate) const MOCK_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4010);

/// `onevent mock-provider`.
#[derive(Debug, Args)]
pub(crate) struct MockProviderArgs {
    /// Where it listens; port 0 takes a free one. Everybody who reaches an address that is not loopback may use it
    #[arg(long, value_name = "ADDRESS", default_value_t = MOCK_ADDRESS)]
    pub(crate) listen: SocketAddr,
    /// How many requests a token may make in a second. Those beyond are answered with 429 and Retry-After
    #[arg(long, value_name = "N")]
    pub(crate) rate_limit: Option<NonZeroU32>,
    /// Refuse this token from the beginning, as that of a customer who took the access away. Repeatable
    #[arg(long, value_name = "TOKEN")]
    pub(crate) refuse: Vec<String>,
}
