//! Two rules of Nango's compiler about calls of what is called `nango`, as it has them: what is awaited elsewhere, it does not see.

use std::collections::HashSet;

use deno_ast::SourceRangedForSpanned;
use deno_ast::swc::ast::{AwaitExpr, CallExpr, Expr, ObjectLit, PropOrSpread, ReturnStmt};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::file::File;
use crate::code::Code;
use crate::finding::Finding;
use crate::limits::{STACK_LEFT, STACK_STEP};
use crate::syntax::{bare, key, member, name, visit};

/// The calls that it looks at.
const LOOKED_AT: [&str; 21] = [
    "batchDelete",
    "batchSave",
    "batchSend",
    "delete",
    "deleteRecordsFromPreviousExecutions",
    "get",
    "getConnection",
    "getEnvironmentVariables",
    "getFieldMapping",
    "getMetadata",
    "log",
    "patch",
    "post",
    "proxy",
    "put",
    "setFieldMapping",
    "setMergingStrategy",
    "setMetadata",
    "trackDeletesEnd",
    "trackDeletesStart",
    "triggerAction",
];

/// Those that make requests.
const REQUESTS: [&str; 6] = ["delete", "get", "patch", "post", "proxy", "put"];

pub(super) fn check(file: &File<'_>, found: &mut Vec<Finding>) {
    let told = found.iter().filter(|finding| finding.file == file.path);
    let told = told.map(|finding| (finding.line, finding.column)).collect();
    visit(file.parsed, &mut Calls { file, told, handled: 0, found });
}

struct Calls<'a, 'f> {
    file: &'a File<'a>,
    /// Where something was found already.
    told: HashSet<(u32, u32)>,
    /// How many `await`, `return`, `.then` and `.catch` are around.
    handled: usize,
    found: &'f mut Vec<Finding>,
}

impl Calls<'_, '_> {
    fn within(&mut self, work: impl FnOnce(&mut Self)) {
        self.handled += 1;
        work(self);
        self.handled -= 1;
    }

    fn call_of_nango(&mut self, call: &CallExpr, method: &str) {
        let place = self.file.place(call.start());
        let arguments = call.args.first().map(|argument| bare(&argument.expr));
        if REQUESTS.contains(&method)
            && let Some(Expr::Object(object)) = arguments
            && has(object, "retryOn")
            && !has(object, "retries")
        {
            self.found.push(Finding::new(
                Code::NangoRetryOn,
                place.clone(),
                "Nango's compiler refuses `retryOn` without `retries`",
                "say how often: `retries: 3`",
            ));
        }
        if self.handled == 0
            && LOOKED_AT.contains(&method)
            && !self.told.contains(&(place.line, place.column))
        {
            self.found.push(Finding::new(
                Code::NangoNeedsAwait,
                place,
                format!("Nango's compiler wants `nango.{method}()` awaited where it stands"),
                "write `await` before it, or `return`",
            ));
        }
    }
}

/// Whether an object has this key, as far as it says; one that takes those of another may.
fn has(object: &ObjectLit, wanted: &str) -> bool {
    object.props.iter().any(|property| match property {
        PropOrSpread::Spread(_) => wanted == "retries",
        PropOrSpread::Prop(property) => match &**property {
            deno_ast::swc::ast::Prop::KeyValue(pair) => key(&pair.key).is_some_and(|key| key == wanted),
            deno_ast::swc::ast::Prop::Shorthand(name) => &*name.sym == wanted,
            _ => false,
        },
    })
}

impl Visit for Calls<'_, '_> {
    fn visit_expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(STACK_LEFT, STACK_STEP, || expr.visit_children_with(self));
    }

    fn visit_await_expr(&mut self, awaited: &AwaitExpr) {
        self.within(|calls| awaited.visit_children_with(calls));
    }

    fn visit_return_stmt(&mut self, statement: &ReturnStmt) {
        self.within(|calls| statement.visit_children_with(calls));
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        match call.callee.as_expr().and_then(|callee| member(callee)) {
            Some((_, method)) if matches!(&*method, "then" | "catch") => {
                self.within(|calls| call.visit_children_with(calls));
            }
            Some((object, method)) if name(object).is_some_and(|object| &*object.0 == "nango") => {
                self.call_of_nango(call, &method);
                call.visit_children_with(self);
            }
            _ => call.visit_children_with(self),
        }
    }
}
