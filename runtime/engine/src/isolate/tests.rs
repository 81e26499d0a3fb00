use std::sync::Arc;

use deno_core::{AccessorType, OpDecl};
use onevent_contract::Limits;
use onevent_ops::LoadedModules;

use super::StopSignal;
use super::runtime::Isolate;
use super::snapshots::Snapshot;

/// Every op that is registered in an isolate, one to a line, sorted.
const ALLOWED: &str = include_str!("../../../ops/src/allowed.txt");

/// The ops of an isolate by their full paths: extension, class where it is a member of one, and name. Many classes have
/// a member of the same name, so a bare one says little.
fn registered() -> Vec<String> {
    let mut of_core = with_isolate(Snapshot::WithZod, |isolate| isolate.runtime.op_names());
    let mut paths = Vec::new();
    for extension in onevent_ops::extensions() {
        let mut add = |path: String, name: &str| {
            let known = of_core.iter().position(|other| *other == name);
            of_core.swap_remove(known.unwrap_or_else(|| panic!("{path} is not registered")));
            paths.push(path);
        };
        extension.ops.iter().for_each(|op| add(format!("{}/{}", extension.name, op.name), op.name));
        for class in extension.objects.iter() {
            let path = format!("{}/{}", extension.name, class.name.0);
            // A constructor goes by its class's name.
            class.constructor.iter().for_each(|_| add(path.clone(), class.name.0));
            class.methods.iter().for_each(|op| add(format!("{path}{}{}", accessor(op), op.name), op.name));
            class.static_methods.iter().for_each(|op| add(format!("{path}.static {}", op.name), op.name));
        }
    }
    paths.extend(of_core.into_iter().map(|name| format!("core/{name}")));
    paths.sort_unstable();
    paths
}

fn accessor(op: &OpDecl) -> &'static str {
    match op.accessor_type {
        AccessorType::Getter => ".get ",
        AccessorType::Setter => ".set ",
        AccessorType::None => ".",
    }
}

fn with_isolate<T>(snapshot: Snapshot, then: impl FnOnce(Isolate) -> T) -> T {
    onevent_ops::v8_flags::set();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    let no_modules = Arc::new(LoadedModules::new(Arc::new([])));
    then(Isolate::new(no_modules, snapshot, &Limits::default(), Arc::new(StopSignal::default())).unwrap())
}

#[test]
fn no_op_is_registered_that_is_not_on_the_list() {
    let registered = registered();
    let allowed: Vec<&str> = ALLOWED.lines().collect();
    let added: Vec<_> = registered.iter().filter(|op| !allowed.contains(&op.as_str())).collect();
    let gone: Vec<_> = allowed.iter().filter(|op| !registered.iter().any(|other| other == *op)).collect();
    assert!(
        added.is_empty(),
        "look at each of these, then add it to runtime/ops/src/allowed.txt: {added:#?}"
    );
    assert!(gone.is_empty(), "take these out of runtime/ops/src/allowed.txt: {gone:?}");
    assert_eq!(registered.len(), allowed.len(), "no path is registered twice");
}

#[test]
fn the_snapshots_stay_small() {
    // Their size is cold start. The bounds are tripwires for something large slipping in, not targets.
    for (snapshot, most) in [(Snapshot::WithoutZod, 2 * 1024 * 1024), (Snapshot::WithZod, 3 * 1024 * 1024)] {
        let size = snapshot.bytes().len();
        assert!(size < most, "the snapshot {snapshot:?} has {size} bytes");
    }
}

#[test]
fn isolates_of_both_snapshots_live_at_the_same_time() {
    let ops = |snapshot| with_isolate(snapshot, |isolate| isolate.runtime.op_names().len());
    with_isolate(Snapshot::WithoutZod, |one| {
        let other = std::thread::spawn(move || ops(Snapshot::WithZod)).join().unwrap();
        assert_eq!(one.runtime.op_names().len(), other);
    });
}
