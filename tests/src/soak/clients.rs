//! Who makes connections: customers' apps, which ask again where nobody answers.

use std::cmp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::plan::{Load, Plan};
use super::scene::{Scene, lock};

/// How many ask at once.
pub(super) const CLIENTS: usize = 16;
/// How long one waits before it asks again.
const AGAIN: Duration = Duration::from_millis(100);
/// How often one looks whether it is its time.
const LOOK: Duration = Duration::from_millis(10);
/// How long one asks for the same connection: several leases.
const PATIENCE: Duration = Duration::from_secs(120);

/// The id of a connection, which is its token as well: so the provider knows who asks.
pub(super) fn connection(number: usize) -> String {
    format!("customer-{number}")
}

/// Makes connections, the next one that nobody makes each time, until all are made.
pub(super) fn import_all(scene: &Scene, plan: &Plan, next: &AtomicUsize) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= plan.connections {
            return;
        }
        match plan.load {
            Load::AtOnce => {}
            Load::Evenly => {
                while !is_due(scene, plan, number) && !scene.over.load(Ordering::Relaxed) {
                    std::thread::sleep(LOOK);
                }
            }
        }
        if !import(scene, number) {
            return;
        }
    }
}

/// Whether it is this connection's time: as many come between any two kills, however long a start takes.
fn is_due(scene: &Scene, plan: &Plan, number: usize) -> bool {
    let (killed, since) = *lock(&scene.kills);
    let place = number * plan.kills;
    let part = (place % plan.connections) as f64 / plan.connections as f64;
    match killed.cmp(&(place / plan.connections)) {
        cmp::Ordering::Less => false,
        cmp::Ordering::Equal => scene.watch.now() >= since + plan.kill_every.mul_f64(part),
        cmp::Ordering::Greater => true,
    }
}

/// Asks until a connection was answered with 201; whether anybody may go on.
fn import(scene: &Scene, number: usize) -> bool {
    let id = connection(number);
    let body = json!({
        "provider_config_key": "hubspot",
        "connection_id": id,
        "credentials": { "type": "OAUTH2", "access_token": id },
    });
    let (body, end) = (body.to_string(), scene.watch.now() + PATIENCE);
    let mut last = "nobody answers".to_owned();
    while scene.watch.now() < end {
        if scene.over.load(Ordering::Relaxed) {
            return false;
        }
        match scene.ask("POST", "/connections", &body) {
            Some(answer) if answer.status == 201 => return true,
            Some(answer) => last = format!("{} {}", answer.status, answer.body),
            None => {}
        }
        std::thread::sleep(AGAIN);
    }
    scene.broken(format!("{id} was never answered: {last}"));
    true
}
