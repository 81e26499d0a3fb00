//! `onevent connection metadata … --server`.

use http::Method;
use serde_json::{Value, json};

use crate::args::{MetadataTarget, MetadataWriteArgs, Target};
use crate::failure::Failure;
use crate::input;
use crate::output::{Reply, clean};
use crate::server_api::ServerApi;
use crate::session::Session;

/// What a write does with what is there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It replaces all.
    Set,
    /// It keeps the other keys.
    Update,
}

/// Shows the metadata.
pub(super) async fn get(
    session: &Session,
    server: &ServerApi,
    args: &MetadataTarget,
) -> Result<Reply, Failure> {
    shown(session, server, &args.target).await
}

/// Writes metadata, and shows what it is then.
pub(super) async fn write(
    session: &Session,
    server: &ServerApi,
    args: &MetadataWriteArgs,
    kind: Kind,
) -> Result<Reply, Failure> {
    let metadata = input::object("metadata", &args.metadata, &session.directory).await?;
    let body = json!({
        "provider_config_key": args.target.integration,
        "connection_id": args.target.connection_id,
        "metadata": metadata,
    });
    let method = match kind {
        Kind::Set => Method::POST,
        Kind::Update => Method::PATCH,
    };
    server.ask(method, &["connections", "metadata"], &[], Some(&body)).await?;
    shown(session, server, &args.target).await
}

async fn shown(session: &Session, server: &ServerApi, target: &Target) -> Result<Reply, Failure> {
    let path = ["connections", target.connection_id.as_str()];
    let query = [("provider_config_key", target.integration.as_str())];
    let connection = server.ask(Method::GET, &path, &query, None).await?;
    let metadata = connection.get("metadata").cloned().unwrap_or_default();
    let text =
        serde_json::to_string_pretty(&metadata).map_err(|error| Failure::internal(error.to_string()))?;
    let document = json!({
        "environment": session.service.environment(),
        "integration": target.integration,
        "connection_id": target.connection_id,
        // Version and dropped keys are not among what the server tells.
        "metadata": if metadata.is_object() { metadata } else { Value::Null },
    });
    Ok(Reply::new(&document, clean(&text))?.data())
}
