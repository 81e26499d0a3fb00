//! Packages of npm in a project, the real ones, zod in other versions among them.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::stage::{Stage, copy};

/// Puts a package that `js-sdk` has installed into the stage's project under a name.
fn install(stage: &Stage, package: &str, name: &str) {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js-sdk/node_modules").join(package);
    assert!(installed.is_dir(), "{package} is not installed: `cargo xtask setup` does it");
    let target = folder(stage).join(name);
    std::fs::create_dir_all(&target).unwrap();
    copy(&installed, &target);
}

fn folder(stage: &Stage) -> PathBuf {
    stage.project.path().join("node_modules")
}

/// The output of an action with these imports.
fn output(stage: &Stage, imports: &str, result: &str) -> serde_json::Value {
    stage.function(
        "salesforce/actions/probe",
        &format!(
            "import {{ createAction }} from 'nango';\n{imports}\n\
             export default createAction({{ description: '', exec: async () => ({result}) }});\n"
        ),
    );
    stage.write(
        "connection.json",
        r#"{"provider_config_key": "salesforce", "credentials": {"access_token": "t"}}"#,
    );
    let (code, document) =
        stage.json("run-report", &["dryrun", "probe", "acme", "--connection", "@connection.json"]);
    assert_eq!(code, 0, "{document}");
    document["output"].clone()
}

#[test]
fn packages_of_both_kinds_run_as_they_are() {
    let stage = Stage::new();
    for package in ["lodash", "dayjs", "uuid", "fast-xml-parser", "strnum", "jose", "p-limit", "yocto-queue"]
    {
        install(&stage, package, package);
    }
    let output = output(
        &stage,
        "import _, { chunk } from 'lodash';\nimport dayjs from 'dayjs';\nimport utc from 'dayjs/plugin/utc';\n\
         import { v4, validate } from 'uuid';\nimport { XMLParser } from 'fast-xml-parser';\nimport * as jose from 'jose';\n\
         import pLimit from 'p-limit';\ndayjs.extend(utc);\nconst key = new TextEncoder().encode('k'.repeat(32));\nconst limit = pLimit(1);",
        "{ lodash: [chunk([1, 2, 3], 2), _.get({ a: { b: 1 } }, 'a.b')], dayjs: dayjs.utc('2026-01-31').add(1, 'month').format('YYYY-MM-DD'),\n\
           uuid: validate(v4()), xml: new XMLParser().parse('<a><b>1</b></a>'),\n\
           jose: (await jose.jwtVerify(await new jose.SignJWT({ x: 1 }).setProtectedHeader({ alg: 'HS256' }).sign(key), key)).payload,\n\
           limited: await Promise.all([1, 2].map((n) => limit(async () => n))) }",
    );
    assert_eq!(
        output,
        json!({
            "lodash": [[[1, 2], [3]], 1], "dayjs": "2026-02-28", "uuid": true, "xml": { "a": { "b": 1 } },
            "jose": { "x": 1 }, "limited": [1, 2],
        })
    );
}

#[test]
fn an_installed_zod_wins_and_a_declared_one_is_noted() {
    let stage = Stage::new();
    stage.write("package.json", r#"{"dependencies": {"zod": "^4.1.0"}}"#);
    let (_, functions) = stage.json("functions", &["functions"]);
    let note =
        "package.json declares zod ^4.1.0, which is not installed: functions get the built-in zod 4.3.6";
    assert_eq!(functions["notes"], json!([note]));
    stage.run(&["functions"]).complains(&["note: ", note]);

    install(&stage, "zod-latest", "zod");
    let (_, functions) = stage.json("functions", &["functions"]);
    assert_eq!(functions["notes"], json!([]));
    assert_eq!(functions["broken"], json!([]), "the documented functions run with the newest zod");
    assert_eq!(functions["functions"][0]["metadata_schema"]["type"], "object");
    let installed = std::fs::read_to_string(folder(&stage).join("zod/package.json")).unwrap();
    let installed: serde_json::Value = serde_json::from_str(&installed).unwrap();
    let version = output(
        &stage,
        "import * as z from 'zod';",
        "Object.values((z.string() as any)._zod.version).join('.')",
    );
    assert_eq!(version, installed["version"]);
}

#[test]
fn zod_3_checks_in_the_isolate() {
    let stage = Stage::new();
    install(&stage, "zod-3", "zod");
    let (_, functions) = stage.json("functions", &["functions"]);
    assert_eq!(functions["broken"], json!([]));
    assert!(functions["notes"][0].as_str().unwrap().starts_with("zod 3.25.76 is installed"), "{functions}");
    assert_eq!(functions["functions"][0]["metadata_schema"], json!({}));
    stage.write(
        "connection.json",
        r#"{"provider_config_key": "salesforce", "credentials": {"access_token": "t"}, "metadata": {"organizationId": 5}}"#,
    );
    let arguments =
        ["dryrun", "validate-connection", "acme", "--connection", "@connection.json", "--validate"];
    stage.run(&arguments).complains(&["note: zod 3.25.76 is installed"]);
    let (code, report) = stage.json("run-report", &arguments);
    assert_eq!((code, &report["error"]["code"]), (5, &json!("invalid_metadata")), "{report}");
    // The schemas of zod 4 that the package brings along are those of any zod 4.
    let nested = output(&stage, "import { z } from 'zod/v4';", "z.toJSONSchema(z.string()).type");
    assert_eq!(nested, "string");
}
