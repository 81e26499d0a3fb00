//! Where calls may go: public addresses only, unless an operator says otherwise.
//!
//! A function chooses its URLs, a customer chooses settings that become hosts, and a provider chooses where it
//! redirects to. None of them may use this machine as a way into its own network: not by address, not by a name
//! that resolves to such an address, not by a form of address that hides another one.
//!
//! Every request of this crate leaves through `transport`, whose client asks the policy about each URL, and about each
//! address that a name resolved to; the connection is then made to the addresses that were checked.

mod address;
mod policy;
mod port;
mod refusal;
mod resolver;
mod rule;

pub use address::{AddressClass, classify};
pub use policy::EgressPolicy;
pub use refusal::{Denial, EgressRefusal};
pub(crate) use resolver::GuardedResolver;
pub use resolver::{Lookup, SystemLookup};
pub use rule::{EgressRule, EgressRuleError, EgressRules};
