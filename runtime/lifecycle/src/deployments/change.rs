//! What is different between two sets of functions.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use onevent_contract::{Event, Function, FunctionKey, FunctionName, IntegrationId};
use onevent_store::{DeployedFunction, DeployedFunctions, Deployment, VersionNumber};
use serde::{Deserialize, Serialize, Serializer};
use similar::TextDiff;

/// A diff of texts that takes longer is coarser: one that nobody reads need not be the shortest.
const LONGEST_DIFF: Duration = Duration::from_millis(500);

/// What happens to a function, or to one of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was not there before.
    Created,
    /// It is another one.
    Updated,
    /// It is the same, and keeps its version.
    Unchanged,
    /// It is not there any more.
    Deleted,
}

impl ChangeKind {
    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
        }
    }
}

/// What happens to one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionChange {
    /// The function.
    pub key: FunctionKey,
    /// Nango's name of its kind: `on-event` or `action`.
    pub function_type: &'static str,
    /// The event it subscribes to; `None` of an action.
    pub event: Option<Event>,
    /// What happens to it.
    pub change: ChangeKind,
    /// The version before; `None` where it was not there.
    pub before: Option<VersionNumber>,
    /// The version after; `None` where it is gone, or where nothing was deployed yet.
    pub after: Option<VersionNumber>,
}

/// The same as documents show it.
#[derive(Serialize)]
struct FunctionChangeDocument<'a> {
    integration: &'a IntegrationId,
    function: &'a FunctionName,
    r#type: &'static str,
    event: Option<Event>,
    change: ChangeKind,
    before: Option<VersionNumber>,
    after: Option<VersionNumber>,
}

impl Serialize for FunctionChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = FunctionChangeDocument {
            integration: &self.key.integration,
            function: &self.key.name,
            r#type: self.function_type,
            event: self.event,
            change: self.change,
            before: self.before,
            after: self.after,
        };
        document.serialize(serializer)
    }
}

/// A change of one function, with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionDiff {
    /// What happened to it.
    #[serde(flatten)]
    pub change: FunctionChange,
    /// How its own file changed, as a unified diff; empty where it did not.
    pub text: String,
    /// The files that changed, those that it imports included.
    pub files: Vec<FileChange>,
}

/// A change of one file of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// Its path inside the project.
    pub path: String,
    /// What happened to it.
    pub change: ChangeKind,
}

pub(super) fn change_of(
    deployed: &DeployedFunction,
    change: ChangeKind,
    before: Option<VersionNumber>,
) -> FunctionChange {
    let function = &deployed.function;
    FunctionChange {
        key: function.key.clone(),
        function_type: function.kind.as_str(),
        event: function.event(),
        change,
        before,
        after: before.filter(|_| change == ChangeKind::Unchanged),
    }
}

/// Fills in the versions that a deployment gave.
pub(super) fn number(changes: &mut [FunctionChange], deployment: &Deployment) {
    for change in changes.iter_mut().filter(|change| change.change != ChangeKind::Deleted) {
        let is_meant = |version: &&onevent_store::FunctionVersion| {
            version.key == change.key && version.kind.as_str() == change.function_type
        };
        change.after = deployment.functions.iter().find(is_meant).map(|version| version.version);
    }
}

/// What is different in `after`, function by function. What is the same is left out.
#[must_use]
pub fn difference(before: &DeployedFunctions, after: &DeployedFunctions) -> Vec<FunctionDiff> {
    let mut found = Vec::new();
    let old = by_identity(before);
    let new = by_identity(after);
    for (deployed, version, hash) in each(after) {
        match old.get(&identity(deployed)) {
            Some((_, _, known)) if *known == hash => {}
            Some((was, from, _)) => {
                let change = change_of(deployed, ChangeKind::Updated, Some(*from));
                let change = FunctionChange { after: Some(version), ..change };
                found.push(FunctionDiff::new(change, Some(was), Some(deployed)));
            }
            None => {
                let change = change_of(deployed, ChangeKind::Created, None);
                let change = FunctionChange { after: Some(version), ..change };
                found.push(FunctionDiff::new(change, None, Some(deployed)));
            }
        }
    }
    for (deployed, version, _) in each(before) {
        if !new.contains_key(&identity(deployed)) {
            let change = change_of(deployed, ChangeKind::Deleted, Some(version));
            found.push(FunctionDiff::new(change, Some(deployed), None));
        }
    }
    found
}

fn identity(deployed: &DeployedFunction) -> (&FunctionKey, &'static str) {
    (&deployed.function.key, deployed.function.kind.as_str())
}

fn each(deployed: &DeployedFunctions) -> impl Iterator<Item = (&DeployedFunction, VersionNumber, &str)> {
    let versions = deployed.deployment.functions.iter();
    deployed
        .functions
        .iter()
        .zip(versions)
        .map(|(one, version)| (one, version.version, version.hash.as_str()))
}

type ByIdentity<'a> =
    HashMap<(&'a FunctionKey, &'static str), (&'a DeployedFunction, VersionNumber, &'a str)>;

fn by_identity(deployed: &DeployedFunctions) -> ByIdentity<'_> {
    each(deployed).map(|(one, version, hash)| (identity(one), (one, version, hash))).collect()
}

impl FunctionDiff {
    fn new(
        change: FunctionChange,
        before: Option<&DeployedFunction>,
        after: Option<&DeployedFunction>,
    ) -> Self {
        let source = |one: Option<&DeployedFunction>| one.map_or(String::new(), |one| one.source.clone());
        let function = |one: Option<&DeployedFunction>| one.map(|one| one.function.clone());
        Self {
            text: unified(&source(before), &source(after)),
            files: files(function(before).as_deref(), function(after).as_deref()),
            change,
        }
    }
}

fn unified(before: &str, after: &str) -> String {
    TextDiff::configure().timeout(LONGEST_DIFF).diff_lines(before, after).unified_diff().to_string()
}

/// The files of a function that are not the same before and after. What it imports is compared as it runs.
fn files(before: Option<&Function>, after: Option<&Function>) -> Vec<FileChange> {
    let modules = |function: Option<&Function>| -> BTreeMap<String, String> {
        let modules = function.map(|function| function.modules.iter()).into_iter().flatten();
        modules.map(|module| (module.path.clone(), module.code.to_string())).collect()
    };
    let (before, after) = (modules(before), modules(after));
    let mut changes = Vec::new();
    for (path, code) in &after {
        let change = match before.get(path) {
            Some(known) if known == code => continue,
            Some(_) => ChangeKind::Updated,
            None => ChangeKind::Created,
        };
        changes.push(FileChange { path: path.clone(), change });
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        changes.push(FileChange { path: path.clone(), change: ChangeKind::Deleted });
    }
    changes
}
