use std::sync::Arc;

use onevent_contract::Limits;

use super::{Isolate, StopSignal};

/// Every op that is registered in an isolate, one to a line, sorted.
const ALLOWED: &str = include_str!("../../../ops/src/allowed.txt");

fn with_isolate<T>(then: impl FnOnce(Isolate) -> T) -> T {
    onevent_ops::v8_flags::set();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    then(Isolate::new(Arc::new([]), &Limits::default(), Arc::new(StopSignal::default()), None).unwrap())
}

#[test]
fn no_op_is_registered_that_is_not_on_the_list() {
    let mut registered = with_isolate(|isolate| isolate.runtime.op_names());
    registered.sort_unstable();
    let allowed: Vec<&str> = ALLOWED.lines().collect();
    let added: Vec<_> = registered.iter().filter(|op| !allowed.contains(op)).collect();
    let gone: Vec<_> = allowed.iter().filter(|op| !registered.contains(op)).collect();
    assert!(added.is_empty(), "look at each of these, then add it to runtime/ops/src/allowed.txt: {added:?}");
    assert!(gone.is_empty(), "take these out of runtime/ops/src/allowed.txt: {gone:?}");
}

#[test]
fn the_snapshot_stays_small() {
    // Its size is cold start. The bound is a tripwire for something large slipping in, not a target.
    assert!(super::SNAPSHOT.len() < 3 * 1024 * 1024, "the snapshot has {} bytes", super::SNAPSHOT.len());
}
