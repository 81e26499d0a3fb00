//! Where calls may go: public addresses only, unless an operator allows others.
//!
//! A function chooses its URLs, a customer chooses settings that become hosts, and a provider chooses where it
//! redirects to. None of them may use this machine as a way into its own network: not by address, not by a name
//! that resolves to such an address, not by a form of address that hides another one.

mod address;
mod network;
mod policy;
mod refusal;
mod resolver;

pub use address::{AddressClass, classify};
pub use network::{AllowedNetwork, AllowedNetworkError};
pub use policy::EgressPolicy;
pub use refusal::EgressRefusal;
pub(crate) use resolver::GuardedResolver;
