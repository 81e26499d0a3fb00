//! Globals that functions on Nango do not have, and `console`, which does nothing there.

use std::collections::HashSet;

use deno_ast::SourceRangedForSpanned;
use deno_ast::swc::ast::{Expr, Ident, UnaryExpr, UnaryOp};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::file::File;
use crate::code::Code;
use crate::finding::Finding;
use crate::limits::{STACK_LEFT, STACK_STEP};
use crate::syntax::visit;

/// What programs for Node and for the web have.
const MISSING: [&str; 24] = [
    "AbortController",
    "AbortSignal",
    "Blob",
    "FormData",
    "Headers",
    "Request",
    "Response",
    "TextDecoder",
    "TextEncoder",
    "atob",
    "btoa",
    "clearInterval",
    "clearTimeout",
    "crypto",
    "fetch",
    "global",
    "performance",
    "process",
    "queueMicrotask",
    "setImmediate",
    "clearImmediate",
    "setInterval",
    "structuredClone",
    "ReadableStream",
];

/// The first use of each in a file is told.
pub(super) fn check(file: &File<'_>, found: &mut Vec<Finding>) {
    visit(file.parsed, &mut Globals { file, told: HashSet::new(), found });
}

struct Globals<'a, 'f> {
    file: &'a File<'a>,
    told: HashSet<String>,
    found: &'f mut Vec<Finding>,
}

impl Globals<'_, '_> {
    fn used(&mut self, name: &Ident) {
        let is_missing = MISSING.contains(&&*name.sym);
        let is_console = &*name.sym == "console";
        if name.ctxt != self.file.parsed.unresolved_context()
            || !(is_missing || is_console)
            || !self.told.insert(name.sym.to_string())
        {
            return;
        }
        let place = self.file.place(name.start());
        self.found.push(if is_console {
            let message = "what `console` is given does not appear in Nango's logs";
            Finding::new(Code::NangoConsole, place, message, "write `await nango.log(…)`")
        } else {
            let message = format!("functions on Nango do not have `{}`", name.sym);
            Finding::new(Code::NangoGlobal, place, message, instead(&name.sym))
        });
    }
}

fn instead(global: &str) -> &'static str {
    match global {
        "fetch" | "Headers" | "Request" | "Response" => {
            "write `nango.get(…)` and its like, or `nango.uncontrolledFetch(…)`"
        }
        "crypto" => "write `import crypto from 'crypto'`",
        "process" => "settings are `await nango.getEnvironmentVariables()`",
        "TextEncoder" | "TextDecoder" | "atob" | "btoa" => "write `Buffer.from(…)`",
        _ => "leave it out where the function goes to Nango",
    }
}

impl Visit for Globals<'_, '_> {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Ident(name) => self.used(name),
            // Asking whether there is one fails nowhere.
            Expr::Unary(UnaryExpr { op: UnaryOp::TypeOf, arg, .. }) if arg.is_ident() => return,
            _ => {}
        }
        stacker::maybe_grow(STACK_LEFT, STACK_STEP, || expr.visit_children_with(self));
    }
}
