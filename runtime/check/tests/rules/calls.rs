//! The rule, by snippets: what is found, and above all what is not.

use onevent_check::{Finding, Rules, check};
use onevent_source::ProjectSource;

const ENTRY: &str = "acme/on-events/check.ts";

/// What is found in these files, as `file:line code`.
fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let source = ProjectSource::files(files.iter().map(|(path, text)| (*path, *text)));
    let checked = check(&source, &[ENTRY.to_owned()], Rules::Calls).unwrap();
    let findings = checked.ignores.apply(checked.findings, |code| Rules::Calls.seek(code));
    let line = |finding: &Finding| {
        let file = if finding.file == ENTRY { "" } else { finding.file.as_str() };
        format!("{file}:{} {}", finding.line, finding.code)
    };
    findings.iter().map(line).collect()
}

/// The same of the body of `exec`, whose first line is the first.
fn found(body: &str) -> Vec<String> {
    let text = format!(
        "import {{ createOnEvent }} from 'nango'; export default createOnEvent({{ exec: async (nango) => {{ {body}\n}} }});"
    );
    found_in(&[(ENTRY, &text)])
}

#[track_caller]
fn each_is_found(code: &str, bodies: &[&str]) {
    for body in bodies {
        assert_eq!(found(body), [format!(":1 {code}")], "{body}");
    }
}

#[test]
fn calls_that_nobody_awaits() {
    each_is_found(
        "call_not_awaited",
        &[
            "nango.get({ endpoint: '/' });",
            "nango.log('x')",
            "nango.setMetadata({ a: 1 });",
            "nango.zodValidateInput({ zodSchema, input });",
            "nango?.get({});",
            "nango!.get({});",
            "(nango as any).get({});",
            "nango['get']({});",
            "nango.get({}).then((r) => r.data);",
            "nango.get({}).then((r) => r.data).catch(() => {}).finally(() => {});",
            "nango.get({}).catch(() => {});",
            "if (ready) nango.get({});",
            "ready && nango.get({});",
            "ready ? nango.get({}) : nango_free();",
            "(first(), nango.get({}));",
            "nango.get({}), await other();",
            "for (const id of ids) nango.delete({ endpoint: id });",
            "try { nango.get({}); } finally { }",
            "Promise.all([nango.get({}), other()]);",
            "Promise.allSettled(ids.map((id) => nango.get({ endpoint: id })));",
            "Promise.all(ids.map(async (id) => { await nango.get({ endpoint: id }); }));",
            "Promise.resolve(nango.get({}));",
            "ids.map((id) => nango.get({ endpoint: id }));",
            "ids.map(async (id) => { await nango.get({ endpoint: id }); });",
            "await ids.map(async (id) => { await nango.get({ endpoint: id }); });",
            "[nango.get({})];",
            "other().then(() => nango.log('done'));",
            "other().then(async () => { await nango.log('done'); });",
            "(async () => { await nango.get({}); })();",
            "(function () { return nango.get({}); })();",
            "const n = nango; n.get({});",
            "let n; n = nango; n.get({});",
            "const { get } = nango; get({});",
            "const { get: fetch } = nango; fetch({});",
            "const get = nango.get; get({});",
            "const get = nango.get.bind(nango); get({});",
            "const again = () => nango.get({}); again();",
            "const load = async () => { await nango.get({}); }; load();",
            "async function load() { await nango.get({}); } load();",
            "async function load(n) { await n.get({}); } load(nango);",
            "async function load({ get }) { get({}); } await load(nango);",
            "function load(client) { client.get({}); } load(nango);",
            "const ctx = { nango }; ctx.nango.get({});",
            "const f = async () => { nango.get({}); }; await f();",
            "const { data } = nango.get({});",
            "const data = nango.get({}).data;",
            "const [a] = Promise.all([nango.get({})]);",
            "const header = `Bearer ${nango.getToken()}`;",
            "const header = 'Bearer ' + nango.getToken();",
            "const all = { ...nango.getMetadata() };",
            "if (nango.getMetadata() === 3) { }",
            "for (const page of nango.get({})) { }",
        ],
    );
}

#[test]
fn calls_that_somebody_awaits() {
    for body in [
        "await nango.get({});",
        "return nango.get({});",
        "return await nango.get({});",
        "await nango.get({}).then((r) => r.data).catch(() => {});",
        "return nango.get({}).then((r) => nango.post({ data: r }));",
        "await nango.get({}).then((r) => nango.post({ data: r }));",
        "void nango.log('meant');",
        "await Promise.all([nango.get({}), nango.post({})]);",
        "return Promise.all([nango.get({})]);",
        "await Promise.all(ids.map((id) => nango.get({ endpoint: id })));",
        "await Promise.all(ids.map(async (id) => { await nango.get({ endpoint: id }); }));",
        "await Promise.all([...ids.map((id) => nango.get({ endpoint: id })), nango.log('x')]);",
        "const [a, b] = await Promise.all([nango.get({}), nango.post({})]);",
        "const p = nango.get({}); await p;",
        "const p = nango.get({}); return p;",
        "const p = nango.get({}); await Promise.all([p]);",
        "const p = nango.get({}); await p.then((r) => r.data);",
        "const p = nango.get({}); done(p);",
        "const p = nango.get({}); const later = { p }; await later.p;",
        "let p; if (ready) { p = nango.get({}); } if (p) { await p; }",
        "const p = nango.get({}); const f = async () => { await p; }; await f();",
        "const tasks = ids.map((id) => nango.get({ endpoint: id })); await Promise.all(tasks);",
        "const tasks = ids.map((id) => nango.get({})); for (const task of tasks) await task;",
        "const tasks = ids.map((id) => nango.get({})); for await (const r of tasks) { }",
        "const tasks = []; for (const id of ids) tasks.push(nango.get({})); await Promise.all(tasks);",
        "const tasks = []; tasks.push(nango.get({})); return tasks;",
        "const p = Promise.all([nango.get({})]); await p;",
        "const m = (await nango.getMetadata()) || {};",
        "if (await nango.getMetadata()) { }",
        "const { data } = await nango.get({});",
        "const token = `Bearer ${await nango.getToken()}`;",
        "for await (const page of nango.paginate({})) { await nango.log(page.length); }",
        "nango.setLogger({ level: 'info' });",
        "throw new nango.ActionError('no');",
        "console.log(nango.connectionId);",
        "for (const id of ids) { await nango.get({ endpoint: id }); }",
        "ids.forEach((id) => console.log(id));",
        "ids.forEach(async (id) => { await other(id); });",
        "ids.map((id) => id + 1);",
        "setTimeout(() => nango.log('later'), 10);",
        "await new Promise((resolve) => { nango.get({}).then(resolve); });",
        "await limit(() => nango.get({}));",
        "await limit(nango.get({}));",
        "const load = async () => { await nango.get({}); }; await load();",
        "const load = async () => { await nango.get({}); }; await Promise.all(ids.map(load));",
        "async function load(n) { return n.get({}); } const r = await load(nango);",
        "async function pure(x) { return x; } pure(1);",
        "function plain(n) { return n.connectionId; } plain(nango);",
        "async function* pages(n) { yield await n.get({}); } for await (const p of pages(nango)) { }",
        "const nango2 = { get() {} }; nango2.get();",
        "const get = (x) => x; get(1);",
        "{ const nango = { get() { } }; nango.get(); }",
        "Promise.resolve(1);",
        "fetch('/').then(() => 1);",
        "const query = db.get(1); query.data;",
        "let result = nango.get({}); result = await result;",
        "items.forEach((item) => { tasks.push(item); });",
        "const p = nango.get({}); p.catch(() => {}); await p;",
        "return ids.length ? nango.get({}) : undefined;",
        "await (ready ? nango.get({}) : nango.post({}));",
        "await (ready && nango.get({}));",
        "const r = await (async () => { return nango.get({}); })();",
        "const lock = await nango.tryAcquireLock({}); if (!lock) return; await nango.releaseLock({});",
    ] {
        assert_eq!(found(body), [""; 0], "{body}");
    }
}

#[test]
fn promises_in_conditions() {
    each_is_found(
        "call_in_condition",
        &[
            "if (nango.getMetadata()) { }",
            "if (!nango.getMetadata()) { }",
            "while (nango.tryAcquireLock({})) { }",
            "const m = nango.getMetadata() ? 1 : 2;",
            "const m = nango.getMetadata() || {};",
            "const m = nango.getMetadata() ?? {};",
            "if (ready && nango.getMetadata()) { }",
            "if (nango.get({}).then((r) => r.data)) { }",
        ],
    );
}

#[test]
fn callbacks_of_for_each() {
    each_is_found(
        "callback_not_awaited",
        &[
            "ids.forEach(async (id) => { await nango.get({ endpoint: id }); });",
            "ids.forEach((id) => nango.get({ endpoint: id }));",
            "ids.forEach(async function (id) { await nango.get({ endpoint: id }); });",
            "const load = async (id) => { await nango.get({ endpoint: id }); }; ids.forEach(load);",
        ],
    );
    // Here the call is the mistake.
    each_is_found("call_not_awaited", &["ids.forEach((id) => { nango.get({ endpoint: id }); });"]);
}

#[test]
fn promises_in_variables_that_nobody_awaits() {
    each_is_found(
        "promise_never_awaited",
        &[
            "const p = nango.get({});",
            "let p; p = nango.get({});",
            "const p = nango.get({}); if (p.data) { other(p.data); }",
            "const p = nango.get({}); if (p) { }",
            "const p = nango.get({}); p.then((r) => r.data);",
            "const p = nango.get({}).then((r) => r.data);",
            "const tasks = ids.map((id) => nango.get({}));",
            "const tasks = []; for (const id of ids) tasks.push(nango.get({}));",
            "const tasks = ids.map((id) => nango.get({})); Promise.all(tasks);",
            "const all = Promise.all([nango.get({})]);",
        ],
    );
}

#[test]
fn whatever_the_parameter_of_exec_is_called() {
    for (exec, line) in [
        ("exec: async (n) => {\nn.get({}); }", 2),
        ("async exec(client) {\nclient.get({}); }", 2),
        ("exec: async ({ get }) => {\nget({}); }", 2),
        ("exec: async function (n) {\nn.get({}); }", 2),
        ("exec: async (n, input) => {\nn.get(input); }", 2),
        ("exec: run", 3),
    ] {
        let text = format!(
            "export default createAction({{ {exec} }});\nasync function run(it) {{\nit.get({{}}); }}"
        );
        assert_eq!(found_in(&[(ENTRY, &text)])[0], format!(":{line} call_not_awaited"), "{exec}");
    }
}

#[test]
fn helpers_in_other_files() {
    let entry = "import { createOnEvent, type NangoAction } from 'nango';\nimport { load, plain as other } from '../lib';\n\
                 import * as lib from '../lib';\nimport whole from '../whole.js';\n\
                 export default createOnEvent({ exec: async (nango) => {\n\
                 load(nango);\nlib.load(nango);\nawait load(nango);\nother(nango);\nwhole(nango);\nawait whole(nango);\n} });";
    let library = "export async function load(client) {\nclient.get({});\nawait client.get({});\n}\n\
                   export { plain } from './more';";
    let more = "export const plain = (it) => {\nit.log('x');\nreturn 1;\n};";
    let whole = "import type { NangoAction } from 'nango';\nexport default async function (n: NangoAction) {\nn.put({});\n}";
    let found = found_in(&[
        (ENTRY, entry),
        ("acme/lib.ts", library),
        ("acme/more.ts", more),
        ("acme/whole.ts", whole),
    ]);
    assert_eq!(
        found,
        [
            "acme/lib.ts:2 call_not_awaited",
            "acme/more.ts:2 call_not_awaited",
            ":6 call_not_awaited",
            ":7 call_not_awaited",
            ":10 call_not_awaited",
            "acme/whole.ts:3 call_not_awaited",
        ]
    );
}

#[test]
fn a_nango_is_known_by_its_type_and_its_name() {
    for helper in [
        "async function f(client: NangoAction) {\nclient.get({}); }",
        "async function f(client: NangoAction | NangoSync) {\nclient.get({}); }",
        "async function f(client: Parameters<typeof fn.exec>[0]) {\nclient.get({}); }",
        "async function f(client: Parameters<(typeof fn)['exec']>[0]) {\nclient.get({}); }",
        "type Local = Parameters<typeof fn.exec>[0];async function f(client: Local) {\nclient.get({}); }",
        "const f = async ({ nango }: { nango: any }) => {\nnango.get({}); };",
        "class Api { constructor(private nango: NangoAction) {} async load() {\nthis.nango.get({}); } }",
        "class Api { #nango; constructor(nango) { this.#nango = nango; } async load() {\nthis.#nango.get({}); } }",
        "class Api { constructor(nango) {\nnango.log('made'); } }",
        "export default async function runAction(nango) {\nnango.get({}); }",
    ] {
        assert_eq!(found_in(&[(ENTRY, helper)]), [":2 call_not_awaited"], "{helper}");
    }
}

#[test]
fn functions_that_call_each_other_come_to_an_end() {
    let text = "async function a(n) { await b(n); }\nasync function b(n) { await a(n); await n.get({}); }\n\
                export default createOnEvent({ exec: async (nango) => {\na(nango);\nawait b(nango); } });";
    assert_eq!(found_in(&[(ENTRY, text)]), [":4 call_not_awaited"]);
    let files = [
        (ENTRY, "export * from './check';\nexport * from '../other';"),
        ("acme/other.ts", "export * from './on-events/check';"),
    ];
    assert_eq!(found_in(&files), [""; 0]);
}

#[test]
fn comments_silence_one_code_on_one_line() {
    for (body, expected) in [
        ("nango.log('x'); // onevent-ignore call_not_awaited", vec![]),
        ("\n// onevent-ignore call_not_awaited: it is only a greeting\nnango.log('x');", vec![]),
        ("/* onevent-ignore call_not_awaited */ nango.log('x');", vec![]),
        // Behind code it is about that line alone.
        (
            "await a(); // onevent-ignore call_not_awaited\nnango.log('x');",
            vec![":2 call_not_awaited", ":1 unused_ignore"],
        ),
        ("\n/* onevent-ignore call_not_awaited */\nnango.log('x');", vec![]),
        ("\n// onevent-ignore call_not_awaited\n// and why\nnango.log('x');", vec![]),
        (
            "\n// onevent-ignore call_not_awaited, call_in_condition\nif (nango.log('x')) nango.log('y');",
            vec![],
        ),
        (
            "\n// onevent-ignore call_in_condition\nnango.log('x');",
            vec![":3 call_not_awaited", ":2 unused_ignore"],
        ),
        ("\n// onevent-ignore call_not_awaited\nawait nango.log('x');", vec![":2 unused_ignore"]),
        ("\n// onevent-ignore\nnango.log('x');", vec![":3 call_not_awaited", ":2 unused_ignore"]),
        (
            "\n// onevent-ignore call_not_waited\nnango.log('x');",
            vec![":3 call_not_awaited", ":2 unused_ignore"],
        ),
        // What was not looked for may be right.
        ("\n// onevent-ignore nango_global\nfetch('x');", vec![]),
        ("\n// onevent-ignore TS2322\nfetch('x');", vec![]),
        ("const text = '// onevent-ignore call_not_awaited'; nango.log('x');", vec![":1 call_not_awaited"]),
    ] {
        assert_eq!(found(body), expected, "{body}");
    }
}

#[test]
fn what_nests_deep_is_walked() {
    let chain = format!("nango.get({{}}){};", ".then((r) => r)".repeat(2_000));
    assert_eq!(found(&chain), [":1 call_not_awaited"]);
    let nested = format!("{}nango.get({{}}){};", "f(".repeat(400), ")".repeat(400));
    assert_eq!(found(&nested), [""; 0]);
}
