//! What is wrong with a project's files, for the person who wrote them.

use std::fmt;
use std::sync::Arc;

use onevent_contract::Frame;
use strum::IntoStaticStr;

use crate::limits::MAX_ERROR_TEXT;
use crate::private;

/// What kind of problem it is. [`LoadErrorCode::as_str`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum LoadErrorCode {
    /// The folder has no `index.ts`.
    MissingIndex,
    /// A file could not be read.
    UnreadableFile,
    /// TypeScript's syntax.
    SyntaxError,
    /// A file nests too deep, a chain in it is too long, or it takes too long to parse.
    TooDeep,
    /// A module that functions cannot have: `fs`, `node:fs`, an address, a package.
    DisallowedImport,
    /// A relative import that leads to no file.
    ModuleNotFound,
    /// A path or a symbolic link that leaves the project.
    OutsideProject,
    /// A file, or the whole of a function's files, is larger than the limit.
    TooLarge,
    /// The path is not `./<integration>/on-events/<name>` or `./<integration>/actions/<name>`.
    InvalidFunctionPath,
    /// Two files stand for the same function. An action may have the name of an event function.
    DuplicateFunction,
    /// The folder or the default export is of a kind that is not supported: a sync.
    UnsupportedFunctionType,
    /// An action outside of `actions`, or an event function outside of `on-events`.
    WrongFolder,
    /// The default export is a function, as in projects with a `nango.yaml`.
    OldExport,
    /// The default export is not what `createOnEvent()` or `createAction()` returns.
    InvalidExport,
    /// `event` is none of the three lifecycle events.
    UnknownEvent,
    /// `metadata` is not a zod schema, or its JSON Schema cannot be compiled.
    InvalidMetadataSchema,
    /// The same of an action's `input`.
    InvalidInputSchema,
    /// The same of an action's `output`.
    InvalidOutputSchema,
    /// Code outside `exec` threw.
    ModuleThrew,
    /// Code outside `exec` hit a limit, or waits for something that cannot happen.
    ModuleStopped,
    /// The engine itself could not load it.
    #[strum(serialize = "engine_error")]
    Engine,
}

impl LoadErrorCode {
    /// The stable text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePosition {
    /// Path inside the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The text of that file, for a code frame.
    pub source: Option<Arc<str>>,
}

impl SourcePosition {
    pub(crate) fn new(file: &str, line: usize, column: usize, text: &Arc<str>) -> Self {
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (line, column) = (small(line), small(column));
        Self { file: file.to_owned(), line, column, source: Some(Arc::clone(text)) }
    }
}

/// Why a project, or one of its functions, cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What kind of problem it is.
    pub code: LoadErrorCode,
    /// In words.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// Where it is; boxed, because most results hold none.
    pub position: Option<Box<SourcePosition>>,
}

impl LoadError {
    /// An error without a position.
    #[must_use]
    pub fn new(code: LoadErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: shortened(message.into()), hint: None, position: None }
    }

    /// The error of an import of a file that is nobody's module. It says nothing of what the file holds, nor whether there
    /// is one.
    pub(crate) fn private(specifier: &str) -> Self {
        let message = format!("`{specifier}` is not a module: it may hold secrets");
        Self::new(LoadErrorCode::DisallowedImport, message).hint(
            "dot files, what lies in dot folders, keys, credentials and databases are read by no function; settings are \
             variables: `nango.getEnvironmentVariables()`",
        )
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(shortened(hint.into()));
        self
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, position: SourcePosition) -> Self {
        // Only source is shown: another file may hold secrets.
        let source = position.source.filter(|_| private::is_source(&position.file));
        self.position = Some(Box::new(SourcePosition { source, ..position }));
        self
    }

    /// With the place of a frame, if there is one, and the text of its file.
    #[must_use]
    pub fn at_frame(self, frame: Option<&Frame>, source: impl Fn(&str) -> Option<Arc<str>>) -> Self {
        match frame {
            Some(frame) => self.at(SourcePosition {
                file: frame.file.clone(),
                line: frame.line,
                column: frame.column,
                source: source(&frame.file),
            }),
            None => self,
        }
    }
}

/// A function's own code writes some of the texts.
fn shortened(mut text: String) -> String {
    if text.len() > MAX_ERROR_TEXT {
        text.truncate(text.floor_char_boundary(MAX_ERROR_TEXT));
        text.push('…');
    }
    text
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = &self.position {
            write!(f, "{}:{}:{}: ", position.file, position.line, position.column)?;
            // Many messages name their file, for those who show no position.
            let own = self.message.strip_prefix(&position.file).and_then(|rest| rest.strip_prefix(": "));
            return f.write_str(own.unwrap_or(&self.message));
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}
