//! The nodes' side: what is told of each event to whoever asks.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use super::scene::Scene;

/// One event, and what its attempts came to.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) id: String,
    pub(super) function: String,
    pub(super) state: String,
    /// How often it was begun.
    pub(super) attempts: u32,
    /// Of those attempts whose report was stored.
    pub(super) reports: BTreeMap<u32, StoredReport>,
}

/// How an attempt ended, by its own account.
#[derive(Debug, Clone)]
pub(super) struct StoredReport {
    pub(super) outcome: String,
    /// What went wrong.
    pub(super) message: String,
}

/// The events of a kind of one connection, in their order.
pub(super) fn read(scene: &Scene, connection: &str, kind: &str) -> io::Result<Vec<History>> {
    let path = format!("/events?kind={kind}&connectionId={connection}&limit=1000");
    let mut events: Vec<History> =
        array(&scene.get(&path)?, "events").iter().map(of).collect::<Option<_>>().ok_or_else(strange)?;
    events.reverse();
    for event in &mut events {
        if kind == "webhook" {
            continue;
        }
        let shown = scene.get(&format!("/events/{}", event.id))?;
        for report in array(&shown, "attempts") {
            let outcome = report.get("outcome").and_then(Value::as_str).ok_or_else(strange)?;
            let attempt = number(report, "attempt").ok_or_else(strange)?;
            let message = report.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
            let report = StoredReport { outcome: outcome.to_owned(), message: message.to_owned() };
            if event.reports.insert(attempt, report).is_some() {
                scene.broken(format!("{connection}: two reports of attempt {attempt} of {}", event.id));
            }
        }
    }
    Ok(events)
}

/// How many events of a kind wait, up to 1,000.
pub(super) fn waiting(scene: &Scene, kind: &str) -> io::Result<usize> {
    Ok(array(&scene.get(&format!("/events?kind={kind}&state=waiting&limit=1000"))?, "events").len())
}

fn of(event: &Value) -> Option<History> {
    let text = |name: &str| Some(event.get(name)?.as_str()?.to_owned());
    Some(History {
        id: text("id")?,
        function: text("function").unwrap_or_default(),
        state: text("state")?,
        attempts: number(event, "attempt")?,
        reports: BTreeMap::new(),
    })
}

fn array<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn number(document: &Value, name: &str) -> Option<u32> {
    document.get(name)?.as_u64()?.try_into().ok()
}

fn strange() -> io::Error {
    io::Error::other("an answer has not the documented shape")
}
