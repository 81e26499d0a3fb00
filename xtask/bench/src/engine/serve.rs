//! Takes orders, and runs a function in the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use cpu_time::ProcessTime;
use onevent::{ConnectionFacts, Engine, Function, Invocation, ProjectSource, RunRefused, RunReport};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::host::{InMemory, Reach};
use crate::drive::{Called, drive};
use crate::failure::{Failure, Tried, While as _};
use crate::protocol::{Order, Ran, Ready};
use crate::resources;

/// What ends after the answer (an isolate, its thread) belongs to the run.
const TEARDOWN: Duration = Duration::from_millis(50);

/// As many children as callers: who waits for the provider has one.
const PROCESSES: usize = 200;

/// What a run shares with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Realm {
    /// Nothing: an isolate of its own.
    Isolate,
    /// A warm isolate.
    Shared,
}

/// Where a run is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isolation {
    /// On a thread of this process.
    Thread,
    /// In a child process.
    Process,
}

/// What is measured: the engine, its function, its provider.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineArguments {
    /// The folder that holds `salesforce/on-events/FUNCTION.ts`
    #[arg(long)]
    project: PathBuf,
    /// The function's name
    #[arg(long)]
    function: String,
    /// The provider's URL
    #[arg(long)]
    provider: String,
    /// What a run shares with others
    #[arg(long, value_enum, default_value = "isolate")]
    realm: Realm,
    /// Where a run is executed
    #[arg(long, value_enum, default_value = "thread")]
    isolation: Isolation,
    /// Make isolates before their runs
    #[arg(long)]
    prewarmed: bool,
}

/// A function that is ready to run.
#[derive(Clone)]
struct Stage {
    engine: Engine,
    function: Arc<Function>,
    reach: Reach,
}

/// Reads orders until there are no more.
pub(crate) async fn serve(arguments: EngineArguments) -> Tried<()> {
    let stage = Stage::new(&arguments).await?;
    say(&Ready { versions: vec![("onevent".to_owned(), env!("CARGO_PKG_VERSION").to_owned())] })?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.trying("an order is read")? {
        match serde_json::from_str(&line).trying("an order")? {
            Order::Probe { metadata } => say(&stage.probe(&metadata).await?)?,
            Order::Run { runs, callers, pause_ms, metadata } => {
                let (stage, metadata) = (stage.clone(), Arc::new(metadata));
                let call = move || {
                    let (stage, metadata) = (stage.clone(), Arc::clone(&metadata));
                    async move { stage.call(&metadata).await }
                };
                let clock = ProcessTime::try_now().trying("the CPU clock")?;
                let children = resources::children_cpu_ms()?;
                let mut batch = drive(runs, callers, Duration::from_millis(pause_ms), call).await;
                tokio::time::sleep(TEARDOWN).await;
                let own = clock.try_elapsed().trying("the CPU clock")?.as_secs_f64() * 1e3;
                batch.cpu_ms = Some(own + resources::children_cpu_ms()? - children);
                say(&batch)?;
            }
        }
    }
    Ok(())
}

fn say(answer: &impl serde::Serialize) -> Tried<()> {
    anstream::println!("{}", serde_json::to_string(answer).trying("an answer is written")?);
    Ok(())
}

async fn load(engine: &Engine, folder: &Path, name: &str) -> Tried<Arc<Function>> {
    let path = format!("salesforce/on-events/{name}.ts");
    let source = std::fs::read_to_string(folder.join(&path)).trying("the function is read")?;
    let index = format!("import './salesforce/on-events/{name}';\n");
    let files = ProjectSource::files([("index.ts", index), (path.as_str(), source)]);
    let project = engine.load(files).await.map_err(|error| Failure::new(error.to_string()))?;
    let function = project.functions.first().cloned();
    function.ok_or_else(|| Failure::new(format!("{name} does not load: {:?}", project.broken)))
}

impl Stage {
    async fn new(arguments: &EngineArguments) -> Tried<Self> {
        let realm = match arguments.realm {
            Realm::Isolate => onevent::Realm::Isolate,
            Realm::Shared => onevent::Realm::Shared,
        };
        let mut builder = Engine::builder().realm(realm);
        if arguments.isolation == Isolation::Process {
            let children = Arc::new(onevent_worker::WorkerPool::default());
            builder = builder
                .isolation_of(Arc::new(|_| onevent::Isolation::Process))
                .processes(children, PROCESSES);
        }
        let engine = builder.build();
        let engine = engine.map_err(|error| Failure::new(error.to_string()))?;
        if arguments.prewarmed {
            engine.allow_prewarmed(onevent::DEFAULT_PREWARMED_BYTES);
        }
        let function = load(&engine, &arguments.project, &arguments.function).await?;
        Ok(Self { engine, function, reach: Reach::new(&arguments.provider)? })
    }

    async fn probe(&self, metadata: &Value) -> Tried<Ran> {
        match self.call(metadata).await {
            Called::Ran(ran) => Ok(ran),
            Called::Refused => Err(Failure::new("the only run was refused")),
            Called::Failed(message) => Err(Failure::new(message)),
        }
    }

    async fn call(&self, metadata: &Value) -> Called {
        let invocation = match self.invocation() {
            Ok(invocation) => invocation,
            Err(failure) => return Called::Failed(failure.to_string()),
        };
        let host = Arc::new(InMemory::new(self.reach.clone(), metadata));
        match self.engine.run(invocation, host).await {
            Ok(report) => Called::Ran(ran(report)),
            Err(refused) => not_run(&refused),
        }
    }

    fn invocation(&self) -> Tried<Invocation> {
        let named = |_| Failure::new("a name is none");
        let connection = ConnectionFacts {
            connection_id: "acme".parse().map_err(named)?,
            integration: "salesforce".parse().map_err(named)?,
            provider: "salesforce".to_owned(),
        };
        Ok(Invocation::new(Arc::clone(&self.function), connection, "dev".parse().map_err(named)?))
    }
}

fn ran(report: RunReport) -> Ran {
    Ran {
        outcome: report.outcome.as_str().to_owned(),
        message: report.verdict.and_then(|verdict| verdict.message),
        metadata: report.metadata.after,
    }
}

/// Refusals for want of room mean "ask again"; everything else is a fault.
fn not_run(refused: &RunRefused) -> Called {
    match refused.code() {
        "queue_full" | "queue_expired" | "over_share" => Called::Refused,
        code => Called::Failed(format!("{code}: {refused}")),
    }
}
