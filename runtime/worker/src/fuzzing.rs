//! What the parent makes of a child's bytes, as the fuzzing targets need it. Nothing else uses it.

use std::time::Duration;

use onevent_contract::{
    FetchRequest, Frame, HostCall, LogLevel, MetadataCommit, MetadataWrite, MetadataWriteKind, ProxyRequest,
    Timings, Usage, Warning, WarningCode, sendable_method,
};
use onevent_engine::process::{ChildEnd, Settled};
use strum::VariantArray as _;

use crate::layer::{Holds, Layer, LayerState};
use crate::wire::{Decoder, FromChild};

/// What a stream of bytes was read as.
#[derive(Debug, Default)]
pub struct Read {
    /// The frames, each written anew.
    pub frames: Vec<Vec<u8>>,
    /// Why it was given up.
    pub error: Option<String>,
    /// The most memory that the decoder held at once, in bytes.
    pub room: usize,
}

/// Reads a stream that comes in pieces of this length.
#[must_use]
pub fn read_frames(stream: &[u8], piece: usize) -> Read {
    let (mut decoder, mut read) = (Decoder::default(), Read::default());
    for piece in stream.chunks(piece.max(1)) {
        decoder.buffer().extend_from_slice(piece);
        read.room = read.room.max(decoder.buffer().capacity());
        loop {
            match decoder.next() {
                Ok(None) => break,
                Ok(Some((run, _, message))) => read.frames.extend(message.frame(run).ok()),
                Err(error) => {
                    read.error = Some(error.to_string());
                    return read;
                }
            }
        }
    }
    read
}

/// A frame of each kind.
#[must_use]
pub fn examples() -> Vec<Vec<u8>> {
    let layers =
        Layer::VARIANTS.iter().map(|layer| LayerState { layer: *layer, holds: Holds::Partly("old".into()) });
    let meta = Some(serde_json::json!({ "a": 1 }));
    let mut messages = vec![
        FromChild::Ready(layers.collect()),
        FromChild::Log { level: LogLevel::Warn, message: "said".into(), meta },
        FromChild::Warn(Warning::new(WarningCode::InvalidActionInput, "odd".to_owned())),
    ];
    messages.extend((1..).zip(calls()).map(|(number, call)| FromChild::Call { number, call }));
    messages.extend(ends().map(|end| FromChild::End(Box::new(end))));
    messages.iter().filter_map(|message| message.frame(1).ok()).collect()
}

fn calls() -> Vec<HostCall> {
    let write = MetadataWrite {
        value: [("a".to_owned(), serde_json::json!([1, null]))].into_iter().collect(),
        commit: MetadataCommit::IfVersion(3),
        kind: MetadataWriteKind::Update,
    };
    let mut calls = vec![
        HostCall::WriteMetadata(write),
        HostCall::Metadata,
        HostCall::AcquireLock { key: "lock".into(), time_to_live: Duration::from_secs(1) },
        HostCall::WriteCheckpoint { value: None, expected_version: 1 },
    ];
    if let Ok(method) = sendable_method("POST") {
        let mut request = ProxyRequest::new(method.clone(), "/items?a=1");
        request.headers.insert("x-a".into(), "1".into());
        calls.push(HostCall::Proxy(Box::new(request)));
        let (url, headers) = ("https://example.com/".into(), vec![("a".into(), "b".into())]);
        calls.push(HostCall::Fetch(FetchRequest { url, method, headers, body: "body".into() }));
    }
    calls
}

fn ends() -> impl Iterator<Item = ChildEnd> {
    let frame = Frame { file: "a.ts".into(), line: 1, column: 2, function: Some("exec".into()) };
    let ends = [
        Settled::Returned(Some("{\"a\":1}".into())),
        Settled::Uncaught { message: "no".into(), exception: "Error: no".into(), frames: vec![frame] },
    ];
    ends.into_iter().map(|settled| ChildEnd { settled, usage: Usage::default(), timings: Timings::default() })
}
