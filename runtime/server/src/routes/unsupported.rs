//! Routes of Nango's that its clients call and onevent does not have. Each says so in words: a client that meets one
//! shall not look for a mistake in its address or key.

use axum::Router;
use axum::extract::Request;
use axum::routing::any;

use crate::error::ApiError;
use crate::state::ServerState;

/// What onevent does not have.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Syncs,
    Records,
    ScriptsConfig,
    ConnectSessions,
    KeysOverHttp,
    EnvironmentsOverHttp,
    HostedFunctions,
    Mcp,
    ProviderWebhooks,
}

impl Missing {
    fn what(self) -> &'static str {
        match self {
            Self::Syncs => "onevent runs event functions and actions; it has no syncs",
            Self::Records => "onevent has no syncs, and so no records",
            Self::ScriptsConfig => {
                "onevent does not list functions in this form: ask GET /integrations/:key/functions"
            }
            Self::ConnectSessions => {
                "onevent has no Connect sessions: import connections with POST /connections"
            }
            Self::KeysOverHttp => "secret keys are made and revoked with `onevent keys`",
            Self::EnvironmentsOverHttp => {
                "an environment comes with its first key: `onevent keys create -e ENV`"
            }
            Self::HostedFunctions => {
                "onevent does not compile or run single functions over HTTP: use `onevent dryrun`"
            }
            Self::Mcp => "onevent has no MCP server",
            Self::ProviderWebhooks => {
                "onevent takes no webhooks of providers: integrations.<name>.webhook_url says where they go"
            }
        }
    }
}

/// Each route, and what it would need.
const ROUTES: &[(&str, Missing)] = &[
    ("/sync/trigger", Missing::Syncs),
    ("/sync/start", Missing::Syncs),
    ("/sync/pause", Missing::Syncs),
    ("/sync/status", Missing::Syncs),
    ("/sync/update-connection-frequency", Missing::Syncs),
    ("/sync/{name}/variant/{variant}", Missing::Syncs),
    ("/records", Missing::Records),
    ("/records/prune", Missing::Records),
    ("/scripts/config", Missing::ScriptsConfig),
    ("/connect/sessions", Missing::ConnectSessions),
    ("/connect/sessions/reconnect", Missing::ConnectSessions),
    ("/environment/api-keys", Missing::KeysOverHttp),
    ("/environment/api-keys/{id}", Missing::KeysOverHttp),
    ("/environment/webhook-signing-key/rotate", Missing::KeysOverHttp),
    ("/environments", Missing::EnvironmentsOverHttp),
    ("/environments/{name}", Missing::EnvironmentsOverHttp),
    ("/functions/compile", Missing::HostedFunctions),
    ("/functions/dryruns", Missing::HostedFunctions),
    ("/functions/dryruns/{id}", Missing::HostedFunctions),
    ("/functions/invocations", Missing::HostedFunctions),
    ("/mcp", Missing::Mcp),
];

#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().chain(WITHOUT_KEY).map(|(path, _)| *path)
}

/// What comes without a key.
const WITHOUT_KEY: &[(&str, Missing)] = &[("/webhook/{environment}/{key}", Missing::ProviderWebhooks)];

pub(super) fn routes() -> Router<ServerState> {
    refusing(ROUTES)
}

/// Those that need no key.
pub(super) fn open() -> Router<ServerState> {
    refusing(WITHOUT_KEY)
}

fn refusing(routes: &[(&'static str, Missing)]) -> Router<ServerState> {
    let refuse = |missing: Missing| move |request: Request| async move { refusal(&request, missing) };
    routes.iter().fold(Router::new(), |router, (path, missing)| router.route(path, any(refuse(*missing))))
}

fn refusal(request: &Request, missing: Missing) -> ApiError {
    ApiError::not_found(format!("{} {}: {}", request.method(), request.uri().path(), missing.what()))
}
