//! What a fixture must not hold, replaced: the rule of [`Kept`], on answers that are known as JSON only.

use onevent_contract::{EnvironmentVariable, FieldTemplates, JsonObject};
use onevent_redaction::Kept;
use serde_json::Value;

/// Replaces the secrets of a connection, or of an integration that has credentials.
pub(crate) fn redact_answer(answer: &mut JsonObject, fields: FieldTemplates<'_>) {
    if let Some(Value::Object(credentials)) = answer.get_mut("credentials") {
        Kept::Credentials.redact(credentials, fields.credentials);
    }
    if let Some(Value::Object(settings)) = answer.get_mut("connection_config") {
        Kept::Settings.redact(settings, fields.connection_config);
    }
}

/// The variables with their secrets replaced.
pub(crate) fn redacted_variables(variables: &[EnvironmentVariable]) -> Vec<EnvironmentVariable> {
    let mut object: JsonObject =
        variables.iter().map(|variable| (variable.name.clone(), variable.value.as_str().into())).collect();
    Kept::Variables.redact(&mut object, FieldTemplates::unknown().credentials);
    let text = |value: Value| value.as_str().map(str::to_owned).unwrap_or_default();
    object.into_iter().map(|(name, value)| EnvironmentVariable { name, value: text(value) }).collect()
}
