//! Which provider a new integration is of.

use std::net::SocketAddr;
use std::sync::Arc;

use onevent_proxy::{Provider, Providers};

use super::probes::Endpoint;
use crate::args::NewIntegration;

/// The provider of a new integration.
#[derive(Debug)]
pub(super) enum ProviderOrigin {
    /// One that onevent has a template for.
    Template {
        /// The template's name.
        name: String,
        /// The template.
        provider: Arc<Provider>,
        /// The path that its validation asks for.
        endpoint: Endpoint,
    },
    /// `onevent mock-provider`, on this machine.
    Mock {
        /// Where it listens.
        address: SocketAddr,
    },
}

impl ProviderOrigin {
    /// The built-in template of the integration's name, else the mock provider.
    pub(super) fn of(integration: &NewIntegration, providers: &Providers, address: SocketAddr) -> Self {
        let name = integration.as_str();
        match (providers.get(name), providers.template(name)) {
            (Some(provider), Some(template)) => {
                let endpoint = Endpoint::of(name, template);
                Self::Template { name: name.to_owned(), provider, endpoint }
            }
            _ => Self::Mock { address },
        }
    }

    /// The template's name, where there is one.
    pub(super) fn template(&self) -> Option<&str> {
        match self {
            Self::Template { name, .. } => Some(name),
            Self::Mock { .. } => None,
        }
    }

    /// The names of the functions that are made, in the order of `index.ts`.
    pub(super) fn functions(&self) -> impl Iterator<Item = &'static str> {
        let functions: &[&str] = match self {
            Self::Template { .. } => &["validate-connection"],
            Self::Mock { .. } => &["validate-connection", "register-webhook", "remove-webhook"],
        };
        functions.iter().copied()
    }
}
