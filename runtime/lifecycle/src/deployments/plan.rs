//! Which functions an environment has after a deployment.

use std::collections::{BTreeSet, HashMap};

use onevent_contract::{Function, FunctionKey, IntegrationId};
use onevent_store::DeployedFunction;

use super::before::Before;
use super::change::{ChangeKind, FunctionChange, change_of};
use super::error::DeploymentError;

/// What a deployment is about: the functions of the environment that go where they are not among the new ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentScope {
    /// Of which integrations.
    pub within: Within,
    /// Of which kinds.
    pub kinds: Kinds,
}

/// Which integrations a deployment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// All of them.
    Environment,
    /// These.
    Integrations(BTreeSet<IntegrationId>),
    /// None as a whole: the functions that are given are new or replaced, and none goes.
    Given,
}

/// Which kinds of functions a deployment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// All of them.
    All,
    /// Only actions: whoever deploys said nothing about event functions.
    Actions,
}

impl DeploymentScope {
    /// All functions of the environment.
    #[must_use]
    pub fn environment() -> Self {
        Self { within: Within::Environment, kinds: Kinds::All }
    }

    /// All functions of one integration.
    #[must_use]
    pub fn integration(integration: IntegrationId) -> Self {
        Self { within: Within::Integrations(BTreeSet::from([integration])), kinds: Kinds::All }
    }

    /// Whether what is wrong with this function is wrong with the deployment; where nobody knows its name, it is.
    pub(super) fn concerns(&self, function: Option<&FunctionKey>) -> bool {
        match (&self.within, function) {
            (Within::Environment | Within::Given, _) | (Within::Integrations(_), None) => true,
            (Within::Integrations(integrations), Some(key)) => integrations.contains(&key.integration),
        }
    }

    fn has(&self, deployed: &DeployedFunction) -> bool {
        let function = &deployed.function;
        let kind = match self.kinds {
            Kinds::All => true,
            Kinds::Actions => function.event().is_none(),
        };
        kind && match &self.within {
            Within::Environment => true,
            Within::Integrations(integrations) => integrations.contains(&function.key.integration),
            Within::Given => false,
        }
    }
}

/// What a deployment would do.
#[derive(Debug, Clone)]
pub struct DeploymentPlan {
    /// All functions that the environment has then.
    pub functions: Vec<DeployedFunction>,
    /// What happens to each function that the deployment is about.
    pub changes: Vec<FunctionChange>,
    /// Whether the environment runs anything else then, or in another order.
    pub changes_something: bool,
}

/// What tells a function from every other one.
type Identity<'a> = (&'a FunctionKey, &'static str);

fn identity(deployed: &DeployedFunction) -> Identity<'_> {
    (&deployed.function.key, deployed.function.kind.as_str())
}

impl DeploymentPlan {
    /// What deploying these functions would do.
    ///
    /// # Errors
    /// [`DeploymentError::Twice`] where a function comes twice.
    pub fn new(
        before: &Before,
        new: Vec<DeployedFunction>,
        scope: &DeploymentScope,
    ) -> Result<Self, DeploymentError> {
        let mut hashes = Vec::with_capacity(new.len());
        for function in &new {
            hashes.push(function.hash()?);
        }
        let mut given: HashMap<Identity<'_>, &str> = HashMap::new();
        for (function, hash) in new.iter().zip(&hashes) {
            if given.insert(identity(function), hash).is_some() {
                return Err(DeploymentError::Twice { function: function.function.key.clone() });
            }
        }
        let mut kept = Vec::new();
        let mut old: HashMap<Identity<'_>, usize> = HashMap::new();
        let mut deleted = Vec::new();
        let mut order_before = Vec::new();
        if let Some(active) = &before.active {
            let versions = active.deployment.functions.iter();
            for (number, (function, version)) in active.functions.iter().zip(versions).enumerate() {
                order_before.push((identity(function), version.hash.as_str()));
                old.insert(identity(function), number);
                if given.contains_key(&identity(function)) {
                    continue;
                }
                if scope.has(function) {
                    deleted.push(change_of(function, ChangeKind::Deleted, Some(version.version)));
                } else {
                    kept.push((function, version.hash.as_str()));
                }
            }
        }
        let versions = before.active.as_ref().map(|active| active.deployment.functions.as_slice());
        let version_of = |function: &DeployedFunction| {
            versions.and_then(|versions| versions.get(*old.get(&identity(function))?))
        };
        let mut changes: Vec<FunctionChange> = new
            .iter()
            .zip(&hashes)
            .map(|(function, hash)| match version_of(function) {
                None => change_of(function, ChangeKind::Created, None),
                Some(version) if version.hash == *hash => {
                    change_of(function, ChangeKind::Unchanged, Some(version.version))
                }
                Some(version) => change_of(function, ChangeKind::Updated, Some(version.version)),
            })
            .collect();
        changes.extend(deleted);
        let after = kept.iter().map(|(function, hash)| (identity(function), *hash));
        let order_after: Vec<_> =
            after.chain(new.iter().zip(&hashes).map(|(one, hash)| (identity(one), hash.as_str()))).collect();
        let changes_something = !runs_the_same(&order_before, &order_after);
        let functions = kept.iter().map(|(function, _)| (*function).clone()).chain(new.iter().cloned());
        Ok(Self { functions: functions.collect(), changes, changes_something })
    }

    /// What taking one function away would do; nothing, where it is not there.
    #[must_use]
    pub fn without(before: &Before, gone: &Function) -> Self {
        let is_gone = |one: &DeployedFunction| identity(one) == (&gone.key, gone.kind.as_str());
        let active = before.active.iter();
        let all = active.flat_map(|active| active.functions.iter().zip(&active.deployment.functions));
        let (mut functions, mut changes) = (Vec::new(), Vec::new());
        for (function, version) in all {
            if is_gone(function) {
                changes.push(change_of(function, ChangeKind::Deleted, Some(version.version)));
            } else {
                functions.push(function.clone());
            }
        }
        let changes_something = !changes.is_empty();
        Self { functions, changes, changes_something }
    }
}

/// Whether these are the same functions, and those of each integration in the same order: between integrations there is
/// none.
fn runs_the_same(before: &[(Identity<'_>, &str)], after: &[(Identity<'_>, &str)]) -> bool {
    let sorted = |functions: &[(Identity<'_>, &str)]| {
        let mut functions: Vec<_> =
            functions.iter().map(|((key, kind), hash)| ((*key).clone(), *kind, (*hash).to_owned())).collect();
        functions.sort_by(|one, other| one.0.integration.cmp(&other.0.integration));
        functions
    };
    sorted(before) == sorted(after)
}
