//! What a test file says, as data.

use serde_json::Value;

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
