//! The guard of outgoing calls: URLs, what an operator allows or denies, hosts that credentials may go to, addresses.
//!
//! An input is lines, each read as all of these; and its first sixteen bytes an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use onevent_proxy::{AddressClass, EgressPolicy, EgressRule, EgressRules, HostPattern, IpNet, classify};
use url::{Host, Url};

use crate::input::text;
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "address",
    run,
    words: &[
        "http://",
        "https://",
        "ftp://",
        "file://",
        "//",
        "@",
        ":",
        "/",
        "?",
        "#",
        ".",
        "..",
        "*.",
        "[",
        "]",
        "::",
        "::1",
        "::ffff:",
        "64:ff9b::",
        "2002:",
        "fe80::1%25eth0",
        "127.0.0.1",
        "127.1",
        "0x7f",
        "0177",
        "2130706433",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "localhost",
        "LOCALHOST",
        "metadata.google.internal",
        "example.com",
        "xn--",
        "①②⑦",
        "。",
        "%31",
        "%2e",
        "\u{ad}",
        "\u{200b}",
        "ß",
        "/8",
        "/0",
        "/33",
        "/128",
        ":443",
        ":0",
        ":65536",
        "\n",
        "\t",
        "\\",
        "user:pass",
        "http:\\\\",
        "::ffff:0:7f00:1",
        "::7f00:1",
        "5efe:7f00:1",
    ],
    seeds: Vec::new,
};

/// Lines of one input at most.
const MAX_LINES: usize = 12;

fn run(input: &[u8]) {
    if let Some(bytes) = input.first_chunk::<16>() {
        address(Ipv6Addr::from(*bytes).into());
        address(Ipv4Addr::from([bytes[0], bytes[1], bytes[2], bytes[3]]).into());
    }
    let text = text(input);
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let rules: Vec<EgressRule> = lines.iter().filter_map(|line| rule(line)).collect();
    let networks: Vec<(IpNet, EgressRule)> = lines.iter().filter_map(|line| network(line)).collect();
    let patterns: Vec<HostPattern> = lines.iter().filter_map(|line| pattern(line)).collect();
    let allowing = EgressPolicy::allowing(networks.iter().map(|(_, rule)| rule.clone()));
    let denying =
        EgressRules { allow: rules.clone(), deny: networks.iter().map(|(_, rule)| rule.clone()).collect() };
    let denying = EgressPolicy::public_only().and(&denying);
    for url in lines.iter().filter_map(|line| Url::parse(line).ok()) {
        guarded(&url, &EgressPolicy::public_only(), &[]);
        guarded(&url, &allowing, &networks);
        denied(&url, &denying, &networks);
        patterns.iter().for_each(|pattern| covered(pattern, &url));
    }
}

/// What is certainly not public, by the standard library's words and the registries.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || matches!(v4.octets(), [0 | 240..=255, ..] | [100, 64..=127, ..])
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || carried(v6).is_some_and(|v4| is_special(v4.into()))
        }
    }
}

/// The IPv4 address that an address of a well-known prefix leads to.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => address.to_ipv4_mapped(),
    }
}

fn address(address: IpAddr) {
    let is_public = classify(address) == AddressClass::Public;
    assert!(!(is_public && is_special(address)), "{address} is taken for public");
    let allowed = EgressPolicy::public_only().check_address(address).is_ok();
    assert_eq!(is_public, allowed, "{address}");
}

fn rule(line: &str) -> Option<EgressRule> {
    let rule: EgressRule = line.parse().ok()?;
    let again: Result<EgressRule, _> = rule.to_string().parse();
    assert_eq!(again.as_ref(), Ok(&rule), "{line:?}");
    Some(rule)
}

/// A rule that is a network, by its text alone.
fn network(line: &str) -> Option<(IpNet, EgressRule)> {
    let text = line.trim();
    let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
    Some((network.ok()?, rule(line)?))
}

/// Whether one of these networks has an address, in its mapped form as well.
fn within(networks: &[(IpNet, EgressRule)], address: IpAddr) -> bool {
    let has = |address: &IpAddr| networks.iter().any(|(network, _)| network.contains(address));
    has(&address) || has(&address.to_canonical())
}

/// What is denied is denied, whatever else is allowed.
fn denied(url: &Url, policy: &EgressPolicy, networks: &[(IpNet, EgressRule)]) {
    if let Some(address) = literal(url)
        && within(networks, address)
    {
        assert!(policy.check_url(url).is_err(), "{url} is denied, and may be called");
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn pattern(line: &str) -> Option<HostPattern> {
    let pattern: HostPattern = line.parse().ok()?;
    let again: Result<HostPattern, _> = pattern.to_string().parse();
    assert_eq!(again.as_ref(), Ok(&pattern), "{line:?}");
    Some(pattern)
}

/// What the guard lets through is http, says nothing of a user, and names no address that it should not.
fn guarded(url: &Url, policy: &EgressPolicy, networks: &[(IpNet, EgressRule)]) {
    if policy.check_url(url).is_err() {
        return;
    }
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.has_host(), "{url}");
    if let Some(address) = literal(url) {
        assert!(!is_special(address) || within(networks, address), "{url} may be called");
        return;
    }
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    let is_local = name == "localhost" || name.ends_with(".localhost");
    assert!(!is_local || !networks.is_empty(), "{url} may be called");
}

/// A pattern covers its own host, or one label before it.
fn covered(pattern: &HostPattern, url: &Url) {
    if !pattern.covers(url) {
        return;
    }
    let written = pattern.to_string();
    let host = url.host_str().unwrap_or_default();
    match written.strip_prefix("*.") {
        Some(own) => {
            let beneath = host.split_once('.').map(|(_, rest)| rest).unwrap_or_default();
            assert!(own == beneath || own.starts_with(&format!("{beneath}:")), "{written} covers {url}");
        }
        None => {
            assert!(written == host || written.starts_with(&format!("{host}:")), "{written} covers {url}");
        }
    }
}
