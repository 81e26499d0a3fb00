//! `onevent webhooks … --server`.

use http::Method;
use serde_json::json;

use crate::args::{WebhooksListArgs, WebhooksOneArgs};
use crate::commands::webhooks;
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::ServerApi;
use crate::session::Session;

/// Lists webhooks, the newest first.
pub(super) async fn list(
    session: &Session,
    server: &ServerApi,
    args: &WebhooksListArgs,
) -> Result<Reply, Failure> {
    let limit = args.limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(args.state.iter().map(|state| ("state", state.as_str())));
    let answer = server.ask(Method::GET, &["webhooks"], &query, None).await?;
    let found = answer.get("webhooks").cloned().unwrap_or_default();
    webhooks::listed(&json!({ "environment": session.service.environment(), "webhooks": found }))
}

/// Shows one with its attempts.
pub(super) async fn show(server: &ServerApi, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    webhooks::shown(&server.ask(Method::GET, &["webhooks", &args.id], &[], None).await?)
}

/// Sends one again.
pub(super) async fn resend(server: &ServerApi, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    webhooks::resent(&server.ask(Method::POST, &["webhooks", &args.id, "resend"], &[], None).await?)
}
