//! The project's own files that functions consist of.

use std::collections::HashMap;

use deno_ast::swc::ast::{
    CallExpr, Callee, Expr, ImportDecl, ImportSpecifier, Lit, ModuleDecl, NamedExport, Str, TsModuleRef,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, SourcePos, SourceRangedForSpanned};
use onevent_source::{NamedText, ProjectSource};

use crate::limits::MAX_FILES;
use crate::syntax;

/// In which way a file imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportKind {
    /// `import … from`, `import './x'`, `export … from`.
    Static,
    /// The same of types alone, by its own words.
    Types,
    /// `import()`
    Dynamic,
    /// `require()`, `import x = require()`
    Require,
}

/// An import as it stands in a file.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) specifier: String,
    pub(crate) kind: ImportKind,
    pub(crate) at: SourcePos,
}

/// Where the relative imports of files lead: path and specifier to path.
pub(crate) type Targets = HashMap<(String, String), String>;

/// The project's own files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) texts: Vec<NamedText>,
    pub(crate) targets: Targets,
}

impl Files {
    /// The files at these paths, and what they import by relative paths. What cannot be read or parsed is somebody else's to
    /// report: it is left out.
    pub(crate) fn of(source: &ProjectSource, entries: &[String]) -> Self {
        let mut files = Self::default();
        let mut seen: HashMap<String, ()> = HashMap::new();
        let mut waiting: Vec<String> = entries.iter().rev().cloned().collect();
        while let Some(path) = waiting.pop() {
            if files.texts.len() == MAX_FILES || seen.insert(path.clone(), ()).is_some() || !is_code(&path) {
                continue;
            }
            let Ok(text) = source.read(&path) else { continue };
            let found = onevent_source::with_tree(&path, text.clone(), |parsed| {
                imports(parsed).into_iter().map(|import| import.specifier).collect::<Vec<_>>()
            });
            files.texts.push((path.clone(), text));
            for specifier in found.unwrap_or_default().into_iter().rev() {
                if is_relative(&specifier)
                    && let Ok(Some(target)) = source.resolve(&path, &specifier)
                {
                    files.targets.insert((path.clone(), specifier), target.clone());
                    waiting.push(target);
                }
            }
        }
        files
    }
}

fn is_code(path: &str) -> bool {
    [".ts", ".mts", ".js", ".mjs", ".cjs"].iter().any(|ending| path.ends_with(ending))
}

/// Whether it means a file of the project.
pub(crate) fn is_relative(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../")
}

/// The imports of a file, in its order.
pub(crate) fn imports(parsed: &ParsedSource) -> Vec<Import> {
    let mut collector = Collector::default();
    syntax::visit(parsed, &mut collector);
    collector.0
}

#[derive(Default)]
struct Collector(Vec<Import>);

impl Collector {
    fn add(&mut self, specifier: &Str, kind: ImportKind) {
        let at = specifier.start();
        self.0.push(Import { specifier: specifier.value.to_string_lossy().into_owned(), kind, at });
    }
}

fn of_import(import: &ImportDecl) -> ImportKind {
    let is_type = |specifier: &ImportSpecifier| matches!(specifier, ImportSpecifier::Named(named) if named.is_type_only);
    let all_types = !import.specifiers.is_empty() && import.specifiers.iter().all(is_type);
    if import.type_only || all_types { ImportKind::Types } else { ImportKind::Static }
}

fn of_export(export: &NamedExport) -> ImportKind {
    if export.type_only { ImportKind::Types } else { ImportKind::Static }
}

impl Visit for Collector {
    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) => self.add(&import.src, of_import(import)),
            ModuleDecl::ExportNamed(export) => {
                if let Some(source) = export.src.as_deref() {
                    self.add(source, of_export(export));
                }
            }
            ModuleDecl::ExportAll(export) => {
                self.add(&export.src, if export.type_only { ImportKind::Types } else { ImportKind::Static });
            }
            ModuleDecl::TsImportEquals(import) => {
                if let TsModuleRef::TsExternalModuleRef(reference) = &import.module_ref {
                    self.add(&reference.expr, ImportKind::Require);
                }
            }
            _ => declaration.visit_children_with(self),
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
            self.add(specifier, kind);
        }
        call.visit_children_with(self);
    }
}
