//! The host that listens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onevent_contract::{
    ActionCall, CallContext, Checkpoint, ConnectionFacts, ConnectionQuery, EffectMessage, EffectSender,
    EffectSink, EnvironmentVariable, FieldTemplates, HiddenValues, Host, HostAnswer, HostCall, HostCalls,
    HostError, IntegrationInclude, JsonObject, MetadataWrite, MetadataWritten, Outcome, RunReport, Secret,
    VersionedMetadata,
};
use serde_json::{Value, json};

use super::calls::Call;
use super::secrets::{redact_answer, redacted_variables};
use crate::fixture::{Fixture, write_document};

/// Records what a run asks of another host, and makes a [`Fixture`] of it.
///
/// No secret gets into the fixture: it is replaced in the connection, and wherever else it stands, in whatever spelling.
/// A replayed run has `[redacted]` in its place, which is looked for in the same spellings: its requests are found.
pub struct RecordingHost {
    inner: Arc<dyn Host>,
    /// What the other host hides from a report is hidden from the fixture too.
    hidden: Arc<Hidden>,
    fields: Fields,
    recorded: Mutex<Recorded>,
}

/// What the provider's template says about the fields of its connections.
#[derive(Default)]
struct Fields {
    credentials: JsonObject,
    connection_config: JsonObject,
}

impl Fields {
    fn templates(&self) -> FieldTemplates<'_> {
        FieldTemplates { credentials: &self.credentials, connection_config: &self.connection_config }
    }
}

#[derive(Default)]
struct Recorded {
    calls: Vec<Call>,
    connection: Option<Value>,
    metadata: Option<VersionedMetadata>,
    writes: Vec<Value>,
    integration: Option<JsonObject>,
    variables: Option<Vec<EnvironmentVariable>>,
    actions: Vec<Value>,
    checkpoint: Option<JsonObject>,
}

impl RecordingHost {
    /// A recorder around the host that answers.
    #[must_use]
    pub fn new(inner: Arc<dyn Host>) -> Self {
        Self { inner, hidden: Arc::default(), fields: Fields::default(), recorded: Mutex::default() }
    }

    /// The same, with what the provider's template says: a field that it calls secret is replaced in the connection
    /// however short it is.
    #[must_use]
    pub fn with_fields(mut self, fields: FieldTemplates<'_>) -> Self {
        let FieldTemplates { credentials, connection_config } = fields;
        self.fields =
            Fields { credentials: credentials.clone(), connection_config: connection_config.clone() };
        self
    }

    /// The fixture of a run that settled: it returned, or it threw. `None` of a run that did not come to its end, or
    /// that onevent could not carry out: nothing can be said about what it does.
    ///
    /// `input` is what an action was called with.
    #[must_use]
    pub fn fixture(
        &self,
        facts: &ConnectionFacts,
        input: Option<&Value>,
        report: &RunReport,
    ) -> Option<Fixture> {
        match report.outcome {
            Outcome::Succeeded | Outcome::Rejected | Outcome::Failed => {}
            // What may be added later is not known to have settled.
            _ => return None,
        }
        let recorded = self.recorded();
        let mut hidden = self.hidden.values().clone();
        // The idempotency key: every run has another one.
        hidden.hide([Secret::new(report.run_id.to_string())]);
        let scrub = |value: &mut Value| hidden.scrub(value);
        let mut document = JsonObject::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(mut value) = value {
                scrub(&mut value);
                document.insert(name.into(), value);
            }
        };
        put("input", input.cloned());
        put("output", report.output.clone());
        let error = report.error.as_ref();
        put("error", error.map(|error| json!({ "type": error.kind.as_str(), "payload": error.payload })));
        put("nango", Some(nango(&recorded, facts)));
        let mut sections = JsonObject::new();
        sections.insert("api".into(), json!({}));
        recorded.calls.iter().for_each(|call| call.add_to(&mut sections, &scrub));
        document.extend(sections);
        Some(Fixture::new(document))
    }

    fn note(&self, change: impl FnOnce(&mut Recorded)) {
        change(&mut self.recorded());
    }

    /// The same call, whose effects are listened to.
    fn overheard(&self, context: &CallContext) -> CallContext {
        let sink = Overheard { hidden: Arc::clone(&self.hidden), to: context.effects.clone() };
        CallContext { effects: context.effects.by_way_of(Arc::new(sink)), ..context.clone() }
    }

    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        // Every change is one step: what a panic leaves behind is whole.
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The values that must not get into the fixture.
#[derive(Default)]
struct Hidden(Mutex<HiddenValues>);

impl Hidden {
    fn values(&self) -> MutexGuard<'_, HiddenValues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands effects on, and notes what is to be hidden.
struct Overheard {
    hidden: Arc<Hidden>,
    to: EffectSender,
}

impl EffectSink for Overheard {
    fn receive(&self, message: EffectMessage) {
        if let EffectMessage::Hide(secrets) = &message {
            self.hidden.values().hide(secrets.iter().cloned());
        }
        self.to.send(message);
    }
}

/// The section `nango`. The connection's names are always there: a function reads them without a call.
fn nango(recorded: &Recorded, facts: &ConnectionFacts) -> Value {
    let mut nango = JsonObject::new();
    let connection = recorded.connection.clone().unwrap_or_else(|| {
        json!({
            "connection_id": facts.connection_id,
            "provider_config_key": facts.integration,
            "provider": facts.provider,
        })
    });
    nango.insert("getConnection".into(), connection);
    if let Some(metadata) = recorded.metadata.as_ref().and_then(|metadata| metadata.value.clone()) {
        nango.insert("getMetadata".into(), Value::Object(metadata));
    }
    nango.insert("metadataWrites".into(), Value::Array(recorded.writes.clone()));
    if let Some(integration) = &recorded.integration {
        nango.insert("getIntegration".into(), Value::Object(integration.clone()));
    }
    if let Some(variables) = &recorded.variables {
        nango.insert("getEnvironmentVariables".into(), json!(variables));
    }
    if !recorded.actions.is_empty() {
        nango.insert("triggerAction".into(), Value::Array(recorded.actions.clone()));
    }
    if let Some(checkpoint) = &recorded.checkpoint {
        nango.insert("getCheckpoint".into(), Value::Object(checkpoint.clone()));
    }
    Value::Object(nango)
}

#[async_trait]
impl Host for RecordingHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        let (inner, context) = (&self.inner, &self.overheard(context));
        match call {
            HostCall::Proxy(request) => {
                let answer = inner.proxy(context, (*request).clone()).await;
                self.note(|recorded| recorded.calls.extend(Call::proxy(*request, &answer)));
                answer.map(HostAnswer::Proxy)
            }
            HostCall::Fetch(request) => {
                let answer = inner.fetch(context, request.clone()).await;
                self.note(|recorded| recorded.calls.extend(Call::fetch(&request, &answer)));
                answer.map(HostAnswer::Fetch)
            }
            HostCall::Connection(query) => self.connection(context, query).await.map(HostAnswer::Connection),
            HostCall::Metadata => self.metadata(context).await.map(HostAnswer::Metadata),
            HostCall::WriteMetadata(write) => {
                self.write_metadata(context, write).await.map(HostAnswer::WriteMetadata)
            }
            HostCall::Integration(include) => {
                self.integration(context, include).await.map(HostAnswer::Integration)
            }
            HostCall::EnvironmentVariables => {
                self.environment_variables(context).await.map(HostAnswer::EnvironmentVariables)
            }
            HostCall::TriggerAction(action) => {
                self.trigger_action(context, action).await.map(HostAnswer::TriggerAction)
            }
            HostCall::Checkpoint => self.checkpoint(context).await.map(HostAnswer::Checkpoint),
            // A fixture does not hold these: templates are the project's, and a replayed run is alone.
            call @ (HostCall::Pagination(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::WriteCheckpoint { .. }) => inner.call(context, call).await,
        }
    }
}

impl RecordingHost {
    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        // A fixture has one connection: the run's own.
        let own = query.is_own();
        let connection = self.inner.connection(call, query).await?;
        self.note(|recorded| {
            if own || recorded.connection.is_none() {
                let mut shown = connection.clone();
                if let Value::Object(shown) = &mut shown {
                    redact_answer(shown, self.fields.templates());
                }
                recorded.connection = Some(shown);
            }
        });
        Ok(connection)
    }

    async fn metadata(&self, call: &CallContext) -> Result<VersionedMetadata, HostError> {
        let metadata = self.inner.metadata(call).await?;
        // The first one: what the run started with.
        self.note(|recorded| {
            recorded.metadata.get_or_insert_with(|| metadata.clone());
        });
        Ok(metadata)
    }

    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        let document = write_document(&write);
        let written = self.inner.write_metadata(call, write).await?;
        if let MetadataWritten::Written { .. } = written {
            self.note(|recorded| recorded.writes.push(document));
        }
        Ok(written)
    }

    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        let mut integration = self.inner.integration(call, include).await?;
        let answer = integration.clone();
        redact_answer(&mut integration, FieldTemplates::unknown());
        self.note(|recorded| recorded.integration.get_or_insert_default().extend(integration));
        Ok(answer)
    }

    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        let variables = self.inner.environment_variables(call).await?;
        self.note(|recorded| recorded.variables = Some(redacted_variables(&variables)));
        Ok(variables)
    }

    async fn trigger_action(&self, call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        let (name, input) = (action.name.clone(), action.input.clone());
        let output = self.inner.trigger_action(call, action).await?;
        let document = json!({ "name": name, "input": input, "output": output });
        self.note(|recorded| recorded.actions.push(document));
        Ok(output)
    }

    async fn checkpoint(&self, call: &CallContext) -> Result<Checkpoint, HostError> {
        let checkpoint = self.inner.checkpoint(call).await?;
        self.note(|recorded| {
            if recorded.checkpoint.is_none() {
                recorded.checkpoint.clone_from(&checkpoint.value);
            }
        });
        Ok(checkpoint)
    }
}
