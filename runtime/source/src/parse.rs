//! One file: its imports, and the JavaScript it becomes.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use deno_ast::swc::ast::{ExportSpecifier, ModuleDecl, ModuleItem};
use deno_ast::swc::parser::token::TokenAndSpan;
use deno_ast::{
    EmitOptions, ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseParams, ParsedSource, ProgramRef,
    SourceMapOption, SourceRangedForSpanned, TranspileModuleOptions, TranspileOptions,
};
use onevent_contract::specifier::specifier_of;
use onevent_contract::{ScopeName, limit_met};

use crate::error::{LoadError, LoadErrorCode, SourcePosition};
use crate::imports::{Import, imports, name_of};
use crate::large_stack;
use crate::limits::{MAX_FILE_TOKENS, MAX_PROJECT_TOKENS};
use crate::nesting::{self, Exceeded, Goal, Refused};
use crate::scope_names::ScopeNames;

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// An ECMAScript module in TypeScript.
    TypeScript,
    /// An ECMAScript module.
    EsModule,
    /// A CommonJS module.
    CommonJs,
    /// JavaScript that is an ECMAScript module if it imports or exports, and CommonJS otherwise.
    Detect,
}

/// A parsed file.
pub(crate) struct ParsedFile {
    parsed: ParsedSource,
    syntax: Syntax,
    pub(crate) imports: Vec<Import>,
    /// How many tokens it has.
    pub(crate) tokens: usize,
}

/// Parses a file and lists what it imports, imports that are never used included.
pub(crate) fn parse(path: &str, text: Arc<str>, syntax: Syntax) -> Result<ParsedFile, LoadError> {
    let (parsed, tokens) = tree(path, &text, syntax)?;
    let syntax = match syntax {
        Syntax::Detect if parsed.compute_is_script() => Syntax::CommonJs,
        Syntax::Detect => Syntax::EsModule,
        known => known,
    };
    let imports = imports(path, &text, &parsed);
    Ok(ParsedFile { parsed, syntax, imports, tokens })
}

/// What `work` says of the syntax tree of a TypeScript module that nobody is going to run. The tree stays on a thread
/// whose stack is made for it: whoever walks or drops one that nests deep needs as much.
///
/// # Errors
/// The text is no TypeScript, or nests too deep.
pub fn with_tree<T: Send>(
    path: &str,
    text: Arc<str>,
    work: impl FnOnce(&ParsedSource) -> T + Send,
) -> Result<T, LoadError> {
    large_stack::run(|| tree(path, &text, Syntax::TypeScript).map(|(tree, _)| work(&tree)))?
}

/// A file for [`with_trees`]: its path, which says how it is written, and its text.
pub type NamedText = (String, Arc<str>);

/// What `work` makes of the syntax trees of several files, each with what its names mean: two names in a file are the same
/// where their contexts are. A file that cannot be parsed has its error. As with [`with_tree`], nothing of it leaves the
/// thread.
///
/// # Errors
/// There is no such thread, or `work` panicked.
pub fn with_trees<T: Send>(
    files: &[NamedText],
    work: impl FnOnce(Vec<Result<ParsedSource, LoadError>>) -> T + Send,
) -> Result<T, LoadError> {
    large_stack::run(|| {
        let mut left = MAX_PROJECT_TOKENS;
        work(files.iter().map(|(path, text)| resolved_tree(path, text, &mut left)).collect())
    })
}

fn resolved_tree(path: &str, text: &Arc<str>, left: &mut usize) -> Result<ParsedSource, LoadError> {
    let is_script = path.ends_with(".js") || path.ends_with(".cjs");
    let syntax = if is_script { Syntax::Detect } else { Syntax::TypeScript };
    // The parser is not ours: where it gives up, one file is lost and not the others.
    let read = AssertUnwindSafe(|| {
        tree(path, text, syntax).map(|(parsed, tokens)| (parsed.into_with_scope_analysis(), tokens))
    });
    let (parsed, tokens) = std::panic::catch_unwind(read).unwrap_or_else(|_| {
        Err(LoadError::new(LoadErrorCode::Engine, format!("{path}: the parser failed")))
    })?;
    *left = left.checked_sub(tokens).ok_or_else(|| {
        let limit = limit_met("project_tokens", MAX_PROJECT_TOKENS, MAX_PROJECT_TOKENS - *left + tokens);
        let message = format!("the project's files have too much code ({limit} with {path})");
        LoadError::new(LoadErrorCode::TooLarge, message)
    })?;
    Ok(parsed)
}

/// Where a TypeScript file has its default export; `None` where it has none.
///
/// # Errors
/// The text is no TypeScript, or nests too deep.
pub(crate) fn default_export(path: &str, text: &Arc<str>) -> Result<Option<SourcePosition>, LoadError> {
    with_tree(path, Arc::clone(text), |parsed| {
        let ProgramRef::Module(module) = parsed.program_ref() else { return None };
        let is_default = |item: &&ModuleItem| match item {
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(_) | ModuleDecl::ExportDefaultExpr(_)) => {
                true
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(named)) => {
                named.specifiers.iter().any(|specifier| match specifier {
                    ExportSpecifier::Named(named) => {
                        name_of(named.exported.as_ref().unwrap_or(&named.orig)) == "default"
                    }
                    ExportSpecifier::Default(_) | ExportSpecifier::Namespace(_) => false,
                })
            }
            _ => false,
        };
        let display =
            parsed.text_info_lazy().line_and_column_display(module.body.iter().find(is_default)?.start());
        Some(SourcePosition::new(path, display.line_number, display.column_number, text))
    })
}

/// The words of a TypeScript module, as ranges of its text; only on the thread of [`large_stack`].
pub(crate) fn words(path: &str, text: &Arc<str>) -> Result<Vec<Range<usize>>, LoadError> {
    let (parsed, _) = tree_with(path, text, Syntax::TypeScript, Capture::TreeAndTokens)?;
    let start = parsed.text_info_lazy().range().start;
    let range = |token: &TokenAndSpan| token.start().as_byte_index(start)..token.end().as_byte_index(start);
    Ok(parsed.tokens().iter().map(range).collect())
}

/// What is kept of a parsed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capture {
    Tree,
    TreeAndTokens,
}

/// The syntax tree of a file, and how many tokens it has; only on the thread of [`large_stack`].
fn tree(path: &str, text: &Arc<str>, syntax: Syntax) -> Result<(ParsedSource, usize), LoadError> {
    tree_with(path, text, syntax, Capture::Tree)
}

fn tree_with(
    path: &str,
    text: &Arc<str>,
    syntax: Syntax,
    capture: Capture,
) -> Result<(ParsedSource, usize), LoadError> {
    let specifier = ModuleSpecifier::parse(&specifier_of(path))
        .map_err(|error| LoadError::new(LoadErrorCode::InvalidFunctionPath, format!("{path}: {error}")))?;
    let (media_type, goal, parser): (_, _, fn(ParseParams) -> _) = match syntax {
        Syntax::TypeScript => (MediaType::TypeScript, Goal::Module, deno_ast::parse_module),
        Syntax::EsModule => (MediaType::JavaScript, Goal::Module, deno_ast::parse_module),
        Syntax::CommonJs => (MediaType::Cjs, Goal::Script, deno_ast::parse_script),
        Syntax::Detect => (MediaType::JavaScript, Goal::Either, deno_ast::parse_program),
    };
    let tokens = nesting::check(text, deno_ast::get_syntax(media_type), goal)
        .map_err(|refused| refused_error(path, text, refused))?;
    let parsed = parser(ParseParams {
        specifier,
        text: text.clone(),
        media_type,
        capture_tokens: capture == Capture::TreeAndTokens,
        scope_analysis: false,
        maybe_syntax: None,
    })
    .map_err(|diagnostic| syntax_error(path, text, &diagnostic))?;
    match parsed.diagnostics().first() {
        Some(diagnostic) => Err(syntax_error(path, text, diagnostic)),
        None => Ok((parsed, tokens)),
    }
}

fn refused_error(path: &str, text: &Arc<str>, refused: Refused) -> LoadError {
    let (code, message, at) = match refused {
        Refused::Exceeded { what: Exceeded::Depth, at } => {
            (LoadErrorCode::TooDeep, "the code nests too deep, or a chain in it is too long".to_owned(), at)
        }
        Refused::Exceeded { what: Exceeded::Work, at } => {
            let message = "the code takes too much work: there is too much of it at this depth, or it has too many classes";
            (LoadErrorCode::TooDeep, message.to_owned(), at)
        }
        Refused::Exceeded { what: Exceeded::Tokens, at } => {
            let limit = limit_met("file_tokens", MAX_FILE_TOKENS, MAX_FILE_TOKENS + 1);
            (LoadErrorCode::TooLarge, format!("the file has too many tokens ({limit})"), at)
        }
        Refused::Syntax { message, at } => (LoadErrorCode::SyntaxError, message, at),
    };
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (line_number, column) = (before.matches('\n').count() + 1, line.chars().count() + 1);
    LoadError::new(code, message).at(SourcePosition::new(path, line_number, column, text))
}

fn syntax_error(path: &str, text: &Arc<str>, diagnostic: &deno_ast::ParseDiagnostic) -> LoadError {
    let display = diagnostic.display_position();
    let position = SourcePosition::new(path, display.line_number, display.column_number, text);
    LoadError::new(LoadErrorCode::SyntaxError, diagnostic.kind().msg().into_owned()).at(position)
}

/// JavaScript, and the map back to the file where the two differ.
type Code = (Arc<str>, Option<Arc<[u8]>>);

impl ParsedFile {
    /// The file as it was read.
    pub(crate) fn text(&self) -> Arc<str> {
        self.parsed.text().clone()
    }

    /// Of a CommonJS module, the names that it exports, and the modules whose names it exports as well.
    pub(crate) fn common_js(&self) -> Option<(Vec<String>, Vec<String>)> {
        let analysis = (self.syntax == Syntax::CommonJs).then(|| self.parsed.analyze_cjs())?;
        Some((analysis.exports, analysis.reexports))
    }

    /// The names of Node's module scope that an ECMAScript module uses and does not declare.
    pub(crate) fn scope_names(&self, of_package: bool) -> Vec<ScopeName> {
        ScopeNames::of(&self.parsed, of_package)
    }

    /// The file as JavaScript, and the map back.
    pub(crate) fn into_code(self, path: &str) -> Result<Code, LoadError> {
        match self.syntax {
            Syntax::TypeScript => self.transpile(path),
            Syntax::EsModule | Syntax::Detect => Ok((self.parsed.text().clone(), None)),
            // A function's body cannot begin with `#!`.
            Syntax::CommonJs => Ok(match self.parsed.text().strip_prefix("#!") {
                Some(rest) => (Arc::from(format!("//{rest}")), None),
                None => (self.parsed.text().clone(), None),
            }),
        }
    }

    fn transpile(self, path: &str) -> Result<Code, LoadError> {
        let failed = |error: String| LoadError::new(LoadErrorCode::SyntaxError, format!("{path}: {error}"));
        let emitted = self
            .parsed
            .transpile(
                &TranspileOptions {
                    imports_not_used_as_values: ImportsNotUsedAsValues::Remove,
                    ..TranspileOptions::default()
                },
                &TranspileModuleOptions::default(),
                &EmitOptions { source_map: SourceMapOption::Separate, ..EmitOptions::default() },
            )
            .map_err(|error| failed(error.to_string()))?
            .into_source();
        let map = emitted.source_map.ok_or_else(|| failed("no source map was made".to_owned()))?;
        Ok((Arc::from(emitted.text), Some(Arc::from(map.into_bytes()))))
    }
}
