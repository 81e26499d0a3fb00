//! What an operator says of a destination.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Host;

use super::address::{AddressClass, carried_v4};

/// A destination that an operator allows or denies: a network (`10.0.0.0/8`), an address, a class of addresses
/// (`private`), a name (`api.example.com`), or all names beneath one (`*.example.com`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EgressRule(Destination);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Destination {
    Network(IpNet),
    Class(AddressClass),
    /// In the form that URLs have: lower case, IDNA applied, no dot at its end.
    Name(String),
    /// Every name beneath this one, however deep.
    Beneath(String),
}

/// A text that is no destination.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EgressRuleError {
    /// It is none of them.
    #[error(
        "`{text}` is no network like 127.0.0.0/8, no class of addresses and no name like api.example.com"
    )]
    Unknown {
        /// The text.
        text: String,
    },
    /// A name of one word might be a class that was written wrong.
    #[error(
        "`{text}` is no class of addresses; a name of one word is written with a dot at its end: `{text}.`"
    )]
    OneWord {
        /// The text.
        text: String,
    },
}

/// What an operator allows and denies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressRules {
    /// What may be reached beside public addresses.
    pub allow: Vec<EgressRule>,
    /// What may not be reached.
    pub deny: Vec<EgressRule>,
}

impl EgressRule {
    /// All addresses of a class.
    #[must_use]
    pub fn class(class: AddressClass) -> Self {
        Self(Destination::Class(class))
    }

    /// Whether it is a class of this address, which networks and names are exceptions from.
    pub(super) fn is_class(&self, class: AddressClass) -> bool {
        self.0 == Destination::Class(class)
    }

    /// Whether it is a network of this very address. IPv4 addresses in their mapped form are themselves.
    pub(super) fn is_network_of(&self, address: IpAddr) -> bool {
        match &self.0 {
            Destination::Network(network) => {
                network.contains(&address) || network.contains(&address.to_canonical())
            }
            _ => false,
        }
    }

    /// Whether it is a network that this address leads to, in whatever form.
    pub(super) fn is_network_behind(&self, address: IpAddr) -> bool {
        let carried = match (&self.0, address) {
            (Destination::Network(network), IpAddr::V6(address)) => {
                carried_v4(address).any(|carried| network.contains(&IpAddr::V4(carried)))
            }
            _ => false,
        };
        carried || self.is_network_of(address)
    }

    /// Whether it is this name, in lower case and without a dot at its end.
    pub(super) fn is_name_of(&self, name: &str) -> bool {
        match &self.0 {
            Destination::Name(own) => own == name,
            Destination::Beneath(own) => {
                name.strip_suffix(own.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
            Destination::Network(_) | Destination::Class(_) => false,
        }
    }
}

impl FromStr for EgressRule {
    type Err = EgressRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(class) = AddressClass::named(text) {
            return Ok(Self(Destination::Class(class)));
        }
        let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        if let Ok(network) = network {
            // `10.1.2.3/8` means its network; two spellings of one network are one policy.
            return Ok(Self(Destination::Network(network.trunc())));
        }
        let unknown = || EgressRuleError::Unknown { text: text.into() };
        let (beneath, name) = text.strip_prefix("*.").map_or((false, text), |rest| (true, rest));
        let absolute = name.ends_with('.');
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.contains('*') || name.is_empty() || name.ends_with('.') {
            return Err(unknown());
        }
        let Ok(Host::Domain(name)) = Host::parse(name) else { return Err(unknown()) };
        // Looked at again where it is parsed: other signs become these as well.
        if name.contains('*') || name.split('.').any(str::is_empty) {
            return Err(unknown());
        }
        if !name.contains('.') && !absolute && !beneath && name != "localhost" {
            return Err(EgressRuleError::OneWord { text: text.into() });
        }
        Ok(Self(if beneath { Destination::Beneath(name) } else { Destination::Name(name) }))
    }
}

impl TryFrom<String> for EgressRule {
    type Error = EgressRuleError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EgressRule> for String {
    fn from(rule: EgressRule) -> Self {
        rule.to_string()
    }
}

impl From<IpNet> for EgressRule {
    fn from(network: IpNet) -> Self {
        Self(Destination::Network(network.trunc()))
    }
}

impl fmt::Display for EgressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Destination::Network(network) => network.fmt(f),
            Destination::Class(class) => class.fmt(f),
            Destination::Name(name) if name.contains('.') || name == "localhost" => f.write_str(name),
            Destination::Name(name) => write!(f, "{name}."),
            Destination::Beneath(name) => write!(f, "*.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_from_every_form_and_shown_again() {
        for (text, shown) in [
            ("127.0.0.0/8", "127.0.0.0/8"),
            (" 10.1.2.3/8 ", "10.0.0.0/8"),
            ("::1", "::1/128"),
            ("private", "private"),
            ("link-local", "link-local"),
            ("API.Example.com", "api.example.com"),
            ("api.example.com.", "api.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("*.example.com", "*.example.com"),
            ("*.internal", "*.internal"),
            ("localhost", "localhost"),
            ("provider.", "provider."),
        ] {
            let rule: EgressRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), shown);
            assert_eq!(shown.parse::<EgressRule>().unwrap(), rule, "{shown}");
        }
        for class in AddressClass::ALL {
            assert_eq!(class.name().parse::<EgressRule>().unwrap(), EgressRule::class(class));
        }
    }

    #[test]
    fn what_might_be_a_slip_is_refused() {
        for text in ["privat", "Private", "metadata-service", "provider"] {
            let error = text.parse::<EgressRule>().unwrap_err();
            assert!(matches!(error, EgressRuleError::OneWord { .. }), "{text}");
        }
        for text in [
            "",
            "*",
            "*.",
            "a.*.example",
            "10.0.0.0/33",
            "300.0.0.0/8",
            "0x7f.1",
            "https://a.example",
            "a.example:443",
            "a.example/x",
            "me@a.example",
            "a b.example",
            "a.example..",
            "a..example",
            "a.example.。",
            "＊.example.com",
        ] {
            let error = text.parse::<EgressRule>().unwrap_err();
            assert!(matches!(error, EgressRuleError::Unknown { .. }), "{text}");
        }
    }
}
