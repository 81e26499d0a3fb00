//! `onevent events`: what is to be done and what was, dead letters above all.

use std::time::Duration;

use anstyle::Style;
use onevent_app::{DecidedEvent, Decision, ListedAct, ListedDecision, ListedEvent};
use onevent_contract::RunId;
use onevent_lifecycle::ReplayOn;
use onevent_store::{Actor, AuditFilter, EventFilter, EventId, EventKind, EventState, EventSummary, Store};
use serde_json::{Value, json};

use crate::args::{
    EventsAuditArgs, EventsFilterArgs, EventsListArgs, EventsOneArgs, EventsReplayArgs, EventsSkipArgs,
    EventsTargetArgs,
};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{
    BAD, DIM, GOOD, NAME, Reply, RunView, Sources, Table, WARN, clean, paint, render_run, short,
};
use crate::session::Session;

/// How often it is looked whether replayed events have ended.
const LOOK: Duration = Duration::from_millis(100);
/// How long what was begun beside them may take at the end.
const DRAIN: Duration = Duration::from_secs(30);

/// Lists events, the newest first.
pub(crate) async fn list(session: &Session, args: &EventsListArgs) -> Result<Reply, Failure> {
    let filter = EventFilter { state: state(args.state.as_deref())?, ..filter(session, &args.filter)? };
    let found = match session.existing_store().await? {
        Some(store) => store.events(&filter).await?,
        None => Vec::new(),
    };
    let events: Vec<ListedEvent> = found.iter().map(ListedEvent::from).collect();
    listed(&json!({ "environment": session.service.environment(), "events": events }))
}

/// Shows one with the report of every attempt.
pub(crate) async fn show(session: &Session, args: &EventsOneArgs) -> Result<Reply, Failure> {
    let (store, event) = found(session, &args.id).await?;
    let environment = session.service.environment();
    let attempts = match RunId::parse(&args.id) {
        Some(run) => store.attempts(environment, run).await?,
        None => Vec::new(),
    };
    let about = AuditFilter { subject: Some(event.id.to_string()), ..AuditFilter::of(environment.clone()) };
    let acts = store.audit(&about).await?;
    let mut document = json!(ListedEvent::from(&event));
    if let Some(fields) = document.as_object_mut() {
        fields.insert("attempts".into(), attempts.into_iter().map(|attempt| attempt.report).collect());
        fields.insert("audit".into(), json!(acts.iter().map(ListedAct::from).collect::<Vec<_>>()));
    }
    shown(&document)
}

/// Puts events back into the queue.
pub(crate) async fn replay(session: &Session, args: &EventsReplayArgs) -> Result<Reply, Failure> {
    let events = targets(session, &args.target).await?;
    let on = ReplayOn::from(args.on);
    let decided = session.service.decide_events(&events, Decision::Replay(on), Actor::Cli).await?;
    let ids: Vec<EventId> = decided.iter().filter(|one| one.error.is_none()).map(|one| one.id).collect();
    let reply = decided_reply(
        &json!({ "on": on.as_str(), "events": outcomes(&decided) }),
        "put back into the queue",
    )?;
    if !args.run {
        return Ok(reply.note("a server runs them: onevent serve, or onevent events replay … --run\n"));
    }
    let ended = run_here(session, &ids).await?;
    let events: Vec<ListedEvent> = ended.iter().map(ListedEvent::from).collect();
    let all_done = ended.iter().all(|event| event.state == EventState::Done);
    let mut reply = listed(&json!({ "environment": session.service.environment(), "events": events }))?;
    if !all_done {
        reply.exit = ExitCode::Failed;
    }
    Ok(reply)
}

/// Works on the queue until these events have ended.
async fn run_here(session: &Session, ids: &[EventId]) -> Result<Vec<EventSummary>, Failure> {
    let failed = std::sync::Arc::new(std::sync::Mutex::new(None));
    let note = std::sync::Arc::clone(&failed);
    let workers = session
        .service
        .start_workers_of(session.service.environment(), move |_, error| {
            note.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error.to_string());
        })
        .await?;
    let store = session.service.store_of(session.service.environment()).await?;
    let mut ended = Vec::new();
    for id in ids {
        loop {
            let event = store.event(session.service.environment(), *id).await?;
            match event.map(|event| event.summary) {
                Some(event) if event.state == EventState::Waiting => tokio::time::sleep(LOOK).await,
                event => {
                    ended.extend(event);
                    break;
                }
            }
        }
    }
    workers.drain(DRAIN).await;
    let error = failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    match error {
        Some(error) => Err(Failure::new(ExitCode::Internal, "database_failed", error)),
        None => Ok(ended),
    }
}

/// Decides that events will not be done.
pub(crate) async fn skip(session: &Session, args: &EventsSkipArgs) -> Result<Reply, Failure> {
    let events = targets(session, &args.target).await?;
    let decided = session.service.decide_events(&events, Decision::Skip, Actor::Cli).await?;
    decided_reply(&json!({ "events": outcomes(&decided) }), "skipped")
}

/// Lists what was decided, the newest first.
pub(crate) async fn audit(session: &Session, args: &EventsAuditArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let filter = AuditFilter {
        subject: args.event.clone(),
        limit: args.limit,
        ..AuditFilter::of(environment.clone())
    };
    let acts = match session.existing_store().await? {
        Some(store) => store.audit(&filter).await?,
        None => Vec::new(),
    };
    let acts: Vec<ListedAct> = acts.iter().map(ListedAct::from).collect();
    audited(&json!({ "environment": environment, "audit": acts }))
}

fn filter(session: &Session, args: &EventsFilterArgs) -> Result<EventFilter, Failure> {
    Ok(EventFilter {
        kind: kind(args.kind.as_deref())?,
        function: args.function.clone(),
        integration: args.integration.clone(),
        connection_id: args.connection.clone(),
        limit: args.limit,
        ..EventFilter::of(session.service.environment().clone())
    })
}

fn state(text: Option<&str>) -> Result<Option<EventState>, Failure> {
    let Some(text) = text else { return Ok(None) };
    EventState::from_name(text).map(Some).ok_or_else(|| {
        Failure::usage("unknown_state", format!("--state: there is no state `{text}`"))
            .hint("waiting, done, failed, dead or skipped")
    })
}

fn kind(text: Option<&str>) -> Result<Option<EventKind>, Failure> {
    let Some(text) = text else { return Ok(None) };
    EventKind::from_name(text).map(Some).ok_or_else(|| {
        Failure::usage("unknown_kind", format!("--kind: there is no kind `{text}`"))
            .hint("setup, cleanup, action or webhook")
    })
}

async fn found<'a>(session: &'a Session, id: &str) -> Result<(&'a Store, EventSummary), Failure> {
    let unknown = || {
        Failure::new(ExitCode::Failed, "unknown_event", format!("there is no event `{id}`"))
            .hint("onevent events list shows the ids")
    };
    let event = EventId::parse(id).ok_or_else(unknown)?;
    let store = session.existing_store().await?.ok_or_else(unknown)?;
    let event = store.event(session.service.environment(), event).await?.ok_or_else(unknown)?;
    Ok((store, event.summary))
}

/// The one event, or the dead letters that the filters name.
async fn targets(session: &Session, args: &EventsTargetArgs) -> Result<Vec<EventSummary>, Failure> {
    if let Some(id) = &args.id {
        return Ok(vec![found(session, id).await?.1]);
    }
    let filter = EventFilter { state: Some(EventState::Dead), ..filter(session, &args.filter)? };
    Ok(match session.existing_store().await? {
        Some(store) => store.events(&filter).await?,
        None => Vec::new(),
    })
}

fn outcomes(decided: &[DecidedEvent]) -> Vec<ListedDecision> {
    decided.iter().map(ListedDecision::from).collect()
}

/// The answer of `list`, from its document.
pub(super) fn listed(document: &Value) -> Result<Reply, Failure> {
    let events = document.get("events").and_then(Value::as_array).filter(|events| !events.is_empty());
    let Some(events) = events else { return Ok(Reply::new(document, "")?.note("no such events\n")) };
    let mut table = Table::new(&["event", "kind", "function", "connection", "state", "attempts", "error"]);
    for event in events {
        let text = |name: &str| clean(event.get(name).and_then(Value::as_str).unwrap_or_default());
        let state = text("state");
        let style = match state.as_str() {
            "done" => GOOD,
            "waiting" => NAME,
            "skipped" => WARN,
            _ => BAD,
        };
        table.row([
            (NAME, text("id")),
            (Style::new(), text("kind")),
            (Style::new(), text("function")),
            (Style::new(), format!("{}/{}", text("integration"), text("connection_id"))),
            (style, state),
            (DIM, event.get("attempt").map(short).unwrap_or_default()),
            (DIM, text("error")),
        ]);
    }
    Reply::new(document, table.render())
}

/// The answer of `show`, from its document.
pub(super) fn shown(document: &Value) -> Result<Reply, Failure> {
    let mut text = String::new();
    let fields = document.as_object().into_iter().flatten();
    for (name, value) in
        fields.filter(|(name, value)| !value.is_null() && !value.is_array() && *name != "schema_version")
    {
        text.push_str(&format!("{} {}\n", paint(DIM, &clean(name)), clean(&short(value))));
    }
    for report in document.get("attempts").and_then(Value::as_array).into_iter().flatten() {
        text.push('\n');
        text.push_str(&render_run(&RunView::from_document(report)?, Sources::Changed));
    }
    for act in document.get("audit").and_then(Value::as_array).into_iter().flatten() {
        let field = |name: &str| clean(act.get(name).and_then(Value::as_str).unwrap_or_default());
        text.push_str(&format!("\n{} by {} {}", field("action"), field("actor"), paint(DIM, &field("at"))));
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Reply::new(document, text)
}

/// The answer of `replay` and `skip`, from its document. One that could not be decided is the failure of the command.
pub(super) fn decided_reply(document: &Value, done: &str) -> Result<Reply, Failure> {
    let decided = document.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
    if decided.is_empty() {
        return Ok(Reply::new(document, "")?.note("no such dead letters\n"));
    }
    let mut text = String::new();
    let mut failed = false;
    for one in &decided {
        let id = clean(one.get("id").and_then(Value::as_str).unwrap_or_default());
        match one.get("error").and_then(|error| error.get("message")).and_then(Value::as_str) {
            None => text.push_str(&format!("{} {id} {done}\n", paint(GOOD, "✓"))),
            Some(error) => {
                failed = true;
                text.push_str(&format!("{} {}\n", paint(BAD, "✗"), clean(error)));
            }
        }
    }
    let mut reply = Reply::new(document, text)?;
    if failed {
        reply.exit = ExitCode::Failed;
    }
    Ok(reply)
}

/// The answer of `audit`, from its document.
pub(super) fn audited(document: &Value) -> Result<Reply, Failure> {
    let acts = document.get("audit").and_then(Value::as_array).filter(|acts| !acts.is_empty());
    let Some(acts) = acts else { return Ok(Reply::new(document, "")?.note("nothing was decided\n")) };
    let mut table = Table::new(&["at", "who", "what", "event", "detail"]);
    for act in acts {
        let text = |name: &str| clean(act.get(name).and_then(Value::as_str).unwrap_or_default());
        table.row([
            (DIM, text("at")),
            (NAME, text("actor")),
            (Style::new(), text("action")),
            (NAME, text("subject")),
            (DIM, clean(&act.get("detail").map(short).unwrap_or_default())),
        ]);
    }
    Reply::new(document, table.render())
}
