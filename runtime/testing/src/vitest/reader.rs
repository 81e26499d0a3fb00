//! Collects what a test file says.

use deno_ast::swc::ast::{Expr, ModuleDecl, ModuleItem, NewExpr};
use deno_ast::{ParsedSource, SourcePos};
use serde_json::Value;

use super::literal::{Bindings, member_name, object_field, unwrapped};
use super::test_file::{ReturnValue, Stub, TestFile};

/// The ends of the names of Nango's mocks.
const MOCKS: [&str; 2] = ["NangoActionMock", "NangoSyncMock"];

/// Collects what the file says.
pub(super) struct Reader<'a> {
    pub(super) parsed: &'a ParsedSource,
    pub(super) file: TestFile,
    /// The fixture of the mock that was made last.
    pub(super) mock: Option<String>,
}

impl Reader<'_> {
    pub(super) fn imports(&mut self, items: &[ModuleItem]) {
        let specifier = |item: &ModuleItem| match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if !import.type_only => {
                Some(import.src.value.to_string_lossy().into_owned())
            }
            _ => None,
        };
        let relative = items.iter().filter_map(specifier).filter(|specifier| specifier.starts_with('.'));
        self.file.imports.extend(relative);
    }

    pub(super) fn add_stub(&mut self, member: String, at: SourcePos, returns: ReturnValue) {
        let line = self.parsed.text_info_lazy().line_and_column_display(at).line_number;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.file.stubs.push(Stub { member, line, returns, fixture: self.mock.clone() });
    }

    /// `new …NangoActionMock({ name: 'create' })`.
    pub(super) fn add_mock(&mut self, made: &NewExpr, bindings: &Bindings) {
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
