//! A client of one place: it alone asks for its connections, one thing after the other, until nobody answers.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use super::known::{Fact, Known};
use super::outside::BAD;
use super::server::{Life, text};
use crate::http::HttpAnswer;
use crate::soak::Watch;

/// How many connections a client has at once.
const CONNECTIONS: usize = 3;
/// How long an operation may find another one in its way: a lease, and time to see that it is over.
const LONGEST_IN_THE_WAY: Duration = Duration::from_secs(20);

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    Create,
    CreateRefused,
    Reconnect,
    Delete,
    Metadata,
    Action,
    Deploy,
}

impl Ask {
    pub(super) const ALL: [Self; 7] = [
        Self::Create,
        Self::CreateRefused,
        Self::Reconnect,
        Self::Delete,
        Self::Metadata,
        Self::Action,
        Self::Deploy,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::CreateRefused => "create, refused",
            Self::Reconnect => "reconnect",
            Self::Delete => "delete",
            Self::Metadata => "metadata",
            Self::Action => "action",
            Self::Deploy => "deploy",
        }
    }
}

/// How often something was asked for.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) answered: BTreeMap<Ask, usize>,
    pub(super) cut: BTreeMap<Ask, usize>,
    /// There was no place for it, or another operation was in its way: it was not done.
    pub(super) put_off: usize,
    /// What may not be.
    pub(super) broken: Vec<String>,
}

/// An action that was accepted, and has to run.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) nonce: String,
    pub(super) connection: String,
}

pub(super) struct Client {
    name: String,
    random: fastrand::Rng,
    serial: u64,
    pub(super) connections: Vec<Known>,
    /// Those whose ids are not used any more.
    pub(super) gone: Vec<Known>,
    pub(super) accepted: Vec<Accepted>,
    pub(super) counts: Counts,
}

/// Whether a client goes on.
enum Next {
    Ask,
    NobodyAnswers,
}

impl Client {
    pub(super) fn new(name: String, seed: u64) -> Self {
        let mut client = Self {
            name,
            random: fastrand::Rng::with_seed(seed),
            serial: 0,
            connections: Vec::new(),
            gone: Vec::new(),
            accepted: Vec::new(),
            counts: Counts::default(),
        };
        for _ in 0..CONNECTIONS {
            let known = Known::new(client.another("c"));
            client.connections.push(known);
        }
        client
    }

    /// A name that was never used.
    fn another(&mut self, kind: &str) -> String {
        self.serial += 1;
        format!("{kind}-{}-{}", self.name, self.serial)
    }

    /// Asks for one thing after the other, until nobody answers.
    pub(super) fn act(&mut self, life: &Life) {
        let started = Watch::start();
        loop {
            let which = self.random.usize(..self.connections.len());
            let Some(known) = self.connections.get(which) else { return };
            let ask = self.choose(known.fact == Fact::Absent);
            if let Next::NobodyAnswers = self.one(life, which, ask, started) {
                return;
            }
        }
    }

    fn choose(&mut self, is_absent: bool) -> Ask {
        match (is_absent, self.random.u8(..100)) {
            (true, 0..20) => Ask::CreateRefused,
            (true, _) => Ask::Create,
            (false, 0..20) => Ask::Reconnect,
            (false, 20..45) => Ask::Delete,
            (false, 45..75) => Ask::Metadata,
            (false, _) => Ask::Action,
        }
    }

    fn one(&mut self, life: &Life, which: usize, ask: Ask, started: Watch) -> Next {
        let token = self.another(if ask == Ask::CreateRefused { BAD } else { "t" });
        let Some(known) = self.connections.get(which) else { return Next::NobodyAnswers };
        let (id, before) = (known.id.clone(), known.fact.clone());
        let note = match &before {
            Fact::Present { note, .. } => *note,
            Fact::Absent => None,
        };
        let after = match ask {
            Ask::Create | Ask::Reconnect => Fact::Present { token: token.clone(), note },
            Ask::Metadata => match &before {
                Fact::Present { token, .. } => {
                    Fact::Present { token: token.clone(), note: Some(self.serial) }
                }
                Fact::Absent => Fact::Absent,
            },
            Ask::Delete => Fact::Absent,
            Ask::CreateRefused | Ask::Action | Ask::Deploy => before.clone(),
        };
        let answer = request(life, ask, &id, &token, self.serial);
        let Ok(answer) = answer else {
            *self.counts.cut.entry(ask).or_default() += 1;
            if let Some(known) = self.connections.get_mut(which) {
                known.may_be(after);
            }
            return Next::NobodyAnswers;
        };
        match verdict(ask, &answer) {
            Verdict::Done => {
                *self.counts.answered.entry(ask).or_default() += 1;
                self.done(which, ask, after, token);
            }
            Verdict::PutOff if started.now() < LONGEST_IN_THE_WAY => self.counts.put_off += 1,
            Verdict::PutOff | Verdict::Strange => {
                let told = format!("{}: {id}: {} {}", ask.as_str(), answer.status, answer.body);
                self.counts.broken.push(told);
            }
        }
        Next::Ask
    }

    fn done(&mut self, which: usize, ask: Ask, after: Fact, nonce: String) {
        let renewed = (ask == Ask::Delete && self.random.bool()).then(|| Known::new(self.another("c")));
        let Some(known) = self.connections.get_mut(which) else { return };
        known.become_(after);
        if ask == Ask::Action {
            self.accepted.push(Accepted { nonce, connection: known.id.clone() });
        }
        // Half of the ids are used again: whatever was deleted is not in the way.
        if let Some(renewed) = renewed {
            self.gone.push(std::mem::replace(known, renewed));
        }
    }

    /// Looks what became of its connections. Those that are there.
    pub(super) fn look(&mut self, life: &Life) -> io::Result<Vec<String>> {
        let mut there = Vec::new();
        for known in &mut self.connections {
            let found = look_at(life, &known.id)?;
            if found != Fact::Absent {
                there.push(known.id.clone());
            }
            self.counts.broken.extend(known.found(found));
        }
        Ok(there)
    }
}

fn look_at(life: &Life, id: &str) -> io::Result<Fact> {
    let Some(connection) = life.get(&format!("/connections/{id}?provider_config_key=hubspot"))? else {
        return Ok(Fact::Absent);
    };
    let token = connection.pointer("/credentials/access_token").and_then(Value::as_str).unwrap_or_default();
    let note = connection.pointer("/metadata/note").and_then(Value::as_u64);
    Ok(Fact::Present { token: token.to_owned(), note })
}

fn request(life: &Life, ask: Ask, id: &str, token: &str, serial: u64) -> io::Result<HttpAnswer> {
    let connection = || {
        json!({
            "provider_config_key": "hubspot",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": token },
        })
        .to_string()
    };
    let of_it = format!("/connections/{id}?provider_config_key=hubspot");
    match ask {
        Ask::Create | Ask::CreateRefused => {
            life.ask("POST", "/connections", &[("if-none-match", "*")], &connection())
        }
        Ask::Reconnect => life.ask("POST", "/connections", &[("if-match", "*")], &connection()),
        Ask::Delete => life.ask("DELETE", &of_it, &[], ""),
        Ask::Metadata => {
            let metadata = json!({ "note": serial });
            let body = json!({ "provider_config_key": "hubspot", "connection_id": id, "metadata": metadata });
            // Both ways of writing it, in turn.
            let method = if serial.is_multiple_of(2) { "POST" } else { "PATCH" };
            life.ask(method, "/connections/metadata", &[], &body.to_string())
        }
        Ask::Action => {
            let body = json!({ "action_name": "act", "input": { "nonce": token } }).to_string();
            let headers = [("provider-config-key", "hubspot"), ("connection-id", id), ("x-async", "true")];
            life.ask("POST", "/action/trigger", &headers, &body)
        }
        Ask::Deploy => life.ask("POST", "/deployments", &[], &super::project::deployment(serial).to_string()),
    }
}

/// What an answer says.
pub(super) enum Verdict {
    /// It was done; or refused, as it had to be.
    Done,
    /// It was not, for now.
    PutOff,
    /// It says something else.
    Strange,
}

pub(super) fn verdict(ask: Ask, answer: &HttpAnswer) -> Verdict {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let code = body.get("error").map(|error| text(error, "code")).unwrap_or_default();
    match (ask, answer.status) {
        (Ask::Create | Ask::Reconnect, 200 | 201) => Verdict::Done,
        (Ask::CreateRefused, 400) if code == "connection_validation_failed" => Verdict::Done,
        (Ask::Delete | Ask::Metadata, 200 | 201) => Verdict::Done,
        (Ask::Action, 202) => Verdict::Done,
        (Ask::Deploy, 200 | 201) => Verdict::Done,
        (_, 503) | (_, 409) => Verdict::PutOff,
        _ => Verdict::Strange,
    }
}
