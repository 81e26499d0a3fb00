//! What stands behind `nango` in a child: the parent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onevent_contract::{
    CallContext, EffectMessage, EffectSink, Host, HostAnswer, HostCall, HostError, LogLevel,
};
use tokio::sync::oneshot;

use super::socket::Socket;
use crate::wire::FromChild;

type Answer = Result<HostAnswer, HostError>;

#[derive(Default)]
struct Calls {
    last: u32,
    waiting: HashMap<u32, oneshot::Sender<Answer>>,
}

/// The parent, as one run sees it.
pub(super) struct Parent {
    socket: Arc<Socket>,
    run: u32,
    calls: Mutex<Calls>,
}

impl Parent {
    pub(super) fn new(socket: Arc<Socket>, run: u32) -> Self {
        Self { socket, run, calls: Mutex::default() }
    }

    /// Takes the answer to a call.
    pub(super) fn answered(&self, number: u32, answer: Answer) {
        let waiting = self.lock().waiting.remove(&number);
        if let Some(waiting) = waiting {
            // Nobody may wait any more.
            let _ = waiting.send(answer);
        }
    }

    /// Numbers cross in their order, so they are given and sent in one step.
    fn ask(&self, call: HostCall) -> Result<oneshot::Receiver<Answer>, HostError> {
        let (send, answer) = oneshot::channel();
        let mut calls = self.lock();
        calls.last += 1;
        let number = calls.last;
        calls.waiting.insert(number, send);
        match self.socket.say(self.run, &FromChild::Call { number, call }) {
            Ok(()) => Ok(answer),
            Err(error) => {
                calls.waiting.remove(&number);
                Err(HostError::Configuration { code: "too_many_bytes".into(), message: error.to_string() })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Host for Parent {
    async fn call(&self, _: &CallContext, call: HostCall) -> Answer {
        let answer = self.ask(call)?;
        let gone = || HostError::Internal { message: "the parent process is gone".into() };
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Log lines and warnings go to the parent. The rest it tells itself: it is where that happens.
impl EffectSink for Parent {
    fn receive(&self, message: EffectMessage) {
        let said = match message {
            EffectMessage::Log { level, message, meta } => {
                let (text, left_out) = (message.clone(), FromChild::Log { level, message, meta });
                match self.socket.say(self.run, &left_out) {
                    Ok(()) => return,
                    // What is logged beside a message may be longer as JSON than it was.
                    Err(_) => FromChild::Log { level, message: text, meta: None },
                }
            }
            EffectMessage::Warning(warning) => FromChild::Warn(warning),
            EffectMessage::HttpStarted { .. }
            | EffectMessage::HttpSettled { .. }
            | EffectMessage::MetadataWriteStarted { .. }
            | EffectMessage::MetadataWritten { .. }
            | EffectMessage::MetadataNotWritten { .. }
            | EffectMessage::MetadataRead { .. }
            | EffectMessage::ActionStarted { .. }
            | EffectMessage::ActionActed { .. }
            | EffectMessage::ActionSettled { .. }
            | EffectMessage::Hide(_) => return,
        };
        if self.socket.say(self.run, &said).is_err() {
            let message = "a log line or warning was too long to be kept".to_owned();
            let _ = self.socket.say(self.run, &FromChild::Log { level: LogLevel::Warn, message, meta: None });
        }
    }
}
