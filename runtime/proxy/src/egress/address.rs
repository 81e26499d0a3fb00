use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of network an address belongs to (IANA's special-purpose address registries).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// An address in public space at which a cloud serves its own machines.
    CloudPlatform,
    /// Set aside for anything else, or not given to anybody.
    Reserved,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Shared => "shared",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::CloudPlatform => "cloud platform",
            Self::Reserved => "reserved",
        })
    }
}

/// Azure answers its virtual machines here, with their configuration.
const AZURE_PLATFORM: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// The class of an address. An IPv6 address that carries an IPv4 address has the class of what it carries.
#[must_use]
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    if address == AZURE_PLATFORM {
        return AddressClass::CloudPlatform;
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
        [192, 0, 0, _] | [192, 88, 99, _] => AddressClass::Reserved,
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
    let carried = carried_v4(address);
    if !carried.is_empty() {
        let classes = carried.into_iter().map(classify_v4);
        return classes
            .into_iter()
            .find(|class| *class != AddressClass::Public)
            .unwrap_or(AddressClass::Public);
    }
    match address.segments() {
        [0xfc00..=0xfdff, ..] => AddressClass::Private,
        [0xfe80..=0xfebf, ..] => AddressClass::LinkLocal,
        // Site-local addresses, deprecated by RFC 3879 and still routed in places.
        [0xfec0..=0xfeff, ..] => AddressClass::Private,
        [0xff00..=0xffff, ..] => AddressClass::Multicast,
        [0x2001, 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => AddressClass::Documentation,
        // Protocol assignments (RFC 2928); Teredo is among them and was unpacked above.
        [0x2001, 0x0000..=0x01ff, ..] => AddressClass::Reserved,
        [0x2000..=0x3fff, ..] => AddressClass::Public,
        // Only 2000::/3 has been given to anybody.
        _ => AddressClass::Reserved,
    }
}

/// The IPv4 addresses that an IPv6 address leads to.
fn carried_v4(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
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
        // ISATAP (RFC 5214): the last half of an address of any network.
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, high, low] => vec![v4(high, low)],
        _ => Vec::new(),
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
            ("100.100.100.200", Shared),
            ("100.127.255.255", Shared),
            ("100.128.0.0", Public),
            ("127.0.0.1", Loopback),
            ("127.255.255.255", Loopback),
            ("128.0.0.0", Public),
            ("168.63.129.16", CloudPlatform),
            ("168.63.129.17", Public),
            ("169.253.255.255", Public),
            ("169.254.169.254", LinkLocal),
            ("169.255.0.0", Public),
            ("172.15.255.255", Public),
            ("172.16.0.0", Private),
            ("172.31.255.255", Private),
            ("172.32.0.0", Public),
            ("192.0.0.192", Reserved),
            ("192.0.1.0", Public),
            ("192.0.2.1", Documentation),
            ("192.88.99.1", Reserved),
            ("192.167.255.255", Public),
            ("192.168.0.0", Private),
            ("192.169.0.0", Public),
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
            ("::ffff:169.254.169.254", LinkLocal),
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
            ("3fff:fff::1", Documentation),
            ("3fff:1000::1", Public),
            ("4000::1", Reserved),
            ("5f00::1", Reserved),
            ("fbff::1", Reserved),
            ("fc00::1", Private),
            ("fd00:ec2::254", Private),
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
            if classify(IpAddr::V6(address)) == AddressClass::Public && carried_v4(address).is_empty() {
                prop_assert_eq!(bits >> 125, 1);
            }
        }
    }
}
