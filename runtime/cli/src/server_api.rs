//! A running server, as commands talk to it: `--server`.

use std::fmt;
use std::time::Duration;

use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, USER_AGENT,
};
use http::{HeaderMap, Method};
use onevent_app::Location;
use onevent_contract::HostError;
use onevent_proxy::{Origin, OriginRequest};
use serde_json::Value;

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::session::Session;

/// How long a server may take: a creation waits for its validation functions, a deletion for its cleanup.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// What this program says that it is.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("onevent/", env!("CARGO_PKG_VERSION")));

/// A running server, and the key for it.
pub(crate) struct ServerApi {
    origin: Origin,
    authorization: HeaderValue,
}

/// What must be so for an import, decided by the server together with it: between a look and an import, somebody else may
/// create or delete the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// The connection is not there yet.
    IsNew,
    /// The connection is there.
    IsThere,
}

impl Precondition {
    fn header(self) -> HeaderName {
        match self {
            Self::IsNew => IF_NONE_MATCH,
            Self::IsThere => IF_MATCH,
        }
    }
}

/// The failure of a command on a server that there is no key for.
pub(crate) fn no_key(session: &Session, server: &impl fmt::Display) -> Failure {
    let (variable, _) = session.service.config().nango_key_variables();
    let message = format!("there is no secret key for {server}");
    Failure::usage("no_secret_key", message)
        .hint(format!("set ONEVENT_SECRET_KEY or {variable}; `onevent keys create` makes a key"))
}

/// What it answered, where that was no success.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The status.
    pub(crate) status: u16,
    /// The server's code.
    pub(crate) code: String,
    /// In words.
    pub(crate) message: String,
    /// Where it is, of what was sent.
    pub(crate) place: Option<Location>,
}

/// The first place that an error names.
fn place(error: &Value) -> Option<Location> {
    error.get("errors")?.as_array()?.iter().find_map(|one| {
        let number = |name: &str| usize::try_from(one.get(name)?.as_u64()?).ok();
        let file = one.get("file")?.as_str()?;
        Some(Location::without_text(file, number("line")?, number("column")?))
    })
}

impl ServerApi {
    /// The server that the settings name.
    ///
    /// # Errors
    /// They name none, or no key for it.
    pub(crate) fn needed(session: &Session) -> Result<Self, Failure> {
        let Some(url) = &session.service.settings().server_url else {
            return Err(Failure::usage("no_server", "no server is named").hint("--server URL names one"));
        };
        let key =
            session.service.config().server_key().ok_or_else(|| no_key(session, url.value.url()))?.secret;
        let not_a_key =
            || Failure::usage("invalid_secret_key", "the secret key holds characters that no key has");
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", key.reveal())).map_err(|_| not_a_key())?;
        authorization.set_sensitive(true);
        let origin = Origin::new(&session.service.proxy()?, url.value.url().clone());
        Ok(Self { origin, authorization })
    }

    /// Asks, and takes everything but a success as the command's failure.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        self.try_ask(method, path, query, body).await?.map_err(Failure::from)
    }

    /// Asks; what the server refuses is the caller's to judge.
    pub(crate) async fn try_ask(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Result<Value, Refusal>, Failure> {
        self.send(method, path, query, body, HeaderMap::new()).await
    }

    /// Imports a connection, where that is so; what the server refuses is the caller's to judge.
    pub(crate) async fn import(
        &self,
        precondition: Precondition,
        connection: &Value,
    ) -> Result<Result<Value, Refusal>, Failure> {
        let headers = HeaderMap::from_iter([(precondition.header(), HeaderValue::from_static("*"))]);
        self.send(Method::POST, &["connections"], &[], Some(connection), headers).await
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
        mut headers: HeaderMap,
    ) -> Result<Result<Value, Refusal>, Failure> {
        let mut url = self.origin.base().clone();
        let wrong = || Failure::usage("invalid_name", "this name cannot stand in a URL");
        if path.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return Err(wrong());
        }
        url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(USER_AGENT, AGENT);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map(|body| body.to_string().into());
        let request = OriginRequest { method, url, headers, body, timeout: LONGEST };
        let answer = self.origin.send(request).await.map_err(|error| self.unreachable(&error))?;
        let parsed: Result<Value, _> = serde_json::from_slice(&answer.body);
        match (answer.status, parsed) {
            (200..300, Ok(value)) => Ok(Ok(value)),
            (200..300, Err(_)) => Err(self.no_server("its answer is no JSON")),
            (status, Ok(value)) => {
                let error = value.get("error").cloned().unwrap_or_default();
                let text = |field: &str| error.get(field).and_then(Value::as_str).map(str::to_owned);
                let code = text("code").unwrap_or_else(|| "server_error".to_owned());
                let message = text("message").unwrap_or_else(|| error.to_string());
                Ok(Err(Refusal { status, code, message, place: place(&error) }))
            }
            (status, Err(_)) => Err(self.no_server(&format!("it answered {status} without JSON"))),
        }
    }

    fn unreachable(&self, error: &HostError) -> Failure {
        let message = format!("the server at {} cannot be reached: {error}", self.origin.base());
        Failure::new(ExitCode::Internal, "server_unreachable", message).hint("start it with `onevent serve`")
    }

    /// What answered is something else.
    pub(crate) fn no_server(&self, what: &str) -> Failure {
        let message = format!("{} does not answer as onevent's server does: {what}", self.origin.base());
        Failure::new(ExitCode::Internal, "no_server", message)
    }
}

impl From<Refusal> for Failure {
    fn from(Refusal { status, code, message, place }: Refusal) -> Self {
        let exit = match status {
            401 | 403 => ExitCode::Usage,
            500.. => ExitCode::Internal,
            _ if code.starts_with("invalid_") => ExitCode::Usage,
            _ => ExitCode::Failed,
        };
        let failure = Failure::new(exit, code, format!("the server says: {message}"));
        match place {
            Some(place) => failure.at(place),
            None => failure,
        }
    }
}
