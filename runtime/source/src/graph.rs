//! All modules of one function: its file, and what that imports.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use onevent_contract::{
    CompiledCode, DefaultImport, ImportTarget, ModuleFormat, ModuleImport, ModuleSource, limit_met,
};

use crate::error::{LoadError, LoadErrorCode};
use crate::imports::{Import, ImportKind};
use crate::limits::{
    MAX_FUNCTION_BYTES, MAX_FUNCTION_TOKENS, MAX_MODULES, MAX_PROJECT_BYTES, MAX_PROJECT_TOKENS,
};
use crate::packages::{PackageType, Zod, is_of_package};
use crate::parse::{Syntax, parse};
use crate::resolve::{EMPTY, ImportResolver};
use crate::source::ProjectSource;

/// Reads files once, however many functions share them.
pub(crate) struct ModuleReader<'a> {
    source: &'a ProjectSource,
    resolver: ImportResolver<'a>,
    read: HashMap<String, Result<Arc<ModuleSource>, LoadError>>,
    /// How many tokens each of them has.
    tokens: HashMap<String, usize>,
    /// How many the files of one function may have.
    max_function_tokens: usize,
    /// How many more the files of the project may have.
    tokens_left: usize,
    /// How many more bytes of files the project may have.
    bytes_left: usize,
}

impl<'a> ModuleReader<'a> {
    pub(crate) fn new(source: &'a ProjectSource, zod: &'a Zod) -> Self {
        Self {
            source,
            resolver: ImportResolver::new(source, zod),
            read: HashMap::new(),
            tokens: HashMap::new(),
            max_function_tokens: MAX_FUNCTION_TOKENS,
            tokens_left: MAX_PROJECT_TOKENS,
            bytes_left: MAX_PROJECT_BYTES,
        }
    }

    /// The modules that the file at `entry` needs; the entry comes first.
    pub(crate) fn modules(&mut self, entry: &str) -> Result<Arc<[Arc<ModuleSource>]>, LoadError> {
        let too_large = |what: String| {
            let message = format!("{entry} and what it imports are too large ({what})");
            LoadError::new(LoadErrorCode::TooLarge, message)
        };
        let mut modules: Vec<Arc<ModuleSource>> = Vec::new();
        let (mut bytes, mut tokens) = (0, 0);
        let mut seen = HashSet::from([entry.to_owned()]);
        let mut waiting = vec![(entry.to_owned(), None)];
        while let Some((path, importer)) = waiting.pop() {
            if modules.len() == MAX_MODULES {
                return Err(too_large(limit_met("function_files", MAX_MODULES, MAX_MODULES + 1)));
            }
            let module =
                self.module(&path).map_err(|error| imported_by(error, &path, importer.as_deref()))?;
            bytes += module.code.len();
            if bytes > MAX_FUNCTION_BYTES {
                return Err(too_large(limit_met("function_bytes", MAX_FUNCTION_BYTES, bytes)));
            }
            tokens += self.tokens.get(&path).copied().unwrap_or_default();
            if tokens > self.max_function_tokens {
                let limit = limit_met("function_tokens", self.max_function_tokens, tokens);
                return Err(too_large(format!("{limit} with {path}")));
            }
            for import in module.imports.iter().rev() {
                if let ImportTarget::Module(target) = &import.target
                    && seen.insert(target.clone())
                {
                    waiting.push((target.clone(), Some(path.clone())));
                }
            }
            modules.push(module);
        }
        Ok(modules.into())
    }

    fn module(&mut self, path: &str) -> Result<Arc<ModuleSource>, LoadError> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        // The parser is not ours: where it gives up, one file is lost and not the others.
        let read = AssertUnwindSafe(|| self.read_module(path));
        let module = std::panic::catch_unwind(read).unwrap_or_else(|_| {
            let message = format!("{path}: the parser failed");
            Err(LoadError::new(LoadErrorCode::Engine, message))
        });
        let module = module.map(Arc::new);
        self.read.insert(path.to_owned(), module.clone());
        module
    }

    fn read_module(&mut self, path: &str) -> Result<ModuleSource, LoadError> {
        if path == EMPTY {
            return Ok(empty());
        }
        let text = self.source.read(path)?;
        self.bytes_left = self.bytes_left.checked_sub(text.len()).ok_or_else(|| {
            let used = MAX_PROJECT_BYTES - self.bytes_left + text.len();
            let limit = limit_met("project_bytes", MAX_PROJECT_BYTES, used);
            let message = format!("the project's files are too large ({limit} with {path})");
            LoadError::new(LoadErrorCode::TooLarge, message)
        })?;
        if path.ends_with(".json") {
            return json(path, text);
        }
        let package_type = self.resolver.package_type(path);
        let file = parse(path, text, syntax(path, package_type))?;
        self.tokens_left = self.tokens_left.checked_sub(file.tokens).ok_or_else(|| {
            let used = MAX_PROJECT_TOKENS.saturating_sub(self.tokens_left) + file.tokens;
            let limit = limit_met("project_tokens", MAX_PROJECT_TOKENS, used);
            let message = format!("the project's files have too much code ({limit} with {path})");
            LoadError::new(LoadErrorCode::TooLarge, message)
        })?;
        self.tokens.insert(path.to_owned(), file.tokens);
        let mut imports = Vec::new();
        for import in &file.imports {
            match self.resolver.target(path, import) {
                Ok(None) => {}
                Err(error) if error.code != LoadErrorCode::ModuleNotFound => return Err(error),
                Ok(Some(target)) => imports.push((import.clone(), Ok(target))),
                Err(error) => imports.push((import.clone(), Err(error))),
            }
        }
        let format = match file.common_js() {
            Some((exports, reexports)) => ModuleFormat::CommonJs { exports, reexports },
            None => ModuleFormat::EsModule {
                default_import: default_import(path, package_type),
                scope: file.scope_names(is_of_package(path)),
            },
        };
        let text = file.text();
        let (code, source_map) = file.into_code(path)?;
        let source_map =
            source_map.or_else(|| self.source.bundled(path).and_then(|bundled| bundled.source_map.clone()));
        let imports = needed(path, &text, &code, imports)?;
        let compiled = CompiledCode::default();
        Ok(ModuleSource { path: path.to_owned(), format, code, source_map, imports, compiled })
    }
}

/// An import, and what it means.
type Resolved = (Import, Result<ImportTarget, LoadError>);

/// The imports without those of types: TypeScript lets a file import types without saying that they are. No module has
/// to be there for them, and no package is read. What is refused, and a file of the project's own, is looked at whether
/// or not it is used.
fn needed(
    path: &str,
    text: &str,
    code: &Arc<str>,
    imports: Vec<Resolved>,
) -> Result<Vec<ModuleImport>, LoadError> {
    let may_be_types = |(import, target): &Resolved| {
        import.kind == ImportKind::Static
            && match target {
                Ok(ImportTarget::Module(target)) => is_of_package(target),
                Ok(_) => false,
                Err(_) => true,
            }
    };
    let is_typed = syntax(path, PackageType::Unsaid) == Syntax::TypeScript;
    let in_question = imports.iter().filter(|import| is_typed && may_be_types(import));
    let mut left: HashMap<&str, bool> = HashMap::new();
    for (import, _) in in_question {
        let specifier = import.specifier.as_str();
        if left.contains_key(specifier) {
            continue;
        }
        let written = imports.iter().filter(|(other, _)| other.specifier == specifier).count();
        match is_left(specifier, text, code, written) {
            Some(is_left) => drop(left.insert(specifier, is_left)),
            None => {
                let parsed = parse(path, Arc::clone(code), Syntax::EsModule)?.imports;
                let is_left = |specifier: &str| parsed.iter().any(|import| import.specifier == specifier);
                left = imports
                    .iter()
                    .map(|(import, _)| &*import.specifier)
                    .map(|it| (it, is_left(it)))
                    .collect();
                break;
            }
        }
    }
    let goes = |import: &Resolved| may_be_types(import) && left.get(&*import.0.specifier) == Some(&false);
    let needed: Vec<bool> = imports.iter().map(|import| !goes(import)).collect();
    let needed =
        imports.into_iter().zip(needed).filter_map(|(import, is_needed)| is_needed.then_some(import));
    needed
        .map(|(Import { specifier, names, .. }, target)| {
            Ok(ModuleImport { specifier, target: target?, names })
        })
        .collect()
}

/// Whether the imports of `specifier` are still there in the code that was made of `text`, where that can be told without
/// parsing it: the file says the word nowhere but in these imports.
fn is_left(specifier: &str, text: &str, code: &str, written: usize) -> Option<bool> {
    // Any other character may be written in another way, here or there.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@/-_.~".contains(&byte);
    let is_told = !specifier.is_empty()
        && specifier.bytes().all(is_plain)
        && text.matches(specifier).count() == written;
    is_told.then(|| code.contains(&format!("\"{specifier}\"")) || code.contains(&format!("'{specifier}'")))
}

fn syntax(path: &str, package_type: PackageType) -> Syntax {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match (ending, package_type) {
        ("ts" | "mts", _) => Syntax::TypeScript,
        ("cjs", _) => Syntax::CommonJs,
        ("mjs", _) | (_, PackageType::EsModule) => Syntax::EsModule,
        (_, PackageType::Unsaid) => Syntax::Detect,
    }
}

fn default_import(path: &str, package_type: PackageType) -> DefaultImport {
    match package_type {
        _ if path.ends_with(".mjs") || path.ends_with(".mts") => DefaultImport::ModuleExports,
        PackageType::EsModule => DefaultImport::ModuleExports,
        PackageType::Unsaid => DefaultImport::ExportedDefault,
    }
}

fn empty() -> ModuleSource {
    let format = ModuleFormat::CommonJs { exports: Vec::new(), reexports: Vec::new() };
    data_module(EMPTY, format, "".into())
}

fn json(path: &str, text: Arc<str>) -> Result<ModuleSource, LoadError> {
    let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), Arc::from);
    serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| {
        LoadError::new(LoadErrorCode::SyntaxError, format!("{path} is not JSON: {error}"))
    })?;
    Ok(data_module(path, ModuleFormat::Json, text))
}

/// A module that imports nothing.
fn data_module(path: &str, format: ModuleFormat, code: Arc<str>) -> ModuleSource {
    let (path, compiled) = (path.to_owned(), CompiledCode::default());
    ModuleSource { path, format, code, source_map: None, imports: Vec::new(), compiled }
}

/// An error inside a package says how the function came there.
fn imported_by(error: LoadError, path: &str, importer: Option<&str>) -> LoadError {
    match importer {
        Some(importer) if is_of_package(path) && error.hint.is_none() => {
            error.hint(format!("{path} is imported by {importer}"))
        }
        Some(importer) if is_of_package(path) => {
            let hint = error.hint.clone().unwrap_or_default();
            error.hint(format!("{path} is imported by {importer}; {hint}"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Selection, read};

    #[test]
    fn a_function_has_a_limit_of_tokens_over_all_of_its_files() {
        let source = ProjectSource::files([
            ("a.ts", "import './b';\nimport './c';"),
            ("b.ts", "1;1;1;1;1;"),
            ("c.ts", "2;2;2;2;2;"),
        ]);
        let modules = |most: usize, entry: &str| {
            crate::large_stack::run(|| {
                let zod = Zod::of(&source);
                let mut reader =
                    ModuleReader { max_function_tokens: most, ..ModuleReader::new(&source, &zod) };
                reader.modules(entry)
            })
            .unwrap()
        };
        assert_eq!(modules(26, "a.ts").unwrap().len(), 3);
        let error = modules(25, "a.ts").unwrap_err();
        assert_eq!(error.code, LoadErrorCode::TooLarge);
        let said = error.to_string();
        assert!(
            said.contains(
                "a.ts and what it imports are too large (limit function_tokens: 25, used: 26 with "
            ),
            "{said}"
        );
        assert_eq!(modules(10, "b.ts").unwrap().len(), 1);
        assert!(modules(9, "b.ts").is_err());
    }

    #[test]
    fn the_files_of_a_project_have_a_limit_of_tokens() {
        let source = ProjectSource::files([("a.ts", "1;1;1;1;1;"), ("b.ts", "2;2;2;2;2;")]);
        let both = |most: usize| {
            crate::large_stack::run(|| {
                let zod = Zod::of(&source);
                let mut reader = ModuleReader { tokens_left: most, ..ModuleReader::new(&source, &zod) };
                ["a.ts", "a.ts", "b.ts"]
                    .map(|entry| reader.modules(entry).map_err(|error| error.code).is_ok())
            })
            .unwrap()
        };
        assert_eq!(both(20), [true, true, true]);
        assert_eq!(both(19), [true, true, false]);
    }

    #[test]
    fn a_module_that_several_functions_import_is_one_in_memory() {
        let function = "import { shared } from '../../shared';\nexport default shared;";
        let source = ProjectSource::files([
            ("index.ts", "import './crm/on-events/a';\nimport './crm/on-events/b';"),
            ("shared.ts", "export const shared = 1;"),
            ("crm/on-events/a.ts", function),
            ("crm/on-events/b.ts", function),
        ]);
        let project = read(&source, &Selection::All).unwrap();
        let modules = project.functions.iter().filter_map(|function| Some(&function.as_ref().ok()?.modules));
        let shared: Vec<_> =
            modules.filter_map(|modules| modules.iter().find(|module| module.path == "shared.ts")).collect();
        assert_eq!(shared.len(), 2);
        assert!(Arc::ptr_eq(shared[0], shared[1]));
    }
}
