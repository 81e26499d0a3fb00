//! The function that a path and a query name.

use std::sync::Arc;

use http::StatusCode;
use onevent_app::RunningFunctions;
use onevent_contract::{EnvironmentName, Function, FunctionName, IntegrationId};
use onevent_engine::Project;
use onevent_store::FunctionVersion;
use serde_json::{Value, json};

use super::query::Kind;
use crate::error::ApiError;
use crate::routes::integrations;
use crate::state::ServerState;

/// A function that runs.
pub(super) struct Named {
    pub(super) function: Arc<Function>,
    running: RunningFunctions,
}

impl Named {
    /// The one function of that name, and of that kind where the name is not enough.
    ///
    /// # Errors
    /// 404 `not_found`; 400 `ambiguous_function`.
    pub(super) async fn find(
        state: &ServerState,
        environment: &EnvironmentName,
        (key, name): (IntegrationId, FunctionName),
        kind: Option<Kind>,
    ) -> Result<Self, ApiError> {
        let running = running(state, environment, &key).await?;
        let function = Arc::clone(the_one(&running.project, &key, &name, kind)?);
        Ok(Self { function, running })
    }

    /// Which of its versions it is, where it was deployed.
    pub(super) fn version(&self) -> Option<&FunctionVersion> {
        version(&self.running, &self.function)
    }

    /// What its author wrote, where it was deployed.
    pub(super) fn deployed_source(&self) -> Option<&str> {
        self.running.version(&self.function).map(|(_, source)| source)
    }
}

/// Which of its versions a function is, where it was deployed.
pub(super) fn version<'a>(running: &'a RunningFunctions, function: &Function) -> Option<&'a FunctionVersion> {
    running.version(function).map(|(version, _)| version)
}

/// What runs, if there is such an integration.
pub(super) async fn running(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<RunningFunctions, ApiError> {
    integrations::listed(state, environment, key).await?;
    Ok(state.service().all_functions(environment).await?)
}

pub(super) fn functions<'a>(
    project: &'a Project,
    key: &'a IntegrationId,
    kind: Option<Kind>,
) -> impl Iterator<Item = &'a Arc<Function>> {
    project.functions.iter().filter(move |function| {
        function.key.integration == *key && kind.is_none_or(|kind| kind.is_of(function))
    })
}

fn the_one<'a>(
    project: &'a Project,
    key: &'a IntegrationId,
    name: &FunctionName,
    kind: Option<Kind>,
) -> Result<&'a Arc<Function>, ApiError> {
    let found: Vec<_> = functions(project, key, kind).filter(|function| function.key.name == *name).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(ApiError::not_found(format!("the integration `{key}` has no function `{name}`"))),
        several => {
            let message =
                format!("several functions of `{key}` have the name `{name}`: say which with `type`");
            let matches: Vec<Value> = several
                .iter()
                .map(|function| json!({ "type": function.kind.as_str(), "name": function.key.name }))
                .collect();
            let payload = json!({ "matches": matches });
            Err(ApiError::new(StatusCode::BAD_REQUEST, "ambiguous_function", message)
                .with("payload", payload))
        }
    }
}
