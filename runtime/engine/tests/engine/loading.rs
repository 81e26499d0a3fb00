//! Projects: what loads, what is refused, and where the error points.

use onevent_contract::Event;
use onevent_engine::{LoadError, ProjectSource, Selection};

use crate::support::{engine, function, load};

async fn load_error(code: &str) -> LoadError {
    let project = load(code).await;
    assert!(project.functions.is_empty(), "it loaded");
    project.broken.into_iter().next().unwrap().error
}

fn place(error: &LoadError) -> (&str, u32, u32) {
    let position = error.position.as_deref().unwrap_or_else(|| panic!("no position: {error:?}"));
    (&position.file, position.line, position.column)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_syntax_error_names_its_place_and_shows_the_code() {
    let error = load_error(
        "import { createOnEvent } from 'nango';\nexport default createOnEvent({\n  event: 'x' y\n});\n",
    )
    .await;
    assert_eq!(error.code.as_str(), "syntax_error");
    assert_eq!(place(&error), ("acme/on-events/check.ts", 3, 14));
    let text = error.position.as_deref().and_then(|position| position.source.as_deref()).unwrap();
    assert_eq!(text.lines().nth(2), Some("  event: 'x' y"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_modules_are_refused_where_they_are_imported_even_when_unused() {
    for specifier in [
        "fs",
        "node:fs",
        "https://example.com/x.ts",
        "npm:zod",
        "ext:core/mod.js",
        "data:text/javascript,1",
        "file:///etc/passwd",
        "/etc/passwd",
        "onevent:zod",
        "jsr:@std/fs",
        "project:///x",
    ] {
        for import in [
            format!("import unused from '{specifier}';"),
            format!("import {{ unused }} from '{specifier}';"),
            format!("import '{specifier}';"),
            format!("export * from '{specifier}';"),
            format!("export {{ x }} from '{specifier}';"),
            format!("const later = () => import('{specifier}');"),
        ] {
            let error = load_error(&format!("// first line\n{import}\n{}", function(""))).await;
            assert_eq!(error.code.as_str(), "disallowed_import", "{import}");
            let (file, line, _) = place(&error);
            assert_eq!((file, line), ("acme/on-events/check.ts", 2), "{import}");
            assert!(error.message.contains(specifier), "{import}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_of_types_are_no_imports() {
    let code = format!(
        "import type {{ A }} from 'anything';\nimport {{ type B }} from 'node:fs';\n{}",
        function("")
    );
    let project = load(&code).await;
    assert_eq!(project.functions.len(), 1, "{:?}", project.broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_project_import_each_other() {
    let source = ProjectSource::files([
        ("index.ts", "import './acme/on-events/check.js';\nimport './acme/on-events/other.ts';\nimport './acme/on-events/third';\n".to_owned()),
        ("acme/on-events/check.ts", format!("import {{ helper }} from '../../shared/helper.js';\nhelper();\n{}", function(""))),
        ("acme/on-events/other.ts", function("")),
        ("acme/on-events/third.ts", function("").replace("validate-connection", "pre-connection-deletion")),
        ("shared/helper.ts", "import { deep } from './deep';\nexport const helper = () => deep;\n".to_owned()),
        ("shared/deep.ts", "import { helper } from './helper';\nexport const deep: number = 1;\nexport const later = () => helper;\n".to_owned()),
    ]);
    let project = engine().load(source).await.unwrap();
    let names: Vec<_> = project.functions.iter().map(|f| (f.key.to_string(), f.event().unwrap())).collect();
    assert_eq!(
        names,
        [
            ("acme/check".to_owned(), Event::ValidateConnection),
            ("acme/other".to_owned(), Event::ValidateConnection),
            ("acme/third".to_owned(), Event::PreConnectionDeletion),
        ]
    );
    assert_eq!(project.functions[0].modules.len(), 3);
    assert_eq!(project.functions[0].description.as_deref(), Some("test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_function_is_listed_and_the_rest_run() {
    let source = ProjectSource::files([
        ("index.ts", "import './acme/on-events/bad';\nimport './acme/on-events/good';\nimport './acme/on-events/gone';\nimport './acme/syncs/all';\n".to_owned()),
        ("acme/on-events/bad.ts", "export default {;".to_owned()),
        ("acme/on-events/good.ts", function("")),
        ("acme/syncs/all.ts", "export default 1;".to_owned()),
    ]);
    let project = engine().load(source).await.unwrap();
    assert_eq!(project.functions.len(), 1);
    let broken: Vec<_> = project.broken.iter().map(|b| b.error.code.as_str()).collect();
    assert_eq!(broken, ["syntax_error", "module_not_found", "unsupported_function_type"]);
    assert_eq!(place(&project.broken[1].error).0, "index.ts");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_an_event_function_says_what_it_is() {
    for (code, expected) in [
        ("export const x = 1;", "invalid_export"),
        ("export default 7;", "invalid_export"),
        ("export default async function runAction(nango: any, input: any) { return input; }", "old_export"),
        (
            "import { createOnEvent } from 'nango'; export default createOnEvent({ event: 'on-lunch', exec: async () => {} } as any);",
            "unknown_event",
        ),
        (
            "import { createOnEvent } from 'nango'; export default createOnEvent({ event: 'validate-connection' } as any);",
            "invalid_export",
        ),
        (
            "import { createOnEvent } from 'nango'; export default createOnEvent({ event: 'validate-connection', metadata: 7, exec: async () => {} } as any);",
            "invalid_metadata_schema",
        ),
        ("throw new Error('at load');", "module_threw"),
        ("await new Promise(() => {}); export default 1;", "module_stopped"),
    ] {
        let error = load_error(code).await;
        assert_eq!(error.code.as_str(), expected, "{code}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_outside_exec_points_at_its_line() {
    let error = load_error("interface Long {\n  a: string;\n}\nconst boom = (x: Long) => { throw new Error('at load'); };\nboom({ a: '' });\n").await;
    assert_eq!(place(&error), ("acme/on-events/check.ts", 4, 35));
    assert!(error.message.contains("at load"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_without_an_index_says_what_a_project_is() {
    let error = engine().load(ProjectSource::files([("a.ts", "")])).await.unwrap_err();
    assert_eq!(error.code.as_str(), "missing_index");
    assert!(error.hint.unwrap().contains("index.ts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_paths_that_leave_the_folder_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.ts"), "export const secret = 1;").unwrap();
    let project = tempfile::tempdir().unwrap();
    let folder = project.path().join("acme/on-events");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(project.path().join("index.ts"), "import './acme/on-events/check';\n").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.ts"), folder.join("link.ts")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.join("folder")).unwrap();
    for specifier in ["./link", "./folder/secret", "../../../secret"] {
        std::fs::write(folder.join("check.ts"), format!("import '{specifier}';\n{}", function(""))).unwrap();
        let loaded = engine().load(ProjectSource::directory(project.path())).await.unwrap();
        assert_eq!(loaded.broken[0].error.code.as_str(), "outside_project", "{specifier}");
        assert_eq!(place(&loaded.broken[0].error).1, 1);
    }
    std::fs::write(folder.join("inside.ts"), "export const a = 1;").unwrap();
    std::os::unix::fs::symlink(folder.join("inside.ts"), folder.join("alias.ts")).unwrap();
    std::fs::write(folder.join("check.ts"), format!("import './alias';\n{}", function(""))).unwrap();
    let loaded = engine().load(ProjectSource::directory(project.path())).await.unwrap();
    assert_eq!(loaded.functions.len(), 1, "a link inside the project is fine: {:?}", loaded.broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_asks_for_is_listed_and_neither_read_nor_run() {
    let files = [
        (
            "index.ts",
            "import './acme/on-events/check';\nimport './acme/actions/loud';\nimport './acme/actions/lost';\n",
        ),
        ("acme/on-events/check.ts", function("").leak() as &str),
        ("acme/actions/loud.ts", "throw new Error('loaded');"),
        ("acme/actions/lost.ts", "import './nothing';"),
    ];
    let whole = engine().load(ProjectSource::files(files)).await.unwrap();
    assert_eq!((whole.functions.len(), whole.broken.len()), (1, 2), "{:?}", whole.broken);
    let integration = whole.functions[0].key.integration.clone();
    let selection = Selection::EventFunctionsOf(integration);
    let project = engine().load_selected(ProjectSource::files(files), selection).await.unwrap();
    assert_eq!((project.functions.len(), project.broken.len()), (1, 0), "{:?}", project.broken);
    let rest: Vec<&str> = project.not_loaded.iter().map(|listed| listed.path.as_str()).collect();
    assert_eq!(rest, ["acme/actions/loud.ts", "acme/actions/lost.ts"]);
    let action = Selection::Action(project.not_loaded[0].key.clone());
    let project = engine().load_selected(ProjectSource::files(files), action).await.unwrap();
    assert_eq!((project.functions.len(), project.broken.len()), (0, 1));
    assert_eq!(project.broken[0].error.code.as_str(), "module_threw");
}
