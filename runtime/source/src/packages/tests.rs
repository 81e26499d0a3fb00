use super::*;

fn resolve(files: &[(&str, &str)], importer: &str, specifier: &str, kind: ImportKind) -> Found {
    let source = ProjectSource::files(files.iter().copied());
    Packages::new(&source).resolve(importer, specifier, kind)
}

fn file(path: &str) -> Found {
    Found::File(path.to_owned())
}

#[test]
fn exports_are_read_with_the_conditions_of_who_asks() {
    let files = [
        (
            "node_modules/both/package.json",
            r#"{"exports": {".": {"import": "./esm.mjs", "require": "./cjs.cjs"}, "./sub/*": "./lib/*.js", "./hidden": null}}"#,
        ),
        ("node_modules/both/esm.mjs", ""),
        ("node_modules/both/cjs.cjs", ""),
        ("node_modules/both/lib/a.js", ""),
    ];
    let import = |specifier| resolve(&files, "acme/actions/x.ts", specifier, ImportKind::Static);
    assert_eq!(import("both"), file("node_modules/both/esm.mjs"));
    assert_eq!(import("both/sub/a"), file("node_modules/both/lib/a.js"));
    assert!(matches!(import("both/hidden"), Found::Missing(_)));
    assert!(matches!(import("both/lib/a.js"), Found::Missing(_)), "not exported");
    assert!(matches!(import("other"), Found::Missing(_)));
    let require = resolve(&files, "acme/actions/x.ts", "both", ImportKind::Require);
    assert_eq!(require, file("node_modules/both/cjs.cjs"));
}

#[test]
fn a_build_for_the_web_comes_before_one_for_node() {
    let exports = |exports: &str| {
        let manifest = format!("{{\"exports\": {exports}}}");
        let files = [
            ("node_modules/x/package.json", manifest.as_str()),
            ("node_modules/x/node.js", ""),
            ("node_modules/x/web.js", ""),
        ];
        resolve(&files, "index.ts", "x", ImportKind::Static)
    };
    assert_eq!(exports(r#"{"node": "./node.js", "browser": "./web.js"}"#), file("node_modules/x/web.js"));
    assert_eq!(exports(r#"{"node": "./node.js", "default": "./web.js"}"#), file("node_modules/x/web.js"));
    assert_eq!(exports(r#"{"node": "./node.js"}"#), file("node_modules/x/node.js"));
}

#[test]
fn older_packages_are_found_by_main_and_may_do_without_a_module() {
    let files = [
        ("node_modules/old/package.json", r#"{"main": "lib", "browser": {"fs": false}}"#),
        ("node_modules/old/lib/index.js", ""),
        ("node_modules/old/node_modules/nested/index.js", ""),
        ("node_modules/nested/index.js", ""),
    ];
    assert_eq!(resolve(&files, "index.ts", "old", ImportKind::Static), file("node_modules/old/lib/index.js"));
    let inner = |specifier| resolve(&files, "node_modules/old/lib/index.js", specifier, ImportKind::Require);
    assert_eq!(inner("fs"), Found::Empty);
    assert_eq!(inner("nested"), file("node_modules/old/node_modules/nested/index.js"));
    assert_eq!(inner(".."), file("node_modules/old/lib/index.js"));
}

#[test]
fn a_package_reads_files_of_packages_only() {
    let evil = r#"{"main": "../../acme.json", "exports": {".": "./../../acme.json", "./in": "./index.js"}, "browser": {"./x.js": "../../acme.json"}}"#;
    let files = [
        ("acme.json", "{}"),
        ("lib/x.ts", ""),
        ("package.json", r##"{"name": "own", "exports": "./lib/x.ts", "imports": {"#lib": "./lib/x.ts"}}"##),
        ("node_modules/evil/package.json", evil),
        ("node_modules/evil/index.js", ""),
        ("node_modules/main/package.json", r#"{"main": "../../acme.json"}"#),
        ("node_modules/other/data.json", "{}"),
    ];
    let refused = |importer, specifier| {
        let found = resolve(&files, importer, specifier, ImportKind::Require);
        assert!(matches!(found, Found::NotOfPackage(_) | Found::Missing(_)), "{specifier}: {found:?}");
    };
    let package = "node_modules/evil/index.js";
    refused(package, "../../acme.json");
    refused(package, "./../../acme.json");
    refused(package, "./x.js");
    refused(package, "../../lib/x.ts");
    refused(package, "main");
    refused("acme/on-events/x.ts", "evil");
    refused("acme/on-events/x.ts", "main");
    // What is a package's, and what the project says of itself, is found.
    let found = |importer, specifier| resolve(&files, importer, specifier, ImportKind::Require);
    assert_eq!(found(package, "../other/data.json"), file("node_modules/other/data.json"));
    assert_eq!(found("acme/on-events/x.ts", "evil/in"), file(package));
    assert_eq!(found("acme/on-events/x.ts", "#lib"), file("lib/x.ts"));
    assert_eq!(found("acme/on-events/x.ts", "own"), file("lib/x.ts"));
}

#[test]
fn links_lead_to_packages_and_to_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let link = |target: &str, path: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    };
    write("acme.json", "{}");
    write("packages/shared/package.json", r#"{"name": "@ws/shared", "main": "index.js"}"#);
    write("packages/shared/index.js", "");
    link("../../packages/shared", "node_modules/@ws/shared");
    write("node_modules/.pnpm/a@1.0.0/node_modules/a/index.js", "");
    link(".pnpm/a@1.0.0/node_modules/a", "node_modules/a");
    write("node_modules/.pnpm/b@1.0.0/node_modules/b/index.js", "");
    link("../../b@1.0.0/node_modules/b", "node_modules/.pnpm/a@1.0.0/node_modules/b");
    write("node_modules/evil/index.js", "");
    link("../../acme.json", "node_modules/evil/data.json");
    link("..", "node_modules/root");
    let source = ProjectSource::directory(folder.path());
    let packages = Packages::new(&source);
    let found = |importer, specifier| packages.resolve(importer, specifier, ImportKind::Require);
    assert_eq!(found("acme/on-events/x.ts", "@ws/shared"), file("packages/shared/index.js"));
    assert_eq!(found("node_modules/evil/index.js", "@ws/shared"), file("packages/shared/index.js"));
    let a = "node_modules/.pnpm/a@1.0.0/node_modules/a/index.js";
    assert_eq!(found("acme/on-events/x.ts", "a"), file(a));
    assert_eq!(found(a, "b"), file("node_modules/.pnpm/b@1.0.0/node_modules/b/index.js"));
    let refused = Found::NotOfPackage("acme.json".to_owned());
    assert_eq!(found("node_modules/evil/index.js", "./data.json"), refused);
    assert_eq!(found("node_modules/evil/index.js", "root/acme.json"), refused);
    assert_eq!(found("acme/on-events/x.ts", "evil/data.json"), refused);
}

#[test]
fn no_manifest_leads_out_of_the_project() {
    let files = [
        ("node_modules/a/package.json", r#"{"main": "../../../../../etc/passwd"}"#),
        ("node_modules/b/package.json", r#"{"exports": "./../../secret.js"}"#),
        ("secret.js", ""),
    ];
    for package in ["a", "b"] {
        let found = resolve(&files, "index.ts", package, ImportKind::Static);
        assert!(matches!(found, Found::Missing(_) | Found::NotOfPackage(_)), "{found:?}");
    }
}

#[test]
fn the_nearest_manifest_says_what_js_files_are() {
    let source = ProjectSource::files([
        ("package.json", r#"{"type": "module"}"#),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/esm/package.json", r#"{"type": "module"}"#),
    ]);
    let packages = Packages::new(&source);
    assert_eq!(packages.package_type("acme/actions/x.ts"), PackageType::EsModule);
    assert_eq!(packages.package_type("node_modules/a/lib/x.js"), PackageType::Unsaid);
    assert_eq!(packages.package_type("node_modules/a/esm/deep/x.js"), PackageType::EsModule);
    assert_eq!(packages.package_type("node_modules/none/x.js"), PackageType::Unsaid);
}

#[test]
fn names_of_packages() {
    assert_eq!(package_of("@scope/name/file.js"), "@scope/name");
    assert_eq!(package_of("name/file"), "name");
    assert_eq!(package_of("name"), "name");
    assert!(is_of_node("fs/promises") && is_of_node("node:anything") && !is_of_node("lodash"));
}
