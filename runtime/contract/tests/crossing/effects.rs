//! Effects on their way to the log of their run.

use std::sync::{Arc, Mutex};

use onevent_contract::{
    ActionAct, ActionEnd, CallContext, EffectLog, EffectMessage, EffectSender, EffectSink, FunctionKey,
    HttpOutcome, HttpRequest, LogLevel, MetadataWriteKind, RequestId, RunId, Secret, SystemClock,
    TriggeredAction, VersionedMetadata, Warning,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::crossed;
use crate::values::{connection, duration, function, integration, json, object, outcome, text, warning_code};

/// Something that happens, told by whoever did it.
type Happening = Box<dyn Fn(&EffectSender)>;

pub(crate) fn level() -> BoxedStrategy<LogLevel> {
    prop_oneof![Just(LogLevel::Debug), Just(LogLevel::Info), Just(LogLevel::Warn), Just(LogLevel::Error)]
        .boxed()
}

pub(crate) fn warning() -> BoxedStrategy<Warning> {
    (warning_code(), text(), vec(text(), 0..3), option::of(text()))
        .prop_map(|(code, message, keys, written_by)| Warning {
            keys,
            written_by,
            ..Warning::new(code, message)
        })
        .boxed()
}

pub(crate) fn http_outcome() -> BoxedStrategy<HttpOutcome> {
    prop_oneof![
        any::<u16>().prop_map(HttpOutcome::Answered),
        text().prop_map(HttpOutcome::Failed),
        Just(HttpOutcome::Pending),
    ]
    .boxed()
}

/// Sends one or two messages of each kind, by their own methods.
fn happenings() -> Vec<BoxedStrategy<Vec<EffectMessage>>> {
    let sent = |happening: Happening| {
        let sink = Arc::new(Heard::default());
        happening(&EffectSender::new(sink.clone()));
        sink.0.lock().unwrap().clone()
    };
    let request = (text(), text(), any::<u32>()).prop_map(|(method, url, attempt)| HttpRequest {
        method,
        url,
        attempt,
    });
    let action = (integration(), function(), connection()).prop_map(|(integration, name, connection_id)| {
        let action = FunctionKey { integration, name };
        TriggeredAction { action, connection_id, run_id: RunId::generate() }
    });
    let end = (outcome(), any::<u32>(), any::<u32>(), option::of(text())).prop_map(
        |(outcome, requests, writes, error)| ActionEnd {
            outcome,
            requests: requests as usize,
            metadata_writes: writes as usize,
            error,
        },
    );
    vec![
        (level(), text(), option::of(json()))
            .prop_map(move |(level, message, meta)| {
                sent(Box::new(move |effects| effects.log(level, message.clone(), meta.clone())))
            })
            .boxed(),
        warning()
            .prop_map(move |warning| sent(Box::new(move |effects| effects.warn(warning.clone()))))
            .boxed(),
        (request, http_outcome(), duration())
            .prop_map(move |(request, outcome, duration)| {
                sent(Box::new(move |effects| {
                    effects.http(request.clone()).settled(outcome.clone(), duration)
                }))
            })
            .boxed(),
        (object(), any::<u64>(), any::<bool>())
            .prop_map(move |(value, version, persisted)| {
                sent(Box::new(move |effects| {
                    let write = effects.metadata_write(MetadataWriteKind::Update);
                    write.written(value.clone(), version, persisted);
                    let write = effects.metadata_write(MetadataWriteKind::Set);
                    write.failed(VersionedMetadata { value: Some(value.clone()), version });
                }))
            })
            .boxed(),
        (action, end, text())
            .prop_map(move |(action, end, url)| {
                sent(Box::new(move |effects| {
                    let running = effects.action(action.clone());
                    let request = HttpRequest { method: "GET".into(), url: url.clone(), attempt: 1 };
                    for act in [ActionAct::Request(request), ActionAct::MetadataWrite] {
                        effects.send(EffectMessage::ActionActed { id: running.id(), act });
                    }
                    running.settled(end.clone());
                    effects.action(action.clone()).not_started();
                }))
            })
            .boxed(),
        vec(text(), 1..3)
            .prop_map(move |texts| sent(Box::new(move |effects| effects.hide(texts.iter().map(Secret::new)))))
            .boxed(),
    ]
}

/// Keeps what it hears.
#[derive(Default)]
struct Heard(Mutex<Vec<EffectMessage>>);

impl EffectSink for Heard {
    fn receive(&self, message: EffectMessage) {
        self.0.lock().unwrap().push(message);
    }
}

proptest! {
    #[test]
    fn messages_arrive_as_they_were_sent(messages in happenings()) {
        messages.iter().flatten().for_each(crossed);
    }
}

#[test]
fn a_call_arrives_with_the_time_that_it_has_left() {
    let (_, effects) = EffectLog::with_sender(Arc::new(SystemClock));
    let function = FunctionKey { integration: "p".parse().unwrap(), name: "f".parse().unwrap() };
    let left = std::time::Duration::from_secs(60);
    let deadline = onevent_contract::Clock::monotonic(&SystemClock) + left;
    let context = CallContext {
        run_id: RunId::generate(),
        request_id: RequestId::new("r-1"),
        function,
        deadline,
        effects: effects.clone(),
    };
    let origin = context.origin(&SystemClock);
    crossed(&origin);
    assert!(origin.time_left <= left && origin.time_left > left / 2);
    let arrived = origin.arrived(&SystemClock, effects);
    assert_eq!((arrived.run_id, &arrived.function), (context.run_id, &context.function));
    assert!(arrived.deadline > deadline - left / 2);
}
