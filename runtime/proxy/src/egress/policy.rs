//! Which addresses and names may be called.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::{AddressClass, classify};
use super::port::Ports;
use super::refusal::{Denial, EgressRefusal};
use super::rule::{EgressRule, EgressRules};

/// Names that are refused before any lookup, each with the address that it stands for: whoever allows that address
/// allows the name.
const LOCAL_NAMES: [(&str, [u8; 4]); 3] = [
    ("localhost", [127, 0, 0, 1]),
    ("metadata.google.internal", [169, 254, 169, 254]),
    ("metadata.goog", [169, 254, 169, 254]),
];

/// Where calls may go: public addresses, and what an operator makes of that.
///
/// A class is the rule, networks and names are its exceptions: where one of them speaks of a destination, classes do
/// not count. Among the like, a denial wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EgressPolicy {
    allow: Vec<EgressRule>,
    deny: Vec<EgressRule>,
    ports: Ports,
}

/// How a destination is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// It belongs to a class that may be reached.
    ByClass,
    /// The operator means this very one.
    ByItself,
}

impl EgressPolicy {
    /// Public addresses only.
    #[must_use]
    pub fn public_only() -> Self {
        Self::default()
    }

    /// Public addresses and these destinations.
    #[must_use]
    pub fn allowing(rules: impl IntoIterator<Item = EgressRule>) -> Self {
        Self::default().and(&EgressRules { allow: rules.into_iter().collect(), deny: Vec::new() })
    }

    /// For a server that the owner of the installation names, its port included: every address, but for what a cloud
    /// tells its machines.
    pub(crate) fn of_the_operator() -> Self {
        let classes = AddressClass::ALL.into_iter().filter(|class| *class != AddressClass::Metadata);
        Self { ports: Ports::All, ..Self::allowing(classes.map(EgressRule::class)) }
    }

    /// This policy with more rules.
    #[must_use]
    pub fn and(mut self, rules: &EgressRules) -> Self {
        for (own, more) in [(&mut self.allow, &rules.allow), (&mut self.deny, &rules.deny)] {
            own.extend_from_slice(more);
            own.sort_unstable();
            own.dedup();
        }
        self
    }

    /// Whether an address may be reached that was named as such.
    ///
    /// # Errors
    /// What speaks against it.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Denial> {
        self.decide(None, address).map(drop)
    }

    /// Checks a URL before it is used: its scheme, its port, and its host as far as it is known without a lookup. What a
    /// name resolves to is checked while connecting.
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
        let allowed = match url.host() {
            None => return Err(EgressRefusal::InvalidUrl { reason: "it has no host" }),
            Some(Host::Ipv4(address)) => self.check_literal(address.into())?,
            Some(Host::Ipv6(address)) => self.check_literal(address.into())?,
            Some(Host::Domain(name)) if has_empty_label(name) => {
                return Err(EgressRefusal::InvalidUrl { reason: "a part of its host's name is empty" });
            }
            Some(Host::Domain(name)) => self.check_name(&plain(name))?,
        };
        match url.port_or_known_default() {
            Some(port) if allowed == Allowed::ByClass && !self.ports.include(port) => {
                Err(EgressRefusal::DeniedPort { host: url.host_str().unwrap_or_default().into(), port })
            }
            _ => Ok(()),
        }
    }

    /// Checks every address that a name resolved to; one that may not be reached refuses the name.
    pub(super) fn check_resolved(&self, host: &str, addresses: &[IpAddr]) -> Result<(), EgressRefusal> {
        if addresses.is_empty() {
            return Err(EgressRefusal::DnsResolutionFailed { host: host.into() });
        }
        let name = plain(host);
        addresses.iter().try_for_each(|&address| {
            let decided = self.decide(Some(&name), address).map(drop);
            decided.map_err(|why| EgressRefusal::DeniedDns { host: host.into(), address, why })
        })
    }

    fn check_literal(&self, address: IpAddr) -> Result<Allowed, EgressRefusal> {
        self.decide(None, address).map_err(|why| EgressRefusal::DeniedIp { address, why })
    }

    fn check_name(&self, name: &str) -> Result<Allowed, EgressRefusal> {
        let is =
            |local: &str| name.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let decided = match LOCAL_NAMES.iter().find(|(local, _)| is(local)) {
            Some((_, address)) => self.decide(Some(name), IpAddr::from(*address)),
            None => match self.deny.iter().find(|rule| rule.is_name_of(name)) {
                Some(rule) => Err(Denial::Rule(rule.clone())),
                None if self.allow.iter().any(|rule| rule.is_name_of(name)) => Ok(Allowed::ByItself),
                None => Ok(Allowed::ByClass),
            },
        };
        decided.map_err(|why| EgressRefusal::DeniedHostname { host: name.into(), why })
    }

    /// Decides about an address, and about the name that it was found under.
    fn decide(&self, name: Option<&str>, address: IpAddr) -> Result<Allowed, Denial> {
        let class = classify(address);
        let is_named = |rule: &&EgressRule| name.is_some_and(|name| rule.is_name_of(name));
        let denied = self.deny.iter().find(|rule| rule.is_network_behind(address) || is_named(rule));
        if let Some(rule) = denied {
            return Err(Denial::Rule(rule.clone()));
        }
        if self.allow.iter().any(|rule| rule.is_network_of(address)) {
            return Ok(Allowed::ByItself);
        }
        // Whoever runs a name's DNS may say that it is a cloud's metadata service. That has to be meant.
        if class != AddressClass::Metadata && self.allow.iter().any(|rule| is_named(&rule)) {
            return Ok(Allowed::ByItself);
        }
        if let Some(rule) = self.deny.iter().find(|rule| rule.is_class(class)) {
            return Err(Denial::Rule(rule.clone()));
        }
        if class == AddressClass::Public || self.allow.iter().any(|rule| rule.is_class(class)) {
            return Ok(Allowed::ByClass);
        }
        Err(Denial::Class(class))
    }
}

/// No name has an empty label, but for the one at the end of a whole name. Resolvers differ in what they make of others.
fn has_empty_label(name: &str) -> bool {
    name.strip_suffix('.').unwrap_or(name).split('.').any(str::is_empty)
}

/// A name as rules have it.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &[&str]) -> Vec<EgressRule> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn policy(allow: &[&str], deny: &[&str]) -> EgressPolicy {
        EgressPolicy::public_only().and(&EgressRules { allow: rules(allow), deny: rules(deny) })
    }

    fn code(policy: &EgressPolicy, url: &str) -> &'static str {
        policy.check_url(&url.parse().unwrap()).map_or_else(|refusal| refusal.code(), |()| "ok")
    }

    fn resolved(policy: &EgressPolicy, name: &str, addresses: &[&str]) -> &'static str {
        let addresses: Vec<_> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        policy.check_resolved(name, &addresses).map_or_else(|refusal| refusal.code(), |()| "ok")
    }

    #[test]
    fn what_is_allowed_is_allowed_in_every_spelling_and_nothing_else_is() {
        let loopback = policy(&["127.0.0.1/8"], &[]);
        for url in
            ["http://127.0.0.1/", "http://127.9.9.9/", "http://[::ffff:127.0.0.1]/", "http://localhost/"]
        {
            assert_eq!(code(&loopback, url), "ok", "{url}");
        }
        assert_eq!(code(&loopback, "http://[::1]/"), "denied_ip");
        assert_eq!(code(&loopback, "http://10.0.0.1/"), "denied_ip");
        assert_eq!(code(&loopback, "http://metadata.google.internal/"), "denied_hostname");
        let one = policy(&["10.0.0.7"], &[]);
        assert_eq!(code(&one, "http://10.0.0.7/"), "ok");
        assert_eq!(code(&one, "http://10.0.0.8/"), "denied_ip");
        assert_eq!(policy(&["10.1.2.3/8", "10.0.0.0/8"], &[]), policy(&["10.0.0.0/8"], &[]));
    }

    #[test]
    fn a_class_is_all_of_its_addresses_and_no_others() {
        let private = policy(&["private", "loopback"], &[]);
        for url in ["http://10.0.0.1/", "http://[fd00::1]/", "http://[::1]/", "http://localhost/"] {
            assert_eq!(code(&private, url), "ok", "{url}");
        }
        for url in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://169.254.1.1/"] {
            assert_eq!(code(&private, url), "denied_ip", "{url}");
        }
        let link = policy(&["link-local"], &[]);
        assert_eq!(code(&link, "http://169.254.1.1/"), "ok");
        assert_eq!(code(&link, "http://169.254.169.254/"), "denied_ip", "metadata is a class of its own");
        assert_eq!(code(&policy(&["metadata"], &[]), "http://metadata.google.internal/"), "ok");
        let closed = policy(&["api.example.com"], &["public"]);
        assert_eq!(code(&closed, "http://8.8.8.8/"), "denied_ip");
        assert_eq!(resolved(&closed, "other.example.com", &["8.8.8.8"]), "denied_dns");
        assert_eq!(resolved(&closed, "api.example.com", &["8.8.8.8"]), "ok");
    }

    #[test]
    fn an_allowed_name_may_be_in_the_own_network_and_never_the_metadata_service() {
        let named = policy(&["wiki.example.com", "*.corp.example.com"], &[]);
        for (name, addresses, expected) in [
            ("wiki.example.com", &["10.0.0.5"][..], "ok"),
            ("WIKI.example.com.", &["10.0.0.5", "fd00::5"], "ok"),
            ("a.b.corp.example.com", &["127.0.0.1"], "ok"),
            ("wiki.example.com", &["10.0.0.5", "169.254.169.254"], "denied_dns"),
            ("corp.example.com", &["10.0.0.5"], "denied_dns"),
            ("xcorp.example.com", &["10.0.0.5"], "denied_dns"),
            ("wiki.example.com.evil.test", &["10.0.0.5"], "denied_dns"),
        ] {
            assert_eq!(resolved(&named, name, addresses), expected, "{name}");
        }
        assert_eq!(
            code(&policy(&["metadata.google.internal"], &[]), "http://metadata.google.internal/"),
            "denied_hostname"
        );
    }

    #[test]
    fn a_denial_wins_over_what_is_allowed_in_the_same_way_and_in_every_form() {
        let denied =
            policy(&["10.0.0.0/8", "*.example.com"], &["10.1.0.0/16", "8.8.8.0/24", "*.bad.example.com"]);
        for (url, expected) in [
            ("http://10.0.0.1/", "ok"),
            ("http://10.1.0.1/", "denied_ip"),
            ("http://[::ffff:10.1.0.1]/", "denied_ip"),
            ("http://8.8.8.8/", "denied_ip"),
            ("http://[64:ff9b::8.8.8.8]/", "denied_ip"),
            ("http://[2002:808:808::1]/", "denied_ip"),
            ("http://8.8.9.8/", "ok"),
            ("http://a.example.com/", "ok"),
            ("http://a.bad.example.com/", "denied_hostname"),
            ("http://A.BAD.example.com./", "denied_hostname"),
            ("http://bad.example.com/", "ok"),
        ] {
            assert_eq!(code(&denied, url), expected, "{url}");
        }
        assert_eq!(resolved(&denied, "a.example.com", &["10.1.0.1"]), "denied_dns");
        let exception = policy(&["10.2.0.0/16"], &["private"]);
        assert_eq!(code(&exception, "http://10.2.0.1/"), "ok", "a network is an exception from a class");
        assert_eq!(code(&policy(&["private"], &["private"]), "http://10.2.0.1/"), "denied_ip");
        let why = denied.check_address("10.1.0.1".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(why, "which egress.deny denies by `10.1.0.0/16`");
    }

    #[test]
    fn other_protocols_ports_are_for_hosts_that_are_meant() {
        let some = policy(&["127.0.0.0/8", "private", "mail.example.com"], &[]);
        for (url, expected) in [
            ("http://api.example.com:25/", "denied_port"),
            ("https://api.example.com:22/", "denied_port"),
            ("http://8.8.8.8:6667/", "denied_port"),
            ("http://10.0.0.1:25/", "denied_port"),
            ("http://127.0.0.1:25/", "ok"),
            ("http://localhost:25/", "ok"),
            ("http://mail.example.com:25/", "ok"),
            ("http://api.example.com:8025/", "ok"),
        ] {
            assert_eq!(code(&some, url), expected, "{url}");
        }
        assert_eq!(code(&EgressPolicy::of_the_operator(), "http://nango:6000/"), "ok");
    }

    #[test]
    fn the_operators_own_servers_may_be_anywhere_but_at_the_metadata_service() {
        let own = EgressPolicy::of_the_operator();
        for url in ["http://localhost/", "http://[::1]/", "http://10.0.0.1/", "http://224.0.0.1/"] {
            assert_eq!(code(&own, url), "ok", "{url}");
        }
        assert_eq!(code(&own, "http://169.254.169.254/"), "denied_ip");
        assert_eq!(resolved(&own, "app.example.com", &["fd00:ec2::254"]), "denied_dns");
    }

    #[test]
    fn one_bad_address_among_good_ones_refuses_a_name() {
        let public = EgressPolicy::public_only();
        assert_eq!(resolved(&public, "a.example", &["8.8.8.8", "2606:4700::1"]), "ok");
        assert_eq!(resolved(&public, "a.example", &["8.8.8.8", "10.0.0.1"]), "denied_dns");
        assert_eq!(resolved(&public, "a.example", &[]), "dns_resolution_failed");
    }
}
