//! A project: Nango's folder of functions, read, checked and transpiled.

use std::sync::Arc;

use onevent_contract::{Event, Function, FunctionKey, FunctionKind, ModuleSource};

use crate::error::{LoadError, LoadErrorCode, SourcePosition};
use crate::graph::ModuleReader;
use crate::index::{self, Folder, FunctionPath};
use crate::large_stack;
use crate::packages::Zod;
use crate::parse;
use crate::selection::{ListedFunction, Selection};
use crate::source::ProjectSource;

/// A function that cannot be loaded. The others of its project can run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BrokenFunction {
    /// The path of its file inside the project, or what `index.ts` wrote where there is no such file.
    pub path: String,
    /// Integration and name, where the path tells them.
    pub key: Option<FunctionKey>,
    /// Why.
    pub error: LoadError,
    pub(crate) folder: Option<Folder>,
}

impl BrokenFunction {
    /// The folder that it lies in, where that is one of functions: `on-events`, `actions` or `syncs`.
    #[must_use]
    pub fn folder(&self) -> Option<&'static str> {
        self.folder.map(Folder::as_str)
    }

    /// Whether it is of a kind that is not run at all, a sync, and nothing is wrong with it.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.error.code == LoadErrorCode::UnsupportedFunctionType
    }

    /// Whether it may be an event function, and nobody knows of which event. What lies among the actions is none,
    /// nor is a sync.
    #[must_use]
    pub fn may_be_event_function(&self) -> bool {
        match (self.error.code, self.folder) {
            (LoadErrorCode::UnsupportedFunctionType, _) => false,
            (LoadErrorCode::WrongFolder, _) => true,
            (_, Some(Folder::Actions | Folder::Syncs)) => false,
            (_, Some(Folder::OnEvents) | None) => true,
        }
    }
}

/// A loaded project.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Project {
    /// The functions that can run, in the order of `index.ts`.
    pub functions: Vec<Arc<Function>>,
    /// The functions that cannot.
    pub broken: Vec<BrokenFunction>,
    /// The functions that `index.ts` lists and nobody asked for.
    pub not_loaded: Vec<ListedFunction>,
    /// What its author should know, and no function fails for.
    pub notes: Vec<String>,
}

impl Project {
    /// A project of functions that have said what they are, and of those that could not.
    #[must_use]
    pub fn new(
        functions: impl IntoIterator<Item = Result<Arc<Function>, Box<BrokenFunction>>>,
        not_loaded: Vec<ListedFunction>,
        notes: Vec<String>,
    ) -> Self {
        let mut project = Self { not_loaded, notes, ..Self::default() };
        for function in functions {
            match function {
                Ok(function) => project.functions.push(function),
                Err(broken) => project.broken.push(*broken),
            }
        }
        project
    }

    /// The event function of that name.
    #[must_use]
    pub fn event_function(&self, key: &FunctionKey) -> Option<&Arc<Function>> {
        self.functions.iter().find(|function| function.key == *key && function.event().is_some())
    }

    /// The action of that name. It may share the name with an event function.
    #[must_use]
    pub fn action(&self, key: &FunctionKey) -> Option<&Arc<Function>> {
        let is_action = |function: &Function| matches!(function.kind, FunctionKind::Action { .. });
        self.functions.iter().find(|function| function.key == *key && is_action(function))
    }

    /// The functions of an integration that subscribe to an event, in the order in which they run.
    pub fn functions_for<'a>(
        &'a self,
        integration: &'a onevent_contract::IntegrationId,
        event: Event,
    ) -> impl Iterator<Item = &'a Arc<Function>> {
        self.functions.iter().filter(move |function| {
            function.key.integration == *integration && function.event() == Some(event)
        })
    }

    /// The broken functions of an integration.
    pub fn broken_of<'a>(
        &'a self,
        integration: &'a onevent_contract::IntegrationId,
    ) -> impl Iterator<Item = &'a BrokenFunction> {
        self.broken
            .iter()
            .filter(move |broken| broken.key.as_ref().is_some_and(|key| key.integration == *integration))
    }
}

/// A function whose files are read and transpiled, before its code has said what it is.
#[derive(Debug, Clone)]
pub struct ReadFunction {
    /// Integration and name.
    pub key: FunctionKey,
    /// The folder that it lies in.
    pub folder: Folder,
    /// The path of the file inside the project that its author wrote.
    pub path: String,
    /// Its modules; the first is the file at `path`, or what a bundler made of it.
    pub modules: Arc<[Arc<ModuleSource>]>,
    /// The project, for code frames.
    pub source: ProjectSource,
}

impl ReadFunction {
    /// Where its file says what it exports; the file's beginning, where it does not.
    #[must_use]
    pub fn default_export(&self) -> Option<SourcePosition> {
        let text = self.source.read(&self.path).ok()?;
        let found = parse::default_export(&self.path, &text).ok().flatten();
        let source = Some(text);
        Some(found.unwrap_or_else(|| SourcePosition { file: self.path.clone(), line: 1, column: 1, source }))
    }

    /// The function as one that cannot be loaded, for this reason.
    #[must_use]
    pub fn broken(self, error: LoadError) -> BrokenFunction {
        BrokenFunction { path: self.path, key: Some(self.key), error, folder: Some(self.folder) }
    }
}

/// A project whose files are read.
#[derive(Debug)]
pub struct ReadProject {
    /// The functions, in the order of `index.ts`.
    pub functions: Vec<Result<ReadFunction, Box<BrokenFunction>>>,
    /// The functions that `index.ts` lists and nobody asked for.
    pub not_loaded: Vec<ListedFunction>,
    /// What its author should know, and no function fails for.
    pub notes: Vec<String>,
}

/// Reads `index.ts`, and those of the functions that it names which are selected.
///
/// # Errors
/// `index.ts` itself is missing or wrong.
pub fn read(source: &ProjectSource, selection: &Selection) -> Result<ReadProject, LoadError> {
    large_stack::run(|| read_here(source, selection))?
}

fn read_here(source: &ProjectSource, selection: &Selection) -> Result<ReadProject, LoadError> {
    let files = &source.at_once();
    let zod = Zod::of(files);
    let mut reader = ModuleReader::new(files, &zod);
    let mut project = ReadProject {
        functions: Vec::new(),
        not_loaded: Vec::new(),
        notes: zod.note().into_iter().collect(),
    };
    for import in index::listed_imports(files)? {
        let listed = match import.function {
            Ok((FunctionPath { key, folder }, path)) => ListedFunction { key, folder, path },
            Err(error) => {
                let path = FunctionPath::parse(import.specifier.trim_start_matches("./")).ok();
                let (key, folder) = path.map(|path| (path.key, path.folder)).unzip();
                let broken = BrokenFunction { key, folder, path: import.specifier, error };
                project.functions.push(Err(Box::new(broken)));
                continue;
            }
        };
        if !selection.has(&listed, files) {
            project.not_loaded.push(listed);
            continue;
        }
        let ListedFunction { key, folder, path } = listed;
        let modules = reader.modules(&path);
        let path = source.bundled(&path).map_or(path, |bundled| bundled.written.clone());
        project.functions.push(match modules {
            Ok(modules) => Ok(ReadFunction { key, folder, path, modules, source: source.clone() }),
            Err(error) => Err(Box::new(BrokenFunction { path, key: Some(key), folder: Some(folder), error })),
        });
    }
    Ok(project)
}
