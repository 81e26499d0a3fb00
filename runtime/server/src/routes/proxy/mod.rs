//! `ANY /proxy/<endpoint>`: a call to a provider, with a connection's credentials.
//!
//! Bodies pass in both directions while they arrive, so there is no limit to their size. A caller who goes away ends the
//! request to the provider.

mod answer;
mod log;
mod request;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use onevent_contract::{Clock as _, EffectSender, SystemClock};
use onevent_proxy::StreamedCall;
use onevent_store::ConnectionKey;
use tracing::Span;

use self::request::{Forwarded, PREFIX};
use crate::error::ApiError;
use crate::extract::{Authorized, needs};
use crate::state::ServerState;

/// How long attempts may go on (`Retries`): a wait that would end later is not begun, and the last answer is the answer.
/// Nango's longest wait between two attempts.
const RETRY_WINDOW: Duration = Duration::from_secs(600);

needs! {
    Forward => Proxy;
}

pub(super) fn routes() -> Router<ServerState> {
    // The query and the path are the provider's: they are taken as they came.
    Router::new()
        .route(PREFIX, any(forward))
        .route(&format!("{PREFIX}/"), any(forward))
        .route(&format!("{PREFIX}/{{*endpoint}}"), any(forward))
}

async fn forward(
    caller: Authorized<Forward>,
    State(state): State<ServerState>,
    request: Request,
) -> Result<Response, ApiError> {
    let Forwarded { integration, connection, request } = Forwarded::read(request)?;
    let method = request.request.method.clone();
    let key = ConnectionKey::new(caller.environment().clone(), integration, connection);
    let target = state.service().target_of(key).await?;
    let call = StreamedCall {
        effects: EffectSender::new(Arc::new(log::ToLog::new(Span::current()))),
        deadline: SystemClock.monotonic() + RETRY_WINDOW,
    };
    match state.service().proxy()?.stream(&call, Arc::new(target), request).await {
        Ok(answer) => Ok(answer::passed_on(answer, &method)),
        Err(error) => answer::failed(error, &method),
    }
}
