//! What a file imports, imports that are never used included.

use std::sync::Arc;

use deno_ast::swc::ast::{
    CallExpr, Callee, ExportSpecifier, Expr, ImportDecl, ImportSpecifier, Lit, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport, Str, TsModuleRef,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, ProgramRef, SourcePos, SourceRangedForSpanned};

use crate::error::SourcePosition;

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

/// The imports of a parsed file, in its order.
pub(crate) fn imports(path: &str, text: &Arc<str>, parsed: &ParsedSource) -> Vec<Import> {
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
            position: SourcePosition::new(self.path, display.line_number, display.column_number, self.text),
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

pub(crate) fn name_of(name: &ModuleExportName) -> String {
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
