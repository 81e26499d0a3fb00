//! What of a host's answers is secret: the rule of [`Kept`], on answers that are known as JSON only.

use onevent_contract::{EnvironmentVariable, FieldTemplates, JsonObject, Secret};
use onevent_redaction::Kept;
use serde_json::Value;

/// The secrets of a connection, or of an integration that has credentials.
pub(crate) fn of_answer(answer: &JsonObject, fields: FieldTemplates<'_>) -> Vec<Secret> {
    let object = |field: &str| answer.get(field).and_then(Value::as_object);
    let mut secrets =
        object("credentials").map(|object| fields.secrets_of_credentials(object)).unwrap_or_default();
    secrets.extend(object("connection_config").iter().flat_map(|object| fields.secrets_of_settings(object)));
    secrets
}

/// The secrets of an environment's variables.
pub(crate) fn of_variables(variables: &[EnvironmentVariable]) -> Vec<Secret> {
    let secrets = Kept::Variables.secrets(&by_name(variables), FieldTemplates::unknown().credentials);
    secrets.into_iter().map(Secret::from).collect()
}

fn by_name(variables: &[EnvironmentVariable]) -> JsonObject {
    variables.iter().map(|variable| (variable.name.clone(), variable.value.as_str().into())).collect()
}
