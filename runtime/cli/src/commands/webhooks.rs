//! `onevent webhooks`: what the operator's app was told, and what it answered.

use anstyle::Style;
use onevent_app::{ListedWebhook, ShownWebhook};
use onevent_lifecycle::resend_webhook;
use onevent_store::{EventFilter, EventId, EventKind, EventState};
use serde_json::{Value, json};

use crate::args::{WebhooksListArgs, WebhooksOneArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, clean, paint, short};
use crate::session::Session;

/// Lists webhooks, the newest first.
pub(crate) async fn list(session: &Session, args: &WebhooksListArgs) -> Result<Reply, Failure> {
    let state = match args.state.as_deref() {
        None => None,
        Some(text) => Some(EventState::from_name(text).ok_or_else(|| {
            Failure::usage("unknown_state", format!("--state: there is no state `{text}`"))
                .hint("waiting, done, failed or skipped")
        })?),
    };
    let filter = EventFilter {
        kind: Some(EventKind::Webhook),
        state,
        limit: args.limit,
        ..EventFilter::of(session.service.environment().clone())
    };
    let found = match session.existing_store().await? {
        Some(store) => store.events(&filter).await?,
        None => Vec::new(),
    };
    let webhooks: Vec<ListedWebhook> = found.iter().map(ListedWebhook::from).collect();
    listed(&json!({ "environment": session.service.environment(), "webhooks": webhooks }))
}

/// Shows one with its attempts.
pub(crate) async fn show(session: &Session, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    let unknown = || unknown(&args.id);
    let id = EventId::parse(&args.id).ok_or_else(unknown)?;
    let store = session.existing_store().await?.ok_or_else(unknown)?;
    let found = ShownWebhook::read(store, session.service.environment(), id).await?.ok_or_else(unknown)?;
    shown(&json!(found))
}

/// Sends one again: a new webhook with the same body.
pub(crate) async fn resend(session: &Session, args: &WebhooksOneArgs) -> Result<Reply, Failure> {
    let unknown = || unknown(&args.id);
    let id = EventId::parse(&args.id).ok_or_else(unknown)?;
    let store = session.existing_store().await?.ok_or_else(unknown)?;
    let sent = resend_webhook(store, session.service.environment(), id, None).await?.ok_or_else(unknown)?;
    resent(&json!({ "id": sent.to_string() }))
}

fn unknown(id: &str) -> Failure {
    Failure::new(ExitCode::Failed, "unknown_webhook", format!("there is no webhook `{id}`"))
        .hint("onevent webhooks list shows the ids")
}

/// The answer of `list`, from its document.
pub(super) fn listed(document: &Value) -> Result<Reply, Failure> {
    let found = document.get("webhooks").and_then(Value::as_array).filter(|found| !found.is_empty());
    let Some(found) = found else { return Ok(Reply::new(document, "")?.note("no such webhooks\n")) };
    let mut table = Table::new(&["webhook", "operation", "connection", "state", "attempts", "created"]);
    for webhook in found {
        let text = |name: &str| clean(webhook.get(name).and_then(Value::as_str).unwrap_or_default());
        let state = text("state");
        let style = match state.as_str() {
            "done" => GOOD,
            "waiting" => NAME,
            _ => BAD,
        };
        table.row([
            (NAME, text("id")),
            (Style::new(), text("operation")),
            (Style::new(), format!("{}/{}", text("integration"), text("connection_id"))),
            (style, state),
            (DIM, webhook.get("attempt").map(short).unwrap_or_default()),
            (DIM, text("created_at")),
        ]);
    }
    Reply::new(document, table.render())
}

/// The answer of `show`, from its document.
pub(super) fn shown(document: &Value) -> Result<Reply, Failure> {
    let mut text = String::new();
    for (name, value) in document.as_object().into_iter().flatten().filter(|(name, _)| *name != "attempts") {
        text.push_str(&format!("{} {}\n", paint(DIM, &clean(name)), clean(&short(value))));
    }
    for attempt in document.get("attempts").and_then(Value::as_array).into_iter().flatten() {
        text.push_str(&format!("  {} {}\n", paint(DIM, "attempt"), clean(&short(attempt))));
    }
    Reply::new(document, text)
}

/// The answer of `resend`, from its document.
pub(super) fn resent(document: &Value) -> Result<Reply, Failure> {
    let id = document.get("id").and_then(Value::as_str).unwrap_or_default();
    Reply::new(document, format!("{} put into the queue as {}\n", paint(GOOD, "✓"), clean(id)))
}
