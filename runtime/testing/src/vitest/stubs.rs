//! The forms in which a test replaces a member of the mock.

use std::cell::Cell;

use deno_ast::swc::ast::{
    AssignExpr, AssignTarget, BlockStmt, BlockStmtOrExpr, CallExpr, Callee, Expr, MemberExpr, NewExpr,
    SimpleAssignTarget, Stmt,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{SourcePos, SourceRangedForSpanned};
use serde_json::Value;

use super::literal::{Bindings, member_name, object_field, text_of, unwrapped};
use super::reader::Reader;
use super::test_file::ReturnValue;

/// One stub is followed through so many names: a name may lead to itself.
const MAX_NAMES: usize = 64;

pub(super) struct WithBindings<'r, 'a> {
    pub(super) reader: &'r mut Reader<'a>,
    pub(super) bindings: &'r Bindings,
    /// Names that may still be followed for the stub at hand.
    names_left: Cell<usize>,
}

impl Visit for WithBindings<'_, '_> {
    fn visit_new_expr(&mut self, made: &NewExpr) {
        self.reader.add_mock(made, self.bindings);
        made.visit_children_with(self);
    }

    /// `nangoMock.getConnection = …`.
    fn visit_assign_expr(&mut self, assigned: &AssignExpr) {
        if let AssignTarget::Simple(SimpleAssignTarget::Member(target)) = &assigned.left
            && let Some(member) = member_of_name(target)
        {
            let answer = self.of_function(&assigned.right);
            self.add(member, assigned.start(), answer);
        }
        assigned.visit_children_with(self);
    }

    /// `nangoMock.getConnection.mockResolvedValue(…)`, and the same of `vi.spyOn(nangoMock, 'getConnection')`.
    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Some((mock, method)) = method_of(call)
            && let Some(member) = mocked_member(mock)
            && let Some(answer) = self.configured(&method, call)
        {
            self.add(member, call.start(), answer);
        }
        call.visit_children_with(self);
    }
}

impl<'r, 'a> WithBindings<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>, bindings: &'r Bindings) -> Self {
        Self { reader, bindings, names_left: Cell::new(MAX_NAMES) }
    }

    fn add(&mut self, member: String, at: SourcePos, returns: ReturnValue) {
        self.reader.add_stub(member, at, returns);
        self.names_left.set(MAX_NAMES);
    }

    /// What a function that replaces a member answers: `vi.fn()…`, or a function.
    fn of_function(&self, expr: &Expr) -> ReturnValue {
        let expr = self.resolved(expr);
        match expr {
            Expr::Call(call) => match method_of(call) {
                Some((Expr::Ident(vi), method)) if &*vi.sym == "vi" && method == "fn" => call
                    .args
                    .first()
                    .map_or(ReturnValue::Value(Value::Null), |given| self.of_function(&given.expr)),
                // A chain: the last call decides.
                Some((mock, method)) if starts_with_fn(mock) => {
                    self.configured(&method, call).unwrap_or(ReturnValue::Unreadable)
                }
                _ => ReturnValue::Unreadable,
            },
            Expr::Arrow(arrow) => match &*arrow.body {
                BlockStmtOrExpr::Expr(body) => self.answer(body),
                BlockStmtOrExpr::BlockStmt(block) => self.of_block(block),
            },
            Expr::Fn(function) => {
                function.function.body.as_ref().map_or(ReturnValue::Unreadable, |b| self.of_block(b))
            }
            _ => ReturnValue::Unreadable,
        }
    }

    /// A block that does nothing but return.
    fn of_block(&self, block: &BlockStmt) -> ReturnValue {
        match block.stmts.as_slice() {
            [] => ReturnValue::Value(Value::Null),
            [Stmt::Return(returned)] => match &returned.arg {
                Some(value) => self.answer(value),
                None => ReturnValue::Value(Value::Null),
            },
            _ => ReturnValue::Unreadable,
        }
    }

    /// What `.mockResolvedValue(…)` and its like make of a mock; `None` of a method that says nothing about answers.
    fn configured(&self, method: &str, call: &CallExpr) -> Option<ReturnValue> {
        let given = call.args.first().map(|argument| &*argument.expr);
        match method {
            "mockResolvedValue" | "mockReturnValue" | "mockResolvedValueOnce" | "mockReturnValueOnce" => {
                Some(given.map_or(ReturnValue::Value(Value::Null), |value| self.answer(value)))
            }
            "mockImplementation" | "mockImplementationOnce" => {
                Some(given.map_or(ReturnValue::Value(Value::Null), |function| self.of_function(function)))
            }
            "mockRejectedValue" | "mockRejectedValueOnce" => Some(ReturnValue::Unreadable),
            _ => None,
        }
    }

    /// A value that is answered: a literal, a promise of one, what the mock reads from the fixture, a `Response`.
    fn answer(&self, expr: &Expr) -> ReturnValue {
        let expr = self.resolved(expr);
        if let Some(value) = self.bindings.value(expr) {
            return ReturnValue::Value(value);
        }
        match expr {
            Expr::Await(awaited) => self.answer(&awaited.arg),
            Expr::Call(call) => match method_of(call) {
                Some((Expr::Ident(promise), method)) if &*promise.sym == "Promise" && method == "resolve" => {
                    call.args
                        .first()
                        .map_or(ReturnValue::Value(Value::Null), |value| self.answer(&value.expr))
                }
                Some((Expr::Ident(_), method)) if method == "getOutput" => ReturnValue::Output,
                Some((Expr::Ident(_), method)) if method == "getInput" => ReturnValue::Input,
                _ => ReturnValue::Unreadable,
            },
            Expr::New(made) => self.response(made),
            Expr::Object(_) => self.response_alike(expr),
            _ => ReturnValue::Unreadable,
        }
    }

    /// An object that is used as a response: `{ ok: true, json: async () => … }`, or with `text`.
    fn response_alike(&self, expr: &Expr) -> ReturnValue {
        let body = match (object_field(expr, "json"), object_field(expr, "text")) {
            (Some(json), _) => json_text(self.of_function(json)),
            (None, Some(text)) => self.of_function(text),
            (None, None) => ReturnValue::Unreadable,
        };
        let said = |name: &str| object_field(expr, name).map(|value| self.bindings.value(value));
        let status = match (said("status"), said("ok")) {
            (Some(status), _) => status.as_ref().and_then(status_of),
            (None, None | Some(Some(Value::Bool(true)))) => Some(200),
            (None, Some(_)) => None,
        };
        match (body, status) {
            (ReturnValue::Unreadable, _) | (_, None) => ReturnValue::Unreadable,
            (body, Some(status)) => {
                ReturnValue::Response { body: Box::new(body), status, headers: Vec::new() }
            }
        }
    }

    /// `new Response(JSON.stringify(…), { status, headers })`.
    fn response(&self, made: &NewExpr) -> ReturnValue {
        if !matches!(unwrapped(&made.callee), Expr::Ident(name) if &*name.sym == "Response") {
            return ReturnValue::Unreadable;
        }
        let mut given = made.args.iter().flatten().map(|argument| &*argument.expr);
        let body = given.next().map_or(ReturnValue::Value(Value::Null), |body| self.body(body));
        let init = given.next();
        let field = |name: &str| init.and_then(|init| object_field(init, name));
        let status = match field("status").map(|status| self.bindings.value(status)) {
            None => Some(200),
            Some(status) => status.as_ref().and_then(status_of),
        };
        let headers = match field("headers").map(|headers| self.bindings.value(headers)) {
            None => Some(Vec::new()),
            Some(Some(Value::Object(headers))) => {
                let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
                headers.into_iter().map(text).collect()
            }
            Some(_) => None,
        };
        match (body, status, headers) {
            (ReturnValue::Unreadable, _, _) => ReturnValue::Unreadable,
            (body, Some(status), Some(headers)) => {
                ReturnValue::Response { body: Box::new(body), status, headers }
            }
            _ => ReturnValue::Unreadable,
        }
    }

    /// The body of a response: text, or JSON of a value.
    fn body(&self, expr: &Expr) -> ReturnValue {
        match self.resolved(expr) {
            Expr::Call(call) => match method_of(call) {
                Some((Expr::Ident(json), method)) if &*json.sym == "JSON" && method == "stringify" => call
                    .args
                    .first()
                    .map_or(ReturnValue::Unreadable, |value| json_text(self.answer(&value.expr))),
                _ => ReturnValue::Unreadable,
            },
            other => match self.bindings.value(other) {
                Some(value @ (Value::String(_) | Value::Null)) => ReturnValue::Value(value),
                _ => ReturnValue::Unreadable,
            },
        }
    }

    /// What a name is bound to, as far as names lead to names.
    fn resolved<'e>(&'e self, expr: &'e Expr) -> &'e Expr {
        let mut expr = unwrapped(expr);
        while let Expr::Ident(name) = expr
            && let Some(bound) = self.bindings.bound(&name.sym)
            && let Some(left) = self.names_left.get().checked_sub(1)
        {
            self.names_left.set(left);
            expr = unwrapped(bound);
        }
        expr
    }
}

/// A body that is the JSON of a value: the JSON of a text is not the text.
fn json_text(answer: ReturnValue) -> ReturnValue {
    match answer {
        ReturnValue::Value(value @ Value::String(_)) => ReturnValue::Value(value.to_string().into()),
        answer => answer,
    }
}

fn status_of(value: &Value) -> Option<u16> {
    u16::try_from(value.as_u64()?).ok()
}

/// The object and the name of the method that is called.
fn method_of(call: &CallExpr) -> Option<(&Expr, String)> {
    let Callee::Expr(callee) = &call.callee else { return None };
    let Expr::Member(member) = unwrapped(callee) else { return None };
    Some((unwrapped(&member.obj), member_name(&member.prop)?))
}

/// Whether a chain of calls begins with `vi.fn(…)`.
fn starts_with_fn(mut expr: &Expr) -> bool {
    loop {
        let Expr::Call(call) = expr else { return false };
        match method_of(call) {
            Some((Expr::Ident(vi), method)) if &*vi.sym == "vi" && method == "fn" => return true,
            Some((object, _)) => expr = object,
            None => return false,
        }
    }
}

/// `getConnection` of `nangoMock.getConnection`, where the object is a name.
fn member_of_name(member: &MemberExpr) -> Option<String> {
    matches!(unwrapped(&member.obj), Expr::Ident(_)).then(|| member_name(&member.prop)).flatten()
}

/// The member that `nangoMock.x`, `vi.mocked(nangoMock.x)`, `vi.spyOn(nangoMock, 'x')`, or a chain on one of them is
/// the mock of.
fn mocked_member(mut expr: &Expr) -> Option<String> {
    loop {
        match expr {
            Expr::Member(member) => return member_of_name(member),
            Expr::Call(call) => match method_of(call)? {
                (Expr::Ident(vi), method) if &*vi.sym == "vi" => {
                    let argument = |index: usize| call.args.get(index).map(|argument| &*argument.expr);
                    return match method.as_str() {
                        "spyOn" => text_of(argument(1)?),
                        "mocked" => match unwrapped(argument(0)?) {
                            Expr::Member(member) => member_of_name(member),
                            _ => None,
                        },
                        _ => None,
                    };
                }
                (object, _) => expr = object,
            },
            _ => return None,
        }
    }
}
