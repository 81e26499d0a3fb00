//! The difference between two JSON objects, key by key.

use serde_json::Value;

use super::style::{BAD, GOOD, WARN, clean, paint};

/// A value longer than this many characters is cut in the human form; `--json` has all of it.
const MAX_VALUE_CHARS: usize = 200;

/// One line for each key that was added (`+`), removed (`-`) or changed (`~`). Empty when nothing was.
/// `null` counts as an object without keys.
pub(crate) fn lines(before: &Value, after: &Value) -> Vec<String> {
    let empty = onevent_contract::JsonObject::new();
    let before = before.as_object().unwrap_or(&empty);
    let after = after.as_object().unwrap_or(&empty);
    let mut lines = Vec::new();
    for (key, old) in before {
        let shown = clean(key);
        match after.get(key) {
            None => lines.push(paint(BAD, &format!("- {shown}: {}", short(old)))),
            Some(new) if new != old => {
                lines.push(paint(WARN, &format!("~ {shown}: {} → {}", short(old), short(new))));
            }
            Some(_) => {}
        }
    }
    for (key, new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        lines.push(paint(GOOD, &format!("+ {}: {}", clean(key), short(new))));
    }
    lines
}

/// A value on one line, cut where it is long.
pub(crate) fn short(value: &Value) -> String {
    let text = clean(&value.to_string());
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_key_that_differs_has_a_line() {
        let plain = |before: Value, after: Value| -> Vec<String> {
            lines(&before, &after).iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
        };
        let before = json!({"same": [1], "gone": "x", "changed": 1});
        let after = json!({"same": [1], "changed": {"n": 2}, "new": null});
        assert_eq!(
            plain(before.clone(), after),
            ["- gone: \"x\"", "~ changed: 1 → {\"n\":2}", "+ new: null"]
        );
        assert_eq!(plain(Value::Null, json!({"a": 1})), ["+ a: 1"]);
        assert!(plain(before.clone(), before).is_empty());
    }
}
