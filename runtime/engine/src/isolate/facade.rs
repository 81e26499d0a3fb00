//! CommonJS modules for ECMAScript modules: the text of a module that hands on what `require` would give.

use std::collections::HashSet;
use std::fmt::Write;

use onevent_contract::specifier::{built_in, specifier_of};
use onevent_contract::{DefaultImport, ImportTarget, ModuleFormat, ModuleSource, ScopeName};
use onevent_ops::{LoadedModules, import_target};
use serde_json::Value;

/// The module behind all of them; `js-sdk/src/shims/node/commonjs.ts`.
pub(crate) const COMMON_JS: &str = "onevent:commonjs";
/// Where V8 finds a CommonJS module whose default export is `module.exports`.
const WHOLE_ROOT: &str = "commonjs:///";
/// Where V8 finds it with `module.exports.default` for a default export.
const DEFAULT_ROOT: &str = "commonjs-default:///";

/// The specifier of a CommonJS module for one who imports it.
pub(super) fn specifier_of_common_js(path: &str, default_import: DefaultImport) -> String {
    match default_import {
        DefaultImport::ModuleExports => format!("{WHOLE_ROOT}{path}"),
        DefaultImport::ExportedDefault => format!("{DEFAULT_ROOT}{path}"),
    }
}

/// The CommonJS module behind a specifier.
pub(super) fn common_js_of(specifier: &str) -> Option<(&str, DefaultImport)> {
    let whole = specifier.strip_prefix(WHOLE_ROOT).map(|path| (path, DefaultImport::ModuleExports));
    whole.or_else(|| Some((specifier.strip_prefix(DEFAULT_ROOT)?, DefaultImport::ExportedDefault)))
}

/// A text as JavaScript writes it.
fn quoted(text: &str) -> Value {
    Value::from(text)
}

/// The text of the module that stands for the CommonJS module at `path`.
pub(super) fn facade(modules: &LoadedModules, path: &str, default_import: DefaultImport) -> String {
    // What a module's text does not tell, such as the names of lodash, is taken from who asks for it.
    let mut names: HashSet<&str> = modules.names_imported_of(path).collect();
    exported_names(modules, path, &mut names, &mut HashSet::new());
    let mut code = format!("import {{ exportedDefault, load, member, provide }} from '{COMMON_JS}';\n");
    let provided = provided(&mut code, modules, path);
    code.push_str(&provided);
    let _ = writeln!(code, "const exports = load({});", quoted(path));
    let default = match default_import {
        DefaultImport::ModuleExports => "exports",
        DefaultImport::ExportedDefault => "exportedDefault(exports)",
    };
    let _ = writeln!(code, "export default {default};");
    export_members(&mut code, names);
    code
}

/// The text of the module that stands for the JSON file at `path`: as bundlers have it, without an import attribute.
pub(super) fn json_facade(modules: &LoadedModules, path: &str, text: &str) -> String {
    let mut code = format!(
        "import {{ member }} from '{COMMON_JS}';\nconst exports = JSON.parse({});\nexport default exports;\n",
        quoted(text)
    );
    export_members(&mut code, modules.names_imported_of(path).collect());
    code
}

fn export_members(code: &mut String, names: HashSet<&str>) {
    let mut names: Vec<&str> = names.into_iter().filter(|name| *name != "default").collect();
    names.sort_unstable();
    for (number, name) in names.iter().map(|name| quoted(name)).enumerate() {
        let _ = writeln!(
            code,
            "const export{number} = member(exports, {name});\nexport {{ export{number} as {name} }};"
        );
    }
}

/// Whether [`scope_suffix`] adds anything to a module.
pub(super) fn needs_scope(module: &ModuleSource) -> bool {
    matches!(&module.format, ModuleFormat::EsModule { scope, .. } if !scope.is_empty())
}

/// What an ECMAScript module gets at its end so that it finds the names of Node's module scope. Declarations and
/// imports are there from the module's start wherever they stand, and no line of its own moves.
pub(super) fn scope_suffix(modules: &LoadedModules, module: &ModuleSource) -> String {
    let ModuleFormat::EsModule { scope, .. } = &module.format else { return String::new() };
    let mut code = "\n;".to_owned();
    for name in scope {
        let _ = match name {
            ScopeName::Process => writeln!(code, "import {{ process }} from '{COMMON_JS}';"),
            ScopeName::Global => writeln!(code, "import {{ global }} from '{COMMON_JS}';"),
            ScopeName::Require => {
                let _ = writeln!(
                    code,
                    "import {{ createRequire as onevent$createRequire, provide }} from '{COMMON_JS}';"
                );
                // Called when it is used: what stands here runs after the module.
                let provided = provided(&mut code, modules, &module.path);
                writeln!(
                    code,
                    "function require(specifier) {{ {provided}return onevent$createRequire({})(specifier); }}",
                    quoted(&module.path)
                )
            }
        };
    }
    code
}

/// Imports the ECMAScript modules that `require` may be asked for in the module at `path` or behind it. What it
/// returns hands them over.
fn provided(code: &mut String, modules: &LoadedModules, path: &str) -> String {
    let mut found = Vec::new();
    required_es_modules(modules, path, &mut found, &mut HashSet::new());
    if found.is_empty() {
        return String::new();
    }
    let mut object = String::new();
    for (number, (name, specifier)) in found.iter().enumerate() {
        let _ = writeln!(code, "import * as onevent$module{number} from {};", quoted(specifier));
        let _ = write!(object, "{}: onevent$module{number}, ", quoted(name));
    }
    format!("provide({{ {object} }});\n")
}

/// Name for `require`, and specifier, of every ECMAScript module that is reached over CommonJS modules alone.
fn required_es_modules(
    modules: &LoadedModules,
    path: &str,
    found: &mut Vec<(String, String)>,
    seen: &mut HashSet<String>,
) {
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        let Some(module) = modules.get(&path) else { continue };
        for import in &module.imports {
            match &import.target {
                ImportTarget::BuiltIn(name) if matches!(name.as_str(), "nango" | "zod") => {
                    if seen.insert(name.clone()) {
                        found.extend(built_in(name).map(|specifier| (name.clone(), specifier.to_owned())));
                    }
                }
                ImportTarget::BuiltIn(_) => {}
                ImportTarget::Module(target) if seen.insert(target.clone()) => {
                    match modules.get(target).map(|module| &module.format) {
                        Some(ModuleFormat::CommonJs { .. }) => waiting.push(target.clone()),
                        Some(ModuleFormat::EsModule { .. }) => {
                            found.push((target.clone(), specifier_of(target)));
                        }
                        Some(ModuleFormat::Json) | None => {}
                    }
                }
                ImportTarget::Module(_) => {}
            }
        }
    }
}

/// The names that a CommonJS module exports, those of the modules that it hands on included.
fn exported_names<'a>(
    modules: &'a LoadedModules,
    path: &str,
    names: &mut HashSet<&'a str>,
    seen: &mut HashSet<&'a str>,
) {
    let Some(module) = modules.get(path) else { return };
    let ModuleFormat::CommonJs { exports, reexports } = &module.format else { return };
    if !seen.insert(&module.path) {
        return;
    }
    names.extend(exports.iter().map(String::as_str));
    for specifier in reexports {
        if let Some(ImportTarget::Module(target)) = import_target(module, specifier) {
            exported_names(modules, target, names, seen);
        }
    }
}
