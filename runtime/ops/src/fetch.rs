//! Requests without credentials.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use deno_core::{JsBuffer, OpState, op2, v8};
use onevent_contract::{FetchRequest, FetchResponse, HostCalls, HostError, limit_met};
use serde::{Deserialize, Serialize};

use crate::call::call;
use crate::carried::{Carried, carried};
use crate::state::RunState;
use crate::untaken::WireBytes;
use crate::wire::{OpResult, check_url, method, refused};

/// A request has at most so many headers.
pub const MAX_HEADERS: usize = 256;

#[derive(Deserialize)]
pub(crate) struct WireFetch {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
}

impl WireFetch {
    /// The request that a host understands, without its body.
    pub(crate) fn into_request(self) -> Result<FetchRequest, HostError> {
        if self.headers.len() > MAX_HEADERS {
            let limit = limit_met("fetch_headers", MAX_HEADERS, self.headers.len());
            return Err(refused("invalid_headers", format!("too many headers ({limit})")));
        }
        check_url(self.url.len())?;
        let method = method(&self.method)?;
        Ok(FetchRequest { url: self.url, method, headers: self.headers, body: Bytes::new() })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireFetched {
    status: u16,
    status_text: String,
    headers: Vec<(String, String)>,
    bytes: WireBytes,
    url: String,
    redirected: bool,
}

#[op2]
pub(crate) fn op_onevent_fetch<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    request: v8::Local<'s, v8::Value>,
    #[serde] body: Option<JsBuffer>,
) -> v8::Local<'s, v8::Value> {
    let request = carried(scope, &state, request, body.as_ref().map_or(0, |body| body.len()));
    call(scope, &state, async move |run| OpResult::of(fetch(&run, request, body).await))
}

async fn fetch(
    run: &RunState,
    request: Carried<WireFetch>,
    body: Option<JsBuffer>,
) -> Result<WireFetched, HostError> {
    let (carried, request) = request?;
    let mut request = request.into_request()?;
    request.body = body.map(|body| Bytes::copy_from_slice(&body)).unwrap_or_default();
    let (host, call) = (run.host.clone(), run.call());
    let response = run.ask(async move { host.fetch(&call, request).await }).await?;
    drop(carried);
    let held = run.call.effects.budget().take(response.body.len())?;
    let FetchResponse { status, status_text, headers, body, url, redirected } = response;
    let bytes = run.untaken.keep(body, held);
    Ok(WireFetched { status, status_text, headers: headers.into(), bytes, url, redirected })
}
