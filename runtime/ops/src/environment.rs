//! What surrounds a run: its integration, the environment's variables, other functions.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};
use onevent_contract::{ActionCall, FunctionName, HostCalls, HostError, IntegrationInclude, tree_bytes};
use serde_json::Value;

use crate::call::call;
use crate::carried::{Carried, carried, name};
use crate::state::RunState;
use crate::wire::{OpResult, connection_id, integration_id, refused};

#[op2]
pub(crate) fn op_onevent_pagination<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    provider_config_key: v8::Local<'s, v8::Value>,
) -> v8::Local<'s, v8::Value> {
    let provider_config_key = name(scope, provider_config_key);
    call(scope, &state, async move |run| OpResult::of(pagination(&run, provider_config_key).await))
}

async fn pagination(run: &RunState, provider_config_key: Option<String>) -> Result<String, HostError> {
    let key = provider_config_key.map(integration_id).transpose()?;
    let (host, call) = (run.host.clone(), run.call());
    let options = run.ask(async move { host.pagination(&call, key).await }).await?;
    Ok(options.map_or_else(|| "null".to_owned(), |options| Value::Object(options).to_string()))
}

#[op2]
pub(crate) fn op_onevent_integration<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[serde] include: Vec<String>,
) -> v8::Local<'s, v8::Value> {
    call(scope, &state, async move |run| OpResult::of(integration(&run, &include).await))
}

async fn integration(run: &RunState, include: &[String]) -> Result<String, HostError> {
    let include: Vec<IntegrationInclude> = include
        .iter()
        // There are two; whoever names more repeats himself.
        .take(2)
        .map(|name| match name.as_str() {
            "webhook" => Ok(IntegrationInclude::Webhook),
            "credentials" => Ok(IntegrationInclude::Credentials),
            other => Err(refused("invalid_include", format!("`{other}` is nothing that can be included"))),
        })
        .collect::<Result<_, _>>()?;
    let (host, call) = (run.host.clone(), run.call());
    let data = run.ask(async move { host.integration(&call, include).await }).await?;
    Ok(Value::Object(data).to_string())
}

#[op2]
pub(crate) fn op_onevent_environment_variables<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
) -> v8::Local<'s, v8::Value> {
    call(scope, &state, async move |run| {
        let (host, call) = (run.host.clone(), run.call());
        let variables = run.ask(async move { host.environment_variables(&call).await }).await;
        OpResult::of(variables.and_then(|variables| {
            serde_json::to_string(&variables).map_err(|error| refused("invalid_answer", error.to_string()))
        }))
    })
}

#[op2]
pub(crate) fn op_onevent_trigger_action<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    provider_config_key: v8::Local<'s, v8::Value>,
    connection: v8::Local<'s, v8::Value>,
    action: v8::Local<'s, v8::Value>,
    input: v8::Local<'s, v8::Value>,
) -> v8::Local<'s, v8::Value> {
    let [key, connection, action] =
        [provider_config_key, connection, action].map(|given| name(scope, given).unwrap_or_default());
    let input = carried(scope, &state, input, 0);
    call(scope, &state, async move |run| {
        OpResult::of(trigger_action(&run, key, connection, action, input).await)
    })
}

async fn trigger_action(
    run: &RunState,
    provider_config_key: String,
    connection: String,
    action: String,
    input: Carried<String>,
) -> Result<String, HostError> {
    let (mut carried, input) = input?;
    carried.grow(tree_bytes(&input))?;
    let action = ActionCall {
        provider_config_key: integration_id(provider_config_key)?,
        connection_id: connection_id(connection)?,
        name: FunctionName::new(action).map_err(|error| refused("invalid_action_name", error.to_string()))?,
        input: serde_json::from_str(&input)
            .map_err(|error| refused("invalid_input", format!("the input cannot be sent: {error}")))?,
    };
    let (host, call) = (run.host.clone(), run.call());
    let output = run.ask(async move { host.trigger_action(&call, action).await }).await?;
    Ok(output.to_string())
}
