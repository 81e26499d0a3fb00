//! Deployments: which functions an environment runs, and how that changes.
//!
//! A deployment replaces what it is about and nothing else: who deploys one integration switches off no function of
//! another. It is checked before anything is written, and written in one transaction: one that does not load, that comes too
//! late, or whose process is killed has changed nothing.

mod before;
mod change;
mod deploy;
mod error;
mod plan;

pub use self::before::{Before, before};
pub use self::change::{ChangeKind, FileChange, FunctionChange, FunctionDiff, difference};
pub use self::deploy::{Deployed, deploy, deployable, roll_back};
pub use self::error::DeploymentError;
pub use self::plan::{DeploymentPlan, DeploymentScope, Kinds, Within};
