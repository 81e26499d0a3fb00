//! A project, the provider of its functions, and a Nango API with a connection to it.

use onevent_tests::{NangoServer, Scope};
use serde_json::{Value, json};

use crate::world::{CommandOutput, TOKEN, World};

/// A secret key of Nango's form.
pub(super) const KEY: &str = "7f1d2c3b-4a5e-4f60-8a1b-2c3d4e5f6a7b";
/// Another one, which no environment has.
pub(super) const UNKNOWN_KEY: &str = "00000000-0000-4000-8000-000000000000";

pub(super) struct Stage {
    pub(super) world: World,
    pub(super) nango: NangoServer,
}

impl Stage {
    /// The documented functions.
    pub(super) fn documented() -> Self {
        Self::of(World::documented())
    }

    /// One function, `check`, with this body.
    pub(super) fn with_body(body: &str) -> Self {
        Self::of(World::validating(body))
    }

    /// A project whose connection `acme` is Nango's. Its settings allow no address but public ones: what is reached on
    /// this machine is reached because it is Nango's.
    pub(super) fn of(world: World) -> Self {
        let nango = NangoServer::start().unwrap();
        nango.allow(KEY, &Scope::ALL);
        nango.integration("salesforce", "salesforce", world.provider.base_url());
        nango.connection("salesforce", "acme", json!({ "type": "OAUTH2", "access_token": TOKEN, "raw": {} }));
        world.file("onevent.toml", "");
        Self { world, nango }
    }

    pub(super) fn set_metadata(&self, metadata: Value) {
        let Value::Object(metadata) = metadata else { panic!("metadata is an object") };
        self.nango.set_metadata("salesforce", "acme", metadata);
    }

    /// Runs the program with Nango's variables set; the secret key is nowhere in what it prints.
    pub(super) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.run_with(arguments, &[("NANGO_SECRET_KEY_DEV", KEY)])
    }

    /// The same with these variables beside `NANGO_HOSTPORT`.
    pub(super) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
        let host = [("NANGO_HOSTPORT", self.nango.base_url())];
        let answer = self.world.run_with(arguments, &[&host, variables].concat());
        let printed = format!("{}{}", answer.document, answer.stderr);
        for secret in [KEY, UNKNOWN_KEY] {
            assert!(!printed.contains(secret), "the secret key is in {printed}");
        }
        answer
    }

    /// The project with the servers gone.
    pub(super) fn without_nango(self) -> World {
        // There is no database to remove: a dry run leaves none.
        assert!(!self.world.path().join(".onevent/onevent.sqlite3").exists());
        self.world
    }
}
