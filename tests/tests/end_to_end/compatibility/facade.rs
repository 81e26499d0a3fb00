//! What `nango` hides.

use serde_json::json;

use super::row::Row;

const HIDDEN: &str = "'nango', 'persistClient', 'telemetryRecorder', 'locking', 'checkpointing', 'checkpointKey', 'integrationConfig', \
    'memoizedConnections', 'memoizedIntegration', 'attributes', 'telemetryBag', 'abortSignal', 'lifecycle', 'getProxyConfig', \
    'throwIfAbortedOrKilled', 'throwIfInterrupted', 'shouldLog', 'validateRecords', 'removeMetadata', 'modelFullName', 'sendLogToPersist', \
    'logAPICall', 'getMergingStrategy', 'setMergingStrategyByModel', 'trackDeletesKey', 'fetchRecordsPage', 'getCheckpointRange', \
    'clearRecordsIfNeeded', 'batchSize', 'getRecordsBatchSize', 'mergingByModel', 'httpLogSample', '__proto__', 'constructor'";

/// The hidden names of which this does not throw an error that names them.
fn leaves(action: &str) -> Row {
    Row::body(&format!(
        "give([{HIDDEN}].filter((name) => {{\n\
           try {{ {action}; return true; }} catch (e: any) {{ return !(e instanceof Error && e.message.includes(name)); }}\n}}));"
    ))
    .gives(json!([]))
}

rows! {
    reading_throws => leaves("void nango[name]");
    writing_throws => leaves("nango[name] = 1");
    defining_throws => leaves("Object.defineProperty(nango, name, { value: 1 })");
    deleting_throws => leaves("delete nango[name]");

    they_are_not_in_it => Row::body(&format!(
        "give([{HIDDEN}].filter((name) => name in nango || Object.keys(nango).includes(name) || Object.getOwnPropertyDescriptor(nango, name) !== undefined));"
    )).gives(json!([]));

    it_has_no_prototype_and_gets_none => Row::body(
        "let refused = 0;\nfor (const change of [() => Object.setPrototypeOf(nango, {}), () => { (nango as any).__proto__ = {}; }])\n\
           try { change(); } catch { refused++; }\ngive([Object.getPrototypeOf(nango), refused]);",
    ).gives(json!([null, 2]));

    members_can_be_taken_out => Row::body("const { get } = nango;\ngive((await get({ endpoint: '/x' })).status);").answer("/x", json!({})).gives(json!(200));
    a_member_is_the_same_each_time => Row::body("give(nango.get === nango.get);").gives(json!(true));
    other_properties_can_be_overwritten => Row::body("nango.connectionId = 'mine';\nnango.extra = 1;\ngive([nango.connectionId, nango.extra]);").gives(json!(["mine", 1]));
}
