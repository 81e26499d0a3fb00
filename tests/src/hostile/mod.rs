//! Honest and hostile runs side by side in one server: it lives, each ends as it has to, and memory comes back.

mod attacks;
mod report;
mod server;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use self::attacks::{ACTIONS, Action, End};
pub use self::report::{Held, HostileReport};
use self::server::Server;
use crate::http::HttpAnswer;
use crate::soak::Watch;

/// How many ask at once.
const CLIENTS: usize = 8;
/// After so many runs, a server has what it keeps.
const SETTLED_AFTER: usize = 1_000;
/// After so long at rest isolates are given back, and those that wait for a run as well.
const REST: Duration = Duration::from_secs(35);
/// How often memory is looked at between the first thousand runs and the end, so that a leak differs from what fills up once.
const LOOKS: usize = 9;
/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(30);

/// How many runs, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostilePlan {
    /// How many runs there are. Memory is compared with that after the first thousand.
    pub runs: usize,
    /// What decides which come when.
    pub seed: u64,
    /// How long nothing runs before memory is looked at.
    pub rest: Duration,
    /// How often memory is looked at between the first thousand runs and the end.
    pub looks: usize,
}

impl HostilePlan {
    /// So many runs, and looks at memory when all is given back that is.
    #[must_use]
    pub fn of(runs: usize, seed: u64) -> Self {
        Self { runs, seed, rest: REST, looks: LOOKS }
    }
}

/// Does what the plan says with this `onevent` program, and looks what came of it. `tell` is told how far it is.
///
/// # Errors
/// When something could not be started or asked; what the program does wrong is in the report.
pub fn run(plan: &HostilePlan, program: &Path, tell: &(dyn Fn(String) + Sync)) -> io::Result<HostileReport> {
    let server = Server::start(program)?;
    let watch = Watch::start();
    let tally = Tally::default();
    let mut at_rest = Vec::new();
    for (round, count) in rounds(plan).into_iter().enumerate() {
        tally.runs(&server, plan.seed.wrapping_add(round as u64), count, watch, tell);
        at_rest.push(server.memory_at_rest(plan.rest, tally.count.load(Ordering::Relaxed))?);
    }
    let peak = server.peak_memory()?;
    let mut wrong = tally.wrong.into_inner().unwrap_or_default();
    wrong.extend(server.died()?);
    Ok(HostileReport {
        seed: plan.seed,
        runs: tally.count.load(Ordering::Relaxed),
        by_action: tally.ends.into_inner().unwrap_or_default(),
        seconds: watch.now().as_secs_f64(),
        at_rest,
        peak,
        wrong,
    })
}

/// How many runs there are before each look at memory.
fn rounds(plan: &HostilePlan) -> Vec<usize> {
    let first = plan.runs.min(SETTLED_AFTER);
    let (more, looks) = (plan.runs - first, plan.looks + 1);
    let round = |nth: usize| more * (nth + 1) / looks - more * nth / looks;
    std::iter::once(first).chain((0..looks).map(round)).filter(|count| *count > 0).collect()
}

/// What was done, and what was wrong with it.
#[derive(Default)]
struct Tally {
    count: AtomicUsize,
    ends: Mutex<BTreeMap<&'static str, usize>>,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    /// So many runs, several at once.
    fn runs(&self, server: &Server, seed: u64, count: usize, watch: Watch, tell: &(dyn Fn(String) + Sync)) {
        let left = AtomicUsize::new(count);
        let told = Mutex::new(watch.now());
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let mut random =
                    fastrand::Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(client as u64));
                let (left, told) = (&left, &told);
                scope.spawn(move || {
                    while left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                        .is_ok()
                    {
                        self.one(server, &mut random);
                        let mut told = crate::soak::lock(told);
                        if watch.now() > *told + TOLD_EVERY {
                            *told = watch.now();
                            let count = self.count.load(Ordering::Relaxed);
                            let memory = server.memory().unwrap_or_default() / 1024;
                            tell(format!("{count} runs in {} s, {memory} MiB", told.as_secs()));
                        }
                    }
                });
            }
        });
    }

    fn one(&self, server: &Server, random: &mut fastrand::Rng) {
        let action = &chosen(random);
        let text = format!("{:x}", random.u64(..));
        let body = json!({ "action_name": action.name, "input": { "text": text } });
        self.count.fetch_add(1, Ordering::Relaxed);
        *crate::soak::lock(&self.ends).entry(action.name).or_default() += 1;
        let told = match server.trigger(&body) {
            Ok(answer) => wrong(action, &text, &answer),
            Err(error) => Some(format!("{}: nobody answers: {error}", action.name)),
        };
        crate::soak::lock(&self.wrong).extend(told);
    }
}

fn chosen(random: &mut fastrand::Rng) -> Action {
    let all: u32 = ACTIONS.iter().map(|action| action.weight).sum();
    let mut at = random.u32(..all);
    for action in ACTIONS {
        match at.checked_sub(action.weight) {
            Some(left) => at = left,
            None => return *action,
        }
    }
    attacks::ECHO
}

/// What is wrong with an answer.
fn wrong(action: &Action, text: &str, answer: &HttpAnswer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let is_well = match action.end {
        End::Returns => answer.status == 200 && body == json!({ "text": text }),
        End::Fails(kind) => answer.status >= 400 && body.pointer("/error/code") == Some(&Value::from(kind)),
    };
    let shown: String = answer.body.chars().take(300).collect();
    (!is_well).then(|| format!("{}: {} {shown}", action.name, answer.status))
}
