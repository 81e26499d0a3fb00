use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of network an address belongs to (IANA's special-purpose address registries).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AddressClass {
    /// Reachable by everybody.
    Public,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918), or a unique local address (RFC 4193).
    Private,
    /// The own link only; clouds serve their machines' credentials there.
    LinkLocal,
    /// Space that providers share among customers (RFC 6598).
    Shared,
    /// No address at all, or "this network".
    Unspecified,
    /// Many receivers.
    Multicast,
    /// All receivers.
    Broadcast,
    /// Set aside for documentation and measurements.
    Documentation,
    /// Where a cloud serves its machines their own credentials and configuration.
    Metadata,
    /// Set aside for anything else, or not given to anybody.
    Reserved,
}

impl AddressClass {
    /// Every class.
    pub const ALL: [Self; 11] = [
        Self::Public,
        Self::Loopback,
        Self::Private,
        Self::LinkLocal,
        Self::Metadata,
        Self::Shared,
        Self::Unspecified,
        Self::Multicast,
        Self::Broadcast,
        Self::Documentation,
        Self::Reserved,
    ];

    /// Its name in rules and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Metadata => "metadata",
            Self::Shared => "shared",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Reserved => "reserved",
        }
    }

    /// The class of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where clouds serve their machines, those in link-local, private, shared and public space.
const METADATA_V4: [Ipv4Addr; 8] = [
    // Nearly all of them.
    Ipv4Addr::new(169, 254, 169, 254),
    // The credentials of AWS's containers (ECS, and EKS's pod identity).
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    // Tencent.
    Ipv4Addr::new(169, 254, 0, 23),
    // Scaleway.
    Ipv4Addr::new(169, 254, 42, 42),
    // Alibaba.
    Ipv4Addr::new(100, 100, 100, 200),
    // Azure's virtual machines, in public space.
    Ipv4Addr::new(168, 63, 129, 16),
    // Oracle.
    Ipv4Addr::new(192, 0, 0, 192),
];

/// The same over IPv6: AWS, its pod identity, Google, Oracle, Scaleway.
const METADATA_V6: [Ipv6Addr; 5] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

/// The class of an address. An IPv6 address that carries an IPv4 address has the class of what it carries.
#[must_use]
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    if METADATA_V4.contains(&address) {
        return AddressClass::Metadata;
    }
    match address.octets() {
        [0, ..] => AddressClass::Unspecified,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressClass::Private,
        [100, 64..=127, ..] => AddressClass::Shared,
        [127, ..] => AddressClass::Loopback,
        [169, 254, ..] => AddressClass::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18..=19, ..] => {
            AddressClass::Documentation
        }
        // Protocol assignments, the relays of 6to4, and those of AS112 and of multicast: no API is there.
        [192, 0, 0, _] | [192, 88, 99, _] | [192, 31, 196, _] | [192, 175, 48, _] | [192, 52, 193, _] => {
            AddressClass::Reserved
        }
        [224..=239, ..] => AddressClass::Multicast,
        [255, 255, 255, 255] => AddressClass::Broadcast,
        [240..=255, ..] => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if address.is_unspecified() {
        return AddressClass::Unspecified;
    }
    if address.is_loopback() {
        return AddressClass::Loopback;
    }
    if METADATA_V6.contains(&address) {
        return AddressClass::Metadata;
    }
    let whole = translated_v4(address);
    let outer = if whole.is_empty() { class_of_network(address) } else { AddressClass::Public };
    let carried = whole.into_iter().chain(tunnelled_v4(address)).map(classify_v4);
    let mut classes = carried.chain([outer]);
    classes.find(|class| *class != AddressClass::Public).unwrap_or(AddressClass::Public)
}

/// The class of an address that no IPv4 address decides about.
fn class_of_network(address: Ipv6Addr) -> AddressClass {
    match address.segments() {
        [0xfc00..=0xfdff, ..] => AddressClass::Private,
        [0xfe80..=0xfebf, ..] => AddressClass::LinkLocal,
        // Site-local addresses, deprecated by RFC 3879 and still routed in places.
        [0xfec0..=0xfeff, ..] => AddressClass::Private,
        [0xff00..=0xffff, ..] => AddressClass::Multicast,
        [0x2001, 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => AddressClass::Documentation,
        // Protocol assignments (RFC 2928); Teredo is among them and was unpacked above.
        [0x2001, 0x0000..=0x01ff, ..] => AddressClass::Reserved,
        // AS112.
        [0x2620, 0x004f, 0x8000, ..] => AddressClass::Reserved,
        [0x2000..=0x3fff, ..] => AddressClass::Public,
        // Only 2000::/3 has been given to anybody.
        _ => AddressClass::Reserved,
    }
}

/// The IPv4 addresses that an IPv6 address leads to.
pub(super) fn carried_v4(address: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    translated_v4(address).into_iter().chain(tunnelled_v4(address))
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

/// Those that an address is another form of: its network says so, and says nothing else.
fn translated_v4(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    match address.segments() {
        // Mapped (::ffff:a.b.c.d), its translated form (::ffff:0:a.b.c.d), and the old compatible form (::a.b.c.d).
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        // NAT64 (RFC 6052).
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        // 6to4 (RFC 3056).
        | [0x2002, high, low, ..] => vec![v4(high, low)],
        // Teredo (RFC 4380): the server, and the client with its bits turned over.
        [0x2001, 0, server_high, server_low, _, _, client_high, client_low] => {
            vec![v4(server_high, server_low), v4(!client_high, !client_low)]
        }
        _ => Vec::new(),
    }
}

/// The one at the end of an address of any network (ISATAP, RFC 5214). Whoever does not know of it sends to the network,
/// so that has to be reachable, too.
fn tunnelled_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, high, low] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn class(address: &str) -> AddressClass {
        classify(address.parse().unwrap())
    }

    #[test]
    fn every_special_network_is_told_from_public_space_at_its_borders() {
        use AddressClass::*;
        let expected = [
            ("0.0.0.0", Unspecified),
            ("0.255.255.255", Unspecified),
            ("1.0.0.0", Public),
            ("9.255.255.255", Public),
            ("10.0.0.0", Private),
            ("10.255.255.255", Private),
            ("11.0.0.0", Public),
            ("100.63.255.255", Public),
            ("100.64.0.0", Shared),
            ("100.100.100.200", Metadata),
            ("100.127.255.255", Shared),
            ("100.128.0.0", Public),
            ("127.0.0.1", Loopback),
            ("127.255.255.255", Loopback),
            ("128.0.0.0", Public),
            ("168.63.129.16", Metadata),
            ("168.63.129.17", Public),
            ("169.253.255.255", Public),
            ("169.254.169.253", LinkLocal),
            ("169.254.169.254", Metadata),
            ("169.254.170.2", Metadata),
            ("169.255.0.0", Public),
            ("172.15.255.255", Public),
            ("172.16.0.0", Private),
            ("172.31.255.255", Private),
            ("172.32.0.0", Public),
            ("192.0.0.9", Reserved),
            ("192.0.0.192", Metadata),
            ("192.0.1.0", Public),
            ("192.0.2.1", Documentation),
            ("192.31.196.1", Reserved),
            ("192.31.197.0", Public),
            ("192.52.193.1", Reserved),
            ("192.88.99.1", Reserved),
            ("192.167.255.255", Public),
            ("192.168.0.0", Private),
            ("192.169.0.0", Public),
            ("192.175.48.1", Reserved),
            ("192.175.49.0", Public),
            ("198.17.255.255", Public),
            ("198.18.0.0", Documentation),
            ("198.19.255.255", Documentation),
            ("198.51.100.7", Documentation),
            ("203.0.113.7", Documentation),
            ("223.255.255.255", Public),
            ("224.0.0.0", Multicast),
            ("240.0.0.0", Reserved),
            ("255.255.255.254", Reserved),
            ("255.255.255.255", Broadcast),
            ("::", Unspecified),
            ("::1", Loopback),
            ("::127.0.0.1", Loopback),
            ("::ffff:169.254.169.254", Metadata),
            ("::ffff:0:10.0.0.1", Private),
            ("::ffff:8.8.8.8", Public),
            ("64:ff9b::127.0.0.1", Loopback),
            ("64:ff9b::8.8.8.8", Public),
            ("64:ff9b:1::8.8.8.8", Reserved),
            ("100::1", Reserved),
            ("2001:0:808:808::f5ff:fffe", Private), // Teredo: a public server, and a client at 10.0.0.1
            ("2001:0:a00:1::f7f7:f7f7", Private),   // Teredo: a server at 10.0.0.1, and a client at 8.8.8.8
            ("2001:0:808:808::f7f7:f7f7", Public),
            ("2001:1ff::1", Reserved),
            ("2001:200::1", Public),
            ("2001:db8::1", Documentation),
            ("2002:7f00:1::", Loopback),
            ("2002:808:808::", Public),
            ("2606:4700::1", Public),
            ("2606:4700::5efe:10.0.0.1", Private),
            ("2606:4700::200:5efe:192.168.0.1", Private),
            ("2606:4700::5efe:8.8.8.8", Public),
            ("2620:4f:8000::1", Reserved),
            ("2620:4f:8001::1", Public),
            ("3fff:fff::1", Documentation),
            ("3fff:1000::1", Public),
            ("4000::1", Reserved),
            ("5f00::1", Reserved),
            ("fbff::1", Reserved),
            ("fc00::1", Private),
            ("fd00:ec2::254", Metadata),
            ("fd00:ec2::255", Private),
            ("fd00::5efe:8.8.8.8", Private),
            ("2001:db8::5efe:8.8.8.8", Documentation),
            ("2002:808:808:0:0:5efe:10.0.0.1", Private),
            ("fe80::5efe:8.8.8.8", LinkLocal),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("fec0::1", Private),
            ("ff02::1", Multicast),
        ];
        for (address, expected) in expected {
            assert_eq!(class(address), expected, "{address}");
        }
    }

    proptest! {
        #[test]
        fn no_form_hides_an_address_that_is_not_public(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            let [a, b, c, d] = v4.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let forms = [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0x0808, 0x0808, 0, 0, !high, !low),
                Ipv6Addr::new(0x2606, 0, 0, 0, 0, 0x5efe, high, low),
            ];
            for form in forms {
                prop_assert_eq!(classify(IpAddr::V6(form)), classify_v4(v4), "{}", form);
            }
        }

        #[test]
        fn only_global_unicast_is_public(bits in any::<u128>()) {
            let address = Ipv6Addr::from(bits);
            if classify(IpAddr::V6(address)) == AddressClass::Public && translated_v4(address).is_empty() {
                prop_assert_eq!(bits >> 125, 1);
            }
        }
    }
}
