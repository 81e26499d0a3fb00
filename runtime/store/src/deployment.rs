//! What a deployment is.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use onevent_contract::{
    EnvironmentName, Event, Function, FunctionKey, FunctionKind, FunctionName, IntegrationId,
};
use serde::{Serialize, Serializer};
use strum::{EnumString, IntoStaticStr};

use crate::DeploymentId;

/// A function with what is shown of it.
#[derive(Debug, Clone)]
pub struct DeployedFunction {
    /// The function, ready to run.
    pub function: Arc<Function>,
    /// What its author wrote: the text of its own file.
    pub source: String,
}

/// Who did something about deployments, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Who, as far as that is known.
    pub author: Option<String>,
    /// Why, in the author's words.
    pub message: Option<String>,
    /// The program that asked for it, such as `nango-cli/0.71.10`.
    pub client: String,
}

/// A deployment to be made: all functions that the environment has from then on.
#[derive(Debug, Clone)]
pub struct NewDeployment {
    /// The environment.
    pub environment: EnvironmentName,
    /// The functions, of each integration, kind and name one. Those of one event run in this order.
    pub functions: Vec<DeployedFunction>,
    /// Who deploys.
    pub audit: Audit,
}

/// The number of a function's version: 1, 2, …; printed as Nango counts, `0.0.1`, `0.0.2`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber(pub(crate) u32);

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0.0.{}", self.0)
    }
}

impl Serialize for VersionNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A function as it was deployed, without its code.
#[derive(Debug, Clone)]
pub struct FunctionVersion {
    /// The function.
    pub key: FunctionKey,
    /// Which of its versions.
    pub version: VersionNumber,
    /// SHA-256 of all that it is, in hexadecimal digits: two versions of a function never have the same.
    pub hash: String,
    /// What calls it.
    pub kind: FunctionKind,
    /// What its author says it does.
    pub description: Option<String>,
    /// The path of its file inside the project.
    pub path: String,
    /// When this version was first deployed.
    pub created_at: Timestamp,
}

/// A version as documents show it.
#[derive(Serialize)]
struct FunctionVersionDocument<'a> {
    integration: &'a IntegrationId,
    function: &'a FunctionName,
    r#type: &'static str,
    event: Option<Event>,
    version: VersionNumber,
    hash: &'a str,
    description: Option<&'a str>,
    file: &'a str,
    created_at: Timestamp,
}

impl Serialize for FunctionVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = match &self.kind {
            FunctionKind::Event(event) => Some(*event),
            _ => None,
        };
        let document = FunctionVersionDocument {
            integration: &self.key.integration,
            function: &self.key.name,
            r#type: self.kind.as_str(),
            event,
            version: self.version,
            hash: &self.hash,
            description: self.description.as_deref(),
            file: &self.path,
            created_at: self.created_at,
        };
        document.serialize(serializer)
    }
}

/// An immutable set of function versions of one environment.
#[derive(Debug, Clone, Serialize)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// The environment.
    pub environment: EnvironmentName,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its functions. Those of one event run in this order.
    pub functions: Vec<FunctionVersion>,
}

/// A deployment with the code of its functions.
#[derive(Debug, Clone)]
pub struct DeployedFunctions {
    /// The deployment.
    pub deployment: Deployment,
    /// The code, in the order of its functions.
    pub functions: Vec<DeployedFunction>,
}

/// What made a deployment the active one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DeploymentAct {
    /// It was new.
    Deploy,
    /// It had been active before.
    Rollback,
}

impl DeploymentAct {
    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A moment from which on a deployment was the active one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentHistoryEntry {
    /// 1, 2, … in the environment.
    pub position: u64,
    /// The deployment; it may have been pruned.
    pub deployment: DeploymentId,
    /// How it came to be the active one.
    pub act: DeploymentAct,
    /// When.
    pub at: Timestamp,
    /// Who did it, and why.
    #[serde(flatten)]
    pub audit: Audit,
}

/// How much was pruned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Deployments.
    pub deployments: u64,
    /// Function versions that no deployment has any more.
    pub function_versions: u64,
    /// Modules that no function version has any more.
    pub modules: u64,
}
