use onevent_contract::{EffectMessage, EffectSink, LogLevel};
use tracing::Span;

/// Writes what happens to a call into the server's log, under the request that it is for. No query is in it.
pub(super) struct ToLog {
    span: Span,
}

impl ToLog {
    pub(super) fn new(span: Span) -> Self {
        Self { span }
    }
}

impl EffectSink for ToLog {
    fn receive(&self, message: EffectMessage) {
        match message {
            EffectMessage::HttpStarted { request, .. } => {
                let url = request.url.split('?').next().unwrap_or_default();
                tracing::debug!(parent: &self.span, method = request.method, url, attempt = request.attempt, "asked the provider");
            }
            EffectMessage::HttpSettled { outcome, duration, .. } => {
                let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                tracing::debug!(parent: &self.span, ?outcome, duration_ms, "the provider answered");
            }
            EffectMessage::Log { level: LogLevel::Error | LogLevel::Warn, message, .. } => {
                tracing::warn!(parent: &self.span, "{message}");
            }
            EffectMessage::Log { message, .. } => tracing::info!(parent: &self.span, "{message}"),
            // A call does nothing else.
            _ => {}
        }
    }
}
