//! What a test that an author wrote for Vitest says about a fixture.
//!
//! An input is the text of a test file.

use onevent_testing::vitest::TestFile;

use crate::input::text;
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "vitest",
    run,
    words: &[
        "import ",
        "type ",
        "* as x",
        "from '",
        "';\n",
        "vi.fn()",
        ".mockResolvedValue(",
        ".mockReturnValue(",
        ".mockImplementation(",
        ".mockRejectedValue(",
        "vi.fn(async () => (",
        "vi.spyOn(nangoMock, '",
        "nangoMock.",
        "nangoMock['",
        "']",
        "getConnection",
        "getMetadata",
        "get",
        "proxy",
        " = ",
        "const a = ",
        "const a = [a, a];\n",
        "...a",
        "{ ",
        " }",
        "[",
        "]",
        "(",
        ")",
        "a, ",
        "new Response(",
        "JSON.stringify(",
        "{ status: ",
        "headers: { 'a': 'b' }",
        "await nangoMock.getOutput()",
        "getInput()",
        "new global.vitest.NangoActionMock({ name: '",
        "dirname: __dirname",
        "expect(",
        ").rejects.toThrow()",
        "as any",
        "satisfies X",
        "!",
        "`${a}`",
        "-1.5e3",
        "null",
        "undefined",
        "true",
        "async ",
        "function* ",
        "class A { #b = 1; static {",
        "<div>",
        "@dec ",
        "enum A { b",
        "namespace x {",
        "=> ",
        "?.",
        "??=",
        "/(/",
        "/[/u",
        "\\u{110000}",
        "0b",
        "1n",
        "describe('a', () => {",
        "});",
        "it('b', async () => {",
        "// @ts-expect-error\n",
        "/*",
        "*/",
        "\u{2028}",
        ";",
    ],
    seeds: Vec::new,
};

fn run(input: &[u8]) {
    let text = text(input);
    let read = TestFile::read(&text);
    assert_eq!(read, TestFile::read(&text), "the same file says the same");
    let Some(file) = read else { return };
    for stub in &file.stubs {
        assert!(stub.line >= 1, "{stub:?}");
        let named = stub.fixture.as_deref().unwrap_or_default();
        let found = file.stub(named, &stub.member);
        assert!(found.is_none_or(|found| found.member == stub.member), "{found:?}");
    }
}
