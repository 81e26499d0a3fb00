//! What a secret key of the HTTP API may do, in Nango's names.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

/// One thing that a secret key may be allowed to do (Nango, "API key scopes").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[non_exhaustive]
pub enum ApiScope {
    /// List connections.
    #[strum(serialize = "environment:connections:list")]
    ConnectionsList,
    /// Read one connection, without its credentials.
    #[strum(serialize = "environment:connections:read")]
    ConnectionsRead,
    /// Read the credentials of a connection too.
    #[strum(serialize = "environment:connections:read_credentials")]
    ConnectionsReadCredentials,
    /// Import connections.
    #[strum(serialize = "environment:connections:create")]
    ConnectionsCreate,
    /// Change connections and their metadata.
    #[strum(serialize = "environment:connections:update")]
    ConnectionsUpdate,
    /// Delete connections.
    #[strum(serialize = "environment:connections:delete")]
    ConnectionsDelete,
    /// List integrations.
    #[strum(serialize = "environment:integrations:list")]
    IntegrationsList,
    /// Read one integration, without its credentials.
    #[strum(serialize = "environment:integrations:read")]
    IntegrationsRead,
    /// Read the credentials of an integration too.
    #[strum(serialize = "environment:integrations:read_credentials")]
    IntegrationsReadCredentials,
    /// Create integrations.
    #[strum(serialize = "environment:integrations:create")]
    IntegrationsCreate,
    /// Change integrations.
    #[strum(serialize = "environment:integrations:update")]
    IntegrationsUpdate,
    /// Delete integrations.
    #[strum(serialize = "environment:integrations:delete")]
    IntegrationsDelete,
    /// List the functions of an integration.
    #[strum(serialize = "environment:integrations:list_functions")]
    IntegrationsListFunctions,
    /// Read environment variables.
    #[strum(serialize = "environment:variables:read")]
    VariablesRead,
    /// Send requests through the proxy.
    #[strum(serialize = "environment:proxy")]
    Proxy,
    /// Trigger actions.
    #[strum(serialize = "environment:actions:execute")]
    ActionsExecute,
    /// Trigger and start syncs.
    #[strum(serialize = "environment:syncs:execute")]
    SyncsExecute,
    /// Read the state of syncs.
    #[strum(serialize = "environment:syncs:read")]
    SyncsRead,
    /// Change syncs.
    #[strum(serialize = "environment:syncs:update")]
    SyncsUpdate,
    /// Deploy functions.
    #[strum(serialize = "environment:deploy")]
    Deploy,
    /// Compile functions.
    #[strum(serialize = "environment:functions:compile")]
    FunctionsCompile,
    /// Dry-run functions.
    #[strum(serialize = "environment:functions:dryrun")]
    FunctionsDryrun,
    /// Read what ran.
    #[strum(serialize = "environment:functions:invocations")]
    FunctionsInvocations,
    /// List functions.
    #[strum(serialize = "environment:functions:list")]
    FunctionsList,
    /// Read functions and their code.
    #[strum(serialize = "environment:functions:read")]
    FunctionsRead,
    /// Delete functions.
    #[strum(serialize = "environment:functions:delete")]
    FunctionsDelete,
    /// Make sessions in which a user connects.
    #[strum(serialize = "environment:connect_sessions:write")]
    ConnectSessionsWrite,
}

impl ApiScope {
    /// Every scope.
    pub const ALL: &'static [ApiScope] = Self::VARIANTS;

    /// Nango's name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for ApiScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Groups of Nango's scopes whose single ones mean nothing here: keys may name them, and they allow nothing.
const GROUPS_WITHOUT_MEANING: [&str; 2] = ["environment:records:*", "account:environments:*"];

/// Allows everything in an environment.
const EVERYTHING: &str = "environment:*";

/// Why a text does not name scopes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "there is no scope `{text}`: use a name like `environment:connections:read`, or a group like \
     `environment:connections:*` or `environment:*`"
)]
pub struct ScopeError {
    /// The text.
    pub text: String,
}

/// What a key was given: one scope by its name, or a group of them (`environment:connections:*`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopePattern(String);

impl ScopePattern {
    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it allows this.
    #[must_use]
    pub fn covers(&self, scope: ApiScope) -> bool {
        match self.0.strip_suffix('*') {
            Some(group) => scope.as_str().starts_with(group),
            None => scope.as_str() == self.0,
        }
    }
}

impl FromStr for ScopePattern {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let pattern = Self(text.to_owned());
        let is_group = text.ends_with(":*") && !text.starts_with(':');
        let means_something = match text.contains('*') {
            true => is_group && ApiScope::ALL.iter().any(|scope| pattern.covers(*scope)),
            false => text.parse::<ApiScope>().is_ok(),
        };
        if means_something || GROUPS_WITHOUT_MEANING.contains(&text) {
            Ok(pattern)
        } else {
            Err(ScopeError { text: text.to_owned() })
        }
    }
}

impl TryFrom<String> for ScopePattern {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<ScopePattern> for String {
    fn from(pattern: ScopePattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All that a key may do. Its JSON form is the list of the patterns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<ScopePattern>);

impl Scopes {
    /// Everything in an environment: what a key gets unless somebody says otherwise.
    #[must_use]
    pub fn everything() -> Self {
        Self(BTreeSet::from([ScopePattern(EVERYTHING.to_owned())]))
    }

    /// Whether it allows this.
    #[must_use]
    pub fn allow(&self, scope: ApiScope) -> bool {
        self.0.iter().any(|pattern| pattern.covers(scope))
    }

    /// The patterns, in the order of their texts.
    pub fn iter(&self) -> impl Iterator<Item = &ScopePattern> {
        self.0.iter()
    }

    /// Whether it allows nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<ScopePattern> for Scopes {
    fn from_iter<I: IntoIterator<Item = ScopePattern>>(patterns: I) -> Self {
        Self(patterns.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(patterns: &[&str]) -> Scopes {
        patterns.iter().map(|pattern| pattern.parse::<ScopePattern>().unwrap()).collect()
    }

    #[test]
    fn a_scope_allows_itself_and_a_group_what_is_in_it() {
        let one = scopes(&["environment:connections:read"]);
        assert!(one.allow(ApiScope::ConnectionsRead));
        assert!(!one.allow(ApiScope::ConnectionsReadCredentials));
        let group = scopes(&["environment:connections:*", "environment:proxy"]);
        assert!(group.allow(ApiScope::ConnectionsReadCredentials) && group.allow(ApiScope::Proxy));
        assert!(!group.allow(ApiScope::IntegrationsRead));
        assert!(!group.allow(ApiScope::ConnectSessionsWrite), "a name that begins alike is not in the group");
        assert!(ApiScope::ALL.iter().all(|scope| Scopes::everything().allow(*scope)));
        assert!(!ApiScope::ALL.iter().any(|scope| Scopes::default().allow(*scope)));
    }

    #[test]
    fn only_names_that_exist_are_scopes() {
        for scope in ApiScope::ALL {
            assert_eq!(scope.as_str().parse::<ScopePattern>().unwrap().as_str(), scope.as_str());
        }
        assert!(!scopes(&GROUPS_WITHOUT_MEANING).allow(ApiScope::ConnectionsRead));
        for wrong in
            ["", "*", ":*", "environment", "environment:conn*", "environment:*:read", "environment:x:*"]
        {
            assert_eq!(wrong.parse::<ScopePattern>(), Err(ScopeError { text: wrong.into() }));
        }
    }

    #[test]
    fn they_are_kept_as_a_list_of_texts() {
        let json = r#"["environment:connections:*","environment:proxy"]"#;
        let read: Scopes = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        assert!(serde_json::from_str::<Scopes>(r#"["environment:nothing"]"#).is_err());
    }
}
