//! `onevent webhooks … --server`.

use http::Method;

use crate::args::{WebhooksListArgs, WebhooksOneArgs};
use crate::commands::webhooks;
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::ServerApi;

/// Lists webhooks, the newest first.
pub(super) async fn list(server: &ServerApi, args: &WebhooksListArgs) -> Result<Reply, Failure> {
    let limit = args.limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(args.state.iter().map(|state| ("state", state.as_str())));
    webhooks::listed(&server.ask(Method::GET, &["webhooks"], &query, None).await?)
}

/// Shows one with its attempts.
pub(super) async fn show(server: &ServerApi, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    webhooks::shown(&server.ask(Method::GET, &["webhooks", &args.id], &[], None).await?)
}

/// Sends one again.
pub(super) async fn resend(server: &ServerApi, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    webhooks::resent(&server.ask(Method::POST, &["webhooks", &args.id, "resend"], &[], None).await?)
}
