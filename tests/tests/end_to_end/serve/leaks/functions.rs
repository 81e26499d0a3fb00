//! Functions that tell all they know to whoever listens, and requests that make them.

use std::path::Path;

use serde_json::Value;

use super::MARKER;
use crate::serve::server::Server;

/// Spells what it finds in the ways that programs spell, and tells it.
const TELL: &str = r#"
const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('/', '&#x2F;').replaceAll('=', '&#61;');
const spelled = (t: string) => [
    t, encodeURIComponent(t), encodeURIComponent(t).replace(/%../g, (c) => c.toLowerCase()), String(new URLSearchParams({ t })),
    JSON.stringify(t), JSON.stringify(JSON.stringify(t)), html(t), Buffer.from(t).toString('base64'),
    Buffer.from(t).toString('base64url'), Buffer.from('ada:' + t).toString('base64'), Buffer.from(t).toString('hex'),
    Buffer.from(t).toString('hex').toUpperCase(), Buffer.from(JSON.stringify({ a: 1, t })).toString('base64'),
];
const texts = (value: any): string[] => typeof value === 'string' ? [value]
    : value && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
export async function all(nango: any): Promise<string[]> {
    const connection = await nango.getConnection();
    const variables = await nango.getEnvironmentVariables();
    const integration = await nango.getIntegration({ include: ['credentials'] }).catch(() => ({}));
    const token = await nango.getToken().catch(() => '');
    const known = [...texts(connection.credentials), ...texts(variables), ...texts(integration.credentials), ...texts(token)];
    return [...new Set(known)].filter((t) => t.length > 12 && t.includes('Planted'));
}
export async function tell(nango: any): Promise<string> {
    const told = (await all(nango)).flatMap(spelled);
    await nango.log('MARKER', { told, keys: Object.fromEntries(told.map((t) => [t, 1])) });
    console.error(told.join(' | '));
    for (const t of told.filter((t) => !t.includes('&#')).slice(0, 20)) {
        await nango.get({ endpoint: `/x/${encodeURIComponent(t)}`, params: { t }, headers: { 'x-told': encodeURIComponent(t) } }).catch(() => {});
    }
    const { data } = await nango.get({ endpoint: '/echo' });
    await nango.log(JSON.stringify(data));
    return told.join(' ');
}
"#;

fn on_event(event: &str, then: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\nimport {{ all, tell }} from '../../tell.js';\nvoid all;\n\
         export default createOnEvent({{ event: '{event}', description: 'Tells', exec: async (nango) => {{\n\
         const told = await tell(nango);\n{then}\n}} }});\n"
    )
}

/// A project of three integrations.
pub(super) fn write(folder: &Path) {
    let file = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    file("tell.ts", &TELL.replace("MARKER", MARKER));
    file("oauth/on-events/check.ts", &on_event("validate-connection", "void told;"));
    file("oauth/on-events/setup.ts", &on_event("post-connection-creation", "throw new Error(told);"));
    file(
        "oauth/on-events/clean.ts",
        &on_event("pre-connection-deletion", "throw new nango.ActionError({ told, [told]: told });"),
    );
    file(
        "oauth/actions/tell.ts",
        "import { createAction } from 'nango';\nimport { z } from 'zod';\nimport { tell } from '../../tell.js';\n\
         export default createAction({ description: 'Tells', input: z.object({ how: z.string() }), output: z.any(),\n\
         exec: async (nango, { how }) => {\nconst told = await tell(nango);\n\
         if (how === 'crash') new URLSearchParams('a&'.repeat(1e8));\nwhile (how === 'spin');\nreturn { told };\n} });\n",
    );
    file(
        "keyed/on-events/check.ts",
        &on_event("validate-connection", "throw new nango.ActionError({ message: told, told });"),
    );
    file("basic/on-events/check.ts", &on_event("validate-connection", "void told;"));
    let paths =
        ["oauth/on-events/check", "oauth/on-events/setup", "oauth/on-events/clean", "oauth/actions/tell"];
    let more = ["keyed/on-events/check", "basic/on-events/check"];
    let imports = paths.iter().chain(&more).map(|path| format!("import './{path}.js';\n"));
    file("index.ts", &imports.collect::<String>());
}

/// Triggers an action; its answer as it came.
pub(super) async fn trigger(server: &Server, headers: &[(&str, &str)], body: Value) -> Vec<u8> {
    let client = reqwest::Client::new();
    let mut request = client.post(format!("{}/action/trigger", server.url)).bearer_auth(&server.key);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header("content-type", "application/json").body(body.to_string());
    request.send().await.unwrap().bytes().await.unwrap().to_vec()
}

/// Asks for something of the provider through the server, and gives back what is of the server in the answer: its headers. (The
/// body is the provider's, and the caller's to see.)
pub(super) async fn proxied(server: &Server, endpoint: &str) -> Vec<u8> {
    let request = reqwest::Client::new()
        .get(format!("{}{endpoint}", server.url))
        .bearer_auth(&server.key)
        .header("provider-config-key", "oauth")
        .header("connection-id", "acme");
    let answer = request.send().await.unwrap();
    format!("{:?}", answer.headers()).into_bytes()
}
