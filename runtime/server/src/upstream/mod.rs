//! In front of a Nango: what onevent does itself, and what goes through.
//!
//! Only what is named here is looked into, and only for callers with a key that is known. Everything else goes to Nango as
//! it is, and Nango judges it.

mod body;
mod deletion;
mod guarded;
mod import;
mod known;
mod pass;
mod route;
mod webhook;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use onevent_app::Upstream;
use onevent_lifecycle::UpstreamEnvironment;

use self::route::Route;
use crate::error::ApiError;
use crate::state::ServerState;

/// A request to the Nango behind this server.
pub(crate) async fn answer(State(state): State<ServerState>, request: Request) -> Result<Response, ApiError> {
    let upstream = state.service().upstream()?;
    let upstream = upstream.ok_or_else(|| ApiError::internal(&"there is no Nango behind this server"))?;
    let route = Route::of(request.method(), request.uri());
    if route == Route::Webhook {
        return webhook::receive(&state, upstream, request).await;
    }
    let Some(environment) = caller(upstream, request.headers()) else {
        return match route {
            Route::Known => {
                let message = "the secret key is none that onevent knows";
                Err(ApiError::new(StatusCode::UNAUTHORIZED, "unknown_account", message))
            }
            _ => pass::through(&upstream.nango, request).await,
        };
    };
    tracing::Span::current().record("environment", environment.name.as_str());
    match route {
        Route::Import => import::import(&state, environment, request).await,
        Route::Delete { integration, id } => {
            deletion::delete(&state, environment, integration, id, request).await
        }
        Route::Read { integration, id } => {
            guarded::check(&state, environment, integration, id).await?;
            pass::through(&upstream.nango, request).await
        }
        Route::Proxy => {
            if let Some((integration, id)) = guarded::whose(request.headers()) {
                guarded::check(&state, environment, integration, id).await?;
            }
            pass::through(&upstream.nango, request).await
        }
        Route::Known => known::list(&state, environment, request).await,
        Route::Webhook | Route::Through => pass::through(&upstream.nango, request).await,
    }
}

/// The environment whose secret key the caller has.
fn caller<'a>(upstream: &'a Upstream, headers: &HeaderMap) -> Option<&'a UpstreamEnvironment> {
    let line = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| upstream.environments.of_key(key.trim()))?
}
