//! What became of the queue's events, once nothing waits: what the database tells, and what the provider saw.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::time::Duration;

use serde_json::Value;

use super::client::Client;
use super::deployer::Deployer;
use super::known::Known;
use super::outside::{Call, Outside};
use super::project;
use super::server::{Life, list, text};
use crate::soak::Watch;

/// Two leases of whoever was killed, and time for what they held.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
/// How often it is looked whether something waits.
const LOOK: Duration = Duration::from_millis(200);
/// The most that a list tells at once.
const LIMIT: usize = 1_000;
/// What the queue holds.
const KINDS: [&str; 3] = ["setup", "cleanup", "action"];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) events: usize,
    /// Attempts that a kill cut short.
    pub(super) cut: usize,
    /// How long the last events waited for the lease of whoever was killed, and for their turn.
    pub(super) drained_in: Duration,
    pub(super) broken: Vec<String>,
}

/// Waits until nothing waits, and looks at all of it.
pub(super) fn judge(
    life: &Life,
    clients: &[Client],
    deployer: &Deployer,
    outside: &Outside,
) -> io::Result<Found> {
    let mut found = Found::default();
    let watch = Watch::start();
    while waiting(life)? > 0 {
        if watch.now() > LONGEST_WAIT {
            found.broken.push(format!("{} events still wait", waiting(life)?));
            return Ok(found);
        }
        std::thread::sleep(LOOK);
    }
    found.drained_in = watch.now();
    let calls = outside.calls();
    let journal = Journal::of(&calls);
    found.broken.extend(strange(&calls, deployer));
    for client in clients {
        for known in client.connections.iter().chain(&client.gone) {
            setups(life, known, &journal, &mut found)?;
        }
        actions(life, client, &journal, &mut found)?;
    }
    Ok(found)
}

fn waiting(life: &Life) -> io::Result<usize> {
    let mut waiting = 0;
    for kind in KINDS {
        let found =
            life.get(&format!("/events?kind={kind}&state=waiting&limit={LIMIT}"))?.unwrap_or_default();
        waiting += list(&found, "events").len();
    }
    Ok(waiting)
}

fn events(life: &Life, kind: &str, connection: &str) -> io::Result<Vec<Value>> {
    let path = format!("/events?kind={kind}&connectionId={connection}&limit={LIMIT}");
    Ok(list(&life.get(&path)?.unwrap_or_default(), "events").to_vec())
}

/// Each creation that there was has its setups, one that never was has none, and each has ended.
fn setups(life: &Life, known: &Known, journal: &Journal, found: &mut Found) -> io::Result<()> {
    let events = events(life, "setup", &known.id)?;
    let expected = known.creations * project::SETUPS;
    if events.len() != expected {
        let creations = known.creations;
        found.broken.push(format!(
            "{} was created {creations} times, and has {} setups",
            known.id,
            events.len()
        ));
    }
    for event in &events {
        ended(life, event, journal, found)?;
    }
    Ok(())
}

/// What was accepted is there; an event of each, and one only.
fn actions(life: &Life, client: &Client, journal: &Journal, found: &mut Found) -> io::Result<()> {
    let mut accepted = BTreeMap::<&str, usize>::new();
    for action in &client.accepted {
        *accepted.entry(action.connection.as_str()).or_default() += 1;
    }
    for (connection, count) in accepted {
        let events = events(life, "action", connection)?;
        if events.len() < count {
            found
                .broken
                .push(format!("{connection}: {count} actions were accepted, and {} are there", events.len()));
        }
        let done = events.iter().filter(|event| text(event, "state") == "done");
        let done: BTreeSet<&str> = done.map(|event| text(event, "id")).collect();
        let ran: BTreeSet<&str> = done.iter().filter_map(|id| journal.nonce(id)).collect();
        if ran.len() != done.len() {
            found.broken.push(format!(
                "{connection}: {} actions are done, and the provider saw {}",
                done.len(),
                ran.len()
            ));
        }
        for event in &events {
            ended(life, event, journal, found)?;
        }
    }
    for action in &client.accepted {
        let Some(keys) = journal.by_nonce.get(&action.nonce) else { continue };
        if keys.len() > 1 {
            found.broken.push(format!("{} came under several keys: {keys:?}", action.nonce));
        }
    }
    Ok(())
}

/// An event has ended, once; the provider saw what is said to be done; and each attempt has one report, or none where it was cut.
fn ended(life: &Life, event: &Value, journal: &Journal, found: &mut Found) -> io::Result<()> {
    let (id, state, function) = (text(event, "id"), text(event, "state"), text(event, "function"));
    found.events += 1;
    // One that failed lost its connection.
    if !matches!(state, "done" | "failed") {
        found.broken.push(format!("{id} ({function}) is {state}: {event}"));
    }
    if state == "done" && !journal.ends.contains(id) {
        found.broken.push(format!("{id} ({function}) is done, and the provider never saw it"));
    }
    let attempts = event.get("attempt").and_then(Value::as_u64).unwrap_or_default();
    let shown = life.get(&format!("/events/{id}"))?.unwrap_or_default();
    let reported: Vec<u64> = list(&shown, "attempts")
        .iter()
        .filter_map(|report| report.get("attempt").and_then(Value::as_u64))
        .collect();
    let distinct: BTreeSet<&u64> = reported.iter().collect();
    if distinct.len() != reported.len() {
        found.broken.push(format!("{id} ({function}) has two reports of one attempt: {reported:?}"));
    }
    found.cut += usize::try_from(attempts).unwrap_or_default().saturating_sub(reported.len());
    if state == "done" && reported.iter().max() != Some(&attempts) {
        found.broken.push(format!(
            "{id} ({function}) is done in attempt {attempts}, and reports are of {reported:?}"
        ));
    }
    Ok(())
}

/// What the provider saw, by idempotency keys.
struct Journal {
    /// The events whose last request came.
    ends: BTreeSet<String>,
    /// The keys under which an action's input came.
    by_nonce: HashMap<String, BTreeSet<String>>,
    by_key: HashMap<String, String>,
}

impl Journal {
    fn of(calls: &[Call]) -> Self {
        let mut journal = Self { ends: BTreeSet::new(), by_nonce: HashMap::new(), by_key: HashMap::new() };
        for call in calls {
            if matches!(call.what.as_str(), "end" | "act") {
                journal.ends.insert(call.key.clone());
            }
            if call.what == "act" {
                journal.by_nonce.entry(call.nonce.clone()).or_default().insert(call.key.clone());
                journal.by_key.insert(call.key.clone(), call.nonce.clone());
            }
        }
        journal
    }

    fn nonce(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }
}

/// Attempts that begin twice or out of order, a second one in the life of the first that nothing ended, and runs of deployments
/// that never were.
fn strange(calls: &[Call], deployer: &Deployer) -> Vec<String> {
    let mut strange = Vec::new();
    let mut last = HashMap::<&str, &Call>::new();
    for call in calls.iter().filter(|call| matches!(call.what.as_str(), "begin" | "act")) {
        if let Some(before) = last.insert(call.key.as_str(), call)
            && (call.attempt <= before.attempt || call.life < before.life)
        {
            strange.push(format!("{call:?} came after {before:?}"));
        }
    }
    let numbers: BTreeSet<&str> = calls.iter().map(|call| call.deployment.as_str()).collect();
    for number in numbers {
        if !number.parse().is_ok_and(|number| deployer.has(number)) {
            strange.push(format!("deployment {number:?} ran, which never was"));
        }
    }
    strange
}
