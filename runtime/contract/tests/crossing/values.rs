//! Values of every shape.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use indexmap::IndexMap;
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, JsonObject, Outcome, WarningCode};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

pub(crate) fn text() -> BoxedStrategy<String> {
    prop_oneof![".{0,12}", "[a-z]{1,8}"].boxed()
}

pub(crate) fn json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("JSON has no such number", |number| {
            number.is_finite().then(|| Value::from(number))
        }),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
    .boxed()
}

pub(crate) fn object() -> BoxedStrategy<JsonObject> {
    btree_map(text(), json(), 0..4).prop_map(|pairs| pairs.into_iter().collect()).boxed()
}

pub(crate) fn bytes() -> BoxedStrategy<Bytes> {
    vec(any::<u8>(), 0..64).prop_map(Bytes::from).boxed()
}

pub(crate) fn pairs() -> BoxedStrategy<Vec<(String, String)>> {
    vec((text(), text()), 0..4).boxed()
}

pub(crate) fn headers() -> BoxedStrategy<IndexMap<String, String>> {
    pairs().prop_map(|pairs| pairs.into_iter().collect()).boxed()
}

pub(crate) fn method() -> BoxedStrategy<Method> {
    prop_oneof![
        Just(Method::GET),
        Just(Method::POST),
        "[A-Z]{1,12}".prop_map(|name| Method::from_bytes(name.as_bytes()).unwrap()),
    ]
    .boxed()
}

pub(crate) fn duration() -> BoxedStrategy<Duration> {
    any::<(u32, u32)>()
        .prop_map(|(seconds, micros)| Duration::new(seconds.into(), micros % 1_000_000 * 1_000))
        .boxed()
}

pub(crate) fn integration() -> BoxedStrategy<IntegrationId> {
    "[a-z]{1,8}".prop_map(|name| IntegrationId::new(name).unwrap()).boxed()
}

pub(crate) fn connection() -> BoxedStrategy<ConnectionId> {
    "[a-z0-9/:{}@\"']{1,8}".prop_map(|id| ConnectionId::new(id).unwrap()).boxed()
}

pub(crate) fn function() -> BoxedStrategy<FunctionName> {
    "[a-z-]{1,8}".prop_map(|name| FunctionName::new(name).unwrap()).boxed()
}

pub(crate) fn outcome() -> BoxedStrategy<Outcome> {
    prop_oneof![
        Just(Outcome::Succeeded),
        Just(Outcome::Rejected),
        Just(Outcome::Failed),
        Just(Outcome::Stopped),
        Just(Outcome::Unknown),
    ]
    .boxed()
}

pub(crate) fn warning_code() -> BoxedStrategy<WarningCode> {
    prop_oneof![
        Just(WarningCode::MetadataKeysDropped),
        Just(WarningCode::CallsNotAwaited),
        Just(WarningCode::EffectsTruncated),
    ]
    .boxed()
}
