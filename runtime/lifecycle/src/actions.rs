//! The project's actions, as `nango.triggerAction` calls them.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{Clock, Function, FunctionKey, Invocation, Limits, RunReport, Trigger};
use onevent_engine::Project;
use onevent_hosts::{ActionNotRun, ActionRun, ActionRunner};

use crate::{LimitsOf, Runner};

/// Runs the actions of a project. What triggers them may be any function of it.
#[derive(Clone)]
pub struct ProjectActions {
    /// What runs functions. A triggered action has an isolate beside its caller's.
    pub runner: Arc<dyn Runner>,
    /// The loaded functions.
    pub project: Arc<Project>,
    /// The limits of each action. Its wall-clock time is also bounded by what its caller has left.
    pub limits: LimitsOf,
    /// Tells how much that is.
    pub clock: Arc<dyn Clock>,
}

impl ProjectActions {
    fn action(&self, key: &FunctionKey) -> Result<Arc<Function>, ActionNotRun> {
        if let Some(found) = self.project.action(key) {
            return Ok(Arc::clone(found));
        }
        let broken = self
            .project
            .broken
            .iter()
            .find(|broken| broken.key.as_ref() == Some(key) && !broken.may_be_event_function());
        Err(match broken {
            Some(broken) => {
                let message = format!("the action {key} cannot be loaded: {}", broken.error.message);
                ActionNotRun::Broken { message }
            }
            None => ActionNotRun::Unknown { message: format!("index.ts imports no action {key}") },
        })
    }
}

#[async_trait]
impl ActionRunner for ProjectActions {
    async fn run_action(&self, run: ActionRun) -> Result<RunReport, ActionNotRun> {
        let function = self.action(&run.action)?;
        let limits = (self.limits)(&run.action);
        let left = run.deadline.saturating_duration_since(self.clock.monotonic());
        let invocation = Invocation {
            trigger: Trigger::Action { input: Some(run.input) },
            mode: run.mode,
            limits: Limits { wall: limits.wall.min(left), ..limits },
            depth: run.depth,
            ..Invocation::new(function, run.connection, run.environment)
        };
        let refused = |message: String| ActionNotRun::Refused { message };
        self.runner.run(invocation, run.host).await.map_err(|error| refused(error.to_string()))
    }
}
