//! All routes, and what stands around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use onevent_app::Service;
use tower::Layer as _;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::error::ApiError;
use crate::middleware::{
    answer_panic, authenticate, identify, limit_rate, on_response, span, with_plain_path,
};
use crate::state::ServerState;
use crate::{ServerOptions, openapi, routes, upstream};

/// Nango's HTTP API over this service.
///
/// The router has its own answers for what it does not know, and can be nested under a path. Where the service stands in
/// front of a Nango (the setting `nango.upstream`), what onevent does not do itself goes there.
pub fn router(service: Arc<Service>, options: ServerOptions) -> Router {
    let (body_limit, is_in_front) = (options.body_limit, service.settings().nango.upstream.is_some());
    let state = ServerState::new(service, options);
    if is_in_front {
        let routes = routes::health().fallback(upstream::answer).with_state(state);
        return observed(routes);
    }
    let with_key = routes::with_key()
        .route_layer(from_fn_with_state(state.clone(), limit_rate))
        .route_layer(from_fn_with_state(state.clone(), authenticate));
    let (routes, document) = routes::open().merge(with_key).split_for_parts();
    let document = openapi::with_errors(document);
    let routes = routes
        .route(openapi::PATH, openapi::route(&document))
        .fallback(unknown_route)
        .method_not_allowed_fallback(other_method)
        .with_state(state)
        .layer(DefaultBodyLimit::max(body_limit));
    // A path is changed before it is matched: around the router, not in it.
    Router::new().fallback_service(MapRequestLayer::new(with_plain_path).layer(observed(routes)))
}

/// Only how the server is: for a process that works on the queue, and answers nothing else.
pub fn worker_router(service: Arc<Service>, options: ServerOptions) -> Router {
    observed(routes::health().fallback(unknown_route).with_state(ServerState::new(service, options)))
}

/// The routes with what every answer and every line of the log has.
fn observed(routes: Router) -> Router {
    routes
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(on_response)
                .on_failure(()),
        )
        .layer(from_fn(identify))
}

/// The description of every route, as JSON text.
///
/// # Errors
/// Never: it is made of texts.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    openapi::text(&openapi::with_errors(routes::open().merge(routes::with_key()).into_openapi()))
}

async fn unknown_route(request: Request) -> ApiError {
    ApiError::not_found(format!("there is no route {} {}", request.method(), request.uri().path()))
}

async fn other_method(request: Request) -> ApiError {
    let message = format!("{} does not take {}", request.uri().path(), request.method());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The paths of a router: what its `Debug` says, since nothing else tells.
    fn paths(router: &Router<ServerState>) -> BTreeSet<String> {
        let text = format!("{router:?}");
        let quoted = text.split('"').skip(1).step_by(2);
        let paths = quoted.filter(|path| path.starts_with("/") && !path.contains("__private__"));
        paths.map(|path| path.replace("{*", "{")).collect()
    }

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let (router, document) = routes::open().merge(routes::with_key()).split_for_parts();
        let router = router.route(openapi::PATH, openapi::route(&document));
        let described: BTreeSet<String> = document.paths.paths.keys().cloned().collect();
        let mut there = paths(&router);
        assert!(there.len() > 60, "the paths are found: {there:?}");
        // What is refused as if it was not there is no route for who reads the description.
        for refused in routes::refused() {
            assert!(there.remove(&refused.replace("{*", "{")), "{refused}");
        }
        // The provider's root: the same call with an empty endpoint.
        for root in ["/proxy", "/proxy/"] {
            assert!(there.remove(root), "{root}");
        }
        there.remove("/");
        assert_eq!(there, described);
    }
}
