//! One row: a function, what its provider answers, and what is to be seen afterwards.

use onevent_tests::{Fault, NangoServer, Scope, Target, Times};
use serde_json::{Value, json};

use crate::world::{CommandOutput, TOKEN, World};

/// A secret key of Nango's form.
const KEY: &str = "7f1d2c3b-4a5e-4f60-8a1b-2c3d4e5f6a7b";

/// A table of rows: each becomes a test of its name.
macro_rules! rows {
    ($($name:ident => $row:expr;)+) => {
        $(#[test] fn $name() { $crate::compatibility::row::Row::check($row, stringify!($name)); })+

        /// The same where runs share an isolate.
        mod in_shared_realm {
            use super::*;

            $(#[test] fn $name() {
                $crate::compatibility::row::Row::check($row.flags(&["--set", "realm=shared"]), stringify!($name));
            })+
        }

        /// The same where each run is in a child process.
        mod in_child_process {
            use super::*;

            $(#[test] fn $name() {
                $crate::compatibility::row::Row::check($row.flags(&["--isolation", "process"]), stringify!($name));
            })+
        }
    };
}

/// What a row looks at, once the run has ended.
type Check = Box<dyn Fn(&Seen<'_>) -> Result<(), String>>;

/// What a row puts into a Nango API.
type SetUp = Box<dyn Fn(&NangoServer)>;

/// Everything that there is to see.
pub(super) struct Seen<'a> {
    pub(super) answer: &'a CommandOutput,
    pub(super) world: &'a World,
    pub(super) nango: Option<&'a NangoServer>,
}

/// One answer of the provider.
type Canned = (u16, &'static [(&'static str, &'static str)], Value);

/// A row in the making.
pub(super) struct Row {
    files: Vec<(String, String)>,
    answers: Vec<(&'static str, Vec<Canned>)>,
    faults: Vec<(&'static str, Fault)>,
    provider: &'static str,
    credentials: Value,
    metadata: Option<Value>,
    flags: Vec<String>,
    exit: i32,
    checks: Vec<Check>,
    nango: Option<SetUp>,
}

impl Row {
    /// The function `check`, as a file.
    pub(super) fn file(code: impl Into<String>) -> Self {
        Self {
            files: vec![
                ("index.ts".into(), "import './salesforce/on-events/check';\n".into()),
                ("salesforce/on-events/check.ts".into(), code.into()),
            ],
            answers: Vec::new(),
            faults: Vec::new(),
            provider: "salesforce",
            credentials: json!({ "type": "OAUTH2", "access_token": TOKEN }),
            metadata: None,
            flags: Vec::new(),
            exit: 0,
            checks: Vec::new(),
            nango: None,
        }
    }

    /// A `validate-connection` function with this body. `give(value)` shows a value to [`Row::gives`].
    pub(super) fn body(body: &str) -> Self {
        Self::file(format!(
            "import {{ createOnEvent, createAction, createSync }} from 'nango';\nimport * as z from 'zod';\n\
             void z; void createAction; void createSync;\n\
             export default createOnEvent({{ description: 'test', event: 'validate-connection',\n\
             exec: async (nango: any) => {{\n\
             const give = (value: unknown) => nango.log('given', {{ value: value === undefined ? null : value }});\n{body}\n}} }});\n"
        ))
    }

    /// One more file of the project.
    pub(super) fn with_file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.files.push((path.into(), text.into()));
        self
    }

    /// What the provider answers to requests whose path starts like this, one after the other; the last one stays.
    pub(super) fn answers(mut self, path: &'static str, answers: &[Canned]) -> Self {
        self.answers.push((path, answers.to_vec()));
        self
    }

    /// What the provider does wrong at every request whose path starts like this.
    pub(super) fn faulty(mut self, path: &'static str, fault: Fault) -> Self {
        self.faults.push((path, fault));
        self
    }

    /// The same with one body and status 200.
    pub(super) fn answer(self, path: &'static str, body: Value) -> Self {
        self.answers(path, &[(200, &[], body)])
    }

    /// The template of the provider.
    pub(super) fn provider(mut self, name: &'static str) -> Self {
        self.provider = name;
        self
    }

    pub(super) fn credentials(mut self, credentials: Value) -> Self {
        self.credentials = credentials;
        self
    }

    /// The metadata that the connection has.
    pub(super) fn metadata(mut self, metadata: Value) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// More words of the command line.
    pub(super) fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
        self
    }

    /// Runs against a Nango API that has the connection, instead of one that is given as a file.
    pub(super) fn nango(mut self, set_up: impl Fn(&NangoServer) + 'static) -> Self {
        self.nango = Some(Box::new(set_up));
        self
    }

    /// The exit code; 0 by default.
    pub(super) fn exits(mut self, code: i32) -> Self {
        self.exit = code;
        self
    }

    /// Looks at everything.
    pub(super) fn sees(mut self, check: impl Fn(&Seen<'_>) -> Result<(), String> + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// A value of the document that the program printed.
    pub(super) fn has(self, pointer: &'static str, expected: Value) -> Self {
        self.sees(move |seen| {
            let got = seen.answer.document.pointer(pointer).cloned().unwrap_or_default();
            same(pointer, &got, &expected)
        })
    }

    /// A text of the document holds this one.
    pub(super) fn says(self, pointer: &'static str, part: &'static str) -> Self {
        self.sees(move |seen| {
            let got = seen.answer.document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            if got.contains(part) { Ok(()) } else { Err(format!("{pointer} is {got:?}, without {part:?}")) }
        })
    }

    /// What the function showed with `give`.
    pub(super) fn gives(self, expected: Value) -> Self {
        self.sees(move |seen| {
            let logs = seen.answer.document["logs"].as_array().cloned().unwrap_or_default();
            let given =
                logs.iter().find(|line| line["message"] == "given").map(|line| line["meta"]["value"].clone());
            match given {
                Some(given) => same("what was given", &given, &expected),
                None => Err("nothing was given".into()),
            }
        })
    }

    /// The requests that the provider got: method and path with query.
    pub(super) fn asked(self, expected: &'static [&'static str]) -> Self {
        self.sees(move |seen| {
            let journal = seen.world.provider.journal();
            let got: Vec<String> =
                journal.iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
            if got == expected {
                Ok(())
            } else {
                Err(format!("the provider was asked {got:?}, not {expected:?}"))
            }
        })
    }

    /// A header of the provider's first request.
    pub(super) fn sent_header(self, name: &'static str, expected: Option<&'static str>) -> Self {
        self.sees(move |seen| {
            let journal = seen.world.provider.journal();
            let got = journal.first().and_then(|asked| asked.header(name));
            if got == expected {
                Ok(())
            } else {
                Err(format!("the header {name} was {got:?}, not {expected:?}"))
            }
        })
    }

    /// The body of the provider's first request.
    pub(super) fn sent_body(self, expected: &'static str) -> Self {
        self.sees(move |seen| {
            let got =
                seen.world.provider.journal().first().map(|asked| asked.body.clone()).unwrap_or_default();
            if got == expected { Ok(()) } else { Err(format!("the body was {got:?}, not {expected:?}")) }
        })
    }

    /// How often Nango's API was asked for a path that starts like this.
    pub(super) fn asked_nango(self, path: &'static str, times: usize) -> Self {
        self.sees(move |seen| {
            let journal = seen.nango.map(NangoServer::journal).unwrap_or_default();
            let got = journal.iter().filter(|asked| asked.path.starts_with(path)).count();
            if got == times {
                Ok(())
            } else {
                Err(format!("Nango was asked {got} times for {path}, not {times}"))
            }
        })
    }

    /// Runs the row, and fails with everything that is not as it should be.
    #[track_caller]
    pub(super) fn check(self, name: &str) {
        let world = World::validating("");
        let nango = self.nango.as_ref().map(|set_up| self.start_nango(&world, set_up.as_ref()));
        self.write_project(&world, nango.is_some());
        for (path, answers) in &self.answers {
            plan(&world, path, answers);
        }
        for (path, fault) in &self.faults {
            world.provider.plan_fault(Target::path(path), fault.clone(), Times::Always);
        }
        let mut arguments = vec!["dryrun", "check", "acme"];
        arguments.extend(self.flags.iter().map(String::as_str));
        let answer = match &nango {
            Some(nango) => {
                let variables = [("NANGO_HOSTPORT", nango.base_url()), ("NANGO_SECRET_KEY_DEV", KEY)];
                world.run_with(&arguments, &variables)
            }
            None if self.flags.iter().any(|flag| flag == "--replay") => world.run(&arguments),
            None => world.run(&[&arguments[..], &["--connection", "@connection.json"]].concat()),
        };
        let seen = Seen { answer: &answer, world: &world, nango: nango.as_ref() };
        let mut problems: Vec<String> = self.checks.iter().filter_map(|check| check(&seen).err()).collect();
        if answer.code != self.exit {
            problems.push(format!("the exit code is {}, not {}", answer.code, self.exit));
        }
        assert!(
            problems.is_empty(),
            "compatibility row `{name}`:\n- {}\n{:#}",
            problems.join("\n- "),
            answer.document
        );
    }

    fn start_nango(&self, world: &World, set_up: &dyn Fn(&NangoServer)) -> NangoServer {
        let nango = NangoServer::start().unwrap();
        nango.allow(KEY, &Scope::ALL);
        nango.integration("salesforce", self.provider, world.provider.base_url());
        nango.connection("salesforce", "acme", self.credentials.clone());
        if let Some(Value::Object(metadata)) = &self.metadata {
            nango.set_metadata("salesforce", "acme", metadata.clone());
        }
        set_up(&nango);
        nango
    }

    fn write_project(&self, world: &World, remote: bool) {
        let config = format!(
            "[integrations.salesforce]\nprovider = \"{}\"\nbase_url = \"{}\"\negress_allow = [\"127.0.0.0/8\"]\n",
            self.provider,
            world.provider.base_url()
        );
        // What is reached on this machine through Nango needs no leave.
        world.file("onevent.toml", if remote { "" } else { &config });
        let connection = json!({ "credentials": self.credentials, "metadata": self.metadata });
        world.file("connection.json", &connection.to_string());
        // Later files replace earlier ones.
        self.files.iter().for_each(|(path, text)| world.file(path, text));
    }
}

fn same(what: &str, got: &Value, expected: &Value) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what} is {got}, not {expected}")) }
}

fn plan(world: &World, path: &str, answers: &[Canned]) {
    for (index, (status, headers, body)) in answers.iter().enumerate() {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let times = if index + 1 == answers.len() { Times::Always } else { Times::Next(1) };
        let fault = Fault::Status { status: *status, headers, body: body.clone() };
        world.provider.plan_fault(Target::path(path), fault, times);
    }
}

/// A row that is wrong in every way fails, and says each of them under its name.
#[test]
fn a_row_can_fail() {
    let row = Row::body("give(1);\nawait nango.post({ endpoint: '/x', data: { a: 1 } });")
        .answer("/x", json!({}))
        .nango(|_| {})
        .exits(7)
        .has("/outcome", json!("failed"))
        .says("/outcome", "fail")
        .gives(json!(2))
        .asked(&["GET /x"])
        .sent_header("x-own", Some("yes"))
        .sent_body("{}")
        .asked_nango("/connections/acme", 7);
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| row.check("wrong_in_every_way")))
        .unwrap_err();
    let message = failed.downcast_ref::<String>().unwrap();
    for part in [
        "compatibility row `wrong_in_every_way`",
        "the exit code is 0, not 7",
        "/outcome is \"succeeded\", not \"failed\"",
        "/outcome is \"succeeded\", without \"fail\"",
        "what was given is 1, not 2",
        "the provider was asked [\"POST /x\"]",
        "the header x-own was None",
        "the body was \"{\\\"a\\\":1}\"",
        "Nango was asked 1 times for /connections/acme, not 7",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
}
