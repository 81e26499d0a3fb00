//! A project of a test's own, and servers over it, one after another.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::outside::Outside;
use super::server::Server;
use crate::world::command_in;

/// Rejects what the provider rejects.
const CHECK: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'validate-connection',
    description: 'Asks the provider',
    exec: async (nango) => {
        try {
            await nango.get({ endpoint: '/account' });
        } catch (error: any) {
            throw new nango.ActionError(`the provider answered ${error.response?.status}`);
        }
    },
});
";

/// Makes something at the provider; with the metadata `{ slow: MS }` it waits before.
const SETUP: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Makes a hook',
    exec: async (nango) => {
        const { slow } = (await nango.getMetadata()) ?? {};
        await nango.get({ endpoint: '/begun' });
        if (slow) {
            await new Promise((resolve) => setTimeout(resolve, slow));
        }
        await nango.post({ endpoint: '/hooks' });
        await nango.updateMetadata({ hook: 'made' });
    },
});
";

const CLEAN: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'pre-connection-deletion',
    description: 'Deletes the hook',
    exec: async (nango) => {
        await nango.delete({ endpoint: '/hooks' });
    },
});
";

const ECHO: &str = "import { createAction } from 'nango';
import { z } from 'zod';
export default createAction({
    description: 'Gives back what it gets',
    input: z.object({ text: z.string() }),
    output: z.object({ text: z.string() }),
    exec: async (nango, input) => {
        if (input.text === 'fail') {
            throw new nango.ActionError({ reason: 'asked to' });
        }
        return { text: input.text };
    },
});
";

/// How long a test waits for what another process does.
const PATIENCE: Duration = Duration::from_secs(60);

/// One test's project, provider and app.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) outside: Outside,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap(), outside: Outside::start().await };
        stage.file("hubspot/on-events/check.ts", CHECK);
        stage.file("hubspot/on-events/setup.ts", SETUP);
        stage.file("hubspot/on-events/clean.ts", CLEAN);
        stage.file("hubspot/actions/echo.ts", ECHO);
        let imports = ["on-events/check", "on-events/setup", "on-events/clean", "actions/echo"]
            .map(|path| format!("import './hubspot/{path}.js';\n"));
        stage.file("index.ts", &imports.concat());
        stage.settings("");
        stage
    }

    /// The settings, and these beside them.
    pub(crate) fn settings(&self, more: &str) {
        let url = &self.outside.url;
        self.file(
            "onevent.toml",
            &format!(
                "[integrations.hubspot]\nbase_url = \"{url}/api\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
                 [variables]\nREGION = \"eu\"\n[webhooks]\nurl = \"{url}/webhooks\"\n{more}"
            ),
        );
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program in the project's folder, with `--json`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command_in(self.path(), arguments)
    }

    /// The document of a command that succeeds.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A server over the project on a free port.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, more: &[&str]) -> Server {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--log", "json"], more].concat();
        Server::start(self.command(&arguments))
    }
}

/// Waits until something holds that another process brings about.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(in_time.is_ok(), "{what} did not happen");
}
