//! What Nango would not take, by snippets.

use onevent_check::{Finding, Rules, check};
use onevent_source::ProjectSource;

const ENTRY: &str = "acme/on-events/check.ts";

fn found_in(files: &[(&str, &str)], entries: &[&str]) -> Vec<String> {
    let source = ProjectSource::files(files.iter().map(|(path, text)| (*path, *text)));
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let checked = check(&source, &entries, Rules::All).unwrap();
    let line = |finding: &Finding| {
        let file = if finding.file == ENTRY { "" } else { finding.file.as_str() };
        format!("{file}:{} {}", finding.line, finding.code)
    };
    checked.findings.iter().map(line).collect()
}

#[track_caller]
fn expect(text: &str, expected: &[&str]) {
    let files = [(ENTRY, text), ("acme/lib.ts", "export const x = 1;"), ("acme/more/index.ts", "")];
    assert_eq!(found_in(&files, &[ENTRY]), expected, "{text}");
}

#[test]
fn packages() {
    for taken in ["nango", "zod", "url", "crypto", "unzipper", "soap", "botbuilder"] {
        expect(&format!("import x from '{taken}';"), &[]);
    }
    for refused in ["lodash", "buffer", "zod/v4", "@nangohq/node", "fs", "node:fs", "node:crypto"] {
        expect(&format!("import x from '{refused}';"), &[":1 nango_package"]);
        expect(&format!("import type x from '{refused}';"), &[]);
        expect(&format!("import {{ type x }} from '{refused}';"), &[]);
        expect(&format!("export * from '{refused}';"), &[":1 nango_package"]);
        expect(&format!("const x = require('{refused}');"), &[":1 nango_package"]);
        expect(&format!("await import('{refused}');"), &[":1 nango_dynamic_import"]);
    }
    expect("const text = 'import x from \"lodash\"';", &[]);
}

#[test]
fn extensions() {
    for taken in ["import { x } from '../lib.js';", "import '../more/index.js';", "import '../data.json';"] {
        expect(taken, &[]);
    }
    for refused in [
        "import { x } from '../lib';",
        "import type { x } from '../lib';",
        "import { x } from '../lib.ts';",
        "import '../more';",
        "export type { x } from '../lib';",
    ] {
        expect(refused, &[":1 nango_import_extension"]);
    }
}

#[test]
fn what_to_write_is_the_path_that_both_take() {
    let files = [
        (ENTRY, "import { x } from '../lib';\nimport '../more';\nimport '../lib.ts';\nimport '..';"),
        ("acme/lib.ts", ""),
        ("acme/more/index.ts", ""),
        ("acme/index.ts", ""),
    ];
    let source = ProjectSource::files(files);
    let checked = check(&source, &[ENTRY.to_owned()], Rules::All).unwrap();
    let next: Vec<&str> = checked.findings.iter().filter_map(|finding| finding.next.as_deref()).collect();
    assert_eq!(next.len(), 4);
    for (advice, path) in
        next.iter().zip(["`../lib.js`", "`../more/index.js`", "`../lib.js`", "`../index.js`"])
    {
        assert!(advice.contains(path), "{advice}: {path}");
    }
}

#[test]
fn kinds_of_modules() {
    expect("import x = require('crypto');", &[":1 nango_module_kind"]);
    expect("export = { };", &[":1 nango_module_kind"]);
    let files = [(ENTRY, "import { x } from '../lib.js';"), ("acme/lib.js", "export const x = 1;")];
    assert_eq!(found_in(&files, &[ENTRY]), ["acme/lib.js:1 nango_module_kind"]);
    for (manifest, expected) in [
        ("{ \"type\": \"module\" }", &[][..]),
        ("{ }", &["package.json:1 nango_module_kind"][..]),
        ("{ \"type\": \"commonjs\" }", &["package.json:1 nango_module_kind"][..]),
    ] {
        assert_eq!(found_in(&[(ENTRY, ""), ("package.json", manifest)], &[ENTRY]), expected, "{manifest}");
    }
}

#[test]
fn what_the_package_exports() {
    expect(
        "import { createOnEvent, type NangoAction, ProxyConfiguration, CreateOnEventProps } from 'nango';",
        &[],
    );
    expect("import type { NangoOnEvent } from 'nango';", &[":1 nango_missing_export"]);
    expect("import { ActionError } from 'nango';\nlet e: ActionError;", &[]);
    expect("import { ActionError } from 'nango';\nthrow new ActionError('x');", &[":2 nango_missing_export"]);
}

#[test]
fn exports_of_a_function() {
    for taken in [
        "export default createOnEvent({ });",
        "const fn = createAction({ });\nexport default fn;",
        "export type X = 1; export interface Y { }\nexport default createOnEvent({ });",
        "type X = 1;\nexport { X };",
        "export { x } from '../lib.js';",
    ] {
        expect(taken, &[]);
    }
    expect("export default { type: 'onEvent' };", &[":1 nango_default_export"]);
    expect("export default make({ });", &[":1 nango_default_export"]);
    expect("import fn from '../lib.js';\nexport default fn;", &[":2 nango_default_export"]);
    expect("export default createOnEvent({ }) satisfies X;", &[":1 nango_default_export"]);
    expect("const props = { };\nexport default createOnEvent(props);", &[":2 nango_function_param"]);
    expect("export const x = 1;\nexport default createOnEvent({ });", &[":1 nango_named_export"]);
    expect("export function x() { }", &[":1 nango_named_export"]);
    expect("const x = 1;\nexport { x };", &[":2 nango_named_export"]);
    // Helpers export what they like.
    let files = [(ENTRY, "import '../lib.js';"), ("acme/lib.ts", "export const x = 1; export default { };")];
    assert_eq!(found_in(&files, &[ENTRY]), [""; 0]);
}

#[test]
fn names_of_functions() {
    for (path, expected) in [
        ("acme/on-events/check_2-x.ts", 0),
        ("acme/on-events/check.it.ts", 1),
        ("acme/on-events/prüfe.ts", 1),
        ("ac+me/on-events/check.ts", 1),
    ] {
        assert_eq!(found_in(&[(path, "")], &[path]).len(), expected, "{path}");
    }
    let both = [(ENTRY, ""), ("acme/actions/check.ts", "")];
    assert_eq!(
        found_in(&both, &[ENTRY, "acme/actions/check.ts"]),
        ["acme/actions/check.ts:1 nango_function_name", ":1 nango_function_name"]
    );
    assert_eq!(found_in(&both, &[ENTRY]), [""; 0]);
}

#[test]
fn lines_of_the_index() {
    for (line, expected) in [
        ("import './acme/on-events/check';", 0),
        ("import \"./acme/on-events/check.js\"", 0),
        ("import './acme/on-events/check.ts';", 1),
        ("  import './acme/on-events/check';", 1),
        ("import  './acme/on-events/check';", 1),
        ("import './other'; import './acme/on-events/check';", 1),
        ("import './acme/../acme/on-events/check';", 0),
    ] {
        let found = found_in(&[("index.ts", line), (ENTRY, ""), ("other.ts", "")], &[ENTRY]);
        assert_eq!(found, vec!["index.ts:1 nango_index_import"; expected], "{line}");
    }
}

#[test]
fn awaits_and_retries_as_its_compiler_has_them() {
    let exec =
        |body: &str| format!("export default createOnEvent({{ exec: async (nango) => {{\n{body} }} }});");
    for taken in [
        "await nango.get({});",
        "return nango.get({});",
        "await Promise.all(ids.map((id) => nango.get({ endpoint: id })));",
        "const p = nango.updateMetadata({}); await p;",
        "await nango.get({ retryOn: [404], retries: 3 });",
        "await nango.get({ retryOn: [404], ...others });",
    ] {
        expect(&exec(taken), &[]);
    }
    expect(&exec("void nango.log('x');"), &[":2 nango_needs_await"]);
    expect(&exec("const p = nango.get({}); await p;"), &[":2 nango_needs_await"]);
    expect(
        &exec("const p = ids.map((id) => nango.get({})); await Promise.all(p);"),
        &[":2 nango_needs_await"],
    );
    expect(&exec("await nango.get({ retryOn: [404] });"), &[":2 nango_retry_on"]);
    // One mistake is told once.
    expect(&exec("nango.log('x');"), &[":2 call_not_awaited"]);
}

#[test]
fn globals() {
    expect("fetch('/'); fetch('/');\natob('x');", &[":1 nango_global", ":2 nango_global"]);
    expect("console.log(1);\nconsole.log(2);", &[":1 nango_console"]);
    for taken in [
        "new URL('x'); Buffer.from('x'); setTimeout(() => {}, 1); JSON.parse('1');",
        "const fetch = 1; fetch;",
        "import crypto from 'crypto'; crypto.randomUUID();",
        "x.process; ({ fetch: 1 });",
        "if (typeof process === 'undefined') { }",
        "let r: Response;",
    ] {
        expect(taken, &[]);
    }
}
