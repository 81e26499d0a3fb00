//! One file: its imports, and the JavaScript it becomes.

use std::ops::Range;
use std::sync::Arc;

use deno_ast::swc::ast::{
    CallExpr, Callee, ExportSpecifier, Expr, ImportDecl, ImportSpecifier, Lit, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport, Str, TsModuleRef,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::swc::parser::token::TokenAndSpan;
use deno_ast::{
    EmitOptions, ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseParams, ParsedSource, ProgramRef,
    SourceMapOption, SourcePos, SourceRangedForSpanned, TranspileModuleOptions, TranspileOptions,
};
use onevent_contract::ScopeName;
use onevent_contract::specifier::specifier_of;

use crate::error::{LoadError, LoadErrorCode, SourcePosition};
use crate::large_stack;
use crate::nesting::{self, Exceeded, Goal, Refused};
use crate::scope_names::ScopeNames;

/// In which way a file imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportKind {
    /// `import x from`, `export … from`
    Static,
    /// `import './x'`, without names.
    SideEffect,
    /// `import()`
    Dynamic,
    /// `require()`
    Require,
}

/// An import of a value, as it stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) specifier: String,
    pub(crate) position: SourcePosition,
    pub(crate) kind: ImportKind,
    /// The names that are imported, as the other module calls them.
    pub(crate) names: Vec<String>,
}

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
        Some(SourcePosition {
            file: path.to_owned(),
            line: small(display.line_number),
            column: small(display.column_number),
            source: Some(Arc::clone(text)),
        })
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
        Refused::Syntax { message, at } => (LoadErrorCode::SyntaxError, message, at),
    };
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    LoadError::new(code, message).at(SourcePosition {
        file: path.to_owned(),
        line: small(before.matches('\n').count() + 1),
        column: small(line.chars().count() + 1),
        source: Some(text.clone()),
    })
}

fn syntax_error(path: &str, text: &Arc<str>, diagnostic: &deno_ast::ParseDiagnostic) -> LoadError {
    let display = diagnostic.display_position();
    let position = SourcePosition {
        file: path.to_owned(),
        line: small(display.line_number),
        column: small(display.column_number),
        source: Some(text.clone()),
    };
    LoadError::new(LoadErrorCode::SyntaxError, diagnostic.kind().msg().into_owned()).at(position)
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// JavaScript, and the map back to the file where the two differ.
type Code = (Arc<str>, Option<Arc<[u8]>>);

impl ParsedFile {
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

fn imports(path: &str, text: &Arc<str>, parsed: &ParsedSource) -> Vec<Import> {
    let mut collector = Collector { path, text, parsed, found: Vec::new() };
    match parsed.program_ref() {
        ProgramRef::Module(module) => module.visit_with(&mut collector),
        ProgramRef::Script(script) => script.visit_with(&mut collector),
    }
    collector.found
}

struct Collector<'a> {
    path: &'a str,
    text: &'a Arc<str>,
    parsed: &'a ParsedSource,
    found: Vec<Import>,
}

impl Collector<'_> {
    fn add(&mut self, specifier: &Str, kind: ImportKind, names: Vec<String>) {
        self.add_at(specifier.value.to_string_lossy().into_owned(), specifier.start(), kind, names);
    }

    fn add_at(&mut self, specifier: String, at: SourcePos, kind: ImportKind, names: Vec<String>) {
        let display = self.parsed.text_info_lazy().line_and_column_display(at);
        self.found.push(Import {
            specifier,
            kind,
            names,
            position: SourcePosition {
                file: self.path.to_owned(),
                line: small(display.line_number),
                column: small(display.column_number),
                source: Some(self.text.clone()),
            },
        });
    }

    fn add_declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) if !only_types(import) => {
                let kind =
                    if import.specifiers.is_empty() { ImportKind::SideEffect } else { ImportKind::Static };
                self.add(&import.src, kind, imported_names(import));
            }
            ModuleDecl::ExportNamed(export) if !export.type_only => {
                let only_types = !export.specifiers.is_empty()
                    && export.specifiers.iter().all(
                        |specifier| matches!(specifier, ExportSpecifier::Named(named) if named.is_type_only),
                    );
                if let Some(source) = export.src.as_deref().filter(|_| !only_types) {
                    self.add(source, ImportKind::Static, reexported_names(export));
                }
            }
            ModuleDecl::ExportAll(export) if !export.type_only => {
                self.add(&export.src, ImportKind::Static, Vec::new())
            }
            ModuleDecl::TsImportEquals(import) if !import.is_type_only => {
                if let TsModuleRef::TsExternalModuleRef(reference) = &import.module_ref {
                    self.add(&reference.expr, ImportKind::Require, Vec::new());
                }
            }
            _ => {}
        }
    }
}

fn name_of(name: &ModuleExportName) -> String {
    name.atom().to_string()
}

/// The names that an import takes of the other module.
fn imported_names(import: &ImportDecl) -> Vec<String> {
    let name = |specifier: &ImportSpecifier| match specifier {
        ImportSpecifier::Named(named) => {
            Some(named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), name_of))
        }
        ImportSpecifier::Default(_) | ImportSpecifier::Namespace(_) => None,
    };
    import.specifiers.iter().filter_map(name).collect()
}

/// The same of `export { x } from`.
fn reexported_names(export: &NamedExport) -> Vec<String> {
    let name = |specifier: &ExportSpecifier| match specifier {
        ExportSpecifier::Named(named) => Some(name_of(&named.orig)),
        ExportSpecifier::Default(_) | ExportSpecifier::Namespace(_) => None,
    };
    export.specifiers.iter().filter_map(name).collect()
}

/// Whether an import brings in nothing but types, by its own words.
fn only_types(import: &ImportDecl) -> bool {
    let marked = |specifier: &ImportSpecifier| matches!(specifier, ImportSpecifier::Named(named) if named.is_type_only);
    import.type_only || (!import.specifiers.is_empty() && import.specifiers.iter().all(marked))
}

impl Visit for Collector<'_> {
    fn visit_module_items(&mut self, items: &[ModuleItem]) {
        for item in items {
            if let ModuleItem::ModuleDecl(declaration) = item {
                self.add_declaration(declaration);
            }
            item.visit_children_with(self);
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        let kind = match &call.callee {
            Callee::Import(_) => Some(ImportKind::Dynamic),
            Callee::Expr(callee) => matches!(&**callee, Expr::Ident(name) if &*name.sym == "require")
                .then_some(ImportKind::Require),
            Callee::Super(_) => None,
        };
        if let Some(kind) = kind
            && let Some(Expr::Lit(Lit::Str(specifier))) = call.args.first().map(|argument| &*argument.expr)
        {
            self.add(specifier, kind, Vec::new());
        }
        call.visit_children_with(self);
    }
}
