//! Which addresses and names may be called.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use super::address::{AddressClass, classify};
use super::network::AllowedNetwork;
use super::refusal::EgressRefusal;

/// Names that are refused before any lookup, each with the address that it stands for: whoever allows that address
/// allows the name.
const LOCAL_NAMES: [(&str, [u8; 4]); 3] = [
    ("localhost", [127, 0, 0, 1]),
    ("metadata.google.internal", [169, 254, 169, 254]),
    ("metadata.goog", [169, 254, 169, 254]),
];

/// Where calls may go: public addresses, and the networks that an operator allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EgressPolicy {
    allow: Vec<IpNet>,
}

impl EgressPolicy {
    /// Public addresses only.
    #[must_use]
    pub fn public_only() -> Self {
        Self::default()
    }

    /// Public addresses and these networks.
    #[must_use]
    pub fn allowing(networks: impl IntoIterator<Item = AllowedNetwork>) -> Self {
        Self::default().and(networks.into_iter().map(AllowedNetwork::network))
    }

    /// Every address: for a server that the owner of the installation names.
    pub(crate) fn anywhere() -> Self {
        Self::default().and([Ipv4Net::default().into(), Ipv6Net::default().into()])
    }

    /// This policy with more networks allowed.
    #[must_use]
    pub fn and(mut self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.allow.extend(networks.into_iter().map(|network| network.trunc()));
        self.allow.sort_unstable();
        self.allow.dedup();
        self
    }

    /// Whether an address may be reached; its class where not.
    ///
    /// # Errors
    /// The class of an address that is neither public nor allowed.
    pub fn check_address(&self, address: IpAddr) -> Result<(), AddressClass> {
        let allowed = |address: &IpAddr| self.allow.iter().any(|network| network.contains(address));
        match classify(address) {
            AddressClass::Public => Ok(()),
            _ if allowed(&address) || allowed(&address.to_canonical()) => Ok(()),
            class => Err(class),
        }
    }

    /// Checks a URL before it is used: its scheme, and its host as far as it is known without a lookup. What a name
    /// resolves to is checked while connecting.
    ///
    /// # Errors
    /// [`EgressRefusal`].
    pub fn check_url(&self, url: &Url) -> Result<(), EgressRefusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EgressRefusal::InvalidScheme { scheme: url.scheme().into() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressRefusal::InvalidUrl { reason: "it holds a user name or password" });
        }
        // The URL parser has turned every spelling of an address (`127.1`, `0x7f000001`) into its usual form.
        match url.host() {
            None => Err(EgressRefusal::InvalidUrl { reason: "it has no host" }),
            Some(Host::Ipv4(address)) => self.check_literal(address.into()),
            Some(Host::Ipv6(address)) => self.check_literal(address.into()),
            Some(Host::Domain(name)) => self.check_name(name),
        }
    }

    /// Checks every address that a name resolved to; one that may not be reached refuses the name.
    pub(super) fn check_resolved(&self, host: &str, addresses: &[IpAddr]) -> Result<(), EgressRefusal> {
        if addresses.is_empty() {
            return Err(EgressRefusal::DnsResolutionFailed { host: host.into() });
        }
        addresses.iter().try_for_each(|address| {
            self.check_address(*address).map_err(|class| EgressRefusal::DeniedDns {
                host: host.into(),
                address: *address,
                class,
            })
        })
    }

    fn check_literal(&self, address: IpAddr) -> Result<(), EgressRefusal> {
        self.check_address(address).map_err(|class| EgressRefusal::DeniedIp { address, class })
    }

    fn check_name(&self, name: &str) -> Result<(), EgressRefusal> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is =
            |local: &str| name.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        match LOCAL_NAMES.iter().find(|(local, _)| is(local)) {
            Some((_, address)) if self.check_address(IpAddr::from(*address)).is_err() => {
                Err(EgressRefusal::DeniedHostname { host: name })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allow: &[&str]) -> EgressPolicy {
        EgressPolicy::allowing(allow.iter().map(|network| network.parse().unwrap()))
    }

    fn code(policy: &EgressPolicy, url: &str) -> &'static str {
        policy.check_url(&url.parse().unwrap()).map_or_else(|refusal| refusal.code(), |()| "ok")
    }

    #[test]
    fn urls_are_refused_by_scheme_user_name_and_host() {
        let public = EgressPolicy::public_only();
        for (url, expected) in [
            ("https://api.example.com/", "ok"),
            ("http://8.8.8.8/", "ok"),
            ("ftp://example.com/", "invalid_scheme"),
            ("file:///etc/passwd", "invalid_scheme"),
            ("https://user@example.com/", "invalid_url"),
            ("https://:secret@example.com/", "invalid_url"),
            ("http://127.0.0.1/", "denied_ip"),
            ("http://127.1/", "denied_ip"),
            ("http://2130706433/", "denied_ip"),
            ("http://0x7f.0.0.1/", "denied_ip"),
            ("http://0177.0.0.1/", "denied_ip"),
            ("http://127.0.0.1./", "denied_ip"),
            ("http://[::1]/", "denied_ip"),
            ("http://[::ffff:7f00:1]/", "denied_ip"),
            ("http://①②⑦.0.0.1/", "denied_ip"),
            ("http://localhost/", "denied_hostname"),
            ("http://LOCALHOST./", "denied_hostname"),
            ("http://a.localhost/", "denied_hostname"),
            ("http://notlocalhost/", "ok"),
            ("http://metadata.google.internal/", "denied_hostname"),
        ] {
            assert_eq!(code(&public, url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_in_every_spelling_and_nothing_else_is() {
        let loopback = policy(&["127.0.0.1/8"]);
        for url in
            ["http://127.0.0.1/", "http://127.9.9.9/", "http://[::ffff:127.0.0.1]/", "http://localhost/"]
        {
            assert_eq!(code(&loopback, url), "ok", "{url}");
        }
        assert_eq!(code(&loopback, "http://[::1]/"), "denied_ip");
        assert_eq!(code(&loopback, "http://10.0.0.1/"), "denied_ip");
        assert_eq!(code(&loopback, "http://metadata.google.internal/"), "denied_hostname");
        let one = policy(&["10.0.0.7"]);
        assert_eq!(code(&one, "http://10.0.0.7/"), "ok");
        assert_eq!(code(&one, "http://10.0.0.8/"), "denied_ip");
        assert_eq!(policy(&["10.1.2.3/8", "10.0.0.0/8"]), policy(&["10.0.0.0/8"]));
    }

    #[test]
    fn one_bad_address_among_good_ones_refuses_a_name() {
        let public = EgressPolicy::public_only();
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        assert!(public.check_resolved("a.example", &addresses(&["8.8.8.8", "2606:4700::1"])).is_ok());
        let refused = public.check_resolved("a.example", &addresses(&["8.8.8.8", "10.0.0.1"])).unwrap_err();
        assert_eq!(refused.code(), "denied_dns");
        assert_eq!(public.check_resolved("a.example", &[]).unwrap_err().code(), "dns_resolution_failed");
    }
}
