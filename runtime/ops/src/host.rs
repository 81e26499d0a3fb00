//! Calls that a host answers.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{JsBuffer, OpState, op2};
use onevent_contract::{ConnectionQuery, HostCalls, HostError, RefreshTokens, TokenRefresh};

use crate::state::RunState;
use crate::wire::{OpResult, WireRequest, WireResponse, connection_id, integration_id, with_axios_headers};

pub(crate) fn run_state(state: &Rc<RefCell<OpState>>) -> Rc<RunState> {
    state.borrow().borrow::<Rc<RunState>>().clone()
}

#[op2(async(lazy))]
#[serde]
pub(crate) async fn op_onevent_proxy(
    state: Rc<RefCell<OpState>>,
    #[serde] request: WireRequest,
    #[serde] bytes: Option<JsBuffer>,
) -> OpResult<WireResponse> {
    OpResult::of(proxy(&run_state(&state), request, bytes).await)
}

async fn proxy(
    run: &RunState,
    request: WireRequest,
    bytes: Option<JsBuffer>,
) -> Result<WireResponse, HostError> {
    let _carried = run.budget.carry(request.body_bytes() + bytes.as_ref().map_or(0, |bytes| bytes.len()))?;
    let request = request.into_request(bytes)?;
    let wanted = request.response_type;
    let (host, call) = (run.host.clone(), run.call.clone());
    let asked = run.ask(async move { host.proxy(&call, request).await }).await;
    let response = asked.map_err(with_axios_headers)?;
    Ok(WireResponse::new(response, wanted))
}

#[op2(async(lazy))]
#[serde]
pub(crate) async fn op_onevent_connection(
    state: Rc<RefCell<OpState>>,
    #[string] provider_config_key: Option<String>,
    #[string] connection: Option<String>,
    refresh: bool,
    refresh_tokens: bool,
) -> OpResult<String> {
    let query = connection_query(provider_config_key, connection).map(|query| ConnectionQuery {
        refresh: if refresh { TokenRefresh::Now } else { TokenRefresh::WhenDue },
        refresh_tokens: if refresh_tokens { RefreshTokens::Included } else { RefreshTokens::LeftOut },
        ..query
    });
    OpResult::of(read_connection(&run_state(&state), query).await)
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
    let (host, call) = (run.host.clone(), run.call.clone());
    let connection = run.ask(async move { host.connection(&call, query).await }).await?;
    Ok(connection.to_string())
}
