//! What a deployment changes, and what it does not.

use std::sync::Arc;

use onevent_contract::{
    CompiledCode, EnvironmentName, Event, Function, FunctionKey, FunctionKind, ModuleFormat, ModuleSource,
    SystemClock,
};
use onevent_lifecycle::deployments::{
    Before, ChangeKind, Deployed, DeploymentError, DeploymentPlan, DeploymentScope, Kinds, Within, before,
    deploy, difference, roll_back,
};
use onevent_store::{
    Audit, DatabaseUrl, DeployedFunction, KeySource, SchemaName, Store, StoreMode, StoreOptions,
};

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

async fn store(folder: &tempfile::TempDir) -> Store {
    let url = DatabaseUrl::sqlite(folder.path().join("onevent.sqlite3"));
    let clock = Arc::new(SystemClock);
    let (schema, listen_url) = (SchemaName::default(), None);
    let mode = StoreMode::ReadWrite;
    Store::open(StoreOptions { url, schema, listen_url, key: KeySource::File, mode, clock }).await.unwrap()
}

fn module(path: &str, code: &str) -> Arc<ModuleSource> {
    Arc::new(ModuleSource {
        path: path.into(),
        format: ModuleFormat::CommonJs { exports: Vec::new(), reexports: Vec::new() },
        code: code.into(),
        source_map: None,
        imports: Vec::new(),
        compiled: CompiledCode::default(),
    })
}

fn function(name: &str, kind: FunctionKind, code: &str) -> DeployedFunction {
    let (integration, name) = name.split_once('/').unwrap();
    let path = format!("{integration}/{}/{name}.ts", kind.folder());
    let function = Function {
        key: FunctionKey { integration: integration.parse().unwrap(), name: name.parse().unwrap() },
        kind,
        description: None,
        modules: [module(&path, code), module("shared.ts", "shared")].into(),
        path,
        metadata_schema: None,
    };
    DeployedFunction { function: Arc::new(function), source: format!("{code}\n") }
}

fn event(name: &str, code: &str) -> DeployedFunction {
    function(name, FunctionKind::Event(Event::ValidateConnection), code)
}

fn action(name: &str, code: &str) -> DeployedFunction {
    function(name, FunctionKind::Action { input: None, output: None }, code)
}

fn audit() -> Audit {
    Audit { author: None, message: None, client: "test".into() }
}

async fn deployed(store: &Store, new: Vec<DeployedFunction>, scope: &DeploymentScope) -> Deployed {
    let before = before(store, &dev()).await.unwrap();
    let plan = DeploymentPlan::new(&before, new, scope).unwrap();
    deploy(store, &dev(), &before, plan, audit()).await.unwrap()
}

/// What the environment runs: the functions' names and codes, in their order.
async fn runs(store: &Store) -> Vec<String> {
    let active = store.active_deployment(&dev()).await.unwrap().unwrap();
    let shown = |one: &DeployedFunction| format!("{} {}", one.function.key, one.source.trim());
    active.functions.iter().map(shown).collect()
}

fn changes(deployed: &Deployed) -> Vec<String> {
    let shown = |change: &onevent_lifecycle::deployments::FunctionChange| {
        let version = change.after.map_or_else(|| "-".to_owned(), |version| version.to_string());
        format!("{} {} {version}", change.key, change.change.as_str())
    };
    deployed.changes.iter().map(shown).collect()
}

#[tokio::test]
async fn what_a_deployment_is_about_is_replaced_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let first =
        vec![event("crm/b", "1"), event("crm/a", "1"), event("mail/a", "1"), action("mail/send", "1")];
    let first = deployed(&store, first, &DeploymentScope::environment()).await;
    assert!(first.is_new && first.changes.iter().all(|one| one.change == ChangeKind::Created));
    assert_eq!(runs(&store).await, ["crm/b 1", "crm/a 1", "mail/a 1", "mail/send 1"], "in the given order");

    // One integration: what it does not have any more goes, and another's functions stay.
    let crm = DeploymentScope::integration("crm".parse().unwrap());
    let second = deployed(&store, vec![event("crm/a", "2"), event("crm/c", "1")], &crm).await;
    assert_eq!(changes(&second), ["crm/a updated 0.0.2", "crm/c created 0.0.1", "crm/b deleted -"]);
    assert_eq!(runs(&store).await, ["mail/a 1", "mail/send 1", "crm/a 2", "crm/c 1"]);

    // Given ones alone: nothing goes.
    let given = DeploymentScope { within: Within::Given, kinds: Kinds::All };
    let third = deployed(&store, vec![action("mail/send", "2")], &given).await;
    assert_eq!(changes(&third), ["mail/send updated 0.0.2"]);
    assert_eq!(runs(&store).await, ["mail/a 1", "crm/a 2", "crm/c 1", "mail/send 2"]);

    // Nothing was said about event functions: they stay.
    let actions = DeploymentScope { within: Within::Environment, kinds: Kinds::Actions };
    let fourth = deployed(&store, vec![action("mail/a", "1")], &actions).await;
    assert_eq!(changes(&fourth), ["mail/a created 0.0.1", "mail/send deleted -"]);
    assert_eq!(runs(&store).await, ["mail/a 1", "crm/a 2", "crm/c 1", "mail/a 1"]);

    // Everything: what is not there is gone.
    deployed(&store, vec![event("crm/a", "2")], &DeploymentScope::environment()).await;
    assert_eq!(runs(&store).await, ["crm/a 2"]);
}

#[tokio::test]
async fn what_would_change_nothing_makes_no_deployment_and_another_order_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let all = DeploymentScope::environment();
    let (a, b, c) = (event("crm/a", "1"), event("crm/b", "1"), event("mail/a", "1"));
    let first = deployed(&store, vec![a.clone(), b.clone(), c.clone()], &all).await;
    let same = deployed(&store, vec![c.clone(), a.clone(), b.clone()], &all).await;
    assert!(!same.is_new, "integrations have no order between them");
    assert_eq!(same.deployment.unwrap().id, first.deployment.unwrap().id);
    assert_eq!(same.changes[0].change, ChangeKind::Unchanged);
    let other = deployed(&store, vec![b, a, c], &all).await;
    assert!(other.is_new && other.changes.iter().all(|one| one.change == ChangeKind::Unchanged));
    assert_eq!(store.deployment_history(&dev(), 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_two_deployments_at_once_the_second_comes_too_late() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let all = DeploymentScope::environment();
    // Both begin before anything is deployed, and both before the second one.
    for round in ["1", "2"] {
        let before = before(&store, &dev()).await.unwrap();
        let plan = |code: &str| DeploymentPlan::new(&before, vec![event("crm/a", code)], &all).unwrap();
        let (one, other) = (plan(&format!("one {round}")), plan(&format!("other {round}")));
        deploy(&store, &dev(), &before, one, audit()).await.unwrap();
        let late = deploy(&store, &dev(), &before, other, audit()).await.unwrap_err();
        assert!(matches!(late, DeploymentError::Concurrent { .. }), "{late}");
        assert_eq!(late.code(), "concurrent_deployment");
        assert_eq!(runs(&store).await, [format!("crm/a one {round}")]);
    }
    let none = Before::default();
    let plan = DeploymentPlan::new(&none, vec![event("crm/a", "3")], &all).unwrap();
    assert!(
        deploy(&store, &"prod".parse().unwrap(), &none, plan, audit()).await.is_ok(),
        "of another environment"
    );
}

#[tokio::test]
async fn a_rollback_goes_to_what_was_active_before_or_to_what_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let nothing = roll_back(&store, &dev(), None, &audit()).await.unwrap_err();
    assert_eq!(nothing.code(), "no_earlier_deployment");
    let mut ids = Vec::new();
    for code in ["1", "2", "3"] {
        let made = deployed(&store, vec![event("crm/a", code)], &DeploymentScope::environment()).await;
        ids.push(made.deployment.unwrap().id);
    }
    assert_eq!(roll_back(&store, &dev(), None, &audit()).await.unwrap().id, ids[1]);
    assert_eq!(runs(&store).await, ["crm/a 2"]);
    assert_eq!(roll_back(&store, &dev(), Some(ids[0]), &audit()).await.unwrap().id, ids[0]);
    let active = roll_back(&store, &dev(), Some(ids[0]), &audit()).await.unwrap_err();
    assert_eq!(active.code(), "deployment_active");
    assert_eq!(
        roll_back(&store, &dev(), None, &audit()).await.unwrap().id,
        ids[1],
        "the one before this one"
    );
    // What was pruned is no way back.
    let mut transaction = store.begin().await.unwrap();
    transaction.prune_deployments(&dev(), 1).await.unwrap();
    transaction.commit().await.unwrap();
    let nothing = roll_back(&store, &dev(), None, &audit()).await.unwrap_err();
    assert_eq!(nothing.code(), "no_earlier_deployment");
    let pruned = roll_back(&store, &dev(), Some(ids[2]), &audit()).await.unwrap_err();
    assert_eq!(pruned.code(), "unknown_deployment");
}

#[tokio::test]
async fn a_difference_shows_texts_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let all = DeploymentScope::environment();
    let first =
        deployed(&store, vec![event("crm/a", "one"), event("crm/b", "same"), event("crm/c", "x")], &all);
    let first = first.await.deployment.unwrap().id;
    let mut changed = event("crm/a", "two");
    let shared = module("other.ts", "other");
    let own = changed.function.modules[0].clone();
    Arc::make_mut(&mut changed.function).modules = [own, shared].into();
    deployed(&store, vec![changed, event("crm/b", "same")], &all).await;
    let read = async |id| store.deployed_functions(&dev(), id).await.unwrap().unwrap();
    let active = store.active_deployment_id(&dev()).await.unwrap().unwrap();
    let found = difference(&read(first).await, &read(active).await);
    let told: Vec<_> = found.iter().map(|one| (one.change.key.to_string(), one.change.change)).collect();
    assert_eq!(told, [("crm/a".to_owned(), ChangeKind::Updated), ("crm/c".to_owned(), ChangeKind::Deleted)]);
    assert!(found[0].text.contains("-one\n+two\n"), "{}", found[0].text);
    let files: Vec<_> = found[0].files.iter().map(|file| (file.path.as_str(), file.change)).collect();
    assert_eq!(
        files,
        [
            ("crm/on-events/a.ts", ChangeKind::Updated),
            ("other.ts", ChangeKind::Created),
            ("shared.ts", ChangeKind::Deleted)
        ]
    );
    assert!(difference(&read(first).await, &read(first).await).is_empty());
}

#[tokio::test]
async fn a_function_comes_once() {
    let twice = vec![event("crm/a", "1"), event("crm/a", "2")];
    let error = DeploymentPlan::new(&Before::default(), twice, &DeploymentScope::environment()).unwrap_err();
    assert_eq!(error.code(), "duplicate_function");
    let both = vec![event("crm/a", "1"), action("crm/a", "2")];
    assert!(DeploymentPlan::new(&Before::default(), both, &DeploymentScope::environment()).is_ok());
}
