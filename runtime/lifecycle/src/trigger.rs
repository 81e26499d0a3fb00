//! Actions that the product triggers: at once, or through the queue.

use std::sync::Arc;

use onevent_contract::{
    CompletedRun, ConnectionFacts, Function, FunctionKey, FunctionName, Invocation, RunError, Trigger,
    Validation,
};
use onevent_engine::{RunRefused, refused_input};
use onevent_store::{Claim, ConnectionKey, EventId, EventKind, NewEvent, StoreError, Visibility};
use serde_json::Value;
use thiserror::Error;

use crate::function_event::{self, ActionPayload};
use crate::{Lifecycle, LifecycleOptions, interruption};

/// Why an action was not run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TriggerError {
    /// The store refused or failed; among others `unknown_connection`.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such action.
    #[error("there is no action {function}")]
    UnknownAction {
        /// Its name.
        function: FunctionKey,
    },
    /// It cannot be loaded.
    #[error("the action {function} cannot be loaded: {message}")]
    Broken {
        /// Its name.
        function: FunctionKey,
        /// Why.
        message: String,
    },
    /// Its input violates its schema.
    #[error("{}", .error.message)]
    InvalidInput {
        /// What is wrong with it.
        error: Box<RunError>,
    },
    /// Its run did not start.
    #[error(transparent)]
    Refused(#[from] RunRefused),
}

impl TriggerError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Store(error) => error.code(),
            Self::UnknownAction { .. } => "unknown_function",
            Self::Broken { .. } => "function_broken",
            Self::InvalidInput { error } => &error.code,
            Self::Refused(refused) => refused.code(),
        }
    }
}

impl Lifecycle {
    /// Runs an action for a connection, and keeps its run.
    ///
    /// # Errors
    /// [`TriggerError`] when it did not run.
    pub async fn trigger(
        &self,
        connection: &ConnectionKey,
        action: FunctionName,
        input: Value,
    ) -> Result<CompletedRun, TriggerError> {
        let key = FunctionKey { integration: connection.integration.clone(), name: action };
        let run = run_action(&self.options, connection, &key, input, None).await?;
        let store = &self.options.store;
        store
            .until_undisturbed(|| async {
                let mut transaction = store.begin().await?;
                transaction.insert_run(&run.report).await?;
                transaction.commit().await
            })
            .await?;
        Ok(run)
    }

    /// Puts an action into the queue, and answers with the id under which its result will be found.
    ///
    /// # Errors
    /// As [`Lifecycle::trigger`], as far as it is known now.
    pub async fn enqueue_action(
        &self,
        connection: &ConnectionKey,
        action: FunctionName,
        input: Value,
        max_retries: u32,
    ) -> Result<EventId, TriggerError> {
        let options = &self.options;
        let key = FunctionKey { integration: connection.integration.clone(), name: action.clone() };
        // Whoever waits for nothing is told at once what will never run.
        invocation(options, connection, &key, input.clone()).await?;
        let payload = serde_json::to_value(ActionPayload { input, max_retries })
            .map_err(|_| StoreError::Internal { action: "encode the input of an action" })?;
        let event = NewEvent {
            function: Some(action),
            deployment: options.policies.deployment,
            request_id: options.request_id.clone(),
            payload,
            ..NewEvent::new(EventKind::Action, connection.clone())
        };
        let store = &options.store;
        let enqueue = || async {
            let mut transaction = store.begin().await?;
            let id = store.queue().enqueue(&mut transaction, event.clone()).await?;
            transaction.commit().await?;
            Ok::<_, StoreError>(id)
        };
        Ok(store.until_undisturbed(enqueue).await?)
    }
}

/// Runs an action, and keeps nothing.
pub(crate) async fn run_action(
    options: &LifecycleOptions,
    connection: &ConnectionKey,
    key: &FunctionKey,
    input: Value,
    event: Option<&Claim>,
) -> Result<CompletedRun, TriggerError> {
    let mut invocation = invocation(options, connection, key, input).await?;
    if let Some(claim) = event {
        function_event::identify(&mut invocation, claim);
    }
    let host = (options.hosts)(&invocation);
    Ok(interruption::run(options, invocation, host).await?)
}

/// A run of the action, as far as it can be refused before it starts.
async fn invocation(
    options: &LifecycleOptions,
    connection: &ConnectionKey,
    key: &FunctionKey,
    input: Value,
) -> Result<Invocation, TriggerError> {
    let function = function(options, key)?;
    let facts = ConnectionFacts {
        connection_id: connection.connection_id.clone(),
        integration: connection.integration.clone(),
        provider: provider(options, connection).await?,
    };
    let invocation = Invocation {
        trigger: Trigger::Action { input: Some(input) },
        validation: Validation::EnforceInput,
        limits: (options.limits)(key),
        deployment: options.policies.deployment.map(|id| id.to_string()),
        request_id: options.request_id.clone(),
        ..Invocation::new(function, facts, connection.environment.clone())
    };
    match refused_input(&invocation) {
        Some(error) => Err(TriggerError::InvalidInput { error: Box::new(error) }),
        None => Ok(invocation),
    }
}

fn function(options: &LifecycleOptions, key: &FunctionKey) -> Result<Arc<Function>, TriggerError> {
    if let Some(found) = options.project.action(key) {
        return Ok(Arc::clone(found));
    }
    let broken = options.project.broken.iter().find(|broken| {
        broken.key.as_ref() == Some(key) && !broken.may_be_event_function() && !broken.is_unsupported()
    });
    Err(match broken {
        Some(broken) => TriggerError::Broken { function: key.clone(), message: broken.error.to_string() },
        None => TriggerError::UnknownAction { function: key.clone() },
    })
}

async fn provider(options: &LifecycleOptions, connection: &ConnectionKey) -> Result<String, StoreError> {
    let found = options.store.connection(connection, Visibility::Established).await?;
    let found = found.ok_or_else(|| StoreError::UnknownConnection { key: connection.clone() })?;
    Ok(found.connection.provider)
}
