//! Going through a file with what becomes of each value.

use deno_ast::swc::ast::{
    AssignExpr, AssignOp, AssignTarget, BinExpr, BinaryOp, DoWhileStmt, Expr, ExprOrSpread, ExprStmt,
    ForOfStmt, ForStmt, Id, IfStmt, OptChainBase, Pat, Prop, PropOrSpread, SimpleAssignTarget, SpreadElement,
    SwitchStmt, UnaryOp, VarDeclarator, WhileStmt,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, SourcePos, SourceRangedForSpanned};

use super::array::{Known, OfPromise};
use super::members::gives_promise;
use super::project::{FunctionOf, ProjectFacts};
use super::reader::called;
use super::using::Using;
use super::variables::{Kept, Variables};
use crate::code::Code;
use crate::finding::Finding;
use crate::limits::{STACK_LEFT, STACK_STEP};
use crate::place::Place;
use crate::syntax::{self, bare, member, name, start};

/// What is to be mended in one file.
pub(super) fn walk(path: &str, parsed: &ParsedSource, file: usize, facts: &ProjectFacts) -> Vec<Finding> {
    let mut walker = Walker {
        path,
        parsed,
        file,
        facts,
        found: Vec::new(),
        variables: Variables::default(),
        executors: 0,
    };
    syntax::visit(parsed, &mut walker);
    let mut found = walker.found;
    found.extend(walker.variables.lost().map(|(variable, call, place)| {
        let message = format!("`{variable}` has the promise of {call}, and nobody awaits it");
        Finding::new(
            Code::PromiseNeverAwaited,
            place,
            message,
            format!("write `await {variable}`, or `await` before the call"),
        )
    }));
    found.sort_by_key(|finding| (finding.line, finding.column));
    found
}

struct Walker<'a> {
    path: &'a str,
    parsed: &'a ParsedSource,
    file: usize,
    facts: &'a ProjectFacts,
    found: Vec<Finding>,
    variables: Variables,
    /// How many functions around are given to `new Promise()`: what they call is waited for by other means.
    executors: usize,
}

/// Whether an expression gave a promise of `nango`.
type IsPromise = bool;

impl Walker<'_> {
    fn walk(&mut self, expr: &Expr, using: &Using) -> IsPromise {
        stacker::maybe_grow(STACK_LEFT, STACK_STEP, || self.walk_here(expr, using))
    }

    fn walk_here(&mut self, expr: &Expr, using: &Using) -> IsPromise {
        match bare(expr) {
            Expr::Ident(ident) => {
                self.variables.is_used(ident.to_id(), using);
                false
            }
            Expr::Await(awaited) => {
                self.walk(&awaited.arg, &Using::Awaited);
                false
            }
            Expr::Unary(unary) => {
                let using = match unary.op {
                    // Deliberate, as for typescript-eslint.
                    UnaryOp::Void => Using::Kept,
                    UnaryOp::Bang => Using::Condition,
                    _ => Using::Read,
                };
                self.walk(&unary.arg, &using);
                false
            }
            Expr::Seq(sequence) => match sequence.exprs.split_last() {
                Some((last, others)) => {
                    others.iter().for_each(|other| {
                        self.walk(other, &Using::Dropped);
                    });
                    self.walk(last, using)
                }
                None => false,
            },
            Expr::Cond(condition) => {
                self.walk(&condition.test, &Using::Condition);
                let first = self.walk(&condition.cons, using);
                self.walk(&condition.alt, using) || first
            }
            Expr::Bin(binary) => self.binary(binary, using),
            Expr::Assign(assignment) => self.assignment(assignment, using),
            Expr::Array(array) => {
                let element_using = using.element();
                let mut is_promise = false;
                for element in array.elems.iter().flatten() {
                    let using = if element.spread.is_some() { using } else { &element_using };
                    is_promise |= self.walk(&element.expr, using);
                }
                is_promise
            }
            Expr::Tpl(template) => {
                template.exprs.iter().for_each(|part| {
                    self.walk(part, &Using::Read);
                });
                false
            }
            Expr::Member(member) => {
                self.walk(&member.obj, &Using::Read);
                member.prop.visit_with(self);
                false
            }
            Expr::Call(call) => match call.callee.as_expr() {
                Some(callee) => self.call(start(call), callee, &call.args, using),
                None => {
                    call.visit_children_with(self);
                    false
                }
            },
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Call(call) => self.call(start(chain), &call.callee, &call.args, using),
                OptChainBase::Member(member) => {
                    self.walk(&member.obj, &Using::Read);
                    member.prop.visit_with(self);
                    false
                }
            },
            Expr::New(new) if name(&new.callee).is_some_and(|name| &*name.0 == "Promise") => {
                self.executors += 1;
                new.visit_children_with(self);
                self.executors -= 1;
                false
            }
            other => {
                other.visit_children_with(self);
                false
            }
        }
    }

    fn binary(&mut self, binary: &BinExpr, using: &Using) -> IsPromise {
        match binary.op {
            BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => {
                self.walk(&binary.left, &Using::Condition);
                self.walk(&binary.right, using)
            }
            // Whether two promises are the same can be asked.
            BinaryOp::InstanceOf | BinaryOp::In | BinaryOp::EqEqEq | BinaryOp::NotEqEq
                if name(&binary.left).is_some() =>
            {
                self.walk(&binary.left, &Using::Kept);
                self.walk(&binary.right, &Using::Read);
                false
            }
            _ => {
                self.walk(&binary.left, &Using::Read);
                self.walk(&binary.right, &Using::Read);
                false
            }
        }
    }

    fn assignment(&mut self, assignment: &AssignExpr, using: &Using) -> IsPromise {
        let is_kept = matches!(
            assignment.op,
            AssignOp::Assign | AssignOp::AndAssign | AssignOp::OrAssign | AssignOp::NullishAssign
        );
        match &assignment.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(to)) if is_kept => {
                let becomes =
                    if *using == Using::Dropped { self.variable(to.id.to_id()) } else { using.clone() };
                self.walk(&assignment.right, &becomes)
            }
            AssignTarget::Pat(pattern) => {
                pattern.visit_with(self);
                self.walk(&assignment.right, &Using::Read);
                false
            }
            target => {
                target.visit_with(self);
                self.walk(&assignment.right, if is_kept { &Using::Kept } else { &Using::Read });
                false
            }
        }
    }

    /// What becomes of a value that a variable gets. Of one that others see, nobody here can tell.
    fn variable(&self, variable: Id) -> Using {
        let facts = self.facts.files.get(self.file);
        let is_own = facts
            .is_some_and(|facts| facts.variables.contains(&variable) && !facts.visible.contains(&variable));
        if is_own { Using::Variable(variable) } else { Using::Kept }
    }

    fn call(&mut self, at: SourcePos, callee: &Expr, args: &[ExprOrSpread], using: &Using) -> IsPromise {
        if let Some((object, property)) = member(callee) {
            let is_promise = name(object).is_some_and(|object| &*object.0 == "Promise");
            if let Some(made) = OfPromise::of(&property).filter(|_| is_promise) {
                return self.of_promise(made, args, using);
            }
            if let Some(known) = Known::of(&property).filter(|_| !is_promise) {
                return self.known(known, at, object, args, using);
            }
        }
        let function = match bare(callee) {
            Expr::Arrow(arrow) => self.function_at(start(arrow)),
            Expr::Fn(function) => self.function_at(start(&*function.function)),
            _ => None,
        };
        let called = called(callee);
        if function.is_some() {
            // Called where it is written.
            let is_promise = function.is_some_and(|function| self.facts.gives_promise(function));
            callee.visit_with(self);
            self.arguments(args);
            if is_promise {
                self.consume(at, using, "this function, which calls `nango`".to_owned());
            }
            return is_promise;
        }
        if called.is_none() || name(callee).is_none() {
            match member(callee) {
                Some((object, _)) => drop(self.walk(object, &Using::Read)),
                None => callee.visit_with(self),
            }
        }
        self.arguments(args);
        let Some(called) = called else { return false };
        if let Some(member) = self.facts.member_of_nango(self.file, &called) {
            if gives_promise(&member) {
                self.consume(at, using, format!("`nango.{member}()`"));
                return true;
            }
            return false;
        }
        let function = self.facts.function(self.file, &called);
        if function.is_some_and(|function| self.facts.gives_promise(function)) {
            let name = self.parsed.text_info_lazy().range_text(&callee.range()).to_owned();
            let name = if name.contains('\n') { "a function".to_owned() } else { format!("`{name}()`") };
            self.consume(at, using, format!("{name}, which calls `nango`"));
            return true;
        }
        false
    }

    fn of_promise(&mut self, made: OfPromise, args: &[ExprOrSpread], using: &Using) -> IsPromise {
        let using = match made {
            OfPromise::OfArray => Using::AllOf(Box::new(using.clone())),
            OfPromise::Same => using.clone(),
        };
        let mut is_promise = false;
        for argument in args {
            is_promise |= self.walk(&argument.expr, &using);
        }
        is_promise
    }

    fn known(
        &mut self,
        known: Known,
        at: SourcePos,
        object: &Expr,
        args: &[ExprOrSpread],
        using: &Using,
    ) -> IsPromise {
        match known {
            Known::Chain => {
                let is_promise = self.walk(object, using);
                // One mistake is told once.
                let using = if is_promise { Using::Kept } else { using.clone() };
                let mut of_callback = false;
                for argument in args {
                    of_callback |= self.callback(&argument.expr, &using, at);
                }
                is_promise || of_callback
            }
            Known::Map => {
                self.walk(object, &Using::Read);
                let using = using.element();
                let mut is_promise = false;
                for argument in args {
                    is_promise |= self.callback(&argument.expr, &using, at);
                }
                is_promise
            }
            Known::ForEach => {
                self.walk(object, &Using::Read);
                for argument in args {
                    self.callback(&argument.expr, &Using::DroppedByForEach, start(&*argument.expr));
                }
                false
            }
            Known::Push => {
                let array = name(object).filter(|name| {
                    let facts = self.facts.files.get(self.file);
                    facts.is_some_and(|facts| facts.arrays.contains(name) && !facts.visible.contains(name))
                });
                let using = match array {
                    Some(array) => Using::InVariable(array),
                    None => {
                        self.walk(object, &Using::Read);
                        Using::Kept
                    }
                };
                args.iter().for_each(|argument| {
                    self.walk(&argument.expr, &using);
                });
                false
            }
        }
    }

    /// A function that is called by others, and what becomes of what it returns; `at` is who calls it.
    fn callback(&mut self, expr: &Expr, returned: &Using, at: SourcePos) -> IsPromise {
        let (function, is_written_here) = match bare(expr) {
            Expr::Arrow(arrow) => (self.function_at(start(arrow)), true),
            Expr::Fn(function) => (self.function_at(start(&*function.function)), true),
            other => (called(other).and_then(|called| self.facts.function(self.file, &called)), false),
        };
        let is_promise = function.is_some_and(|function| self.facts.gives_promise(function));
        if is_promise && !matches!(returned, Using::Kept) {
            let what = if is_written_here {
                "this callback, which calls `nango`"
            } else {
                "a callback that calls `nango`"
            };
            self.consume(at, returned, what.to_owned());
        }
        self.walk(expr, &Using::Kept);
        is_promise
    }

    fn function_at(&self, at: SourcePos) -> Option<FunctionOf> {
        let function = self.facts.files.get(self.file)?.by_start.get(&at)?;
        Some(FunctionOf { file: self.file, function: *function })
    }

    fn arguments(&mut self, args: &[ExprOrSpread]) {
        args.iter().for_each(|argument| {
            self.walk(&argument.expr, &Using::Kept);
        });
    }

    /// A promise, and what becomes of it.
    fn consume(&mut self, at: SourcePos, using: &Using, call: String) {
        let place = Place::of(self.path, self.parsed, at);
        let (code, message, next) = match using.itself() {
            Using::Kept | Using::Awaited | Using::AllOf(_) => return,
            Using::Dropped if self.executors > 0 => return,
            Using::Variable(name) => return self.variables.holds(name, Kept::Alone, call, place),
            Using::InVariable(name) => return self.variables.holds(name, Kept::InArray, call, place),
            Using::Dropped => (
                Code::CallNotAwaited,
                format!("nobody awaits {call}: the run ends without it, and its errors are lost"),
                "write `await` before it; `void` says that this is meant",
            ),
            Using::AwaitedInArray => (
                Code::CallNotAwaited,
                format!("`await` waits for the array, and not for the promises of {call} in it"),
                "write `await Promise.all(…)`",
            ),
            Using::DroppedByForEach => (
                Code::CallbackNotAwaited,
                format!("`forEach` does not wait for the promise of {call}"),
                "use `for … of` with `await`, or `await Promise.all(….map(…))`",
            ),
            Using::Condition => (
                Code::CallInCondition,
                format!("the promise of {call} decides here, and a promise always holds"),
                "write `await` before the call",
            ),
            Using::Read => (
                Code::CallNotAwaited,
                format!("the promise of {call} is used as if it were the result"),
                "write `(await …)` around the call",
            ),
        };
        self.found.push(Finding::new(code, place, message, next));
    }
}

impl Visit for Walker<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        self.walk(expr, &Using::Kept);
    }

    fn visit_expr_stmt(&mut self, statement: &ExprStmt) {
        self.walk(&statement.expr, &Using::Dropped);
    }

    fn visit_if_stmt(&mut self, statement: &IfStmt) {
        self.walk(&statement.test, &Using::Condition);
        statement.cons.visit_with(self);
        statement.alt.visit_with(self);
    }

    fn visit_while_stmt(&mut self, statement: &WhileStmt) {
        self.walk(&statement.test, &Using::Condition);
        statement.body.visit_with(self);
    }

    fn visit_do_while_stmt(&mut self, statement: &DoWhileStmt) {
        self.walk(&statement.test, &Using::Condition);
        statement.body.visit_with(self);
    }

    fn visit_for_stmt(&mut self, statement: &ForStmt) {
        statement.init.visit_with(self);
        if let Some(test) = &statement.test {
            self.walk(test, &Using::Condition);
        }
        if let Some(update) = &statement.update {
            self.walk(update, &Using::Dropped);
        }
        statement.body.visit_with(self);
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        statement.left.visit_with(self);
        self.walk(&statement.right, if statement.is_await { &Using::Kept } else { &Using::Read });
        statement.body.visit_with(self);
    }

    fn visit_switch_stmt(&mut self, statement: &SwitchStmt) {
        self.walk(&statement.discriminant, &Using::Read);
        statement.cases.visit_with(self);
    }

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        variable.name.visit_with(self);
        let Some(init) = &variable.init else { return };
        let using = match &variable.name {
            Pat::Ident(binding) => self.variable(binding.id.to_id()),
            _ => Using::Read,
        };
        self.walk(init, &using);
    }

    fn visit_prop(&mut self, property: &Prop) {
        if let Prop::Shorthand(ident) = property {
            self.variables.is_used(ident.to_id(), &Using::Kept);
        }
        property.visit_children_with(self);
    }

    fn visit_prop_or_spread(&mut self, property: &PropOrSpread) {
        match property {
            PropOrSpread::Spread(SpreadElement { expr, .. }) => {
                self.walk(expr, &Using::Read);
            }
            PropOrSpread::Prop(property) => property.visit_with(self),
        }
    }
}
