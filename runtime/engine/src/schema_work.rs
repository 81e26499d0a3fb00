//! How much work it is to hold a value against a schema, found out before it is done: no stop reaches it.

use serde_json::Value;

/// A pattern looks at a text for as long as ten other keywords.
const PATTERN: usize = 10;
/// So many bytes of a text are as much work as a value.
const BYTES: usize = 32;

/// How many parts of a schema without references may have to look at one and the same value.
pub(crate) fn looks(schema: &Value) -> usize {
    let Value::Object(keywords) = schema else { return 1 };
    let mut own: usize = 1;
    let mut beneath: usize = 0;
    let mut beside: usize = 0;
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "enum" => own = own.saturating_add(value.as_array().map_or(0, Vec::len)),
            "pattern" => own = own.saturating_add(PATTERN),
            // One of these looks at what is in the value.
            "properties" | "prefixItems" | "$defs" | "definitions" => {
                beneath = beneath.max(schemas(value).map(looks).max().unwrap_or(0));
            }
            // Each of these looks at the value itself, or at what is in it as well.
            "anyOf" | "oneOf" | "allOf" | "dependentSchemas" => beside = beside.saturating_add(all(value)),
            "patternProperties" => {
                let patterns = schemas(value).count().saturating_mul(PATTERN);
                beside = beside.saturating_add(patterns).saturating_add(all(value));
            }
            "not"
            | "if"
            | "then"
            | "else"
            | "items"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "contains"
            | "propertyNames" => {
                beside = beside.saturating_add(looks(value));
            }
            _ => {}
        }
    }
    own.max(beneath).saturating_add(beside)
}

/// The schemas in a list or under names.
fn schemas(value: &Value) -> impl Iterator<Item = &Value> {
    let (list, named) = (value.as_array(), value.as_object());
    list.into_iter().flatten().chain(named.into_iter().flat_map(|named| named.values()))
}

fn all(value: &Value) -> usize {
    schemas(value).map(looks).fold(0, usize::saturating_add)
}

/// How many values there are in one, long texts counted for more.
pub(crate) fn values(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::String(text) => 1 + text.len() / BYTES,
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(fields) => {
            1 + fields.iter().map(|(name, field)| name.len() / BYTES + values(field)).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_look_at_values_of_their_own_and_alternatives_at_the_same() {
        let word = json!({ "enum": ["a", "b", "c"] });
        assert_eq!(looks(&word), 4);
        assert_eq!(looks(&json!({ "properties": { "a": word, "b": word, "c": word } })), 4);
        assert_eq!(looks(&json!({ "anyOf": [word, word, word] })), 13);
        let list = json!({ "items": { "anyOf": [word, { "items": { "anyOf": [word, word] } }] } });
        assert_eq!(looks(&list), 1 + 1 + 4 + 1 + 1 + 4 + 4);
        assert_eq!(looks(&json!({ "patternProperties": { "^a": {}, "^b": {} } })), 1 + 20 + 2);
    }

    #[test]
    fn every_value_counts() {
        assert_eq!(values(&json!({ "a": [1, null, { "b": "x" }], "c": "y".repeat(64) })), 1 + 5 + 3);
    }
}
