//! Each import that is refused, through the program: exit 10, with file and line.

use crate::world::World;

#[test]
fn each_refused_import_names_its_file_and_line() {
    for specifier in [
        "fs",
        "node:fs",
        "https://example.com/x.ts",
        "npm:zod",
        "ext:core/mod.js",
        "data:text/javascript,1",
        "../../../outside",
    ] {
        let world = World::validating("");
        world.file(
            "salesforce/on-events/check.ts",
            &format!("import {{ createOnEvent }} from 'nango';\nimport unused from '{specifier}';\nexport default createOnEvent({{ description: 'd', event: 'validate-connection', exec: async () => {{}} }});\n"),
        );
        for arguments in [
            &["connection", "create", "salesforce", "acme", "--credentials", "@first.json"][..],
            &["dryrun", "check", "acme"][..],
        ] {
            let answer = world.run(arguments).exits(10);
            let error = &answer.document["error"];
            assert_eq!(error["file"], "salesforce/on-events/check.ts", "{specifier}: {error:#}");
            assert_eq!(error["line"], 2, "{specifier}: {error:#}");
            assert!(error["message"].as_str().unwrap().contains(specifier), "{specifier}: {error:#}");
        }
        assert!(world.provider.journal().is_empty());
    }
}
