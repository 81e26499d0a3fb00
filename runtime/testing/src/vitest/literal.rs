//! Values that stand in a file as they are.

use std::cell::Cell;
use std::collections::HashMap;

use deno_ast::swc::ast::{Expr, Lit, MemberProp, Pat, Prop, PropName, PropOrSpread, UnaryOp, VarDeclarator};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use serde_json::{Map, Number, Value};

/// Literals nest, and names lead to names, no deeper than this.
const MAX_DEPTH: usize = 64;
/// The literals of one file have so many values: names that lead to names may stand for very many.
const MAX_VALUES: usize = 100_000;

/// What the names of a file are bound to. A name that is bound more than once is nobody's.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    names: HashMap<String, Option<Box<Expr>>>,
    values: Cell<usize>,
}

impl Bindings {
    pub(super) fn add(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&declarator.name, &declarator.init) {
            let known = self.names.contains_key(&*name.id.sym);
            let value = (!known).then(|| value.clone());
            self.names.insert(name.id.sym.to_string(), value);
        }
    }

    /// What a name is bound to.
    pub(super) fn bound(&self, name: &str) -> Option<&Expr> {
        self.names.get(name)?.as_deref()
    }

    /// The value of a literal, or of a name that is bound to one; `None` of everything else.
    pub(super) fn value(&self, expr: &Expr) -> Option<Value> {
        self.value_at(expr, MAX_DEPTH)
    }

    fn value_at(&self, expr: &Expr, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return None;
        }
        match unwrapped(expr) {
            Expr::Lit(Lit::Str(text)) => Some(text.value.to_string_lossy().into_owned().into()),
            Expr::Lit(Lit::Bool(flag)) => Some(flag.value.into()),
            Expr::Lit(Lit::Null(_)) => Some(Value::Null),
            Expr::Lit(Lit::Num(number)) => number_value(number.value),
            Expr::Unary(unary) if unary.op == UnaryOp::Minus => match unwrapped(&unary.arg) {
                Expr::Lit(Lit::Num(number)) => number_value(-number.value),
                _ => None,
            },
            Expr::Tpl(template) => match (template.exprs.as_slice(), template.quasis.as_slice()) {
                ([], [text]) => Some(text.cooked.as_ref()?.to_string_lossy().into_owned().into()),
                _ => None,
            },
            Expr::Array(array) => {
                let item = |item: &Option<deno_ast::swc::ast::ExprOrSpread>| {
                    let item = item.as_ref().filter(|item| item.spread.is_none())?;
                    self.value_at(&item.expr, depth)
                };
                array.elems.iter().map(item).collect::<Option<Vec<_>>>().map(Value::Array)
            }
            Expr::Object(object) => self.object(&object.props, depth),
            Expr::Ident(name) if &*name.sym == "undefined" => Some(Value::Null),
            Expr::Ident(name) => self.value_at(self.bound(&name.sym)?, depth),
            _ => None,
        }
    }

    fn object(&self, props: &[PropOrSpread], depth: usize) -> Option<Value> {
        let mut object = Map::new();
        for prop in props {
            match prop {
                PropOrSpread::Spread(spread) => match self.value_at(&spread.expr, depth)? {
                    Value::Object(spread) => object.extend(spread),
                    _ => return None,
                },
                PropOrSpread::Prop(prop) => match &**prop {
                    // `undefined` is no member of an object in JSON.
                    Prop::KeyValue(pair) if is_undefined(&pair.value) => {}
                    Prop::KeyValue(pair) => {
                        object.insert(property_name(&pair.key)?, self.value_at(&pair.value, depth)?);
                    }
                    Prop::Shorthand(name) => {
                        object.insert(name.sym.to_string(), self.value_at(self.bound(&name.sym)?, depth)?);
                    }
                    _ => return None,
                },
            }
        }
        Some(Value::Object(object))
    }
}

fn is_undefined(expr: &Expr) -> bool {
    matches!(unwrapped(expr), Expr::Ident(name) if &*name.sym == "undefined")
}

fn number_value(number: f64) -> Option<Value> {
    // Whole numbers as JSON.stringify writes them: without a point.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// The name of a property that is written as a name or as a text.
fn property_name(name: &PropName) -> Option<String> {
    match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.to_string_lossy().into_owned()),
        PropName::Num(number) => number_value(number.value).map(|number| number.to_string()),
        _ => None,
    }
}

/// The member that `.name` or `['name']` names.
pub(super) fn member_name(prop: &MemberProp) -> Option<String> {
    match prop {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => text_of(&computed.expr),
        MemberProp::PrivateName(_) => None,
    }
}

/// A field of an object literal.
pub(super) fn object_field<'e>(expr: &'e Expr, field: &str) -> Option<&'e Expr> {
    let Expr::Object(object) = unwrapped(expr) else { return None };
    object.props.iter().find_map(|prop| match prop {
        PropOrSpread::Prop(prop) => match &**prop {
            Prop::KeyValue(pair) if property_name(&pair.key).as_deref() == Some(field) => Some(&*pair.value),
            _ => None,
        },
        PropOrSpread::Spread(_) => None,
    })
}

/// An expression without parentheses and without what TypeScript says of its type.
pub(super) fn unwrapped(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Paren(inner) => &inner.expr,
            Expr::TsAs(inner) => &inner.expr,
            Expr::TsConstAssertion(inner) => &inner.expr,
            Expr::TsNonNull(inner) => &inner.expr,
            Expr::TsSatisfies(inner) => &inner.expr,
            Expr::TsTypeAssertion(inner) => &inner.expr,
            other => return other,
        }
    }
}

/// The text of a string literal.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    match unwrapped(expr) {
        Expr::Lit(Lit::Str(text)) => Some(text.value.to_string_lossy().into_owned()),
        _ => None,
    }
}

impl Visit for Bindings {
    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        self.add(declarator);
        declarator.visit_children_with(self);
    }
}
