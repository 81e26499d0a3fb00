//! The environments of a Nango, by what proves that somebody speaks for one.

use hmac::{Hmac, KeyInit, Mac};
use onevent_contract::{EnvironmentName, Secret};
use onevent_hosts::NangoApi;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// One environment of a Nango.
#[derive(Debug, Clone)]
pub struct UpstreamEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its API, with its secret key.
    pub api: NangoApi,
    /// Its secret key.
    pub secret_key: Secret,
    /// What its webhooks are signed with.
    pub signing_key: Secret,
}

/// All of them that are known here.
#[derive(Debug, Clone, Default)]
pub struct UpstreamEnvironments(Vec<UpstreamEnvironment>);

impl UpstreamEnvironments {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &UpstreamEnvironment> {
        self.0.iter()
    }

    /// The one of this name.
    #[must_use]
    pub fn get(&self, name: &EnvironmentName) -> Option<&UpstreamEnvironment> {
        self.0.iter().find(|environment| environment.name == *name)
    }

    /// The one whose secret key this is. How long it takes says nothing about the keys.
    #[must_use]
    pub fn of_key(&self, key: &str) -> Option<&UpstreamEnvironment> {
        let asked = Sha256::digest(key.as_bytes());
        let mut found = None;
        for environment in &self.0 {
            let own = Sha256::digest(environment.secret_key.reveal().as_bytes());
            if bool::from(own.as_slice().ct_eq(asked.as_slice())) {
                found = Some(environment);
            }
        }
        found
    }

    /// The one that has signed this body. Where several have the same key, the one that the body names.
    #[must_use]
    pub fn of_signature(
        &self,
        body: &[u8],
        signature: &str,
        named: Option<&str>,
    ) -> Option<&UpstreamEnvironment> {
        let signature = hex::decode(signature).ok()?;
        let signed = |environment: &&UpstreamEnvironment| {
            let key = environment.signing_key.reveal().as_bytes();
            Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mut mac| {
                mac.update(body);
                mac.verify_slice(&signature).is_ok()
            })
        };
        let signers: Vec<_> = self.0.iter().filter(signed).collect();
        let by_name = signers.iter().find(|environment| Some(environment.name.as_str()) == named);
        by_name.or_else(|| signers.first()).copied()
    }
}

impl FromIterator<UpstreamEnvironment> for UpstreamEnvironments {
    fn from_iter<T: IntoIterator<Item = UpstreamEnvironment>>(environments: T) -> Self {
        Self(environments.into_iter().collect())
    }
}
