//! Packages in a project's `node_modules`.

use onevent_contract::{ConnectionFacts, ConnectionId, EnvironmentName, IntegrationId, Invocation, Trigger};
use onevent_engine::{LoadError, Project, ProjectSource};
use serde_json::{Value, json};

use crate::support::{MemoryHost, engine};

/// A project of one action around `imports` and the `result` that it returns, with more files.
fn source(imports: &str, result: &str, files: &[(&str, &str)]) -> ProjectSource {
    let action = format!(
        "import {{ createAction }} from 'nango';\n{imports}\n\
         export default createAction({{ description: '', exec: async () => ({result}) }});\n"
    );
    let own = [("index.ts", "import './acme/actions/check';"), ("acme/actions/check.ts", action.as_str())];
    ProjectSource::files(own.into_iter().chain(files.iter().copied()))
}

async fn load(imports: &str, result: &str, files: &[(&str, &str)]) -> Project {
    engine().load(source(imports, result, files)).await.unwrap()
}

async fn load_error(imports: &str, files: &[(&str, &str)]) -> LoadError {
    load(imports, "null", files).await.broken.into_iter().next().expect("it loaded").error
}

async fn run(imports: &str, result: &str, files: &[(&str, &str)]) -> Value {
    output(&load(imports, result, files).await).await
}

async fn output(project: &Project) -> Value {
    assert!(project.broken.is_empty(), "{:?}", project.broken);
    let facts = ConnectionFacts {
        connection_id: ConnectionId::new("acme-1").unwrap(),
        integration: IntegrationId::new("acme").unwrap(),
        provider: "acme".into(),
    };
    let mut invocation =
        Invocation::new(project.functions[0].clone(), facts, EnvironmentName::new("dev").unwrap());
    invocation.trigger = Trigger::Action { input: Some(Value::Null) };
    let report = engine().run(invocation, MemoryHost::with(Value::Null)).await.unwrap();
    assert!(report.error.is_none(), "{:?}", report.error);
    report.output.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_may_be_of_either_kind_of_module() {
    let files = [
        ("node_modules/esm/package.json", r#"{"type": "module", "exports": "./index.js"}"#),
        ("node_modules/esm/index.js", "export default 'esm'; export * from './more.js';"),
        ("node_modules/esm/more.js", "export const more = import.meta.url;"),
        ("node_modules/cjs/package.json", r#"{"main": "lib"}"#),
        ("node_modules/cjs/lib/index.js", "exports.name = 'cjs'; exports.inner = require('./inner').value;"),
        ("node_modules/cjs/lib/inner.js", "module.exports = { value: [__filename, __dirname] };"),
        ("node_modules/@scope/sub/package.json", r#"{"exports": {"./*": "./src/*.mjs"}}"#),
        ("node_modules/@scope/sub/src/part.mjs", "export const part = 1;"),
        ("node_modules/data/package.json", r#"{"version": "1.2.3"}"#),
    ];
    let output = run(
        "import esm, { more } from 'esm';\nimport cjs, { name } from 'cjs';\nimport { part } from '@scope/sub/part';\n\
         import data, { version } from 'data/package.json';",
        "{ esm, more, cjs, name, part, data, version }",
        &files,
    )
    .await;
    let cjs = json!({ "name": "cjs", "inner": ["/node_modules/cjs/lib/inner.js", "/node_modules/cjs/lib"] });
    assert_eq!(
        output,
        json!({
            "esm": "esm", "more": "project:///node_modules/esm/more.js", "cjs": cjs, "name": "cjs", "part": 1,
            "data": { "version": "1.2.3" }, "version": "1.2.3",
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn common_js_runs_as_in_node() {
    let files = [
        (
            "node_modules/old/index.js",
            "#!/usr/bin/env node\n\
             var sloppy = (function () { return this === global })();\n\
             undeclared = 1;\n\
             var parts = [typeof module, typeof process, process.env.NODE_ENV, this === exports, sloppy, 010];\n\
             var missing = []; \n\
             ['fs', 'nothing'].forEach(function (name) { try { require(name) } catch (e) { missing.push(e.code, e.message) } });\n\
             module.exports = { parts: parts, missing: missing, a: require('./a.js').done, json: require('./data').x,\n\
               hash: require('crypto').createHash('md5').update('a').digest('hex'), same: require('./a') === require('./a.js'),\n\
               resolved: require.resolve('./a') };\n\
             return; neverReached();",
        ),
        (
            "node_modules/old/a.js",
            "exports.done = false; var b = require('./b'); exports.done = b.sawA === false;",
        ),
        ("node_modules/old/b.js", "exports.sawA = require('./a').done;"),
        ("node_modules/old/data.json", "{\"x\": 5}"),
    ];
    let output =
        run("import * as old from 'old';\nimport whole from 'old';", "[Object.keys(old), whole]", &files)
            .await;
    assert_eq!(output[1]["parts"], json!(["object", "object", "production", true, true, 8]));
    assert_eq!(
        output[1]["missing"],
        json!([
            "MODULE_NOT_FOUND",
            "Module 'fs' is not allowed: functions have buffer, crypto and url of Node's modules",
            "MODULE_NOT_FOUND",
            "Cannot find module 'nothing', required by node_modules/old/index.js",
        ])
    );
    assert_eq!(output[1]["a"], true, "a cycle sees what was exported so far");
    assert_eq!(output[1]["json"], 5);
    assert_eq!(output[1]["hash"], "0cc175b9c0f1b6a831c399e269772661");
    assert_eq!(
        (&output[1]["same"], &output[1]["resolved"]),
        (&json!(true), &json!("/node_modules/old/a.js"))
    );
    assert!(output[0].as_array().unwrap().contains(&json!("parts")), "names are found in its text: {output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_a_text_does_not_tell_come_from_who_imports_them() {
    let files =
        [("node_modules/dynamic/index.js", "var all = {}; all['no' + 'w'] = 1; module.exports = all;")];
    let output = run("import { now, never } from 'dynamic';", "[now, typeof never]", &files).await;
    assert_eq!(output, json!([1, "undefined"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn reexported_names_are_named_exports() {
    let files = [
        ("node_modules/outer/index.js", "module.exports = require('./inner');"),
        (
            "node_modules/outer/inner.js",
            "exports.one = 1; Object.defineProperty(exports, 'two', { value: 2 });",
        ),
    ];
    let output = run("import * as outer from 'outer';", "({ ...outer }).one + outer.two", &files).await;
    assert_eq!(output, 3);
}

const COMPILED: (&str, &str) = (
    "node_modules/compiled/index.js",
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'default'; exports.other = 1;",
);

#[tokio::test(flavor = "multi_thread")]
async fn the_default_of_a_compiled_module_is_what_bundlers_make_of_it() {
    let imported = "import compiled from 'compiled';";
    assert_eq!(run(imported, "compiled", &[COMPILED]).await, "default");
    // A project that says its files are ECMAScript modules gets Node's answer.
    let module = [COMPILED, ("package.json", r#"{"type": "module"}"#)];
    assert_eq!(run(imported, "compiled", &module).await, json!({ "default": "default", "other": 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_kinds_import_each_other() {
    let files = [
        ("node_modules/mixed/package.json", r#"{"main": "main.cjs"}"#),
        (
            "node_modules/mixed/main.cjs",
            "const esm = require('./part.mjs'); const z = require('zod');\n\
             exports.answer = [esm.default, esm.named, esm.__esModule, z.string().parse('x')];\n\
             exports.later = () => import('./part.mjs');",
        ),
        (
            "node_modules/mixed/part.mjs",
            "import { back } from './back.cjs'; export default back; export const named = 2;",
        ),
        ("node_modules/mixed/back.cjs", "exports.back = 'back';"),
    ];
    let output =
        run("import { answer, later } from 'mixed';", "[answer, (await later()).named]", &files).await;
    assert_eq!(output, json!([["back", 2, true, "x"], 2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_own_files_may_require_and_import_json() {
    let files = [
        ("shared/legacy.js", "module.exports = { legacy: require('./helper').value };"),
        ("shared/helper.ts", "export const value: number = 3;"),
        ("shared/data.json", "{ \"name\": \"Ada\" }"),
    ];
    let output = run(
        "import data from '../../shared/data.json' with { type: 'json' };\nimport { name } from '../../shared/data.json';\n\
         declare const require: any;\nconst { legacy } = require('../../shared/legacy');\nconst crypto = require('node:crypto');\n\
         let refused; try { require('fs') } catch (error) { refused = error.message }\nlet absent = typeof process;",
        "[data.name, name, legacy, typeof crypto.createHash, refused, absent]",
        &files,
    )
    .await;
    assert_eq!(
        output,
        json!([
            "Ada",
            "Ada",
            3,
            "function",
            "Module 'fs' is not allowed: functions have buffer, crypto and url of Node's modules",
            "undefined",
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_finds_names_of_node_that_it_does_not_declare() {
    let files = [
        (
            "node_modules/uses/index.mjs",
            "export const found = [typeof process, typeof global, typeof require, process.env.NODE_ENV, self.self === globalThis];",
        ),
        ("node_modules/declares/index.mjs", "const process = 1; export const own = process;"),
        ("node_modules/uses/package.json", r#"{"exports": "./index.mjs"}"#),
        ("node_modules/declares/package.json", r#"{"exports": "./index.mjs"}"#),
    ];
    let output =
        run("import { found } from 'uses';\nimport { own } from 'declares';", "[found, own]", &files).await;
    assert_eq!(output, json!([["object", "object", "function", "production", true], 1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_imported_for_its_types_alone_need_not_be_there() {
    let files = [
        ("node_modules/uses-fs/index.mjs", "import fs from 'fs'; fs;"),
        ("node_modules/uses-fs/package.json", r#"{"exports": "./index.mjs"}"#),
    ];
    let imports = "import { Problem } from 'not-there';\nimport { Other, type Third } from 'uses-fs';\n\
                   import { Model } from '../models.js';\n\
                   const typed = (given: Problem | Other | Third | Model) => given;";
    assert_eq!(run(imports, "typed(1 as any)", &files).await, json!(1));
    let refused = load_error("import { Stats } from 'fs';\nlet x: Stats | undefined;", &[]).await;
    assert_eq!(refused.code.as_str(), "disallowed_import");
    let used = load_error("import { Problem } from 'not-there';\nexport { Problem as P };", &[]).await;
    assert_eq!(used.code.as_str(), "module_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_imported_says_why_and_where() {
    let error = load_error("import x from 'not-there';\nx;", &[]).await;
    assert_eq!(error.code.as_str(), "module_not_found");
    assert_eq!(error.position.as_ref().unwrap().line, 2);
    assert_eq!(error.hint.as_deref(), Some("install it in the project: `npm install not-there`"));

    let files = [
        ("node_modules/uses-fs/index.mjs", "\nimport fs from 'fs'; fs;"),
        ("node_modules/uses-fs/package.json", r#"{"exports": "./index.mjs"}"#),
    ];
    let error = load_error("import x from 'uses-fs';\nx;", &files).await;
    assert_eq!(error.code.as_str(), "disallowed_import");
    let position = error.position.as_ref().unwrap();
    assert_eq!((position.file.as_str(), position.line), ("node_modules/uses-fs/index.mjs", 2));
    assert!(error.hint.unwrap().contains("is imported by acme/actions/check.ts"));

    let files = [
        ("node_modules/native/package.json", r#"{"main": "build/addon.node"}"#),
        ("node_modules/native/build/addon.node", ""),
    ];
    let error = load_error("import x from 'native';", &files).await;
    assert_eq!(error.code.as_str(), "disallowed_import");
    assert!(error.message.contains("native addon"), "{error}");

    let error = load_error("import x from './broken.json';", &[("acme/actions/broken.json", "{")]).await;
    assert_eq!(error.code.as_str(), "syntax_error");

    let error =
        load_error("import 'throws';", &[("node_modules/throws/index.js", "\n  throw new Error('no');")])
            .await;
    let position = error.position.as_ref().unwrap();
    assert_eq!((position.file.as_str(), position.line), ("node_modules/throws/index.js", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_out_of_the_project_is_refused_and_one_inside_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    let write = |path: &str, text: &str| {
        let path = project.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let action = |package: &str| {
        format!(
            "import {{ createAction }} from 'nango'; import x from '{package}';\n\
             export default createAction({{ description: '', exec: async () => x }});"
        )
    };
    write("index.ts", "import './acme/actions/check'; import './acme/actions/inside';");
    write("acme/actions/check.ts", &action("outside"));
    write("acme/actions/inside.ts", &action("inside"));
    write("packages/inside/index.ts", "const x: string = 'inside'; export default x;");
    write("packages/inside/package.json", r#"{"exports": "./index.ts"}"#);
    std::fs::create_dir_all(folder.path().join("outside")).unwrap();
    std::fs::write(folder.path().join("outside/index.js"), "module.exports = 'secret';").unwrap();
    std::fs::create_dir_all(project.join("node_modules")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("outside"), project.join("node_modules/outside")).unwrap();
    std::os::unix::fs::symlink("../packages/inside", project.join("node_modules/inside")).unwrap();
    let loaded = engine().load(ProjectSource::directory(&project)).await.unwrap();
    assert_eq!(loaded.broken.len(), 1);
    assert_eq!(loaded.broken[0].error.code.as_str(), "outside_project");
    let mut inside = Project::default();
    inside.functions = loaded.functions;
    assert_eq!(output(&inside).await, "inside");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_compiled_of_packages_is_kept_and_used_again() {
    let files = [
        ("node_modules/esm/package.json", r#"{"type": "module", "exports": "./index.js"}"#),
        ("node_modules/esm/index.js", "export const answer = () => 'esm';"),
        ("node_modules/cjs/index.js", "exports.answer = function () { return 'cjs' };"),
    ];
    let imports = "import { answer as one } from 'esm';\nimport { answer as two } from 'cjs';";
    let project = load(imports, "[one(), two()]", &files).await;
    let kept = |path: &str| {
        let module = project.functions[0].modules.iter().find(|module| module.path == path).unwrap();
        module.compiled.get().is_some()
    };
    assert!(kept("node_modules/esm/index.js") && kept("node_modules/cjs/index.js"));
    assert!(!kept("acme/actions/check.ts"), "a function's own file is not worth it");
    for _ in 0..2 {
        assert_eq!(output(&project).await, json!(["esm", "cjs"]));
    }
}
