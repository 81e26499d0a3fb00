//! One TypeScript file: its imports, and the JavaScript it becomes.

use std::sync::Arc;

use deno_ast::swc::ast::{
    CallExpr, Callee, ExportSpecifier, Expr, ImportDecl, ImportSpecifier, Lit, ModuleDecl, ModuleItem, Str,
    TsModuleRef,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{
    EmitOptions, ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseParams, ParsedSource, ProgramRef,
    SourceMapOption, SourcePos, SourceRangedForSpanned, TranspileModuleOptions, TranspileOptions,
};

use super::error::{LoadError, LoadErrorCode, SourcePosition};
use crate::isolate::specifier_of;

/// An import of a value, as it stands in the file.
#[derive(Debug, Clone)]
pub(super) struct Import {
    pub(super) specifier: String,
    pub(super) position: SourcePosition,
    /// Whether it is `import './x'`, without names.
    pub(super) side_effect_only: bool,
}

/// A parsed file.
pub(super) struct ParsedFile {
    parsed: ParsedSource,
    pub(super) imports: Vec<Import>,
}

/// Parses a file and lists what it imports, imports that are never used included.
pub(super) fn parse(path: &str, text: Arc<str>) -> Result<ParsedFile, LoadError> {
    let specifier = ModuleSpecifier::parse(&specifier_of(path))
        .map_err(|error| LoadError::new(LoadErrorCode::InvalidFunctionPath, format!("{path}: {error}")))?;
    let media_type = if path.ends_with(".js") { MediaType::JavaScript } else { MediaType::TypeScript };
    let parsed = deno_ast::parse_module(ParseParams {
        specifier,
        text: text.clone(),
        media_type,
        capture_tokens: false,
        scope_analysis: false,
        maybe_syntax: None,
    })
    .map_err(|diagnostic| syntax_error(path, &text, &diagnostic))?;
    if let Some(diagnostic) = parsed.diagnostics().first() {
        return Err(syntax_error(path, &text, diagnostic));
    }
    let imports = imports(path, &text, &parsed);
    Ok(ParsedFile { parsed, imports })
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

impl ParsedFile {
    /// The file as JavaScript, and the map back.
    pub(super) fn transpile(self, path: &str) -> Result<(Arc<str>, Arc<[u8]>), LoadError> {
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
        Ok((Arc::from(emitted.text), Arc::from(map.into_bytes())))
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
    fn add(&mut self, specifier: &Str, side_effect_only: bool) {
        self.add_at(specifier.value.to_string_lossy().into_owned(), specifier.start(), side_effect_only);
    }

    fn add_at(&mut self, specifier: String, at: SourcePos, side_effect_only: bool) {
        let display = self.parsed.text_info_lazy().line_and_column_display(at);
        self.found.push(Import {
            specifier,
            side_effect_only,
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
                self.add(&import.src, import.specifiers.is_empty());
            }
            ModuleDecl::ExportNamed(export) if !export.type_only => {
                let only_types = !export.specifiers.is_empty()
                    && export.specifiers.iter().all(
                        |specifier| matches!(specifier, ExportSpecifier::Named(named) if named.is_type_only),
                    );
                if let Some(source) = export.src.as_deref().filter(|_| !only_types) {
                    self.add(source, false);
                }
            }
            ModuleDecl::ExportAll(export) if !export.type_only => self.add(&export.src, false),
            ModuleDecl::TsImportEquals(import) if !import.is_type_only => {
                if let TsModuleRef::TsExternalModuleRef(reference) = &import.module_ref {
                    self.add(&reference.expr, false);
                }
            }
            _ => {}
        }
    }
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
        if let Callee::Import(_) = call.callee
            && let Some(Expr::Lit(Lit::Str(specifier))) = call.args.first().map(|argument| &*argument.expr)
        {
            self.add(specifier, false);
        }
        call.visit_children_with(self);
    }
}
