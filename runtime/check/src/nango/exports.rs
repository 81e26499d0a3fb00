//! What a function's file exports.

use std::collections::HashSet;

use deno_ast::swc::ast::{
    Decl, ExportSpecifier, Expr, Id, ModuleDecl, ModuleExportName, ModuleItem, Stmt, VarDecl,
};
use deno_ast::{SourcePos, SourceRangedForSpanned};

use super::file::File;
use crate::code::Code;
use crate::finding::Finding;
use crate::syntax::{CREATORS, call, module, name};

pub(super) fn check(file: &File<'_>, found: &mut Vec<Finding>) {
    let items = module(file.parsed);
    let types = types(items);
    for item in items {
        let ModuleItem::ModuleDecl(declaration) = item else { continue };
        match declaration {
            ModuleDecl::ExportDefaultExpr(default) => {
                found.extend(default_export(file, items, &default.expr))
            }
            ModuleDecl::ExportDecl(export) if is_value(&export.decl) => {
                found.push(named(file, export.start()));
            }
            ModuleDecl::ExportNamed(export) if export.src.is_none() && !export.type_only => {
                let values = export.specifiers.iter().filter(|specifier| match specifier {
                    ExportSpecifier::Named(one) => match (&one.orig, &one.exported) {
                        (_, Some(exported)) if *exported.atom() == "default" => false,
                        (ModuleExportName::Ident(name), _) => {
                            !one.is_type_only && !types.contains(&name.to_id())
                        }
                        (ModuleExportName::Str(_), _) => false,
                    },
                    ExportSpecifier::Default(_) | ExportSpecifier::Namespace(_) => false,
                });
                found.extend(values.map(|specifier| named(file, specifier.start())));
            }
            _ => {}
        }
    }
}

fn named(file: &File<'_>, at: SourcePos) -> Finding {
    Finding::new(
        Code::NangoNamedExport,
        file.place(at),
        "Nango's compiler refuses values that a function's file exports by name",
        "move it to a file of its own, and import it from there",
    )
}

fn default_export(file: &File<'_>, items: &[ModuleItem], expr: &Expr) -> Option<Finding> {
    let mut expr = expr;
    while let Expr::Paren(inner) = expr {
        expr = &inner.expr;
    }
    let refused = |at: SourcePos, message: &str| {
        Some(Finding::new(
            Code::NangoDefaultExport,
            file.place(at),
            message,
            "write `export default createOnEvent({ … })`",
        ))
    };
    let made = match expr {
        Expr::Call(_) => Some(expr),
        Expr::Ident(ident) => match variable(items, &ident.to_id()) {
            Some(init) => Some(init),
            None => {
                return refused(
                    expr.start(),
                    "Nango's compiler finds no variable of this file behind the default export",
                );
            }
        },
        _ => None,
    };
    let made = made
        .and_then(call)
        .filter(|(callee, _)| name(callee).is_some_and(|callee| CREATORS.contains(&&*callee.0)));
    let Some((_, args)) = made else {
        return refused(
            expr.start(),
            "Nango's compiler understands `createOnEvent({ … })` as default export, or a variable that holds it",
        );
    };
    match args.first().map(|argument| &*argument.expr) {
        None | Some(Expr::Object(_)) => None,
        Some(other) => Some(Finding::new(
            Code::NangoFunctionParam,
            file.place(other.start()),
            "Nango's compiler needs an object literal here",
            "write the object where it is given: `createOnEvent({ … })`",
        )),
    }
}

/// What a variable of the module is made as.
fn variable<'a>(items: &'a [ModuleItem], name: &Id) -> Option<&'a Expr> {
    let variables = items.iter().filter_map(|item| match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => Some(variables),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::Var(variables) => Some(variables),
            _ => None,
        },
        _ => None,
    });
    let of = |variables: &'a VarDecl| {
        variables.decls.iter().find_map(|one| {
            let binding = one.name.as_ident()?;
            (binding.id.to_id() == *name).then_some(one.init.as_deref()).flatten()
        })
    };
    variables.into_iter().find_map(|variables| of(variables))
}

fn is_value(declaration: &Decl) -> bool {
    match declaration {
        Decl::Class(class) => !class.declare,
        Decl::Fn(function) => !function.declare,
        Decl::Var(variables) => !variables.declare,
        Decl::TsEnum(kinds) => !kinds.declare,
        Decl::Using(_) => true,
        Decl::TsInterface(_) | Decl::TsTypeAlias(_) | Decl::TsModule(_) => false,
    }
}

/// The names of types that the module declares.
fn types(items: &[ModuleItem]) -> HashSet<Id> {
    let of = |declaration: &Decl| match declaration {
        Decl::TsInterface(one) => Some(one.id.to_id()),
        Decl::TsTypeAlias(one) => Some(one.id.to_id()),
        _ => None,
    };
    let names = items.iter().filter_map(|item| match item {
        ModuleItem::Stmt(Stmt::Decl(declaration)) => of(declaration),
        _ => None,
    });
    names.collect()
}
