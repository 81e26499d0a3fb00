//! One order of a child, from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{
    CallContext, EffectMessage, HeldBytes, Host, HostAnswer, HostCall, HostError, Limits, SchemaCheck,
};
use onevent_engine::process::{ChildEnd, ChildFailure, StopAsked};
use onevent_ops::{MAX_CONCURRENT_CALLS, write_to_its_end};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::allowed::{is_allowed, read_bytes};
use super::checks::{Checks, NotPassed};
use super::child::{Child, Odd};
use crate::wire::{FromChild, ToChild};

/// How long after a limit, or after it was asked to stop, a child may still say how its run ended. Then it is killed.
const KILLED_AFTER: Duration = Duration::from_millis(200);

/// What a run in a child may ask of the parent.
pub(super) struct Asked {
    pub(super) host: Arc<dyn Host>,
    pub(super) call: CallContext,
    pub(super) schema: Option<Arc<dyn SchemaCheck>>,
}

/// Why there is no end.
pub(super) enum Unfinished {
    /// The child has died, or is to.
    Odd(Odd),
    /// It is to be killed, and this is why.
    Failed(ChildFailure),
}

impl From<Odd> for Unfinished {
    fn from(odd: Odd) -> Self {
        Self::Odd(odd)
    }
}

/// What came of a call.
enum Answered {
    /// Its number and its answer, with the room that the call takes in the budget of the root run.
    With(u32, Option<HeldBytes>, Result<HostAnswer, HostError>),
    /// The ops of an honest child would not have let it through.
    Not(Odd),
    /// With what checking it took, the run has used more than it may.
    Costly(Duration),
}

/// One order.
pub(super) struct Work {
    /// `None`: what is ordered may ask for nothing.
    pub(super) asked: Option<Asked>,
    pub(super) limit: Duration,
    pub(super) stop: StopAsked,
    open: JoinSet<Answered>,
    last_call: u32,
    checks: Arc<Checks>,
}

impl Work {
    pub(super) fn new(asked: Option<Asked>, limits: &Limits, stop: StopAsked) -> Self {
        let checks = Arc::new(Checks::within(limits.cpu));
        Self { asked, limit: limits.wall, stop, open: JoinSet::new(), last_call: 0, checks }
    }

    /// Hears the child until it says how its work has ended. What it still has open then is abandoned.
    pub(super) async fn hear(&mut self, child: &mut Child) -> Result<ChildEnd, Unfinished> {
        let mut deadline = Instant::now() + self.limit + KILLED_AFTER;
        let mut is_stopping = false;
        loop {
            tokio::select! {
                // A child that talks without end is not heard beyond its time.
                biased;
                () = tokio::time::sleep_until(deadline) => {
                    let failure = if is_stopping { ChildFailure::Stopped } else { ChildFailure::Overdue };
                    return Err(Unfinished::Failed(failure));
                }
                () = &mut self.stop, if !is_stopping => {
                    is_stopping = true;
                    deadline = deadline.min(Instant::now() + KILLED_AFTER);
                    child.say(&ToChild::Stop)?;
                }
                Some(answered) = self.open.join_next() => self.answer(child, answered)?,
                said = child.next() => {
                    if let Some(end) = self.take(child, said?)? {
                        return Ok(end);
                    }
                }
            }
        }
    }

    fn take(&mut self, child: &Child, said: (u32, usize, FromChild)) -> Result<Option<ChildEnd>, Odd> {
        let (run, bytes, message) = said;
        if run != child.run() {
            return Err(Odd::Broke(format!("spoke of run {run} while it had run {}", child.run())));
        }
        match message {
            FromChild::Ready(_) => return Err(Odd::Broke("was ready twice".to_owned())),
            FromChild::Call { number, call } => self.begin(number, bytes, call)?,
            FromChild::Log { level, message, meta } => {
                self.effects()?.send(EffectMessage::Log { level, message, meta });
            }
            FromChild::Warn(warning) => self.effects()?.send(EffectMessage::Warning(warning)),
            FromChild::End(mut end) => {
                end.usage.cpu += self.checks.used();
                return Ok(Some(*end));
            }
        }
        Ok(None)
    }

    fn effects(&self) -> Result<&onevent_contract::EffectSender, Odd> {
        self.asked().map(|asked| &asked.call.effects)
    }

    fn asked(&self) -> Result<&Asked, Odd> {
        self.asked.as_ref().ok_or_else(|| Odd::Broke("spoke of a run where there was none".to_owned()))
    }

    /// Begins a call, if the child may make it.
    fn begin(&mut self, number: u32, bytes: usize, call: HostCall) -> Result<(), Odd> {
        let Asked { host, call: context, schema } = self.asked()?;
        if number <= self.last_call || self.open.len() >= MAX_CONCURRENT_CALLS {
            return Err(Odd::Broke("made a call out of turn".to_owned()));
        }
        if !is_allowed(&call) {
            return Err(not_allowed(&call));
        }
        let (host, context, schema) = (Arc::clone(host), context.clone(), schema.clone());
        let checks = Arc::clone(&self.checks);
        self.last_call = number;
        // The child counts what its own run carries; the parent, what the root run and all that it triggered does.
        match context.effects.budget().take(bytes.saturating_add(read_bytes(&call))) {
            Ok(held) => {
                self.open.spawn(async move {
                    match checks.pass(schema, &call).await {
                        Ok(()) => Answered::With(number, Some(held), answer(host, context, call).await),
                        Err(NotPassed::Forbidden) => Answered::Not(not_allowed(&call)),
                        Err(NotPassed::Costly(used)) => Answered::Costly(used),
                    }
                });
            }
            Err(exceeded) => {
                self.open.spawn(async move { Answered::With(number, None, Err(exceeded.into())) });
            }
        }
        Ok(())
    }

    fn answer(
        &mut self,
        child: &Child,
        answered: Result<Answered, tokio::task::JoinError>,
    ) -> Result<(), Unfinished> {
        let failed = |message: String| Unfinished::Failed(ChildFailure::Host { message });
        match answered {
            // It ends the run, and is for operators alone.
            Ok(Answered::With(_, _, Err(HostError::Internal { message }))) => Err(failed(message)),
            Ok(Answered::With(number, _held, answer)) => Ok(child.say(&ToChild::Answer(number, answer))?),
            Ok(Answered::Not(odd)) => Err(odd.into()),
            Ok(Answered::Costly(used)) => Err(Unfinished::Failed(ChildFailure::Costly { used })),
            Err(_) => Err(failed("the host panicked or was shut down".to_owned())),
        }
    }
}

fn not_allowed(call: &HostCall) -> Odd {
    Odd::Broke(format!("asked for a `{}` that no run may ask for", call.member()))
}

async fn answer(host: Arc<dyn Host>, context: CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
    match call {
        HostCall::WriteMetadata(write) => {
            write_to_its_end(host, context, write).await.map(HostAnswer::WriteMetadata)
        }
        call @ (HostCall::Proxy(_)
        | HostCall::Connection(_)
        | HostCall::Metadata
        | HostCall::Integration(_)
        | HostCall::Pagination(_)
        | HostCall::EnvironmentVariables
        | HostCall::TriggerAction(_)
        | HostCall::Fetch(_)
        | HostCall::AcquireLock { .. }
        | HostCall::ReleaseLock { .. }
        | HostCall::ReleaseAllLocks
        | HostCall::Checkpoint
        | HostCall::WriteCheckpoint { .. }) => host.call(&context, call).await,
    }
}
