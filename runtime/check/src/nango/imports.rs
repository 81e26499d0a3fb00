//! Imports: packages, extensions, kinds of modules, and what the package `nango` exports.

use std::collections::HashSet;

use deno_ast::SourceRangedForSpanned;
use deno_ast::swc::ast::{Expr, Id, ImportDecl, ImportSpecifier, ModuleDecl, ModuleItem};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::file::File;
use crate::code::Code;
use crate::files::{Import, ImportKind, imports, is_relative};
use crate::finding::Finding;
use crate::syntax::{module, visit};

/// What Nango's compiler lets a function import.
const COMPILED: [&str; 10] = [
    "nango",
    "nango/experimental",
    "zod",
    "url",
    "node:url",
    "crypto",
    "node:crypto",
    "unzipper",
    "soap",
    "botbuilder",
];

/// What it lets through, and a run does not have.
const NOT_IN_A_RUN: [(&str, &str); 2] = [("node:url", "url"), ("node:crypto", "crypto")];

/// What Nango's package `nango` exports beside `Create…`.
const EXPORTED: [&str; 7] = [
    "createOnEvent",
    "createAction",
    "createSync",
    "ActionError",
    "NangoAction",
    "NangoSync",
    "ProxyConfiguration",
];

const EXPORTED_AS_TYPE: &str = "ActionError";

pub(super) fn check(file: &File<'_>, found: &mut Vec<Finding>) {
    if !file.path.ends_with(".ts") {
        found.push(Finding::new(
            Code::NangoModuleKind,
            file.beginning(),
            "Nango's compiler takes `.ts` files alone",
            "rename the file to `.ts`",
        ));
    }
    for import in imports(file.parsed) {
        found.extend(refused(file, &import));
    }
    for item in module(file.parsed) {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if import.src.value == "nango" => {
                of_nango(file, import, found);
            }
            ModuleItem::ModuleDecl(ModuleDecl::TsExportAssignment(export)) => {
                found.push(common_js(file, export))
            }
            ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) if !import.is_type_only => {
                found.push(common_js(file, &**import));
            }
            _ => {}
        }
    }
}

fn common_js(file: &File<'_>, node: &impl SourceRangedForSpanned) -> Finding {
    Finding::new(
        Code::NangoModuleKind,
        file.place(node.start()),
        "this is CommonJS; Nango's compiler takes ECMAScript modules",
        "write `import x from 'x'` and `export`",
    )
}

fn refused(file: &File<'_>, import: &Import) -> Option<Finding> {
    let Import { specifier, kind, at } = import;
    let finding =
        |code, message: String, next: String| Some(Finding::new(code, file.place(*at), message, next));
    match kind {
        ImportKind::Dynamic => finding(
            Code::NangoDynamicImport,
            "`import()` fails when a function runs on Nango".to_owned(),
            format!("import it at the top of the file: `import … from '{specifier}'`"),
        ),
        _ if is_relative(specifier) => extension(file, import),
        ImportKind::Types => None,
        ImportKind::Static | ImportKind::Require => {
            if let Some((_, plain)) = NOT_IN_A_RUN.iter().find(|(name, _)| name == specifier) {
                let message =
                    format!("Nango's compiler takes `{specifier}`, and a run on Nango does not have it");
                return finding(Code::NangoPackage, message, format!("write `{plain}`"));
            }
            if COMPILED.contains(&specifier.as_str()) {
                return None;
            }
            finding(
                Code::NangoPackage,
                format!("Nango does not offer the package `{specifier}`"),
                "Nango's functions import `nango`, `zod`, `crypto`, `url`, `unzipper`, `soap` and `botbuilder`; \
                 `import type` is free"
                    .to_owned(),
            )
        }
    }
}

/// Nango's compiler finds files as Node does: by their whole name, with the ending that they have as JavaScript.
fn extension(file: &File<'_>, import: &Import) -> Option<Finding> {
    let specifier = &import.specifier;
    let finding = |message: String, next: String| {
        Some(Finding::new(Code::NangoImportExtension, file.place(import.at), message, next))
    };
    for (ending, meant) in [(".ts", ".js"), (".mts", ".mjs")] {
        if let Some(stem) = specifier.strip_suffix(ending) {
            let message = format!("Nango's compiler does not take an import that ends in `{ending}`");
            return finding(message, format!("write `{stem}{meant}`"));
        }
    }
    if [".js", ".mjs", ".cjs", ".json"].iter().any(|ending| specifier.ends_with(ending)) {
        return None;
    }
    let target = file.targets.get(&(file.path.to_owned(), specifier.clone()))?;
    let stem = specifier.trim_end_matches('/');
    let name = stem.rsplit('/').next().unwrap_or_default();
    let is_folder = target.rsplit('/').nth(1) == Some(name) && target.ends_with("/index.ts")
        || matches!(name, "." | "..");
    let written = if is_folder { format!("{stem}/index.js") } else { format!("{stem}.js") };
    finding(
        "Nango's compiler finds no file for an import without its extension".to_owned(),
        format!("write `{written}`; onevent takes that, too"),
    )
}

/// The names that are imported from `nango`.
fn of_nango(file: &File<'_>, import: &ImportDecl, found: &mut Vec<Finding>) {
    let mut types: HashSet<Id> = HashSet::new();
    for specifier in &import.specifiers {
        let ImportSpecifier::Named(named) = specifier else { continue };
        let imported = named.imported.as_ref().map(|name| name.atom().to_string());
        let imported = imported.unwrap_or_else(|| named.local.sym.to_string());
        if imported == EXPORTED_AS_TYPE {
            types.insert(named.local.to_id());
        }
        if !EXPORTED.contains(&imported.as_str()) && !imported.starts_with("Create") {
            let next = match imported.as_str() {
                "NangoOnEvent" => "take a `NangoAction`: an event function's `nango` is one".to_owned(),
                _ => "leave it out where the function goes to Nango".to_owned(),
            };
            found.push(Finding::new(
                Code::NangoMissingExport,
                file.place(named.start()),
                format!("Nango's package `nango` exports no `{imported}`"),
                next,
            ));
        }
    }
    if !types.is_empty() {
        visit(file.parsed, &mut Values { file, types, found });
    }
}

/// Looks for values of what is a type only.
struct Values<'a, 'f> {
    file: &'a File<'a>,
    types: HashSet<Id>,
    found: &'f mut Vec<Finding>,
}

impl Visit for Values<'_, '_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if let Expr::Ident(name) = expr
            && self.types.contains(&name.to_id())
        {
            self.found.push(Finding::new(
                Code::NangoMissingExport,
                self.file.place(name.start()),
                "Nango's package `nango` exports `ActionError` as a type only",
                "write `nango.ActionError`",
            ));
        }
        stacker::maybe_grow(crate::limits::STACK_LEFT, crate::limits::STACK_STEP, || {
            expr.visit_children_with(self)
        });
    }
}
