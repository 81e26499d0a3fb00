use std::sync::Arc;

use onevent_contract::{
    CompiledCode, EnvironmentName, Event, Function, FunctionKey, FunctionKind, ImportTarget, ModuleFormat,
    ModuleImport, ModuleSource, Outcome, Schema, SchemaCheck, Violation,
};
use onevent_store::{
    Audit, DeployedFunction, Deployment, DeploymentAct, DeploymentId, EventKind, NewDeployment, NewEvent,
    Pruned, RunFilter, Store, StoreError,
};
use serde_json::{Value, json};

use crate::support::{Scratch, key, report};

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

struct Nothing;

impl SchemaCheck for Nothing {
    fn violations(&self, _: &Value) -> Vec<Violation> {
        Vec::new()
    }
}

fn module(path: &str, code: &str, imports: &[&str]) -> Arc<ModuleSource> {
    Arc::new(ModuleSource {
        path: path.into(),
        format: ModuleFormat::CommonJs { exports: vec!["a".into()], reexports: Vec::new() },
        code: code.into(),
        source_map: Some(b"{}".to_vec().into()),
        imports: imports
            .iter()
            .map(|path| ModuleImport {
                specifier: format!("./{path}"),
                target: ImportTarget::Module((*path).into()),
                names: vec!["a".into()],
            })
            .collect(),
        compiled: CompiledCode::default(),
    })
}

/// A function of two modules, of which the second is everybody's.
fn function(integration: &str, name: &str, code: &str) -> DeployedFunction {
    let path = format!("{integration}/on-events/{name}.ts");
    let schema = Schema::new(json!({"type": "object", "required": ["webhookId"]}), Arc::new(Nothing));
    DeployedFunction {
        function: Arc::new(Function {
            key: FunctionKey { integration: integration.parse().unwrap(), name: name.parse().unwrap() },
            kind: FunctionKind::Event(Event::ValidateConnection),
            description: Some("checks".into()),
            modules: [module(&path, code, &["shared.ts"]), module("shared.ts", "exports.a = 1", &[])].into(),
            path,
            metadata_schema: Some(schema),
        }),
        source: format!("// {code}"),
    }
}

fn audit(message: &str) -> Audit {
    Audit { author: Some("ada".into()), message: Some(message.into()), client: "onevent-cli/0.1.0".into() }
}

async fn deploy(store: &Store, functions: Vec<DeployedFunction>) -> Result<Deployment, StoreError> {
    let mut transaction = store.begin().await?;
    let new = NewDeployment { environment: dev(), functions, audit: audit("first") };
    let made = transaction.deploy(&new).await?;
    transaction.commit().await?;
    Ok(made)
}

async fn roll_back(store: &Store, id: DeploymentId) -> Result<u64, StoreError> {
    let mut transaction = store.begin().await?;
    let entry = transaction.roll_back_deployment(&dev(), id, &audit("back")).await?;
    transaction.commit().await?;
    Ok(entry.position)
}

fn versions(deployment: &Deployment) -> Vec<String> {
    deployment.functions.iter().map(|one| format!("{} {}", one.key, one.version)).collect()
}

async fn count(scratch: &Scratch, table: &'static str) -> i64 {
    let raw = scratch.raw().await;
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let count = sqlx::query_scalar(sql).fetch_one(&raw).await.unwrap();
    raw.close().await;
    count
}

#[tokio::test]
async fn what_was_deployed_comes_back_ready_to_run_and_each_file_is_kept_once() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    assert!(store.active_deployment(&dev()).await.unwrap().is_none());
    let given = vec![function("salesforce", "check", "one"), function("hubspot", "check", "two")];
    let made = deploy(&store, given.clone()).await.unwrap();
    assert_eq!(versions(&made), ["salesforce/check 0.0.1", "hubspot/check 0.0.1"], "in their order");
    let active = store.active_deployment(&dev()).await.unwrap().unwrap();
    assert_eq!(active.deployment.id, made.id);
    let as_json = |function: &Function| serde_json::to_value(function).unwrap();
    for (read, given) in active.functions.iter().zip(&given) {
        assert_eq!(as_json(&read.function), as_json(&given.function));
        assert_eq!(read.source, given.source);
    }
    let shared = |number: usize| &active.functions[number].function.modules[1];
    assert!(Arc::ptr_eq(shared(0), shared(1)), "a module of two functions is one in memory");
    assert_eq!(count(&scratch, "modules").await, 3);
    assert!(store.active_deployment(&"prod".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_function_that_did_not_change_keeps_its_version_and_others_count_on() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let first = function("salesforce", "check", "one");
    deploy(&store, vec![first.clone(), function("salesforce", "setup", "a")]).await.unwrap();
    let second =
        deploy(&store, vec![function("salesforce", "check", "two"), function("salesforce", "setup", "a")]);
    let second = second.await.unwrap();
    assert_eq!(versions(&second), ["salesforce/check 0.0.2", "salesforce/setup 0.0.1"]);
    let third = deploy(&store, vec![first.clone()]).await.unwrap();
    assert_eq!(versions(&third), ["salesforce/check 0.0.1"], "it is what it was");
    // Whatever of it is another: its source, its description, its schema.
    let mut shown = first.clone();
    shown.source.push(' ');
    let mut described = first.clone();
    Arc::make_mut(&mut described.function).description = None;
    let mut without_schema = first;
    Arc::make_mut(&mut without_schema.function).metadata_schema = None;
    for (number, changed) in [(3, shown), (4, described), (5, without_schema)] {
        let made = deploy(&store, vec![changed]).await.unwrap();
        assert_eq!(versions(&made), [format!("salesforce/check 0.0.{number}")]);
    }
}

#[tokio::test]
async fn an_action_may_have_the_name_of_an_event_function_and_counts_for_itself() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let event = function("salesforce", "check", "one");
    deploy(&store, vec![event.clone()]).await.unwrap();
    let mut action = function("salesforce", "check", "two");
    Arc::make_mut(&mut action.function).kind = FunctionKind::Action { input: None, output: None };
    let changed = function("salesforce", "check", "three");
    let made = deploy(&store, vec![action.clone(), changed]).await.unwrap();
    assert_eq!(versions(&made), ["salesforce/check 0.0.1", "salesforce/check 0.0.2"]);
    let active = store.active_deployment(&dev()).await.unwrap().unwrap();
    let sources: Vec<_> = active.functions.iter().map(|one| one.source.as_str()).collect();
    assert_eq!(sources, ["// two", "// three"]);
    assert_eq!(active.functions[0].function.modules[0].code.as_ref(), "two", "each has its own modules");
    assert_eq!(made.functions[0].hash, action.hash().unwrap(), "known before it is deployed");
}

#[tokio::test]
async fn a_rollback_is_a_new_entry_of_the_history() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let first = deploy(&store, vec![function("salesforce", "check", "one")]).await.unwrap();
    let second = deploy(&store, vec![function("salesforce", "check", "two")]).await.unwrap();
    assert_eq!(store.active_deployment_id(&dev()).await.unwrap(), Some(second.id));
    assert_eq!(roll_back(&store, first.id).await.unwrap(), 3);
    let active = store.active_deployment(&dev()).await.unwrap().unwrap();
    assert_eq!((active.deployment.id, active.functions[0].source.as_str()), (first.id, "// one"));
    let history = store.deployment_history(&dev(), 10).await.unwrap();
    let told: Vec<_> = history.iter().map(|entry| (entry.position, entry.deployment, entry.act)).collect();
    assert_eq!(
        told,
        [
            (3, first.id, DeploymentAct::Rollback),
            (2, second.id, DeploymentAct::Deploy),
            (1, first.id, DeploymentAct::Deploy)
        ]
    );
    assert_eq!((&history[0].audit, &history[1].audit), (&audit("back"), &audit("first")));
    assert_eq!(store.deployment_history(&dev(), 1).await.unwrap().len(), 1);
    let unknown = DeploymentId::parse("01980000-0000-7000-8000-000000000000").unwrap();
    assert_eq!(roll_back(&store, unknown).await.unwrap_err().code(), "unknown_deployment");
    assert!(store.deployed_functions(&dev(), second.id).await.unwrap().is_some(), "it stays");
    assert!(store.deployed_functions(&"prod".parse().unwrap(), second.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_deployment_that_fails_leaves_nothing() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let twice = vec![function("salesforce", "check", "one"), function("salesforce", "check", "two")];
    assert_eq!(deploy(&store, twice).await.unwrap_err().code(), "database_failed");
    for table in ["deployments", "function_versions", "modules", "deployment_history"] {
        assert_eq!(count(&scratch, table).await, 0, "{table}");
    }
    deploy(&store, Vec::new()).await.unwrap();
    assert!(store.active_deployment(&dev()).await.unwrap().unwrap().functions.is_empty());
}

#[tokio::test]
async fn pruning_keeps_what_is_active_what_was_last_and_what_is_waited_for() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut made = Vec::new();
    for code in ["one", "two", "three", "four", "five"] {
        made.push(deploy(&store, vec![function("salesforce", "check", code)]).await.unwrap().id);
    }
    roll_back(&store, made[0]).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let event = NewEvent { deployment: Some(made[1]), ..NewEvent::new(EventKind::Setup, key("acme")) };
    store.queue().enqueue(&mut transaction, event).await.unwrap();
    transaction.commit().await.unwrap();
    let prune = async |keep| {
        let mut transaction = store.begin().await.unwrap();
        let pruned = transaction.prune_deployments(&dev(), keep).await.unwrap();
        transaction.commit().await.unwrap();
        pruned
    };
    // Active: the first; active before: the fifth; waited for: the second.
    assert_eq!(prune(2).await, Pruned { deployments: 2, function_versions: 2, modules: 2 });
    for (number, kept) in [true, true, false, false, true].into_iter().enumerate() {
        assert_eq!(store.deployment(&dev(), made[number]).await.unwrap().is_some(), kept, "{number}");
    }
    assert_eq!(prune(0).await, Pruned { deployments: 1, function_versions: 1, modules: 1 });
    let active = store.active_deployment(&dev()).await.unwrap().unwrap();
    assert_eq!((active.deployment.id, active.functions[0].function.modules.len()), (made[0], 2));
    assert_eq!(store.deployment_history(&dev(), 10).await.unwrap().len(), 6);
    assert_eq!(roll_back(&store, made[2]).await.unwrap_err().code(), "unknown_deployment");
}

#[tokio::test]
async fn a_run_names_its_deployment() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let made = deploy(&store, vec![function("salesforce", "check", "one")]).await.unwrap();
    let mut of_deployment = report(&key("acme"), "check", Outcome::Succeeded);
    of_deployment.deployment = Some(made.id.to_string());
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_run(&of_deployment).await.unwrap();
    transaction.insert_run(&report(&key("acme"), "check", Outcome::Succeeded)).await.unwrap();
    transaction.commit().await.unwrap();
    let runs = store.runs(&RunFilter::of(dev())).await.unwrap();
    let named: Vec<_> = runs.iter().filter_map(|run| run.deployment.clone()).collect();
    assert_eq!((runs.len(), named), (2, vec![made.id.to_string()]));
    let stored = store.run(&of_deployment.run_id.to_string()).await.unwrap().unwrap();
    assert_eq!(stored.report["deployment"], made.id.to_string());
}
