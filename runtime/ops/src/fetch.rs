//! Requests without credentials.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use deno_core::{JsBuffer, OpState, ToJsBuffer, op2};
use onevent_contract::{FetchRequest, FetchResponse, HostCalls, HostError};
use serde::{Deserialize, Serialize};

use crate::before_run::BeforeRun;
use crate::state::RunState;
use crate::wire::{OpResult, method, refused};

/// A request has at most so many headers.
const MAX_HEADERS: usize = 256;

#[derive(Deserialize)]
pub(crate) struct WireFetch {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireFetched {
    status: u16,
    status_text: String,
    headers: Vec<(String, String)>,
    bytes: ToJsBuffer,
    url: String,
    redirected: bool,
}

#[op2(async(lazy))]
#[serde]
pub(crate) async fn op_onevent_fetch(
    state: Rc<RefCell<OpState>>,
    #[serde] request: WireFetch,
    #[serde] body: Option<JsBuffer>,
) -> OpResult<WireFetched> {
    // The global `fetch` can be called while a module is loaded, before there is a run.
    let run = state.borrow().try_borrow::<Rc<RunState>>().cloned();
    OpResult::of(match run {
        Some(run) => fetch(&run, request, body).await,
        None => {
            if let Some(before) = state.borrow().try_borrow::<Rc<BeforeRun>>() {
                before.asked_for_run();
            }
            Err(refused("no_run", "no requests while a module is loaded: call fetch() in `exec`"))
        }
    })
}

async fn fetch(run: &RunState, request: WireFetch, body: Option<JsBuffer>) -> Result<WireFetched, HostError> {
    let _carried = run.budget.carry(request.url.len() + body.as_ref().map_or(0, |body| body.len()))?;
    if request.headers.len() > MAX_HEADERS {
        return Err(refused("invalid_headers", format!("more than {MAX_HEADERS} headers")));
    }
    let method = method(&request.method)?;
    let request = FetchRequest {
        url: request.url,
        method,
        headers: request.headers,
        body: body.map(|body| Bytes::copy_from_slice(&body)).unwrap_or_default(),
    };
    let (host, call) = (run.host.clone(), run.call.clone());
    let response = run.ask(async move { host.fetch(&call, request).await }).await?;
    Ok(response.into())
}

impl From<FetchResponse> for WireFetched {
    fn from(response: FetchResponse) -> Self {
        let FetchResponse { status, status_text, headers, body, url, redirected } = response;
        Self { status, status_text, headers: headers.into(), bytes: body.to_vec().into(), url, redirected }
    }
}
