//! Source maps as debuggers want them: in the script, and with a URL for the author's file.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onevent_contract::ModuleSource;
use serde_json::Value;

/// The code of a module with its source map behind it, which names the author's file by its URL. Of a module that has none, or
/// whose file debuggers find nowhere, the code alone.
pub(crate) fn with_source_map<'c>(
    code: &'c str,
    module: &ModuleSource,
    url_of: impl Fn(&str) -> Option<String>,
) -> Cow<'c, str> {
    let map = || -> Option<String> {
        let mut map: Value = serde_json::from_slice(module.source_map.as_deref()?).ok()?;
        let sources = map.get("sources")?.as_array()?;
        // A bundler's map names several files, by paths of its own.
        if sources.len() == 1 {
            let url = url_of(&module.path)?;
            map.as_object_mut()?.insert("sources".to_owned(), Value::from(vec![url]));
            map.as_object_mut()?.remove("sourceRoot");
        }
        Some(STANDARD.encode(map.to_string()))
    };
    match map() {
        Some(map) => Cow::Owned(format!("{code}\n//# sourceMappingURL=data:application/json;base64,{map}\n")),
        None => Cow::Borrowed(code),
    }
}
