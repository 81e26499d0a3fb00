//! Actions that a run against Nango triggers.

use std::sync::Arc;

use onevent_contract::{
    ActionCall, CallContext, ConnectionId, HostError, HttpRequest, IntegrationId, Mode, RunId,
};
use onevent_proxy::limits::ATTEMPT_TIMEOUT;
use serde_json::Value;

use super::call::outcome;
use super::connection::Own;
use super::host::{RemoteHost, RemoteWrites};
use crate::actions::{ActionRun, action_key};

impl RemoteHost {
    pub(super) async fn trigger_action(
        &self,
        call: &CallContext,
        action: ActionCall,
    ) -> Result<Value, HostError> {
        self.hide(call);
        let actions = self.actions.nested()?;
        let own = self.connection_for(&action.provider_config_key, &action.connection_id).await?;
        // What the action returns may carry them.
        call.effects.hide(own.secrets.iter().cloned());
        let run = ActionRun {
            action: action_key(&action),
            connection: own.facts.clone(),
            input: action.input.clone(),
            environment: self.environment.clone(),
            mode: Mode::Dry,
            deadline: call.deadline,
            run_id: RunId::generate(),
            depth: self.actions.depth(),
            budget: call.effects.budget().clone(),
            caller: call.run_id,
            request_id: call.request_id.clone(),
            host: Arc::new(Self { own, actions, ..self.clone() }),
        };
        let missing = match self.actions.run_if_known(call, run).await? {
            Ok(output) => return Ok(output),
            Err(missing) => missing,
        };
        match self.writes {
            RemoteWrites::Persisted => {
                let left = call.deadline.saturating_duration_since(self.api.clock().monotonic());
                // The one call of Nango's own API that acts elsewhere: it is told from the moment it is sent.
                let start = self.api.clock().monotonic();
                let effect = call.effects.http(HttpRequest {
                    method: "POST".into(),
                    url: format!("{}/action/trigger", self.api.host()),
                    attempt: 1,
                });
                let answer = self.api.trigger_action(&action, left.saturating_add(ATTEMPT_TIMEOUT)).await;
                effect.settled(
                    outcome(status_of(&answer), answer.as_ref().err()),
                    self.api.clock().elapsed(start),
                );
                answer
            }
            RemoteWrites::Dry => {
                let message = format!(
                    "{missing}: a dry run does not trigger Nango's deployed actions unless it is run with --allow-writes"
                );
                Err(HostError::Configuration { code: "action_not_local".into(), message })
            }
        }
    }

    /// A connection to run an action for: the run's own with what was written to it so far, or another one.
    async fn connection_for(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<Arc<Own>, HostError> {
        if self.own.is(integration, connection) {
            return Ok(Arc::clone(&self.own));
        }
        Ok(Arc::new(Own::new(self.api.connection(integration, connection).await?, &self.providers)))
    }
}

/// The status with which Nango answered.
fn status_of(answer: &Result<Value, HostError>) -> Option<u16> {
    match answer {
        Ok(_) => Some(200),
        Err(HostError::Api { status, .. } | HostError::Answer { status, .. }) => Some(*status),
        Err(_) => None,
    }
}
