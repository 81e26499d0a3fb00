//! Who asks: the secret key of an environment.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::middleware::Next;
use axum::response::Response;
use onevent_contract::{ApiScope, EnvironmentName, RequestId, Secret};
use onevent_store::{ApiKey, ApiKeyId};
use tracing::Span;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::ServerState;

/// Who asks: a key, which decides the environment.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    key: ApiKey,
    request_id: Option<RequestId>,
}

impl Caller {
    pub(crate) fn environment(&self) -> &EnvironmentName {
        &self.key.environment
    }

    /// The request that the caller makes.
    pub(crate) fn request_id(&self) -> Option<RequestId> {
        self.request_id.clone()
    }

    /// The key's number, which is no secret.
    pub(crate) fn key_id(&self) -> ApiKeyId {
        self.key.id
    }

    pub(crate) fn may(&self, scope: ApiScope) -> bool {
        self.key.scopes.allow(scope)
    }
}

/// Lets a request through if its key is known.
///
/// What is wrong with a key is told by its form alone. A well-formed one that is not known, and one that was revoked,
/// get the same answer.
pub(crate) async fn authenticate(
    State(state): State<ServerState>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let secret = secret_key(request.headers())?;
    let store = state.service().main_store().await?;
    let key = store.api_key(&secret).await?.ok_or_else(|| {
        refused(
            "unknown_account",
            "The secret key is not known here: it belongs to no environment, or was revoked.",
        )
    })?;
    let span = Span::current();
    span.record("environment", key.environment.as_str());
    span.record("key", tracing::field::display(key.id));
    let request_id = request.extensions().get::<RequestId>().cloned();
    request.extensions_mut().insert(Caller { key, request_id });
    Ok(next.run(request).await)
}

/// The key that the one `Authorization` header holds.
fn secret_key(headers: &HeaderMap) -> Result<Secret, ApiError> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let missing = || refused("missing_auth_header", "The request has no Authorization header.");
    let line = lines.next().ok_or_else(missing)?;
    let malformed =
        || refused("malformed_auth_header", "The Authorization header is not `Bearer` and a secret key.");
    // Two of them: whoever stands before the server may have looked at the other one.
    if lines.next().is_some() {
        return Err(malformed());
    }
    let text = line.to_str().map_err(|_| malformed())?;
    let key = bearer(text).ok_or_else(malformed)?;
    match Uuid::try_parse(key) {
        // The hyphenated form only: other spellings of the same number are other texts.
        Ok(uuid) if uuid.get_version_num() == 4 && key.len() == 36 => Ok(Secret::new(key)),
        _ => Err(refused("invalid_secret_key_format", "The secret key is not a UUID of version 4.")),
    }
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, key) = text.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() && !key.contains(' ')).then_some(key)
}

fn refused(code: &'static str, message: &'static str) -> ApiError {
    ApiError::older(StatusCode::UNAUTHORIZED, code, format!("Authentication failed. {message}"))
}
