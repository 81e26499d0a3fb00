//! Every attack of `tests/hostile`, in each mode that it is for: it comes to the end that its head states, within its limits, the
//! server lives, and what runs right after it is fine.

mod attack;
mod bomb;
mod judge;
mod lateness;
mod lost;
mod memory;
mod project;
mod provider;

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use self::attack::{Attack, Mode, Stage};
use self::lateness::Lateness;
use self::memory::Memory;
use self::project::Target;
use self::provider::Provider;

/// So many servers are attacked side by side, each by one attack after another.
const SERVERS: usize = 2;

/// Threads that are lost use a core each until their server ends, so few of them share one.
const LOST_AT_ONCE: usize = 2;

/// What a server may hold more than before the attacks, once it has given back what they used.
const KEPT_BYTES: u64 = 300 * 1024 * 1024;

/// How much a server may grow while children of its have the attack.
const PARENT_BYTES: u64 = 100 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn while_their_modules_are_loaded() {
    let attacks = attack::all();
    for mode in [Mode::Thread, Mode::Process] {
        let attacks: Vec<_> = attacks.iter().filter(|attack| attack.stage == Stage::Load).collect();
        assert!(attacks.len() >= 5, "{} attacks", attacks.len());
        harmless(&loaded(mode, &attacks));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_threads() {
    every_attack(Mode::Thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_isolates_that_are_shared() {
    every_attack(Mode::Shared).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_child_processes() {
    every_attack(Mode::Process).await;
}

fn harmless(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a command tells of modules that attack, beside one that does not.
fn loaded(mode: Mode, attacks: &[&Attack]) -> Vec<String> {
    let target = Target::new(attacks, "http://127.0.0.1:9", mode);
    let listed = target.run(&["functions"]);
    let list = |key: &str| listed[key].as_array().cloned().unwrap_or_default();
    let (functions, broken) = (list("functions"), list("broken"));
    let found = |name: &str| match functions.iter().any(|function| function["function"] == name) {
        true => Some("ok"),
        false => broken.iter().find(|broken| broken["function"] == name)?["error"]["code"].as_str(),
    };
    let wrong = |name: &str, wanted: &[&str]| {
        let found = found(name);
        let right = found.is_some_and(|found| wanted.contains(&found));
        (!right).then(|| format!("{name} ({}): {found:?} instead of {wanted:?}", mode.name()))
    };
    let attacked = attacks.iter().filter_map(|attack| wrong(&attack.name, &attack.outcomes(mode)));
    attacked.chain(wrong("fine", &["ok"])).collect()
}

async fn every_attack(mode: Mode) {
    let all = attack::all();
    let attacks: Vec<_> =
        all.iter().filter(|attack| attack.stage == Stage::Run && attack.is_for(mode)).collect();
    assert!(attacks.len() >= 180, "{} attacks", attacks.len());
    let provider = Provider::start().await;
    let (lost, others): (Vec<_>, Vec<_>) =
        attacks.into_iter().partition(|attack| attack.loses_thread && mode != Mode::Process);
    // Those that are alike are neighbours: each server gets some of every kind.
    let shares: Vec<Vec<_>> =
        (0..SERVERS).map(|first| others.iter().copied().skip(first).step_by(SERVERS).collect()).collect();
    let mut wrong =
        join_all(shares.iter().map(|share| attacked(mode, share, &provider, Afterwards::MemoryIsBack))).await;
    for some in lost.chunks(LOST_AT_ONCE) {
        wrong.push(attacked(mode, some, &provider, Afterwards::ThreadsAreLost).await);
    }
    harmless(&wrong.concat());
}

/// What is left after the attacks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    MemoryIsBack,
    ThreadsAreLost,
}

/// One server, and the attacks on it, one after another.
async fn attacked(
    mode: Mode,
    attacks: &[&Attack],
    provider: &Provider,
    afterwards: Afterwards,
) -> Vec<String> {
    let target = Target::new(attacks, &provider.url, mode);
    let server = target.serve().await;
    let memory = Memory::of(server.process_id());
    let at_first = memory.now();
    let lateness = Lateness::watch();
    let mut wrong = Vec::new();
    for attack in attacks {
        memory.forget_peak();
        let before = memory.now();
        lateness.take();
        let (status, returned, report) = target.trigger(&server, &attack.name, &provider.url).await;
        let mut faults = match &report {
            None => vec![format!("no run is kept: {status} {}", judge::shortened(&returned))],
            Some(report) => judge::faults(attack, mode, report, &returned, lateness.take()),
        };
        let most = if mode == Mode::Process { PARENT_BYTES } else { attack.peak_bytes };
        let held = memory.peak().saturating_sub(before);
        if held > most {
            faults.push(format!("held {} MB more", held / 1_000_000));
        }
        let (status, returned, _) = target.trigger(&server, "fine", &provider.url).await;
        let goes_on = status == StatusCode::OK && returned == json!("fine");
        if !goes_on {
            faults.push(format!("what ran next: {status} {returned:#}\n{}", server.log().join("\n")));
        }
        wrong.extend(faults.into_iter().map(|fault| format!("{} ({}): {fault}", attack.name, mode.name())));
        if !goes_on {
            return wrong;
        }
    }
    if afterwards == Afterwards::MemoryIsBack
        && let Err(kept) = memory.comes_back(at_first + KEPT_BYTES).await
    {
        wrong.push(format!(
            "afterwards ({}): {} MB of {} stay",
            mode.name(),
            kept / 1_000_000,
            at_first / 1_000_000
        ));
    }
    wrong
}
