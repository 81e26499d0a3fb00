//! Which members of `nango` give a promise.

/// All but `paginate`, which is for `for await`, and what has its answer at once.
const PROMISES: [&str; 37] = [
    "batchDelete",
    "batchSave",
    "batchSend",
    "batchUpdate",
    "clearCheckpoint",
    "delete",
    "deleteRecordsFromPreviousExecutions",
    "get",
    "getCheckpoint",
    "getConnection",
    "getEnvironmentVariables",
    "getFieldMapping",
    "getIntegration",
    "getMetadata",
    "getRecordsByIds",
    "getToken",
    "getWebhookURL",
    "log",
    "patch",
    "post",
    "proxy",
    "put",
    "releaseAllLocks",
    "releaseLock",
    "saveCheckpoint",
    "setFieldMapping",
    "setMergingStrategy",
    "setMetadata",
    "startSync",
    "trackDeletesEnd",
    "trackDeletesStart",
    "triggerAction",
    "triggerSync",
    "tryAcquireLock",
    "uncontrolledFetch",
    "updateMetadata",
    "zodValidateInput",
];

/// Whether a member of `nango` gives a promise.
pub(crate) fn gives_promise(member: &str) -> bool {
    PROMISES.contains(&member)
}
