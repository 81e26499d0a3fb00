//! Whether a test expects that the function throws.

use deno_ast::swc::ast::{BlockStmt, CallExpr, Callee, Expr, MemberExpr, Module, Stmt, TryStmt};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::literal::{member_name, unwrapped};

/// Whether every call of `exec` in the file is expected to throw, and there is one.
pub(super) fn expected(module: &Module) -> bool {
    let mut counter = Counter::default();
    module.visit_with(&mut counter);
    counter.execs > 0 && counter.execs == counter.rejected
}

/// Calls of `exec`, and those of them that are expected to throw.
#[derive(Default)]
struct Counter {
    execs: usize,
    rejected: usize,
    /// Whether there is an `expect.fail()`.
    fails: bool,
}

impl Visit for Counter {
    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee
            && let Expr::Member(member) = unwrapped(callee)
        {
            match member_name(&member.prop).as_deref() {
                Some("exec") => self.execs += 1,
                Some("fail") if is_expect(&member.obj) => self.fails = true,
                _ => {}
            }
        }
        call.visit_children_with(self);
    }

    /// `expect(….exec(…)).rejects`.
    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if member_name(&member.prop).as_deref() == Some("rejects")
            && let Expr::Call(call) = unwrapped(&member.obj)
            && matches!(&call.callee, Callee::Expr(callee) if is_expect(callee))
        {
            let mut expected = Self::default();
            call.args.iter().for_each(|argument| argument.visit_with(&mut expected));
            self.rejected += expected.execs;
        }
        member.visit_children_with(self);
    }

    /// `try { ….exec(…); expect.fail(…); } catch …`.
    fn visit_try_stmt(&mut self, attempt: &TryStmt) {
        self.rejected += before_failure(&attempt.block);
        attempt.visit_children_with(self);
    }
}

/// How many calls of `exec` a block makes before it says that it must not get there.
fn before_failure(block: &BlockStmt) -> usize {
    let counted = |statement: &Stmt| {
        let mut counter = Counter::default();
        statement.visit_with(&mut counter);
        counter
    };
    let mut execs = 0;
    for counter in block.stmts.iter().map(counted) {
        execs += counter.execs;
        if counter.fails {
            return execs;
        }
    }
    0
}

fn is_expect(expr: &Expr) -> bool {
    matches!(unwrapped(expr), Expr::Ident(name) if &*name.sym == "expect")
}
