//! What is deployed: a validation, two setups in a row, a cleanup and an action. Each tells the provider which deployment it is of.

use serde_json::{Map, Value, json};

/// How many setup functions there are: each creation makes so many events.
pub(super) const SETUPS: usize = 2;

/// Who is at it: of which deployment, and which attempt at which event.
const HEADERS: &str = "const headers = {
            'x-deployment': DEPLOYMENT, 'x-attempt': `${run.attempt}`, 'idempotency-key': run.idempotencyKey,
        };";

fn event(name: &str, event: &str, deployment: u64, exec: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';
const DEPLOYMENT = '{deployment}';
export default createOnEvent({{
    event: '{event}',
    description: '{name} of {deployment}',
    exec: async (nango, run) => {{
        {HEADERS}
        {exec}
    }},
}});
"
    )
}

/// Refuses what the provider refuses.
const CHECK: &str = "try {
            await nango.get({ endpoint: '/account', headers });
        } catch (error) {
            throw new nango.ActionError('the provider says no');
        }";

/// The deployment of a number, as `POST /deployments` takes it.
pub(super) fn deployment(number: u64) -> Value {
    let mut files = Map::new();
    let mut index = String::new();
    let mut add = |path: &str, text: String| {
        index.push_str(&format!("import './{path}.js';\n"));
        files.insert(format!("{path}.ts"), text.into());
    };
    add("hubspot/on-events/check", event("check", "validate-connection", number, CHECK));
    for setup in 1..=SETUPS {
        let exec = format!(
            "await nango.post({{ endpoint: '/begin', headers }});
        await nango.updateMetadata({{ setup{setup}: run.idempotencyKey }});
        await nango.post({{ endpoint: '/end', headers }});"
        );
        let name = format!("setup-{setup}");
        add(&format!("hubspot/on-events/{name}"), event(&name, "post-connection-creation", number, &exec));
    }
    let clean = "await nango.delete({ endpoint: '/clean', headers });";
    add("hubspot/on-events/clean", event("clean", "pre-connection-deletion", number, clean));
    add("hubspot/actions/act", act(number));
    files.insert("index.ts".to_owned(), index.into());
    json!({ "files": files, "message": number.to_string() })
}

/// How many functions a whole deployment has.
pub(super) const FUNCTIONS: usize = SETUPS + 3;

fn act(deployment: u64) -> String {
    format!(
        "import {{ createAction }} from 'nango';
import {{ z }} from 'zod';
const DEPLOYMENT = '{deployment}';
export default createAction({{
    description: 'act of {deployment}',
    input: z.object({{ nonce: z.string() }}),
    output: z.object({{ nonce: z.string() }}),
    exec: async (nango, input, run) => {{
        {HEADERS}
        await nango.post({{ endpoint: '/act', headers: {{ ...headers, 'x-nonce': input.nonce }} }});
        return input;
    }},
}});
"
    )
}
