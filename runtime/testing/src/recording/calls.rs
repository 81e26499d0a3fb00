//! Recorded calls as the sections of a fixture.

use onevent_contract::{
    FetchRequest, FetchResponse, HeaderLines, HeaderText, HostError, JsonObject, ProxyRequest, ProxyResponse,
    ResponseType,
};
use serde_json::{Value, json};

use crate::fixture::{
    Identity, Section, body_as_data, fetch_as_call, recorded_body, request_document, split, with_texts,
};

/// Headers of an answer that may hold credentials of their own.
const SECRET_HEADERS: [&str; 3] = ["set-cookie", "authorization", "proxy-authenticate"];

/// One recorded call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    section: Section,
    request: ProxyRequest,
    outcome: CallOutcome,
}

/// What came back.
#[derive(Debug, Clone)]
enum CallOutcome {
    Response { head: Head, body: Value },
    BrokenBody { head: Head, code: String, message: String },
    Network { code: String, message: String },
}

/// What came back before the body.
#[derive(Debug, Clone)]
struct Head {
    status: u16,
    headers: JsonObject,
}

impl Head {
    /// Without what may hold credentials of its own. Header lines of one name are as Nango's fixtures have them.
    fn of_call(status: u16, headers: &HeaderLines) -> Self {
        let headers = headers.combined().into_iter().map(|(name, value)| {
            let value = match value {
                HeaderText::Text(text) => text.into(),
                HeaderText::List(list) => list.into(),
            };
            (name, value)
        });
        Self { status, headers: headers.filter(|(name, _)| is_readable(name)).collect() }
    }

    /// The same of a request without credentials, where a function sees every line.
    fn of_fetch(status: u16, lines: &HeaderLines) -> Self {
        let mut headers = JsonObject::new();
        for (name, _) in lines.iter().filter(|(name, _)| is_readable(name)) {
            let mut values: Vec<&str> = lines.values(name).collect();
            let value = if values.len() == 1 { Value::from(values.remove(0)) } else { Value::from(values) };
            headers.insert(name.to_owned(), value);
        }
        Self { status, headers }
    }
}

/// Whether a header of an answer is kept.
fn is_readable(name: &str) -> bool {
    !SECRET_HEADERS.contains(&name)
}

impl CallOutcome {
    /// What a host could not do, where a fixture can repeat it.
    fn of_error(error: &HostError, head: fn(u16, &HeaderLines) -> Head) -> Option<Self> {
        match error {
            HostError::Network { code, message } => {
                Some(Self::Network { code: code.clone(), message: message.clone() })
            }
            HostError::BrokenBody { code, message, response } => Some(Self::BrokenBody {
                head: head(response.status, &response.headers),
                code: code.clone(),
                message: message.clone(),
            }),
            HostError::Unsupported { .. }
            | HostError::Configuration { .. }
            | HostError::Api { .. }
            | HostError::Answer { .. }
            | HostError::Internal { .. } => None,
        }
    }

    /// As an entry of a fixture.
    fn to_entry(&self) -> Value {
        match self {
            Self::Response { head, body } => {
                json!({ "response": body, "status": head.status, "headers": head.headers })
            }
            Self::BrokenBody { head, code, message } => json!({
                "error": { "code": code, "message": message },
                "status": head.status,
                "headers": head.headers,
            }),
            Self::Network { code, message } => json!({ "error": { "code": code, "message": message } }),
        }
    }
}

impl Call {
    /// A call of the provider; `None` where the host refused it, which no fixture can repeat.
    pub(super) fn proxy(request: ProxyRequest, answer: &Result<ProxyResponse, HostError>) -> Option<Self> {
        let wanted = request.response_type;
        let outcome = match answer {
            Ok(response) => CallOutcome::Response {
                head: Head::of_call(response.status, &response.headers),
                body: recorded_body(&response.body, wanted),
            },
            Err(error) => CallOutcome::of_error(error, Head::of_call)?,
        };
        Some(Self { section: Section::Api, request, outcome })
    }

    /// A request without credentials.
    pub(super) fn fetch(request: &FetchRequest, answer: &Result<FetchResponse, HostError>) -> Option<Self> {
        let outcome = match answer {
            Ok(response) => CallOutcome::Response {
                head: Head::of_fetch(response.status, &response.headers),
                body: recorded_body(&response.body, ResponseType::Default),
            },
            Err(error) => CallOutcome::of_error(error, Head::of_fetch)?,
        };
        Some(Self { section: Section::Fetch, request: fetch_as_call(request), outcome })
    }

    /// Puts the call into its section. `scrub` removes secrets; the identity is of what is left.
    pub(super) fn add_to(&self, sections: &mut JsonObject, scrub: &dyn Fn(&mut Value)) {
        let request = with_texts(&self.request, scrub);
        let mut identity = Identity::of(&request);
        if self.section == Section::Fetch {
            identity.endpoint = split(Section::Fetch, &request.endpoint).0;
        }
        let hash = identity.as_written(&request).hash();
        let data = request.body.as_ref().and_then(body_as_data);
        let request = request_document(&identity, data);
        let mut entry = self.outcome.to_entry();
        scrub(&mut entry);
        entry["hash"] = hash.into();
        entry["request"] = request;
        let endpoint = match self.section {
            Section::Api => format!("/{}", identity.endpoint),
            Section::Fetch => identity.endpoint.clone(),
        };
        add(sections, self.section, &identity.method, endpoint, entry);
    }
}

/// One entry for each identity: a second one makes a list, and the same one again is known already.
fn add(sections: &mut JsonObject, section: Section, method: &str, endpoint: String, entry: Value) {
    let section = sections.entry(section.name()).or_insert_with(|| json!({}));
    let Value::Object(section) = section else { return };
    let methods = section.entry(method).or_insert_with(|| json!({}));
    let Value::Object(methods) = methods else { return };
    let same = |known: &Value| known.get("hash") == entry.get("hash");
    match methods.get_mut(&endpoint) {
        None => {
            methods.insert(endpoint, entry);
        }
        Some(Value::Array(list)) if list.iter().any(same) => {}
        Some(Value::Array(list)) => list.push(entry),
        Some(known) if same(known) => {}
        Some(known) => *known = json!([known.clone(), entry]),
    }
}
