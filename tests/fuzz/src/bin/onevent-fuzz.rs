//! `cargo xtask fuzz`: feeds targets with anything, for as long as somebody likes.
//!
//! An input that makes a target panic is made as small as it will go, and kept as a file; so is one that hangs, takes too much
//! memory, or ends the process.
#![forbid(unsafe_code)]

use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use onevent_contract::{Clock as _, Instant, SystemClock};
use onevent_fuzz::{ALL, Target, corpus, inputs, named};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sha2::{Digest as _, Sha256};

/// Cases between two looks at the time.
const BATCH: u32 = 200;
/// What one input may compute.
const CASE_CPU: Duration = Duration::from_secs(20);
/// How long one input may take where it waits, or where the machine has no time for it.
const CASE_TIME: Duration = Duration::from_secs(600);
/// What this process may hold, in KiB: 2 GiB.
const MAX_RESIDENT_KIB: u64 = 2 * 1024 * 1024;
/// How often time and memory are looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";
/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Feeds what onevent reads from strangers with anything.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which targets, one after the other [default: all]
    targets: Vec<String>,
    /// How long each
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0)]
    minutes: f64,
    /// What decides which inputs come [default: another one each time, which is told]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Where inputs by which something was found are written
    #[arg(long, value_name = "DIR")]
    findings: PathBuf,
    /// Runs a target with this file alone, and shows where it panics
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match fuzz(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was found.
fn fuzz(arguments: &Arguments) -> io::Result<bool> {
    let targets = targets(&arguments.targets)?;
    if let Some(file) = &arguments.input {
        let input = fs::read(file)?;
        targets.iter().for_each(|target| (target.run)(&input));
        return Ok(true);
    }
    fs::create_dir_all(&arguments.findings)?;
    let seed = arguments.seed.unwrap_or_else(|| SystemClock.now().as_nanosecond() as u64);
    let length = Duration::try_from_secs_f64(arguments.minutes * 60.0).map_err(io::Error::other)?;
    let mut clean = true;
    for target in targets {
        let fuzzing = Fuzzing::new(target, &arguments.findings);
        let now = fuzzing.now.display();
        anstream::println!(
            "{}: {} minutes, seed {seed}; its input is always in {now}",
            target.name,
            arguments.minutes
        );
        clean &= fuzzing.run(seed, length)?;
    }
    Ok(clean)
}

fn targets(names: &[String]) -> io::Result<Vec<&'static Target>> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let known = || ALL.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    let target = |name: &String| {
        named(name).ok_or_else(|| io::Error::other(format!("`{name}` is none of {}", known())))
    };
    names.iter().map(target).collect()
}

/// One target, and its input of the moment.
struct Fuzzing {
    target: &'static Target,
    findings: PathBuf,
    /// Where the input is that is being run: it stays where the process ends.
    now: PathBuf,
    /// Since when it is run.
    since: Arc<Mutex<Option<Instant>>>,
    cases: AtomicU64,
}

impl Fuzzing {
    fn new(target: &'static Target, findings: &Path) -> Self {
        // Written before each input: in memory, where there is such a folder.
        let memory = Path::new(MEMORY);
        let folder = if memory.is_dir() { memory } else { findings };
        let now = folder.join(format!("onevent-fuzz-{}-{}.now", target.name, std::process::id()));
        Self { target, findings: findings.to_owned(), now, since: Arc::default(), cases: AtomicU64::new(0) }
    }

    /// Whether nothing was found.
    fn run(&self, seed: u64, length: Duration) -> io::Result<bool> {
        self.watch();
        // A finding is told once, and not for each step of making it smaller.
        panic::set_hook(Box::new(|_| {}));
        let found = self.until(seed, length);
        drop(panic::take_hook());
        *lock(&self.since) = None;
        fs::remove_file(&self.now)?;
        if let Some((input, message)) = found? {
            let name = format!(
                "{}-{}",
                self.target.name,
                hex::encode(Sha256::digest(&input).get(..6).unwrap_or_default())
            );
            let file = self.findings.join(name);
            fs::write(&file, input)?;
            anstream::println!("{}: FOUND after {} inputs: {message}", self.target.name, self.cases());
            anstream::println!("  {}", file.display());
            return Ok(false);
        }
        anstream::println!("{}: nothing was found in {} inputs", self.target.name, self.cases());
        Ok(true)
    }

    fn cases(&self) -> u64 {
        self.cases.load(Ordering::Relaxed)
    }

    /// The smallest input by which something was found, and what.
    fn until(&self, seed: u64, length: Duration) -> io::Result<Option<(Vec<u8>, String)>> {
        for (file, input) in corpus::of(self.target) {
            let run = panic::catch_unwind(|| self.case(&input));
            if run.is_err() {
                return Ok(Some((input, format!("the kept input {}", file.display()))));
            }
        }
        let strategy = inputs::of(self.target);
        let (begun, mut told) = (SystemClock.monotonic(), Duration::ZERO);
        for batch in 0.. {
            let spent = SystemClock.elapsed(begun);
            if spent >= length {
                break;
            }
            if spent >= told + TOLD_EVERY {
                told = spent;
                anstream::eprintln!("{}: {} inputs in {} s", self.target.name, self.cases(), spent.as_secs());
            }
            let config = Config { cases: BATCH, failure_persistence: None, ..Config::default() };
            let mut runner = TestRunner::new_with_rng(config, random(seed, batch));
            match runner.run(&strategy, |input| self.case(&input)) {
                Ok(()) => {}
                Err(TestError::Fail(reason, input)) => return Ok(Some((input, reason.to_string()))),
                Err(TestError::Abort(reason)) => return Err(io::Error::other(reason.to_string())),
            }
        }
        Ok(None)
    }

    fn case(&self, input: &[u8]) -> Result<(), TestCaseError> {
        fs::write(&self.now, input).map_err(|error| TestCaseError::reject(error.to_string()))?;
        self.cases.fetch_add(1, Ordering::Relaxed);
        *lock(&self.since) = Some(SystemClock.monotonic());
        (self.target.run)(input);
        *lock(&self.since) = None;
        Ok(())
    }

    /// Ends the process where an input takes too long, or too much.
    fn watch(&self) {
        let (since, name, now) = (Arc::clone(&self.since), self.target.name, self.now.clone());
        std::thread::spawn(move || {
            // The input that is looked at, by the moment of its beginning, and what the process had computed before.
            let mut looked_at = (None, Duration::ZERO);
            loop {
                std::thread::sleep(LOOK);
                let running = *lock(&since);
                if running != looked_at.0 {
                    looked_at = (running, computed());
                }
                let is_late = running.is_some_and(|since| {
                    SystemClock.elapsed(since) > CASE_TIME || computed() > looked_at.1 + CASE_CPU
                });
                let what = match (is_late, resident_kib() > MAX_RESIDENT_KIB) {
                    (true, _) => "an input that takes too long",
                    (false, true) => "an input that takes too much memory",
                    (false, false) => continue,
                };
                anstream::println!("{name}: FOUND {what}\n  {}", now.display());
                std::process::exit(1);
            }
        });
    }
}

/// What this process has computed.
fn computed() -> Duration {
    /// The kernel counts hundredths of a second here, on every machine that onevent runs on.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
    TICK * ticks.sum::<u32>()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same inputs for the same number, batch by batch. Nothing secret is made of it, and it is quick.
fn random(seed: u64, batch: u64) -> TestRng {
    let hash = Sha256::digest([seed.to_le_bytes(), batch.to_le_bytes()].concat());
    TestRng::from_seed(RngAlgorithm::XorShift, hash.first_chunk::<16>().unwrap_or(&[1; 16]))
}

/// What this process holds.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
