use serde_json::{Value, json};

use super::*;

/// A test file around the statements of its one test.
fn file(statements: &str) -> TestFile {
    let text = format!(
        "import {{ vi, expect, it, describe }} from 'vitest';
         import type {{ Thing }} from '../models.js';
         import createAction from '../actions/create.js';
         const realmId = '42';
         const config = {{ realmId, nested: [1, -2.5, true, null, `text`] }} as const;
         describe('acme create', () => {{
             const nangoMock = new global.vitest.NangoActionMock({{ dirname: __dirname, name: 'create', Model: 'X' }});
             it('works', async () => {{
                 {statements}
             }});
         }});"
    );
    TestFile::read(&text).unwrap()
}

fn answer(statements: &str, member: &str) -> ReturnValue {
    file(statements).stub("create", member).expect("a stub").returns.clone()
}

#[test]
fn the_function_and_the_fixture_are_named() {
    let read = file("");
    assert_eq!(
        (read.imports, read.fixtures),
        (vec!["../actions/create.js".to_owned()], vec!["create".to_owned()])
    );
    assert!(read.stubs.is_empty());
    assert_eq!(TestFile::read("const = 1"), None);
}

#[test]
fn every_form_of_a_literal_answer_is_read() {
    let value = ReturnValue::Value(json!({ "connection_config": { "realmId": "42" } }));
    let literal = "{ connection_config: { realmId, gone: undefined } }";
    for form in [
        "nangoMock.getConnection = vi.fn().mockResolvedValue(LITERAL);",
        "// @ts-expect-error\n(nangoMock as any).getConnection = vi.fn().mockReturnValue(Promise.resolve(LITERAL) as any);",
        "nangoMock.getConnection = vi.fn(async () => (LITERAL));",
        "nangoMock.getConnection = vi.fn(() => Promise.resolve(LITERAL));",
        "nangoMock.getConnection = vi.fn(async () => { return LITERAL; });",
        "nangoMock['getConnection'] = vi.fn().mockImplementation(async function () { return LITERAL; });",
        "nangoMock.getConnection = async () => (LITERAL);",
        "const connection = LITERAL; const stub = vi.fn().mockResolvedValue(connection); nangoMock.getConnection = stub;",
        "nangoMock.getConnection.mockResolvedValue(LITERAL);",
        "nangoMock.getConnection.mockReset().mockResolvedValueOnce(LITERAL);",
        "vi.spyOn(nangoMock, 'getConnection').mockResolvedValue(LITERAL as never);",
        "vi.mocked(nangoMock.getConnection).mockResolvedValue(LITERAL);",
    ] {
        assert_eq!(answer(&form.replace("LITERAL", literal), "getConnection"), value, "{form}");
    }
    let config = json!({ "realmId": "42", "nested": [1, -2.5, true, null, "text"], "more": 1 });
    let statements = "nangoMock.getMetadata = vi.fn().mockResolvedValue({ ...config, 'more': 1 });";
    assert_eq!(answer(statements, "getMetadata"), ReturnValue::Value(config));
}

#[test]
fn what_would_have_to_be_run_is_not_read() {
    for form in [
        "vi.fn().mockResolvedValue({ at: new Date() })",
        "vi.fn().mockResolvedValue(connection())",
        "vi.fn().mockResolvedValue({ id: `${realmId}-x` })",
        "vi.fn().mockRejectedValue(new Error('no'))",
        "vi.fn(async () => { calls += 1; return {}; })",
        "makeStub({})",
    ] {
        let read = file(&format!("\nnangoMock.getConnection = {form};"));
        let stub = read.stub("create", "getConnection").unwrap();
        assert_eq!((&stub.returns, stub.line), (&ReturnValue::Unreadable, 10), "{form}");
    }
    // Names that lead to themselves, and names that stand for very much.
    for loops in ["const a = Promise.resolve(a);", "const a = [a];", "const a = vi.fn(a);"] {
        let statements = format!("{loops} nangoMock.getToken = vi.fn(a);");
        assert_eq!(answer(&statements, "getToken"), ReturnValue::Unreadable, "{loops}");
    }
    let doubled: String = (1..60).map(|n| format!("const a{n} = [a{}, a{}];", n - 1, n - 1)).collect();
    let statements = format!("const a0 = 1; {doubled} nangoMock.getToken = vi.fn().mockResolvedValue(a59);");
    assert_eq!(answer(&statements, "getToken"), ReturnValue::Unreadable);
    // A name with two meanings has none.
    let twice = "{ const id = '1'; } { const id = '2'; } nangoMock.getToken = vi.fn().mockResolvedValue(id);";
    assert_eq!(answer(twice, "getToken"), ReturnValue::Unreadable);
}

#[test]
fn a_response_is_read_with_its_body() {
    let respond = |arguments: &str| {
        let statements = format!(
            "const output = await nangoMock.getOutput();
             nangoMock.uncontrolledFetch = vi.fn(() => Promise.resolve(new Response({arguments})));"
        );
        answer(&statements, "uncontrolledFetch")
    };
    let json_type = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    assert_eq!(
        respond("JSON.stringify(output), { status: 201, headers: { 'Content-Type': 'application/json' } }"),
        ReturnValue::Response { body: Box::new(ReturnValue::Output), status: 201, headers: json_type }
    );
    let plain = |body: Value| ReturnValue::Response {
        body: Box::new(ReturnValue::Value(body)),
        status: 200,
        headers: Vec::new(),
    };
    assert_eq!(respond("JSON.stringify({ id: realmId })"), plain(json!({ "id": "42" })));
    assert_eq!(respond("JSON.stringify('x')"), plain(json!("\"x\"")));
    assert_eq!(respond("'text'"), plain(json!("text")));
    assert_eq!(respond("stream()"), ReturnValue::Unreadable);
    let alike = |literal: &str| {
        let stub = format!("nangoMock.uncontrolledFetch = vi.fn().mockResolvedValue({literal});");
        answer(&stub, "uncontrolledFetch")
    };
    assert_eq!(alike("{ ok: true, json: () => Promise.resolve([realmId]) }"), plain(json!(["42"])));
    assert_eq!(alike("{ ok: true, text: async () => 'text' }"), plain(json!("text")));
    let refused = ReturnValue::Response {
        body: Box::new(ReturnValue::Value(json!({}))),
        status: 404,
        headers: Vec::new(),
    };
    assert_eq!(alike("{ ok: false, status: 404, json: async () => ({}) }"), refused);
    assert_eq!(alike("{ ok: false, json: async () => ({}) }"), ReturnValue::Unreadable);
}

#[test]
fn each_mock_of_a_file_has_its_own_stubs_and_the_first_counts() {
    let text = "
        const nangoMock = new NangoActionMock({ name: 'one' });
        nangoMock.getToken = vi.fn().mockResolvedValue('1');
        nangoMock.getToken = vi.fn().mockResolvedValue('later');
        const other = new NangoActionMock({ name: 'two' });
        other.getToken = vi.fn().mockResolvedValue('2');";
    let read = TestFile::read(text).unwrap();
    let token = |fixture: &str| read.stub(fixture, "getToken").unwrap().returns.clone();
    assert_eq!(
        [token("one"), token("two")],
        [ReturnValue::Value(json!("1")), ReturnValue::Value(json!("2"))]
    );
}

#[test]
fn a_rejection_is_expected_where_every_call_is_expected_to_reject() {
    let rejects = "await expect(createAction.exec(nangoMock, input)).rejects.toThrow('no');";
    assert!(file(rejects).expects_rejection);
    let caught = |after: &str| {
        format!(
            "try {{ await createAction.exec(nangoMock, input); {after} }} catch (error) {{ expect(error).toBeDefined(); }}"
        )
    };
    assert!(file(&caught("expect.fail('it must throw');")).expects_rejection);
    assert!(!file(&caught("")).expects_rejection);
    assert!(!file(&format!("{rejects} await createAction.exec(nangoMock, {{}});")).expects_rejection);
    assert!(!file("expect(await createAction.exec(nangoMock, input)).toEqual(output);").expects_rejection);
}
