//! What several rules ask of a syntax tree.

use deno_ast::SourceRangedForSpanned;
use deno_ast::swc::ast::{Expr, ExprOrSpread, Id, Lit, MemberProp, OptChainBase, Program, PropName};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, ProgramRef, SourcePos};

/// What makes functions.
pub(crate) const CREATORS: [&str; 3] = ["createOnEvent", "createAction", "createSync"];

/// Lets a visitor see the whole file.
pub(crate) fn visit<V: Visit>(parsed: &ParsedSource, visitor: &mut V) {
    match parsed.program_ref() {
        ProgramRef::Module(module) => module.visit_with(visitor),
        ProgramRef::Script(script) => script.visit_with(visitor),
    }
}

/// The items of a module; none of a script.
pub(crate) fn module(parsed: &ParsedSource) -> &[deno_ast::swc::ast::ModuleItem] {
    match parsed.program().as_ref() {
        Program::Module(_) => {}
        _ => return &[],
    }
    match parsed.program_ref() {
        ProgramRef::Module(module) => &module.body,
        ProgramRef::Script(_) => &[],
    }
}

/// Where a node begins: its identity within a file.
pub(crate) fn start(node: &impl SourceRangedForSpanned) -> SourcePos {
    node.start()
}

/// The expression without parentheses and what only TypeScript sees.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Paren(inner) => &inner.expr,
            Expr::TsAs(inner) => &inner.expr,
            Expr::TsNonNull(inner) => &inner.expr,
            Expr::TsSatisfies(inner) => &inner.expr,
            Expr::TsTypeAssertion(inner) => &inner.expr,
            Expr::TsConstAssertion(inner) => &inner.expr,
            Expr::TsInstantiation(inner) => &inner.expr,
            other => return other,
        };
    }
}

/// A name that is used, as something that is the same for all uses of it.
pub(crate) fn name(expr: &Expr) -> Option<Id> {
    match bare(expr) {
        Expr::Ident(ident) => Some(ident.to_id()),
        _ => None,
    }
}

/// `object.property`, with or without `?.`.
pub(crate) fn member(expr: &Expr) -> Option<(&Expr, String)> {
    let member = match bare(expr) {
        Expr::Member(member) => member,
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => member,
            OptChainBase::Call(_) => return None,
        },
        _ => return None,
    };
    let property = match &member.prop {
        MemberProp::Ident(name) => name.sym.to_string(),
        MemberProp::PrivateName(name) => name.name.to_string(),
        MemberProp::Computed(computed) => text(&computed.expr)?,
    };
    Some((&member.obj, property))
}

/// A call, with or without `?.`.
pub(crate) fn call(expr: &Expr) -> Option<(&Expr, &[ExprOrSpread])> {
    match bare(expr) {
        Expr::Call(call) => Some((call.callee.as_expr()?, &call.args)),
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Call(call) => Some((&call.callee, &call.args)),
            OptChainBase::Member(_) => None,
        },
        _ => None,
    }
}

/// A text literal.
pub(crate) fn text(expr: &Expr) -> Option<String> {
    match bare(expr) {
        Expr::Lit(Lit::Str(text)) => Some(text.value.to_string_lossy().into_owned()),
        _ => None,
    }
}

/// What a property is called, where that stands there.
pub(crate) fn key(name: &PropName) -> Option<String> {
    match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.to_string_lossy().into_owned()),
        PropName::Num(_) | PropName::Computed(_) | PropName::BigInt(_) => None,
    }
}
