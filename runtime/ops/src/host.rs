//! Calls that a host answers.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{JsBuffer, OpState, op2, v8};
use onevent_contract::{ConnectionQuery, HeldBytes, HostCalls, HostError, RefreshTokens, TokenRefresh};

use crate::call::call;
use crate::carried::{Carried, carried, name};
use crate::state::RunState;
use crate::wire::{OpResult, WireRequest, WireResponse, connection_id, integration_id, with_axios_headers};

#[op2]
pub(crate) fn op_onevent_proxy<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    request: v8::Local<'s, v8::Value>,
    #[serde] bytes: Option<JsBuffer>,
) -> v8::Local<'s, v8::Value> {
    let request = carried(scope, &state, request, bytes.as_ref().map_or(0, |bytes| bytes.len()));
    call(scope, &state, async move |run| OpResult::holding(proxy(&run, request, bytes).await))
}

async fn proxy(
    run: &RunState,
    request: Carried<WireRequest>,
    bytes: Option<JsBuffer>,
) -> Result<(WireResponse, Option<HeldBytes>), HostError> {
    let (carried, request) = request?;
    let request = request.into_request(bytes)?;
    let wanted = request.response_type;
    let (host, call) = (run.host.clone(), run.call());
    let asked = run.ask(async move { host.proxy(&call, request).await }).await;
    drop(carried);
    let response = asked.map_err(with_axios_headers)?;
    let held = run.call.effects.budget().take(response.body.len())?;
    Ok(WireResponse::new(response, wanted, held, &run.untaken))
}

#[op2]
pub(crate) fn op_onevent_connection<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    provider_config_key: v8::Local<'s, v8::Value>,
    connection: v8::Local<'s, v8::Value>,
    refresh: bool,
    refresh_tokens: bool,
) -> v8::Local<'s, v8::Value> {
    let (provider_config_key, connection) = (name(scope, provider_config_key), name(scope, connection));
    call(scope, &state, async move |run| {
        let query = connection_query(provider_config_key, connection).map(|query| ConnectionQuery {
            refresh: if refresh { TokenRefresh::Now } else { TokenRefresh::WhenDue },
            refresh_tokens: if refresh_tokens { RefreshTokens::Included } else { RefreshTokens::LeftOut },
            ..query
        });
        OpResult::of(read_connection(&run, query).await)
    })
}

fn connection_query(
    provider_config_key: Option<String>,
    connection: Option<String>,
) -> Result<ConnectionQuery, HostError> {
    Ok(ConnectionQuery {
        provider_config_key: provider_config_key.map(integration_id).transpose()?,
        connection_id: connection.map(connection_id).transpose()?,
        ..ConnectionQuery::default()
    })
}

async fn read_connection(
    run: &RunState,
    query: Result<ConnectionQuery, HostError>,
) -> Result<String, HostError> {
    let query = query?;
    let (host, call) = (run.host.clone(), run.call());
    let connection = run.ask(async move { host.connection(&call, query).await }).await?;
    Ok(connection.to_string())
}
