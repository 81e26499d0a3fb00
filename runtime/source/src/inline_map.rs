//! The source map in the last line of a bundle.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use onevent_contract::specifier::specifier_of;
use serde::{Deserialize, Serialize};

use crate::private;
use crate::realign;
use crate::source::join;

/// How the line begins.
const COMMENT: &str = "//# sourceMappingURL=data:application/json;";
/// What stands before the map itself.
const ENCODING: &str = "base64,";

/// A source map, version 3, without what nobody here reads: sections, `sourceRoot`.
#[derive(Serialize, Deserialize)]
pub(crate) struct RawMap {
    version: u32,
    sources: Vec<Option<String>>,
    #[serde(default, rename = "sourcesContent")]
    sources_content: Vec<Option<String>>,
    #[serde(default)]
    names: Vec<String>,
    mappings: String,
}

/// A map whose sources are files of the project.
pub(crate) struct InlineMap {
    /// The map, as V8's positions are looked up in it.
    pub(crate) json: Vec<u8>,
    /// The files that it leads to: their paths and texts.
    pub(crate) texts: Vec<(String, String)>,
}

/// The code without its map, and the map. A map that cannot be read is none: positions are those of the bundle then.
pub(crate) fn split(code: &str) -> (String, Option<RawMap>) {
    let whole = code.trim_end();
    let start = whole.rfind('\n').map_or(0, |end| end + 1);
    let (before, line) = whole.split_at(start);
    let map = line.strip_prefix(COMMENT).and_then(|rest| rest.split_once(ENCODING)).and_then(|(_, data)| {
        let bytes = BASE64_STANDARD.decode(data).ok()?;
        serde_json::from_slice::<RawMap>(&bytes).ok().filter(|map| map.version == 3)
    });
    match map {
        Some(map) => (before.to_owned(), Some(map)),
        None => (code.to_owned(), None),
    }
}

impl RawMap {
    /// The same map, whose sources are named as modules of the project are. A source that is no file of it is the bundle
    /// itself: nobody's frames lead out of the project.
    pub(crate) fn of_project(mut self, bundle: &str) -> InlineMap {
        let mut texts = Vec::new();
        for (number, source) in self.sources.iter_mut().enumerate() {
            let path = source.as_deref().and_then(|source| join("index.ts", source));
            let path = path.filter(|path| private::is_source(path) && !path.contains(':'));
            let text = self.sources_content.get_mut(number).and_then(Option::take);
            if let (Some(path), Some(text)) = (&path, text) {
                texts.push((path.clone(), text));
            }
            *source = Some(specifier_of(path.as_deref().unwrap_or(bundle)));
        }
        // Kept as files, not twice.
        self.sources_content.clear();
        InlineMap { json: serde_json::to_vec(&self).unwrap_or_default(), texts }
    }
}

impl InlineMap {
    /// The same map, which leads into the `written` text of the file at `path` and not into a print of it.
    pub(crate) fn realigned(self, path: &str, written: &Arc<str>) -> Self {
        let printed = self.texts.iter().find(|(file, _)| file == path);
        let printed =
            printed.filter(|(_, text)| **text != **written).map(|(_, text)| Arc::from(text.as_str()));
        let json = printed
            .and_then(|printed| realign::realigned(&self.json, &specifier_of(path), path, &printed, written));
        Self { json: json.unwrap_or(self.json), texts: self.texts }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with_map(map: &Value) -> String {
        format!("code();\n{COMMENT}charset=utf-8;{ENCODING}{}\n", BASE64_STANDARD.encode(map.to_string()))
    }

    #[test]
    fn the_map_is_taken_out_and_its_sources_stay_inside_the_project() {
        let map = json!({
            "version": 3,
            "sources": ["crm/on-events/check.ts", "../../etc/passwd", "file:///etc/hosts.ts", "crm/.env", null],
            "sourcesContent": ["one", "two", "three", "four"],
            "mappings": "AAAA",
        });
        let (code, map) = split(&with_map(&map));
        assert_eq!(code, "code();\n");
        let map = map.unwrap().of_project("crm/on-events/check.cjs");
        assert_eq!(map.texts, [("crm/on-events/check.ts".to_owned(), "one".to_owned())]);
        let read: Value = serde_json::from_slice(&map.json).unwrap();
        let bundle = "project:///crm/on-events/check.cjs";
        let sources = ["project:///crm/on-events/check.ts", bundle, bundle, bundle, bundle];
        assert_eq!((&read["sources"], &read["mappings"]), (&json!(sources), &json!("AAAA")));
    }

    #[test]
    fn what_is_no_map_stays_where_it_is() {
        let sections = with_map(&json!({"version": 3, "sections": []}));
        let not_base64 = format!("code();\n{COMMENT}{ENCODING}!");
        for code in
            [sections.as_str(), not_base64.as_str(), "code();", "//# sourceMappingURL=code.js.map", ""]
        {
            let (left, map) = split(code);
            assert!(map.is_none() && left == code, "{code}");
        }
    }
}
