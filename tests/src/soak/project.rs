//! The project that the nodes serve: a validation, and setup functions that come one after the other.

use std::fs;
use std::io;
use std::path::Path;

/// What retries wait, so that a soak need not; as many as there can be, so that kills do not use them up.
const SETTINGS: &str =
    "[egress]\nallow = [\"127.0.0.0/8\"]\n[retries]\nbackoff = \"200ms\"\nmax_backoff = \"2s\"\nmax = 100\n";

/// How long a run is at it, so that a kill finds some.
const WORK_MILLIS: u32 = 300;

const VALIDATE: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'validate-connection',
    description: 'Asks the provider',
    exec: async (nango) => {
        await nango.get({ endpoint: '/account' });
    },
});
";

/// Tells the provider when it begins and when it ends, and notes which attempt it was that did.
fn setup(number: usize) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';
export default createOnEvent({{
    event: 'post-connection-creation',
    description: 'Comes as number {number}',
    exec: async (nango, run) => {{
        const headers = {{
            'x-function': '{number}',
            'x-attempt': `${{run.attempt}}`,
            'idempotency-key': run.idempotencyKey,
        }};
        await nango.post({{ endpoint: '/begin', headers }});
        await new Promise((resolve) => setTimeout(resolve, {WORK_MILLIS}));
        await nango.post({{ endpoint: '/end', headers }});
        await nango.updateMetadata({{ {}: run.attempt }});
    }},
}});
",
        field(number)
    )
}

/// The name of a setup function.
pub(super) fn function(number: usize) -> String {
    format!("setup-{number:02}")
}

/// Where it notes its attempt.
pub(super) fn field(number: usize) -> String {
    format!("setup{number}")
}

/// Writes the project into a folder.
pub(super) fn write(folder: &Path, functions: usize, app: &str) -> io::Result<()> {
    let functions_folder = folder.join("hubspot/on-events");
    fs::create_dir_all(&functions_folder)?;
    let mut index = "import './hubspot/on-events/validate.js';\n".to_owned();
    fs::write(functions_folder.join("validate.ts"), VALIDATE)?;
    for number in 1..=functions {
        let name = function(number);
        fs::write(functions_folder.join(format!("{name}.ts")), setup(number))?;
        index.push_str(&format!("import './hubspot/on-events/{name}.js';\n"));
    }
    fs::write(folder.join("index.ts"), index)?;
    let limits = "[server]\nrate_limit = 10000000\n";
    let settings = format!("{SETTINGS}{limits}[webhooks]\nurl = \"{app}/webhooks\"\n");
    fs::write(folder.join("onevent.toml"), settings)
}
