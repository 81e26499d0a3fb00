//! The story: what happens, in order, and what must come of it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use onevent_contract::{Clock, SystemClock};
use onevent_tests::SalesforceServer;
use serde_json::{Value, json};

use crate::command_output::{CommandOutput, Mismatch, Report, Told};
use crate::durable_story;
use crate::program::Onevent;
use crate::screen;
use crate::server_story::{self, Places};

const ACME: &str = "00D5f000000Acme";
const OTHER: &str = "00D5f00000Other";
const GLOBEX: &str = "00D5f0000Globex";

/// Credential files: name, access token, organization.
const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("acme.json", "tok-acme-first-consent", ACME),
    ("acme-again.json", "tok-acme-second-consent", ACME),
    ("other.json", "tok-other-account", OTHER),
    ("globex.json", "tok-globex", GLOBEX),
];

/// Where `validate-connection.ts` throws the mismatch.
const MISMATCH_LINE: u32 = 33;

const VALIDATE: &str = "validate-connection";
const SETUP: &str = "post-connection-setup";
const CLEANUP: &str = "pre-connection-cleanup";

struct Stage {
    onevent: Onevent,
    salesforce: SalesforceServer,
    commands: usize,
}

/// Tells the whole story.
pub(crate) fn tell(binary: &Path, project: &Path, pinned: &Path) -> Told {
    let clock = SystemClock;
    let start = clock.monotonic();
    let folder = tempfile::tempdir().map_err(|error| failed("a temporary folder is made", &error))?;
    // Commands run in the temporary folder, where a relative path would mean something else.
    let absolute = |path: &Path| {
        path.canonicalize().map_err(|error| failed(&format!("{} is there", path.display()), &error))
    };
    let (binary, project, pinned) = (absolute(binary)?, absolute(project)?, absolute(pinned)?);
    let mut stage = Stage::set(&binary, &project, folder.path())?;
    stage.introduce(&project)?;
    stage.create()?;
    stage.reconnect_same_account()?;
    stage.reconnect_other_account()?;
    stage.reconnect_first_account_again()?;
    stage.create_and_delete()?;
    stage.dry_runs()?;
    let places = |name: &str| Places {
        binary: &binary,
        project: &project,
        pinned: &pinned,
        folder: folder.path().join(name),
    };
    let served = server_story::tell(&places("served"))?;
    let durable = durable_story::tell(&places("durable"))?;
    let requests = stage.salesforce.journal().len() + served.requests + durable.requests;
    screen::closing(stage.commands + served.commands + durable.commands, requests, clock.elapsed(start));
    Ok(())
}

impl Stage {
    fn set(binary: &Path, project: &Path, folder: &Path) -> Told<Self> {
        let salesforce = SalesforceServer::start().map_err(|error| failed("the provider starts", &error))?;
        for (file, token, organization) in ACCOUNTS {
            salesforce.allow(token, organization);
            let credentials = json!({ "type": "OAUTH2", "access_token": token });
            fs::write(folder.join(file), credentials.to_string())
                .map_err(|error| failed("a credentials file is written", &error))?;
        }
        let database = folder.join("onevent.sqlite3");
        let mut flags: Vec<OsString> = vec!["--project".into(), project.into(), "--database".into()];
        flags.push(format!("sqlite:{}", database.display()).into());
        for setting in [
            format!("integrations.salesforce.base_url={}", salesforce.base_url()),
            "egress.allow=127.0.0.0/8".to_owned(),
        ] {
            flags.extend(["--set".into(), setting.into()]);
        }
        let secrets = ACCOUNTS.map(|(_, token, _)| token);
        Ok(Self { onevent: Onevent::new(binary, folder, flags, &secrets), salesforce, commands: 0 })
    }

    /// Runs a command, shows it with its runs, and checks its exit code.
    fn run(&mut self, arguments: &[&str], exit: i32) -> Told<CommandOutput> {
        let answer = self.onevent.run(arguments)?;
        self.commands += 1;
        screen::answer(&answer, &answer.reports()?);
        answer.must_exit(exit)?;
        Ok(answer)
    }

    fn introduce(&mut self, project: &Path) -> Told {
        screen::opening(self.salesforce.base_url(), &project.display().to_string());
        screen::fact("flags", "every command below has these, and --json:");
        let flags: Vec<_> = self.onevent.flags().collect();
        flags.chunks(2).for_each(|pair| screen::fact("", &pair.join(" ")));
        let answer = self.onevent.run(&["functions"])?;
        self.commands += 1;
        answer.must_exit(0)?;
        for name in [VALIDATE, SETUP, CLEANUP] {
            answer.must(answer.stdout.contains(name), format!("{name} is among the project's functions"))?;
            screen::fact(if name == VALIDATE { "functions" } else { "" }, &format!("salesforce/{name}"));
        }
        Ok(())
    }

    fn create(&mut self) -> Told {
        screen::chapter(1, "acme connects: validated, then set up");
        let answer =
            self.run(&["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"], 0)?;
        let validation = answer.report(VALIDATE)?;
        answer.must(validation.accepted(), "the first validation accepts")?;
        after(&answer, &validation, &json!({ "organizationId": ACME }))?;
        let setup = answer.report(SETUP)?;
        answer.must(setup.outcome == "succeeded", "the setup function succeeds")?;
        after(&answer, &setup, &json!({ "webhookId": "wh_1" }))?;
        answer
            .must(setup.dropped(&["organizationId"]), "the report warns that organizationId was dropped")?;
        self.must_have_webhooks(&answer, ACME, &["wh_1"])?;
        screen::aside("setMetadata replaces: setup dropped the account lock. Nango does the same, silently.");
        Ok(())
    }

    fn reconnect_same_account(&mut self) -> Told {
        screen::chapter(2, "acme reconnects with the same account: accepted, and locked again");
        let answer = self.run(
            &["connection", "reconnect", "salesforce", "acme", "--credentials", "@acme-again.json"],
            0,
        )?;
        let validation = answer.report(VALIDATE)?;
        answer.must(validation.accepted(), "the validation accepts the same account")?;
        after(&answer, &validation, &json!({ "organizationId": ACME }))?;
        answer.must(validation.dropped(&["webhookId"]), "the report warns that webhookId was dropped")?;
        answer.must(answer.report(SETUP).is_err(), "setup runs on creation only")?;
        screen::aside(
            "The same trap the other way round: cleanup will miss its webhookId. updateMetadata keeps both.",
        );
        Ok(())
    }

    fn reconnect_other_account(&mut self) -> Told {
        screen::chapter(3, "acme reconnects with another account: rejected");
        let answer =
            self.run(&["connection", "reconnect", "salesforce", "acme", "--credentials", "@other.json"], 3)?;
        let validation = answer.report(VALIDATE)?;
        let told = format!("Salesforce org mismatch: expected {ACME}, got {OTHER}");
        let message = validation.verdict.as_ref().and_then(|verdict| verdict.message.clone());
        answer.must(validation.outcome == "rejected", "the outcome is `rejected`")?;
        answer.must(message.as_deref() == Some(told.as_str()), format!("the message is `{told}`"))?;
        let frame = validation.error.as_ref().and_then(|error| error.frames.first());
        let in_source = frame.is_some_and(|frame| {
            frame.file.ends_with("validate-connection.ts") && frame.line == MISMATCH_LINE
        });
        answer
            .must(in_source, format!("the error points at line {MISMATCH_LINE} of validate-connection.ts"))?;
        let connection = self.run(&["connection", "get", "salesforce", "acme"], 0)?;
        connection.must(is_auth_error(&connection), "the connection stays, marked as an auth error")?;
        screen::checked("the connection stays, marked as an auth error, until somebody reconnects it");
        Ok(())
    }

    fn reconnect_first_account_again(&mut self) -> Told {
        screen::chapter(4, "acme reconnects with its own account: accepted, and healthy again");
        let answer =
            self.run(&["connection", "reconnect", "salesforce", "acme", "--credentials", "@acme.json"], 0)?;
        answer.must(answer.report(VALIDATE)?.accepted(), "the validation accepts the first account")?;
        let connection = self.run(&["connection", "get", "salesforce", "acme"], 0)?;
        connection.must(!is_auth_error(&connection), "the connection is not marked any more")?;
        connection.must(
            connection.field("metadata") == Some(json!({ "organizationId": ACME })),
            "the metadata survived the reconnects",
        )?;
        screen::checked("no auth error any more; the account lock survived every reconnect");
        Ok(())
    }

    fn create_and_delete(&mut self) -> Told {
        screen::chapter(5, "globex connects and leaves: its webhook is cleaned up");
        let created =
            self.run(&["connection", "create", "salesforce", "globex", "--credentials", "@globex.json"], 0)?;
        self.must_have_webhooks(&created, GLOBEX, &["wh_2"])?;
        let deleted = self.run(&["connection", "delete", "salesforce", "globex"], 0)?;
        deleted.must(deleted.report(CLEANUP)?.outcome == "succeeded", "the cleanup function succeeds")?;
        self.must_have_webhooks(&deleted, GLOBEX, &[])?;
        let list = self.run(&["connection", "list"], 0)?;
        list.must(!list.stdout.contains("globex") && list.stdout.contains("acme"), "only acme is left")?;
        screen::checked("only acme is left");
        Ok(())
    }

    fn dry_runs(&mut self) -> Told {
        screen::chapter(6, "dry runs: real requests, nothing stored");
        let before = self.run(&["runs", "list"], 0)?;
        let validation = self.run(&["dryrun", VALIDATE, "acme"], 0)?;
        validation.must(validation.report(VALIDATE)?.accepted(), "the dry run accepts")?;
        let setup = self.run(&["dryrun", SETUP, "acme"], 0)?;
        let report = setup.report(SETUP)?;
        setup.must(report.mode == "dry" && !report.metadata.persisted, "a dry run stores nothing")?;
        after(&setup, &report, &json!({ "webhookId": "wh_3" }))?;
        let after = self.run(&["runs", "list"], 0)?;
        after.must(before.document == after.document, "no run was kept")?;
        let connection = self.run(&["connection", "get", "salesforce", "acme"], 0)?;
        connection.must(
            connection.field("metadata") == Some(json!({ "organizationId": ACME })),
            "the stored metadata is as before",
        )?;
        self.must_have_webhooks(&setup, ACME, &["wh_1", "wh_3"])?;
        screen::aside("A dry run's requests are real, as in Nango: the provider has one webhook more.");
        Ok(())
    }

    /// Asks the provider itself, not onevent.
    fn must_have_webhooks(&self, answer: &CommandOutput, organization: &str, wanted: &[&str]) -> Told {
        let ids: Vec<_> = self.salesforce.webhooks(organization).into_iter().map(|hook| hook.id).collect();
        let told = match wanted {
            [] => format!("the provider has no webhook of {organization}"),
            [id] => format!("the provider has the webhook {id} of {organization}"),
            ids => format!("the provider has the webhooks {} of {organization}", ids.join(" and ")),
        };
        answer.must(ids == wanted, told.as_str())?;
        screen::checked(&told);
        Ok(())
    }
}

/// The metadata that the run left must be this.
fn after(answer: &CommandOutput, report: &Report, wanted: &Value) -> Told {
    answer.must(
        report.metadata.after == *wanted,
        format!("the metadata after {} is {wanted}, not {}", report.function, report.metadata.after),
    )
}

fn is_auth_error(connection: &CommandOutput) -> bool {
    let errors = connection.field("errors");
    let first = errors.as_ref().and_then(|errors| errors.get(0)).and_then(|error| error.get("type"));
    first == Some(&json!("auth"))
}

fn failed(told: &str, error: &std::io::Error) -> Mismatch {
    Mismatch::new(format!("{told}: {error}"))
}
