//! A loaded function: transpiled code and what it declared, as data that any thread may hold.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::encoding::{json, optional_binary, shared};
use crate::{FunctionName, IntegrationId};

/// The lifecycle events that a function can subscribe to (Nango, "Event functions").
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// After a connection was created and accepted.
    PostConnectionCreation,
    /// During creation and reconnect; what it throws rejects the credentials.
    ValidateConnection,
    /// Before a connection is deleted.
    PreConnectionDeletion,
}

impl Event {
    /// Every event.
    pub const ALL: &'static [Event] = Self::VARIANTS;

    /// The wire name, as authors write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The event of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A function's full name: integration and function. Prints as `salesforce/validate-connection`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionKey {
    /// The integration's unique key: the folder.
    pub integration: IntegrationId,
    /// The file's base name.
    pub name: FunctionName,
}

impl fmt::Display for FunctionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.integration, self.name)
    }
}

/// One module of a function: a file of the project, or of a package that it imports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModuleSource {
    /// The path inside the project, with `/` (`salesforce/on-events/validate-connection.ts`).
    pub path: String,
    /// How it is evaluated.
    pub format: ModuleFormat,
    /// JavaScript, ready to run; of [`ModuleFormat::Json`] the file as it is.
    #[serde(with = "shared")]
    pub code: Arc<str>,
    /// The source map (JSON, version 3) from `code` to what its author wrote: the file at `path`, or the files that a bundler
    /// made it from. `None` where `code` is the file.
    #[serde(with = "optional_binary")]
    pub source_map: Option<Arc<[u8]>>,
    /// What this module imports or requires.
    pub imports: Vec<ModuleImport>,
    /// What an engine keeps of this module from one isolate to the next.
    #[serde(skip)]
    pub compiled: CompiledCode,
}

/// A module's compiled form, once some engine has made it. Every copy of the module shares it, and it goes with the
/// last of them: what it belongs to is the text beside it, and never another one with the same hash.
#[derive(Clone, Default)]
pub struct CompiledCode(Arc<OnceLock<Box<[u8]>>>);

impl CompiledCode {
    /// The compiled form, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<&[u8]> {
        self.0.get().map(|bytes| &**bytes)
    }

    /// Keeps it. The first one stays.
    pub fn keep(&self, bytes: Box<[u8]>) {
        let _ = self.0.set(bytes);
    }
}

impl fmt::Debug for CompiledCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompiledCode({} bytes)", self.get().map_or(0, <[u8]>::len))
    }
}

/// An import of one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleImport {
    /// The specifier as written.
    pub specifier: String,
    /// What it means.
    pub target: ImportTarget,
    /// The names that are imported, as the other module calls them; not those of `import *`.
    pub names: Vec<String>,
}

/// How a module is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModuleFormat {
    /// An ECMAScript module.
    EsModule {
        /// What it gets as the default import of a CommonJS module.
        default_import: DefaultImport,
        /// The names of Node's module scope that it uses and does not declare.
        scope: Vec<ScopeName>,
    },
    /// A CommonJS module: the body of a function of `exports`, `require` and `module`.
    CommonJs {
        /// The names that it assigns to `exports`, as far as its text tells.
        exports: Vec<String>,
        /// The specifiers of the modules whose names are its own as well: `module.exports = require('./x')`.
        reexports: Vec<String>,
    },
    /// Data: its value is the default export.
    Json,
}

/// What `import x from` gives of a CommonJS module that says it was an ECMAScript module once (`__esModule`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultImport {
    /// `module.exports`, as in Node: for files that are ECMAScript modules by their ending or their package's `type`.
    ModuleExports,
    /// `module.exports.default`, as bundlers do it for every other file.
    ExportedDefault,
}

/// A name of Node's module scope that an ECMAScript module may use without declaring it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeName {
    /// `require`
    Require,
    /// `process`: only of packages, and only its `env.NODE_ENV` and a few more.
    Process,
    /// `global`: only of packages.
    Global,
}

/// What a specifier means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportTarget {
    /// One of the modules that every function can import, by its name: `zod`.
    BuiltIn(String),
    /// Another module of the function, by its path.
    Module(String),
}

/// One place where a value breaks a declared schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Where in the value: keys and indices, outermost first.
    pub path: Vec<Value>,
    /// What is wrong, in words.
    pub message: String,
    /// The rule that was broken: zod's issue code, or JSON Schema's keyword.
    pub code: String,
}

/// A compiled check of values against a declared schema.
pub trait SchemaCheck: Send + Sync {
    /// Every violation; empty when the value conforms.
    fn violations(&self, value: &Value) -> Vec<Violation>;
}

/// A schema that a function declared: of its metadata, its input or its output.
#[derive(Clone, Serialize, Deserialize)]
pub struct Schema {
    /// The JSON Schema (draft 2020-12) made from the zod schema; never narrower than it.
    #[serde(with = "json")]
    pub json_schema: Value,
    /// The same, compiled. It does not cross to another process: it is made again from what does.
    #[serde(skip)]
    compiled: Arc<OnceLock<Arc<dyn SchemaCheck>>>,
}

impl Schema {
    /// A schema and its compiled form.
    #[must_use]
    pub fn new(json_schema: Value, check: Arc<dyn SchemaCheck>) -> Self {
        Self { json_schema, compiled: Arc::new(OnceLock::from(check)) }
    }

    /// The compiled form. `compile` is asked where there is none, once for all copies of the schema.
    pub fn check(&self, compile: impl FnOnce(&Value) -> Arc<dyn SchemaCheck>) -> &Arc<dyn SchemaCheck> {
        self.compiled.get_or_init(|| compile(&self.json_schema))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("json_schema", &self.json_schema).finish_non_exhaustive()
    }
}

/// What calls a function.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FunctionKind {
    /// `createOnEvent()`: a lifecycle event.
    Event(Event),
    /// `createAction()`: the product, or another function through `nango.triggerAction`.
    Action {
        /// The declared input; `None` where none was declared, or `z.void()`.
        input: Option<Schema>,
        /// The declared output; `None` where none was declared, or `z.void()`.
        output: Option<Schema>,
    },
}

impl FunctionKind {
    /// Nango's name of the kind: `on-event` or `action`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Event(_) => "on-event",
            Self::Action { .. } => "action",
        }
    }

    /// The folder of its functions inside an integration's: `on-events` or `actions`.
    #[must_use]
    pub fn folder(&self) -> &'static str {
        match self {
            Self::Event(_) => "on-events",
            Self::Action { .. } => "actions",
        }
    }
}

/// One loaded function. Plain data: it can be kept, shared and run any number of times.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// Integration and name.
    pub key: FunctionKey,
    /// What calls it.
    pub kind: FunctionKind,
    /// What its author says it does.
    pub description: Option<String>,
    /// The path of the file inside the project that its author wrote.
    pub path: String,
    /// Its modules; the first is the file at `path`, or what a bundler made of it.
    #[serde(with = "shared")]
    pub modules: Arc<[Arc<ModuleSource>]>,
    /// The declared metadata schema; `None` where none was declared, or `z.void()`.
    pub metadata_schema: Option<Schema>,
}

impl Function {
    /// The event it subscribes to; `None` of an action.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        match &self.kind {
            FunctionKind::Event(event) => Some(*event),
            FunctionKind::Action { .. } => None,
        }
    }
}
