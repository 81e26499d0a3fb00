//! How long the texts of a report may be. What is longer is cut, and says so.

use serde_json::{Value, json};

use crate::RunError;

/// The message of an error, a warning or a log line: as much as Nango keeps of a log line.
pub const MAX_MESSAGE_BYTES: usize = 99_000;

/// A code, a method, the name of a function in a stack: a word, not a text.
pub const MAX_WORD_BYTES: usize = 1_000;

/// A URL.
pub const MAX_URL_BYTES: usize = 8_000;

/// The URLs and methods of all requests together. More requests are counted and left out, with a warning.
pub const MAX_HTTP_BYTES: usize = 4 * 1024 * 1024;

/// So many warnings. More are counted and left out.
pub const MAX_WARNINGS: usize = 200;

/// The texts of all warnings together. More are counted and left out.
pub const MAX_WARNING_BYTES: usize = 1024 * 1024;

/// The payload of an error, and what else it says, as JSON text. The SDK keeps 99,000 bytes of the one and some of the other.
pub const MAX_ERROR_DATA_BYTES: usize = 512 * 1024;

/// Stands where a text was cut.
pub const CUT: &str = "… [truncated]";

/// Cuts `text` to at most `most` bytes and a mark.
pub fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push_str(CUT);
        text.shrink_to_fit();
    }
}

/// The text, cut.
#[must_use]
pub fn cut_copy(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut kept = text[..text.floor_char_boundary(most)].to_owned();
    kept.push_str(CUT);
    kept
}

impl RunError {
    /// The same within the bounds of a report.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        cut(&mut self.message, MAX_MESSAGE_BYTES);
        cut(&mut self.code, MAX_WORD_BYTES);
        self.hint.iter_mut().for_each(|hint| cut(hint, MAX_MESSAGE_BYTES));
        for frame in &mut self.frames {
            cut(&mut frame.file, MAX_WORD_BYTES);
            frame.function.iter_mut().for_each(|function| cut(function, MAX_WORD_BYTES));
        }
        bound(&mut self.payload);
        self.additional_properties.iter_mut().for_each(bound);
        self
    }
}

/// Data that is too large becomes a note of how large it was.
fn bound(data: &mut Value) {
    let bytes = json_bytes(data);
    if bytes > MAX_ERROR_DATA_BYTES {
        *data =
            json!({ "truncated": format!("{bytes} bytes of JSON; a report keeps {MAX_ERROR_DATA_BYTES}") });
    }
}

/// About as many bytes as its JSON text has, without writing that.
#[must_use]
pub fn json_bytes(data: &Value) -> usize {
    match data {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| json_bytes(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| name.len() + json_bytes(field) + 4).sum::<usize>() + 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorType, Frame};

    #[test]
    fn every_text_of_an_error_has_a_bound() {
        let mut error = RunError::new(ErrorType::ScriptInternalError, "ä".repeat(1_000_000));
        error.code = "c".repeat(1_000_000);
        error.payload = json!({ "a": "x".repeat(1_000_000) });
        error.additional_properties = Some(json!(vec!["x"; 1_000_000]));
        let function = Some("f".repeat(1_000_000));
        error.frames.push(Frame { file: "acme/on-events/check.ts".into(), line: 1, column: 1, function });
        let bounded = error.bounded();
        assert!(
            bounded.message.ends_with("ä… [truncated]") && bounded.message.len() < MAX_MESSAGE_BYTES + 20
        );
        assert!(bounded.code.len() < MAX_WORD_BYTES + 20);
        assert!(serde_json::to_string(&bounded).unwrap().len() < 200_000);
        assert_eq!(bounded.frames[0].file, "acme/on-events/check.ts");
    }
}
