//! What a test that an author wrote for Vitest says about a fixture, read without running it.
//!
//! Nango's recorder leaves `getConnection` empty, so authors answer it by hand in the test beside the fixture:
//! `nangoMock.getConnection = vi.fn().mockResolvedValue({…})`. Only literals are understood; [`ReturnValue::Unreadable`]
//! stands for everything else.

mod literal;
mod rejections;
mod stubs;

use deno_ast::swc::ast::{Expr, Lit, ModuleDecl, ModuleItem, NewExpr, VarDeclarator};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, ProgramRef, SourcePos};
use serde_json::Value;

use self::literal::{Bindings, member_name, object_field, unwrapped};
use self::stubs::WithBindings;

/// The ends of the names of Nango's mocks.
const MOCKS: [&str; 2] = ["NangoActionMock", "NangoSyncMock"];

/// What a test file says.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TestFile {
    /// The relative specifiers that it imports: `../actions/create.js`.
    pub imports: Vec<String>,
    /// The fixtures that its mocks name: `name` of `new NangoActionMock({ name })`.
    pub fixtures: Vec<String>,
    /// What it stubs, in the order of the file.
    pub stubs: Vec<Stub>,
    /// Whether it expects of every `exec(…)` that it throws.
    pub expects_rejection: bool,
}

/// A member of the mock that the file replaces.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stub {
    /// The member: `getConnection`.
    pub member: String,
    /// The line, from 1.
    pub line: u32,
    /// What it returns.
    pub returns: ReturnValue,
    /// The fixture of the mock, where the file says.
    pub fixture: Option<String>,
}

/// What a stub returns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ReturnValue {
    /// A literal; `null` for `undefined`.
    Value(Value),
    /// The fixture's own `output`.
    Output,
    /// The fixture's own `input`.
    Input,
    /// `new Response(body, { status, headers })`.
    Response {
        /// The body: a value that is not text is its JSON.
        body: Box<ReturnValue>,
        /// The status; 200 where the file says nothing.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
    },
    /// The file would have to be run.
    Unreadable,
}

impl TestFile {
    /// Reads the text of a test file; `None` where it is no TypeScript.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        onevent_source::with_tree("fixture.test.ts", text.into(), Self::of).ok()
    }

    fn of(parsed: &ParsedSource) -> Self {
        let mut bindings = Bindings::default();
        let mut reader = Reader { parsed, file: Self::default(), mock: None };
        if let ProgramRef::Module(module) = parsed.program_ref() {
            module.visit_with(&mut bindings);
            reader.imports(&module.body);
            reader.file.expects_rejection = rejections::expected(module);
            module.visit_with(&mut WithBindings::new(&mut reader, &bindings));
        }
        reader.file
    }

    /// What a member answers in the test of a fixture: the first stub of it in the file.
    #[must_use]
    pub fn stub(&self, fixture: &str, member: &str) -> Option<&Stub> {
        // A mock without a name of its own, or a file with one mock, is of every fixture that the file is beside.
        let several = self.fixtures.iter().any(|name| name == fixture) && self.fixtures.len() > 1;
        let is_meant = |stub: &&Stub| {
            stub.member == member && (!several || stub.fixture.as_deref().is_none_or(|name| name == fixture))
        };
        self.stubs.iter().find(is_meant)
    }
}

/// Collects what the file says.
struct Reader<'a> {
    parsed: &'a ParsedSource,
    file: TestFile,
    /// The fixture of the mock that was made last.
    mock: Option<String>,
}

impl Reader<'_> {
    fn imports(&mut self, items: &[ModuleItem]) {
        let specifier = |item: &ModuleItem| match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if !import.type_only => {
                Some(import.src.value.to_string_lossy().into_owned())
            }
            _ => None,
        };
        let relative = items.iter().filter_map(specifier).filter(|specifier| specifier.starts_with('.'));
        self.file.imports.extend(relative);
    }

    fn add_stub(&mut self, member: String, at: SourcePos, returns: ReturnValue) {
        let line = self.parsed.text_info_lazy().line_and_column_display(at).line_number;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.file.stubs.push(Stub { member, line, returns, fixture: self.mock.clone() });
    }

    /// `new …NangoActionMock({ name: 'create' })`.
    fn add_mock(&mut self, made: &NewExpr, bindings: &Bindings) {
        let is_mock = match unwrapped(&made.callee) {
            Expr::Member(member) => {
                member_name(&member.prop).is_some_and(|name| MOCKS.contains(&name.as_str()))
            }
            Expr::Ident(name) => MOCKS.contains(&&*name.sym),
            _ => false,
        };
        let options = made.args.iter().flatten().next().map(|argument| &*argument.expr);
        if let (true, Some(options)) = (is_mock, options) {
            self.mock = object_field(options, "name").and_then(|name| match bindings.value(name) {
                Some(Value::String(name)) => Some(name),
                _ => None,
            });
            self.file.fixtures.extend(self.mock.clone());
        }
    }
}

/// The text of a string literal.
fn text_of(expr: &Expr) -> Option<String> {
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

#[cfg(test)]
mod tests;
