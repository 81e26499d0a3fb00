//! Nango's own client from npm against the tests' server: what the server speaks is what that client speaks.

use std::process::Command;

use serde_json::{Value, json};

use super::stage::{KEY, Stage};
use crate::world::{ORG, TOKEN};

const SCRIPT: &str = r#"
import { Nango } from '@nangohq/node';
const [host, secretKey] = process.argv.slice(2);
const nango = new Nango({ host, secretKey });
const failed = (promise) => promise.then(() => null, (error) => [error.response?.status, error.response?.data?.error?.code]);
const ids = ['salesforce', 'acme'];
const call = { providerConfigKey: 'salesforce', connectionId: 'acme' };
const result = {
    connection: await nango.getConnection(...ids),
    listed: (await nango.listConnections({ connectionId: 'acme' })).connections.map((c) => [c.provider_config_key, c.connection_id]),
    integration: (await nango.getIntegration({ uniqueKey: 'salesforce' }, { include: ['webhook'] })).data,
    set: (await nango.setMetadata(...ids, { a: 1 })).status,
    update: (await nango.updateMetadata(...ids, { b: 2 })).status,
    metadata: await nango.getMetadata(...ids),
    variables: await nango.getEnvironmentVariables(),
    userinfo: (await nango.get({ ...call, endpoint: '/services/oauth2/userinfo', retries: 1, headers: { 'X-Own': 'yes' } })).data.organization_id,
    webhook: (await nango.post({ ...call, endpoint: '/webhooks', data: { url: 'https://a.test', events: [] } })).status,
    action: await nango.triggerAction(...ids, 'deployed', { n: 1 }),
    missing: await failed(nango.getConnection('salesforce', 'nobody')),
    upstream: await failed(nango.get({ ...call, endpoint: '/nowhere' })),
    unknown: await failed(new Nango({ host, secretKey: '00000000-0000-4000-8000-000000000000' }).getConnection(...ids)),
};
console.log(JSON.stringify(result));
"#;

#[test]
fn nangos_own_client_gets_along_with_the_server() {
    let stage = Stage::with_body("");
    stage.nango.variable("REGION", "eu");
    stage.nango.action("salesforce", "deployed", 200, json!({"from": "nango"}));
    let folder = tempfile::tempdir().unwrap();
    let installed = Command::new("npm")
        .args(["install", "@nangohq/node", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .arg("--prefix")
        .arg(folder.path())
        .current_dir(folder.path())
        .output()
        .expect("npm is needed for this test: install Node with npm");
    let errors = String::from_utf8_lossy(&installed.stderr);
    assert!(
        installed.status.success(),
        "npm could not install @nangohq/node; this test needs the npm registry:\n{errors}"
    );
    std::fs::write(folder.path().join("script.mjs"), SCRIPT).unwrap();
    let output = Command::new("node")
        .args(["script.mjs", stage.nango.base_url(), KEY])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let result: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {errors}\n{:#?}", stage.nango.journal()));
    assert_eq!(result["connection"]["credentials"]["access_token"], TOKEN);
    assert_eq!(result["connection"]["provider"], "salesforce");
    assert_eq!(result["listed"], json!([["salesforce", "acme"]]));
    assert_eq!(result["integration"]["unique_key"], "salesforce");
    assert!(result["integration"]["webhook_url"].is_string());
    assert_eq!((&result["set"], &result["update"]), (&json!(201), &json!(200)));
    assert_eq!(result["metadata"], json!({"a": 1, "b": 2}));
    assert_eq!(result["variables"], json!([{"name": "REGION", "value": "eu"}]));
    assert_eq!((&result["userinfo"], &result["webhook"]), (&json!(ORG), &json!(201)));
    assert_eq!(result["action"], json!({"from": "nango"}));
    assert_eq!(result["missing"], json!([404, "not_found"]));
    assert_eq!(result["upstream"][0], 404);
    assert_eq!(result["unknown"], json!([401, "unknown_account"]));
    let journal = stage.nango.journal();
    let userinfo = journal.iter().find(|asked| asked.path.starts_with("/proxy/services")).unwrap();
    assert_eq!((userinfo.header("retries"), userinfo.header("nango-proxy-x-own")), (Some("1"), Some("yes")));
}
