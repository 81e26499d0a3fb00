//! What a run and the action that it triggers have to tell each other.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    ActionAct, CallContext, EffectId, EffectMessage, EffectSender, EffectSink, Host, HostAnswer, HostCall,
    HostError,
};

/// The host of a triggered action. Its input may carry what its caller was given, and its output what it was given
/// itself: both hide that. What it does is told to its caller at once, which may end before it does.
pub(crate) struct TriggeredHost {
    inner: Arc<dyn Host>,
    caller: Caller,
}

/// The log of the run that triggered an action, and what the action is called there.
#[derive(Clone)]
struct Caller {
    effects: EffectSender,
    action: EffectId,
}

impl Caller {
    fn tell(&self, act: ActionAct) {
        self.effects.send(EffectMessage::ActionActed { id: self.action, act });
    }
}

impl TriggeredHost {
    pub(crate) fn new(inner: Arc<dyn Host>, caller: EffectSender, action: EffectId) -> Self {
        Self { inner, caller: Caller { effects: caller, action } }
    }
}

#[async_trait]
impl Host for TriggeredHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        context.effects.hide(self.caller.effects.hidden());
        // The write itself is told of by whoever asks for it.
        if let HostCall::WriteMetadata(_) = &call {
            self.caller.tell(ActionAct::MetadataWrite);
        }
        let sink = Overheard { to: context.effects.clone(), caller: self.caller.clone() };
        let context = CallContext { effects: context.effects.by_way_of(Arc::new(sink)), ..context.clone() };
        self.inner.call(&context, call).await
    }
}

/// Hands the effects of an action on, and tells its caller of them.
struct Overheard {
    to: EffectSender,
    caller: Caller,
}

impl EffectSink for Overheard {
    fn receive(&self, message: EffectMessage) {
        let act = match &message {
            EffectMessage::Hide(secrets) => {
                self.caller.effects.hide(secrets.iter().cloned());
                None
            }
            EffectMessage::HttpStarted { request, .. } => Some(ActionAct::Request(request.clone())),
            // What the actions do that it triggers itself.
            EffectMessage::ActionActed { act, .. } => Some(act.clone()),
            EffectMessage::MetadataWriteStarted { .. }
            | EffectMessage::Log { .. }
            | EffectMessage::Warning(_)
            | EffectMessage::HttpSettled { .. }
            | EffectMessage::MetadataWritten { .. }
            | EffectMessage::MetadataNotWritten { .. }
            | EffectMessage::MetadataRead { .. }
            | EffectMessage::ActionStarted { .. }
            | EffectMessage::ActionSettled { .. } => None,
        };
        act.into_iter().for_each(|act| self.caller.tell(act));
        self.to.send(message);
    }
}
