//! Functions as Nango's command line deploys them: one CommonJS file each, with an inline source map.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use onevent_contract::{FunctionKey, Outcome};
use onevent_engine::{Bundle, Folder, LoadError, Project, ProjectSource};
use serde_json::json;

use crate::support::{MemoryHost, engine, invocation};

/// What the author wrote.
const WRITTEN: &str = "import { createOnEvent } from 'nango';
import * as z from 'zod';
import { refuse } from '../lib/region.js';

export default createOnEvent({
    event: 'validate-connection',
    description: 'Checks the region',
    metadata: z.object({ region: z.string() }),
    exec: async (nango) => {
        const { region } = await nango.getMetadata();
        if (region !== 'eu') {
            refuse(region);
        }
    }
});
";

/// What esbuild makes of it and of the file that it imports, as the command line asks for it.
const BUNDLED: &str = r#""use strict";
var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __toESM = (mod) => mod;
var validate_exports = {};
__export(validate_exports, {
  default: () => validate_default,
  onEvent: () => onEvent
});
module.exports = __defProp(validate_exports, "__esModule", { value: true });
var z = __toESM(require("zod"), 1);
var import_crypto = require("crypto");
function refuse(region) {
  throw new Error(`no region ${region} ${(0, import_crypto.createHash)("sha256").update(region).digest("hex").slice(0, 4)}`);
}
var onEvent = {
  type: "onEvent",
  event: "validate-connection",
  description: "Checks the region",
  metadata: z.object({ region: z.string() }),
  exec: async (nango) => {
    const { region } = await nango.getMetadata();
    if (region !== "eu") {
      refuse(region);
    }
  }
};
var validate_default = onEvent;
0 && (module.exports = {
  onEvent
});
"#;

/// The 17th line is the fourth of the second file; the 27th is the twelfth of the first, from its 13th column on.
const MAPPINGS: &str = ";;;;;;;;;;;;;;;;ACGE;;;;;;;;;;ADQU";

fn with_map(code: &str, mappings: &str) -> String {
    let map = json!({
        "version": 3,
        "sources": ["acme/on-events/check.ts", "acme/lib/region.ts"],
        "sourcesContent": [WRITTEN, "one\ntwo\nthree\n  throw new Error();"],
        "mappings": mappings,
    });
    let map = BASE64_STANDARD.encode(map.to_string());
    format!("{code}//# sourceMappingURL=data:application/json;base64,{map}\n")
}

async fn load(code: String, folder: Folder) -> Project {
    let key = FunctionKey { integration: "acme".parse().unwrap(), name: "check".parse().unwrap() };
    let bundle = Bundle { key, folder, code, source: WRITTEN.to_owned() };
    engine().load(ProjectSource::bundles([bundle])).await.unwrap()
}

async fn load_error(code: String) -> LoadError {
    let mut project = load(code, Folder::OnEvents).await;
    assert_eq!((project.functions.len(), project.broken[0].path.as_str()), (0, "acme/on-events/check.ts"));
    project.broken.remove(0).error
}

fn place(error: &LoadError) -> (&str, u32, u32) {
    let place = error.position.as_ref().unwrap();
    (&place.file, place.line, place.column)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_runs_and_its_frames_point_into_the_authors_files() {
    let project = load(with_map(BUNDLED, MAPPINGS), Folder::OnEvents).await;
    let function = &invocation(&project).function;
    assert_eq!(function.path, "acme/on-events/check.ts");
    assert_eq!(function.description.as_deref(), Some("Checks the region"));
    assert!(function.metadata_schema.is_some(), "zod is zod");
    let host = MemoryHost::with(json!({"region": "eu"}));
    let accepted = engine().run(invocation(&project), host).await.unwrap();
    assert_eq!(accepted.outcome, Outcome::Succeeded, "{:?}", accepted.error);
    let host = MemoryHost::with(json!({"region": "us"}));
    let refused = engine().run(invocation(&project), host).await.unwrap();
    let error = refused.error.unwrap();
    assert_eq!(error.message, "no region us 79ad");
    let frames: Vec<_> = error.frames.iter().map(|frame| (frame.file.as_str(), frame.line)).collect();
    assert_eq!(frames, [("acme/lib/region.ts", 4), ("acme/on-events/check.ts", 12)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_map_frames_point_into_the_bundle() {
    let project = load(BUNDLED.to_owned(), Folder::OnEvents).await;
    let host = MemoryHost::with(json!({"region": "us"}));
    let error = engine().run(invocation(&project), host).await.unwrap().error.unwrap();
    assert_eq!((error.frames[0].file.as_str(), error.frames[0].line), ("acme/on-events/check.cjs", 17));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_bundle_says_where() {
    let broken = load_error("module.exports = {\n  a: [;\n};".to_owned()).await;
    assert_eq!((broken.code.as_str(), place(&broken)), ("syntax_error", ("acme/on-events/check.cjs", 2, 7)));
    let thrown = with_map("throw new Error('at load');\n", "AAIA");
    let thrown = load_error(thrown).await;
    assert_eq!((thrown.code.as_str(), place(&thrown)), ("module_threw", ("acme/on-events/check.ts", 5, 1)));
    assert!(thrown.position.unwrap().source.unwrap().contains("Checks the region"), "for the code frame");
    let missing = load_error("require('soap');\n".to_owned()).await;
    assert_eq!(missing.code.as_str(), "module_threw");
    assert!(missing.message.contains("Cannot find module 'soap'"), "{missing}");
    let event = BUNDLED.replace("\"validate-connection\"", "\"on-lunch\"");
    let event = load_error(event).await;
    assert_eq!((event.code.as_str(), place(&event)), ("unknown_event", ("acme/on-events/check.ts", 5, 1)));
    assert!(event.to_string().starts_with("acme/on-events/check.ts:5:1: event must be one of"), "{event}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_lies_in_the_folder_of_its_kind_and_cannot_load_without_end() {
    let project = load(BUNDLED.to_owned(), Folder::Actions).await;
    assert_eq!(project.broken[0].error.code.as_str(), "wrong_folder");
    let endless = load_error("for (;;) {}".to_owned()).await;
    assert_eq!(endless.code.as_str(), "module_stopped");
    let hungry = load_error("const all = []; for (;;) all.push(new Array(1000).fill(1.5));".to_owned()).await;
    assert_eq!(hungry.code.as_str(), "module_stopped");
}
