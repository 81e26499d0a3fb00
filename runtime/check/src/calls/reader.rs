//! Reading the facts of one file.

use deno_ast::swc::ast::{
    ArrowExpr, AssignExpr, AssignOp, AssignTarget, BindingIdent, BlockStmtOrExpr, CallExpr, Constructor,
    Decl, DefaultDecl, ExportSpecifier, Expr, ExprOrSpread, FnDecl, FnExpr, Function, Id, ImportSpecifier,
    ModuleDecl, ModuleItem, ObjectPat, ObjectPatProp, OptCall, ParamOrTsParamProp, Pat, Prop, PropOrSpread,
    ReturnStmt, SimpleAssignTarget, TsParamProp, TsParamPropParam, VarDeclarator,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, SourcePos};

use super::facts::{
    Argument, Called, Derived, Exported, FileFacts, FunctionFacts, FunctionKind, Handed, Imported,
    ImportedName, Parameter,
};
use super::types::NangoTypes;
use crate::files::Targets;
use crate::syntax::{self, CREATORS, bare, call, key, member, module, name, start};

/// What everybody calls it, and Nango's own compiler looks for.
const NANGO: &str = "nango";

/// The facts of one file.
pub(super) fn read(path: &str, parsed: &ParsedSource, targets: &Targets) -> FileFacts {
    let items = module(parsed);
    let mut reader = Reader {
        path,
        targets,
        types: NangoTypes::of(items),
        facts: FileFacts::default(),
        within: Vec::new(),
    };
    syntax::visit(parsed, &mut reader);
    for item in items {
        if let ModuleItem::ModuleDecl(declaration) = item {
            reader.module_declaration(declaration);
        }
    }
    reader.facts
}

/// What an expression stands for, as far as its own words tell.
pub(super) enum Value {
    /// Certainly a `nango`: `this.nango`.
    Nango,
    Name(Id),
    Other,
}

/// What an expression stands for.
pub(super) fn value(expr: &Expr) -> Value {
    if let Some((_, property)) = member(expr) {
        return if property == NANGO { Value::Nango } else { Value::Other };
    }
    name(expr).map_or(Value::Other, Value::Name)
}

/// What a call calls.
pub(super) fn called(callee: &Expr) -> Option<Called> {
    let Some((object, property)) = member(callee) else { return name(callee).map(Called::Name) };
    match value(object) {
        Value::Nango => Some(Called::OfNango(property)),
        Value::Name(name) => Some(Called::Member(name, property)),
        Value::Other => None,
    }
}

struct Reader<'a> {
    path: &'a str,
    targets: &'a Targets,
    types: NangoTypes,
    facts: FileFacts,
    /// The functions around.
    within: Vec<usize>,
}

impl Reader<'_> {
    /// Reads a function, and what is in it.
    fn function(
        &mut self,
        at: SourcePos,
        kind: FunctionKind,
        parameters: Vec<&Pat>,
        body: impl FnOnce(&mut Self),
    ) {
        let index = self.facts.functions.len();
        self.facts.functions.push(FunctionFacts {
            parent: self.within.last().copied(),
            kind,
            parameters: parameters.iter().map(|pattern| parameter(pattern)).collect(),
            calls: Vec::new(),
            returned: Vec::new(),
        });
        self.facts.by_start.insert(at, index);
        for pattern in parameters {
            if let Some(binding) = bound(pattern)
                && &*binding.id.sym == NANGO
            {
                self.facts.handles.insert(binding.id.to_id());
            }
        }
        self.within.push(index);
        body(self);
        self.within.pop();
    }

    fn here(&mut self) -> Option<&mut FunctionFacts> {
        let index = *self.within.last()?;
        self.facts.functions.get_mut(index)
    }

    fn read_call(&mut self, callee: &Expr, args: &[ExprOrSpread]) {
        let Some(called) = called(callee) else { return };
        if let Called::Name(function) = &called
            && CREATORS.contains(&&*function.0)
        {
            self.created(args);
        }
        for (index, argument) in args.iter().enumerate() {
            let what = match value(&argument.expr) {
                Value::Nango => Argument::Nango,
                Value::Name(name) => Argument::Name(name),
                Value::Other => continue,
            };
            self.facts.handed.push(Handed { to: called.clone(), index, what });
        }
        if let Some(function) = self.here() {
            function.calls.push(called);
        }
    }

    /// `exec` of what is given to `createOnEvent()`.
    fn created(&mut self, args: &[ExprOrSpread]) {
        let Some(Expr::Object(object)) = args.first().map(|argument| bare(&argument.expr)) else { return };
        for property in &object.props {
            let PropOrSpread::Prop(property) = property else { continue };
            match &**property {
                Prop::KeyValue(pair) if key(&pair.key).is_some_and(|key| is_run_by_nango(&key)) => {
                    match bare(&pair.value) {
                        Expr::Arrow(arrow) => self.given_nango(arrow.params.first()),
                        Expr::Fn(function) => {
                            self.given_nango(function.function.params.first().map(|first| &first.pat));
                        }
                        Expr::Ident(name) => self.handed_nango(name.to_id()),
                        _ => {}
                    }
                }
                Prop::Method(method) if key(&method.key).is_some_and(|key| is_run_by_nango(&key)) => {
                    self.given_nango(method.function.params.first().map(|first| &first.pat));
                }
                Prop::Shorthand(name) if is_run_by_nango(&name.sym) => self.handed_nango(name.to_id()),
                _ => {}
            }
        }
    }

    fn handed_nango(&mut self, to: Id) {
        self.facts.handed.push(Handed { to: Called::Name(to), index: 0, what: Argument::Nango });
    }

    /// This parameter is a `nango`.
    fn given_nango(&mut self, pattern: Option<&Pat>) {
        match pattern.map(parameter) {
            Some(Parameter::Name(name)) => {
                self.facts.handles.insert(name);
            }
            Some(Parameter::Members(members)) => {
                self.facts.methods.extend(members.into_iter().map(|(member, name)| (name, member)));
            }
            Some(Parameter::Other) | None => {}
        }
    }

    /// `name = expr`: what the name is then.
    fn assigned(&mut self, to: &BindingIdent, from: &Expr) {
        let to = to.id.to_id();
        // `nango.get.bind(nango)` is `nango.get`.
        let from = match call(from).and_then(|(callee, _)| member(callee)) {
            Some((bound, property)) if property == "bind" => bound,
            _ => from,
        };
        match value(from) {
            Value::Nango => {
                self.facts.handles.insert(to);
            }
            Value::Name(of) => self.facts.derived.push(Derived::Alias { of, name: to }),
            Value::Other => {
                let Some((object, member)) = member(from) else { return };
                self.member_of(object, member, to);
            }
        }
    }

    fn member_of(&mut self, object: &Expr, member: String, name: Id) {
        match value(object) {
            Value::Nango => drop(self.facts.methods.insert(name, member)),
            Value::Name(of) => self.facts.derived.push(Derived::Member { of, member, name }),
            Value::Other => {}
        }
    }

    fn module_declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) => {
                let Some(file) = self.target(&import.src.value.to_string_lossy()) else { return };
                for specifier in &import.specifiers {
                    let (local, what) = match specifier {
                        ImportSpecifier::Named(named) => {
                            let imported = named.imported.as_ref().map(|name| name.atom().to_string());
                            let imported = imported.unwrap_or_else(|| named.local.sym.to_string());
                            (&named.local, ImportedName::Export(imported))
                        }
                        ImportSpecifier::Default(default) => {
                            (&default.local, ImportedName::Export("default".to_owned()))
                        }
                        ImportSpecifier::Namespace(namespace) => (&namespace.local, ImportedName::Namespace),
                    };
                    self.facts.imports.insert(local.to_id(), Imported { file: file.clone(), what });
                }
            }
            ModuleDecl::ExportDecl(export) => self.exported(&export.decl),
            ModuleDecl::ExportNamed(export) => {
                let from = export.src.as_ref().map(|source| source.value.to_string_lossy().into_owned());
                let from = from.map(|specifier| self.target(&specifier));
                for specifier in &export.specifiers {
                    let ExportSpecifier::Named(named) = specifier else { continue };
                    let original = named.orig.atom().to_string();
                    let exported = named.exported.as_ref().map(|name| name.atom().to_string());
                    let what = match (&from, &named.orig) {
                        (Some(Some(file)), _) => Exported::From(file.clone(), original.clone()),
                        (None, deno_ast::swc::ast::ModuleExportName::Ident(name)) => {
                            self.facts.visible.insert(name.to_id());
                            Exported::Name(name.to_id())
                        }
                        _ => continue,
                    };
                    self.facts.exports.insert(exported.unwrap_or(original), what);
                }
            }
            ModuleDecl::ExportAll(export) => {
                self.facts.star_exports.extend(self.target(&export.src.value.to_string_lossy()));
            }
            ModuleDecl::ExportDefaultDecl(default) => {
                if let DefaultDecl::Fn(function) = &default.decl {
                    self.export_function(start(&*function.function));
                }
            }
            ModuleDecl::ExportDefaultExpr(default) => match bare(&default.expr) {
                Expr::Ident(name) => {
                    self.facts.exports.insert("default".to_owned(), Exported::Name(name.to_id()));
                }
                Expr::Arrow(arrow) => self.export_function(start(arrow)),
                _ => {}
            },
            _ => {}
        }
    }

    fn export_function(&mut self, at: SourcePos) {
        if let Some(index) = self.facts.by_start.get(&at) {
            self.facts.exports.insert("default".to_owned(), Exported::Function(*index));
        }
    }

    fn exported(&mut self, declaration: &Decl) {
        let names: Vec<Id> = match declaration {
            Decl::Fn(function) => vec![function.ident.to_id()],
            Decl::Var(variables) => {
                let names = variables.decls.iter().filter_map(|one| bound(&one.name));
                names.map(|binding| binding.id.to_id()).collect()
            }
            _ => Vec::new(),
        };
        for name in names {
            self.facts.visible.insert(name.clone());
            self.facts.exports.insert(name.0.to_string(), Exported::Name(name));
        }
    }

    fn target(&self, specifier: &str) -> Option<String> {
        self.targets.get(&(self.path.to_owned(), specifier.to_owned())).cloned()
    }
}

/// What Nango calls with its `nango`.
fn is_run_by_nango(key: &str) -> bool {
    matches!(key, "exec" | "onWebhook")
}

/// The name that a pattern binds whole.
fn bound(pattern: &Pat) -> Option<&BindingIdent> {
    match pattern {
        Pat::Ident(binding) => Some(binding),
        Pat::Assign(default) => bound(&default.left),
        _ => None,
    }
}

fn parameter(pattern: &Pat) -> Parameter {
    match pattern {
        Pat::Ident(binding) => Parameter::Name(binding.id.to_id()),
        Pat::Assign(default) => parameter(&default.left),
        Pat::Object(object) => Parameter::Members(members_of(object)),
        _ => Parameter::Other,
    }
}

/// The members that a pattern takes, and the names that it gives them.
fn members_of(pattern: &ObjectPat) -> Vec<(String, Id)> {
    let taken = |property: &ObjectPatProp| match property {
        ObjectPatProp::Assign(same) => Some((same.key.id.sym.to_string(), same.key.id.to_id())),
        ObjectPatProp::KeyValue(pair) => {
            Some((key(&pair.key)?, bound(&pair.value).map(|binding| binding.id.to_id())?))
        }
        ObjectPatProp::Rest(_) => None,
    };
    pattern.props.iter().filter_map(taken).collect()
}

fn kind(is_async: bool, is_generator: bool) -> FunctionKind {
    match (is_async, is_generator) {
        (_, true) => FunctionKind::Generator,
        (true, false) => FunctionKind::Async,
        (false, false) => FunctionKind::Plain,
    }
}

/// The calls whose value an expression may be.
fn value_calls(expr: &Expr, found: &mut Vec<Called>) {
    match bare(expr) {
        Expr::Cond(condition) => {
            value_calls(&condition.cons, found);
            value_calls(&condition.alt, found);
        }
        Expr::Bin(binary) => value_calls(&binary.right, found),
        other => {
            let Some((callee, args)) = call(other) else { return };
            match member(callee) {
                Some((object, property)) if matches!(&*property, "then" | "catch" | "finally") => {
                    value_calls(object, found);
                }
                Some((object, property))
                    if property == "all" && name(object).is_some_and(|name| &*name.0 == "Promise") =>
                {
                    if let Some(Expr::Array(array)) = args.first().map(|argument| bare(&argument.expr)) {
                        for element in array.elems.iter().flatten() {
                            value_calls(&element.expr, found);
                        }
                    }
                }
                _ => found.extend(called(callee)),
            }
        }
    }
}

impl Visit for Reader<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(crate::limits::STACK_LEFT, crate::limits::STACK_STEP, || {
            expr.visit_children_with(self);
        });
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        declaration.visit_children_with(self);
        if let Some(index) = self.facts.by_start.get(&start(&*declaration.function)) {
            self.facts.named.insert(declaration.ident.to_id(), *index);
        }
    }

    fn visit_fn_expr(&mut self, expr: &FnExpr) {
        expr.visit_children_with(self);
        if let Some(name) = &expr.ident
            && let Some(index) = self.facts.by_start.get(&start(&*expr.function))
        {
            self.facts.named.insert(name.to_id(), *index);
        }
    }

    fn visit_ts_param_prop(&mut self, parameter: &TsParamProp) {
        if let TsParamPropParam::Ident(binding) = &parameter.param
            && &*binding.id.sym == NANGO
        {
            self.facts.handles.insert(binding.id.to_id());
        }
        parameter.visit_children_with(self);
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        let parameters = constructor.params.iter().filter_map(|parameter| match parameter {
            ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
            ParamOrTsParamProp::TsParamProp(_) => None,
        });
        let parameters = parameters.collect();
        self.function(start(constructor), FunctionKind::Plain, parameters, |reader| {
            constructor.visit_children_with(reader);
        });
    }

    fn visit_function(&mut self, function: &Function) {
        let parameters = function.params.iter().map(|parameter| &parameter.pat).collect();
        let kind = kind(function.is_async, function.is_generator);
        self.function(start(function), kind, parameters, |reader| function.visit_children_with(reader));
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        let kind = kind(arrow.is_async, arrow.is_generator);
        self.function(start(arrow), kind, arrow.params.iter().collect(), |reader| {
            if let BlockStmtOrExpr::Expr(body) = &*arrow.body
                && let Some(function) = reader.here()
            {
                value_calls(body, &mut function.returned);
            }
            arrow.visit_children_with(reader);
        });
    }

    fn visit_return_stmt(&mut self, statement: &ReturnStmt) {
        if let Some(value) = &statement.arg
            && let Some(function) = self.here()
        {
            value_calls(value, &mut function.returned);
        }
        statement.visit_children_with(self);
    }

    fn visit_binding_ident(&mut self, binding: &BindingIdent) {
        if binding.type_ann.as_ref().is_some_and(|annotation| self.types.is_nango(&annotation.type_ann)) {
            self.facts.handles.insert(binding.id.to_id());
        }
    }

    fn visit_object_pat(&mut self, pattern: &ObjectPat) {
        // `({ nango, id }) => …`
        for (member, name) in members_of(pattern) {
            if member == NANGO {
                self.facts.handles.insert(name);
            }
        }
        pattern.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        if let Some(binding) = bound(&variable.name) {
            self.facts.variables.insert(binding.id.to_id());
        }
        if let Some(init) = variable.init.as_deref() {
            match &variable.name {
                Pat::Ident(binding) => {
                    self.assigned(binding, init);
                    if is_array(init) {
                        self.facts.arrays.insert(binding.id.to_id());
                    }
                }
                Pat::Object(pattern) => {
                    for (member, name) in members_of(pattern) {
                        self.member_of(init, member, name);
                    }
                }
                _ => {}
            }
        }
        variable.visit_children_with(self);
        if let (Some(binding), Some(init)) = (bound(&variable.name), variable.init.as_deref()) {
            let at = match bare(init) {
                Expr::Arrow(arrow) => Some(start(arrow)),
                Expr::Fn(function) => Some(start(&*function.function)),
                _ => None,
            };
            if let Some(index) = at.and_then(|at| self.facts.by_start.get(&at)) {
                self.facts.named.insert(binding.id.to_id(), *index);
            }
        }
    }

    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        if let (AssignOp::Assign, AssignTarget::Simple(SimpleAssignTarget::Ident(to))) =
            (assignment.op, &assignment.left)
        {
            self.assigned(to, &assignment.right);
        }
        assignment.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Some(callee) = call.callee.as_expr() {
            self.read_call(callee, &call.args);
        }
        call.visit_children_with(self);
    }

    fn visit_opt_call(&mut self, call: &OptCall) {
        self.read_call(&call.callee, &call.args);
        call.visit_children_with(self);
    }
}

fn is_array(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Array(_) => true,
        Expr::New(new) => name(&new.callee).is_some_and(|name| &*name.0 == "Array"),
        _ => false,
    }
}
