//! What serde says about a body, as zod would say it.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::error::FieldError;

/// The one thing that serde found.
pub(super) fn issue(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let message = without_position(&error.inner().to_string());
    let mut path = path(error.path());
    if let Some(field) = named(&message, "missing field `") {
        path.push(field.into());
        return FieldError::new("invalid_type", "this field is required", path);
    }
    if let Some(field) = named(&message, "unknown field `") {
        // The path may lead to the field or to the object that has it.
        if path.last().and_then(Value::as_str) == Some(&field) {
            path.pop();
        }
        return FieldError::new("unrecognized_keys", format!("unrecognized key: {field:?}"), path);
    }
    let code = match &message {
        message if message.starts_with("invalid type: ") => "invalid_type",
        message if message.starts_with("unknown variant ") => "invalid_value",
        message if message.starts_with("invalid value: ") => "invalid_value",
        message if message.starts_with("invalid length ") => "invalid_value",
        _ => "custom",
    };
    FieldError::new(code, without_value(&message), path)
}

/// serde_json adds where in the text it was; the path says it better.
fn without_position(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(end) => message.get(..end).unwrap_or(message).to_owned(),
        None => message.to_owned(),
    }
}

/// serde repeats the value that it did not expect: `invalid type: string "s3cret", expected a map`.
fn without_value(message: &str) -> String {
    let Some((head, rest)) = message.split_once(": ").filter(|(head, _)| head.starts_with("invalid ")) else {
        return message.to_owned();
    };
    let Some((found, expected)) = rest.rsplit_once(", expected ") else { return message.to_owned() };
    let kind = found.split(['"', '`']).next().unwrap_or_default().trim();
    format!("{head}: {kind}, expected {expected}")
}

fn named(message: &str, before: &str) -> Option<String> {
    Some(message.strip_prefix(before)?.split_once('`')?.0.to_owned())
}

fn path(path: &Path) -> Vec<Value> {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Value::from(*index)),
        Segment::Map { key } => Some(Value::from(key.as_str())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(segment).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only the reading of it is tested")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only the reading of it is tested")]
        name: onevent_contract::IntegrationId,
    }

    fn found(body: &Value) -> FieldError {
        let text = body.to_string();
        let mut json = serde_json::Deserializer::from_str(&text);
        issue(&serde_path_to_error::deserialize::<_, Outer>(&mut json).unwrap_err())
    }

    #[test]
    fn what_is_wrong_is_named_with_its_path_and_without_its_value() {
        let missing = found(&json!({}));
        assert_eq!((missing.code, missing.path), ("invalid_type", vec![json!("inner")]));
        let nested = found(&json!({"inner": [{"name": "a"}, {}]}));
        assert_eq!(nested.path, vec![json!("inner"), json!(1), json!("name")]);
        let unknown = found(&json!({"inner": [{"name": "a", "extra": 1}]}));
        assert_eq!((unknown.code, unknown.path), ("unrecognized_keys", vec![json!("inner"), json!(0)]));
        assert_eq!(unknown.message, "unrecognized key: \"extra\"");
        let unknown = found(&json!({"inner": [], "other": 1}));
        assert_eq!((unknown.code, unknown.path), ("unrecognized_keys", vec![]));
        let wrong = found(&json!({"inner": "s3cret, expected nothing"}));
        assert_eq!((wrong.code, wrong.path), ("invalid_type", vec![json!("inner")]));
        assert_eq!(wrong.message, "invalid type: string, expected a sequence");
        let name = found(&json!({"inner": [{"name": "a/b"}]}));
        assert_eq!(name.code, "custom");
        assert!(name.message.contains("integration id"), "{}", name.message);
    }
}
