//! The third part of the story: what fails is tried again, is seen, and is put right.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onevent_tests::{Fault, SalesforceServer, Target, Times};
use serde_json::{Value, json};

use crate::command_output::{CommandOutput, Mismatch, Told};
use crate::program::Onevent;
use crate::screen;
use crate::server::Server;
use crate::server_story::{Counted, Places};

const UMBRELLA: (&str, &str, &str) = ("umbrella", "tok-umbrella", "00D5f00Umbrella");
const HOOLI: (&str, &str, &str) = ("hooli", "tok-hooli", "00D5f00000Hooli");
const SETUP: &str = "salesforce/on-events/post-connection-setup.ts";
/// What the documented setup function says, and what somebody makes of it who has not tried it.
const RIGHT: &str = "events: ['contact.updated']";
const WRONG: &str = "events: (await nango.getMetadata()).events.split(',')";
/// So many attempts find the provider down.
const DOWN_FOR: usize = 2;
/// How often it is looked whether something has happened, and how long between.
const LOOKS: u32 = 1_200;
const LOOK: Duration = Duration::from_millis(50);

struct Stage {
    salesforce: SalesforceServer,
    server: Server,
    onevent: Onevent,
    /// The functions, as their author has them.
    project: PathBuf,
    commands: usize,
}

/// Tells the third part.
pub(crate) fn tell(places: &Places<'_>) -> Told<Counted> {
    let mut stage = Stage::set(places)?;
    stage.provider_is_down()?;
    stage.function_has_a_bug()?;
    stage.end()
}

impl Stage {
    fn set(places: &Places<'_>) -> Told<Self> {
        let salesforce = SalesforceServer::start().map_err(|error| failed("the provider starts", &error))?;
        for (_, token, organization) in [UMBRELLA, HOOLI] {
            salesforce.allow(token, organization);
        }
        let (folder, project) = (places.folder.join("server"), places.folder.join("project"));
        let settings = format!(
            "[integrations.salesforce]\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n\
             [retries]\nbackoff = \"1s\"\n",
            salesforce.base_url()
        );
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("onevent.toml"), settings))
            .and_then(|()| copy_functions(places.project, &project))
            .map_err(|error| failed("folders for the server and for the functions are made", &error))?;
        let server = Server::start(places.binary, &folder)?;
        let flags = vec!["--server".into(), server.url.clone().into()];
        let secrets = [UMBRELLA.1, HOOLI.1, &server.key];
        let onevent = Onevent::new(places.binary, &folder, flags, &secrets)
            .with_variable("ONEVENT_SECRET_KEY", &server.key);
        Ok(Self { salesforce, server, onevent, project, commands: 1 })
    }

    fn provider_is_down(&mut self) -> Told {
        screen::chapter(12, "a customer connects while the provider is down");
        screen::running("onevent serve");
        self.deploy()?;
        let hooks = Target::path("/webhooks").method("POST");
        self.salesforce.plan_fault(hooks, Fault::status(503, "down for maintenance"), Times::Always);
        self.import(UMBRELLA)?;
        self.until("the setup is tried again", |stage| {
            let asked = stage.salesforce.journal();
            asked.iter().filter(|entry| entry.method == "POST" && entry.path == "/webhooks").count()
                >= DOWN_FOR
        })?;
        let waiting = self.until_one_is(UMBRELLA.0, "waiting")?;
        let list = self.run_here(&["events", "list", "--kind", "setup"])?;
        list.must(waiting.attempt >= 1 && list.stdout.contains("503"), "the list says what went wrong last")?;
        screen::checked(
            "the provider answers 503: the customer is connected, and the setup waits for its next attempt",
        );
        self.salesforce.clear_faults();
        screen::aside("Now the provider is up again. Nobody does anything.");
        let done = self.until_one_is(UMBRELLA.0, "done")?;
        let shown = self.run_here(&["events", "show", &done.id])?;
        let reports = shown.reports()?;
        let failed = reports.iter().take_while(|report| report.outcome == "failed").count();
        shown.must(
            failed >= DOWN_FOR && failed + 1 == reports.len(),
            "every attempt but the last one has failed",
        )?;
        self.must_have_webhooks(&shown, UMBRELLA.2, 1)?;
        screen::checked(&format!("tried {} times, set up once: the provider has one webhook", reports.len()));
        Ok(())
    }

    fn function_has_a_bug(&mut self) -> Told {
        screen::chapter(13, "a function has a bug: its dead letter, mended, deployed, replayed");
        let right = self.setup()?;
        let wrong = right.replace(RIGHT, WRONG);
        if wrong == right {
            return Err(Mismatch::new(format!("{SETUP} says {RIGHT}")));
        }
        self.write_setup(&wrong)?;
        screen::aside(&format!("Somebody changed a line: {WRONG}"));
        self.deploy()?;
        self.import(HOOLI)?;
        let dead = self.until_one_is(HOOLI.0, "dead")?;
        let list = self.run_here(&["events", "list", "--state", "dead"])?;
        list.must(list.stdout.contains(&dead.id), "the dead letter is listed")?;
        let shown = self.run_here(&["events", "show", &dead.id])?;
        let reports = shown.reports()?;
        let frame = reports.first().and_then(|report| report.error.as_ref()?.frames.first());
        let line = wrong.lines().position(|line| line.contains(WRONG)).map_or(0, |line| line + 1);
        let is_there =
            frame.is_some_and(|frame| frame.file.ends_with(SETUP) && usize::try_from(frame.line) == Ok(line));
        shown
            .must(is_there && reports.len() == 1, format!("one attempt failed at line {line} of {SETUP}"))?;
        screen::checked("a bug is not tried again: it waits for a person, who sees the line");
        self.write_setup(&right)?;
        self.deploy()?;
        self.run_here(&["events", "replay", &dead.id])?;
        self.until_one_is(HOOLI.0, "done")?;
        let shown = self.run_here(&["events", "show", &dead.id])?;
        shown.must(
            shown.reports()?.last().is_some_and(|report| report.outcome == "succeeded"),
            "the replay succeeds on what is deployed now",
        )?;
        self.must_have_webhooks(&shown, HOOLI.2, 1)?;
        screen::checked(
            "replayed on today's deployment, under the same idempotency key: the provider has one webhook",
        );
        Ok(())
    }

    fn end(self) -> Told<Counted> {
        let counted = Counted { commands: self.commands, requests: self.salesforce.journal().len() };
        let code = self.server.stop()?;
        match code {
            Some(0) => Ok(counted),
            code => Err(Mismatch::new(format!("SIGTERM ends the server with exit code 0, not {code:?}"))),
        }
    }

    fn deploy(&mut self) -> Told {
        let project = self.project.display().to_string();
        let deployed = self.onevent.run(&["deploy", "--project", &project])?;
        self.commands += 1;
        deployed.must_exit(0)?;
        screen::answer(&CommandOutput { command: "onevent deploy".to_owned(), ..deployed }, &[]);
        Ok(())
    }

    /// Runs a command beside the server's database.
    fn run_here(&mut self, arguments: &[&str]) -> Told<CommandOutput> {
        let answer = self.onevent.run_bare(arguments)?;
        self.commands += 1;
        screen::answer(&answer, &answer.reports()?);
        answer.must_exit(0)?;
        Ok(answer)
    }

    fn import(&self, (id, token, _): (&str, &str, &str)) -> Told {
        let body = json!({
            "provider_config_key": "salesforce",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": token },
        });
        let answer = self.server.ask("POST", "/connections", &body.to_string())?;
        screen::request("POST", &format!("/connections  {id}"), answer.status);
        match answer.status {
            201 => Ok(()),
            status => Err(Mismatch::new(format!("{id} is created, not {status}: {}", answer.body))),
        }
    }

    fn until(&self, told: &str, holds: impl Fn(&Self) -> bool) -> Told {
        for _ in 0..LOOKS {
            if holds(self) {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(Mismatch::new(told))
    }

    /// Waits until the setup of a connection is in a state.
    fn until_one_is(&self, connection: &str, state: &str) -> Told<Found> {
        let path = format!("/events?kind=setup&connectionId={connection}&state={state}");
        for _ in 0..LOOKS {
            let answer = self.server.ask("GET", &path, "")?;
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            if let Some(event) = body.pointer("/events/0") {
                let id = event.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                return Ok(Found { id, attempt: event.get("attempt").and_then(Value::as_u64).unwrap_or(0) });
            }
            std::thread::sleep(LOOK);
        }
        Err(Mismatch::new(format!("the setup of {connection} is {state}")))
    }

    fn setup(&self) -> Told<String> {
        fs::read_to_string(self.project.join(SETUP)).map_err(|error| failed("the function is there", &error))
    }

    fn write_setup(&self, text: &str) -> Told {
        fs::write(self.project.join(SETUP), text).map_err(|error| failed("the function is changed", &error))
    }

    /// Asks the provider itself, not onevent.
    fn must_have_webhooks(&self, answer: &CommandOutput, organization: &str, count: usize) -> Told {
        let found = self.salesforce.webhooks(organization).len();
        answer
            .must(found == count, format!("the provider has {count} webhooks of {organization}, not {found}"))
    }
}

/// An event that was looked for.
struct Found {
    id: String,
    attempt: u64,
}

/// Copies the project: what happens to it is nothing for the documented functions.
fn copy_functions(from: &Path, to: &Path) -> std::io::Result<()> {
    let functions = Path::new("salesforce/on-events");
    fs::create_dir_all(to.join(functions))?;
    fs::copy(from.join("index.ts"), to.join("index.ts"))?;
    for entry in fs::read_dir(from.join(functions))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(functions).join(entry.file_name()))?;
    }
    Ok(())
}

fn failed(told: &str, error: &std::io::Error) -> Mismatch {
    Mismatch::new(format!("{told}: {error}"))
}
