//! `ANY /proxy/<endpoint>`: a call to a provider, with a connection's credentials.
//!
//! Bodies pass in both directions while they arrive, so there is no limit to their size. A caller who goes away ends the
//! request to the provider.

mod answer;
mod log;
mod request;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use onevent_contract::{Clock as _, EffectSender, SystemClock};
use onevent_proxy::StreamedCall;
use onevent_store::ConnectionKey;
use tracing::Span;
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use self::request::{Forwarded, PREFIX};
use crate::error::ApiError;
use crate::extract::{Authorized, needs};
use crate::openapi::named_operations;
use crate::state::ServerState;

/// How long attempts may go on (`Retries`): a wait that would end later is not begun, and the last answer is the answer.
/// Nango's longest wait between two attempts.
const RETRY_WINDOW: Duration = Duration::from_secs(600);

needs! {
    Forward => Proxy;
}

/// OpenAPI has no names for other methods, and a router that is made of the description would take no others.
#[derive(OpenApi)]
#[openapi(paths(forward), modifiers(&OwnIds))]
struct Described;

/// Each method is an operation of its own.
struct OwnIds;

impl Modify for OwnIds {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            for (method, operation) in named_operations(item) {
                operation.operation_id = Some(format!("proxy{method}"));
            }
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    // The query and the path are the provider's: they are taken as they came.
    OpenApiRouter::with_openapi(Described::openapi())
        .route(PREFIX, any(forward))
        .route(&format!("{PREFIX}/"), any(forward))
        .route(&format!("{PREFIX}/{{*endpoint}}"), any(forward))
}

#[utoipa::path(
    method(get, head, post, put, patch, delete, options),
    path = "/proxy/{endpoint}",
    tag = "proxy",
    summary = "Call the provider of a connection with its credentials; any method, PROPFIND and REPORT too",
    params(
        ("endpoint" = String, Path, description = "The provider's path; it may hold slashes. Its query follows"),
        ("provider-config-key" = String, Header, description = "The integration"),
        ("connection-id" = String, Header, description = "The connection"),
        ("retries" = Option<u32>, Header, description = "How many more attempts"),
        ("retry-on" = Option<String>, Header, description = "On which statuses, with commas in between"),
        ("base-url-override" = Option<String>, Header, description = "Another base URL"),
        ("decompress" = Option<bool>, Header, description = "Whether the answer is unpacked"),
        ("forward-headers-on-redirect" = Option<bool>, Header, description = "Whether headers with credentials go to another origin"),
    ),
    request_body(content = Vec<u8>, content_type = "*/*", description = "Goes to the provider as it is"),
    responses((status = "2XX", description = "The provider's answer, as it came", body = Vec<u8>, content_type = "*/*")),
)]
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
