//! What a test that an author wrote for Vitest says about a fixture, read without running it.
//!
//! Nango's recorder leaves `getConnection` empty, so authors answer it by hand in the test beside the fixture:
//! `nangoMock.getConnection = vi.fn().mockResolvedValue({…})`. Only literals are understood; [`ReturnValue::Unreadable`]
//! stands for everything else.

mod literal;
mod reader;
mod rejections;
mod stubs;
mod test_file;

use deno_ast::swc::ecma_visit::VisitWith;
use deno_ast::{ParsedSource, ProgramRef};

use self::literal::Bindings;
use self::reader::Reader;
use self::stubs::WithBindings;
pub use self::test_file::{ReturnValue, Stub, TestFile};

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
}

#[cfg(test)]
mod tests;
