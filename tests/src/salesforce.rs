//! The server as a test holds it.

use std::io;

use crate::connection::{CuttableListener, HangUp};
use crate::faults::{Fault, Target, Times};
use crate::journal::JournalEntry;
use crate::loopback::Loopback;
use crate::routes;
use crate::state::{Shared, Webhook};

/// A small server on loopback that plays one Salesforce API with several organizations. It stops when dropped.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /services/oauth2/userinfo` | 200 `{organization_id, …}` |
/// | `POST /webhooks` with `{url, events}` | 201 `{id}` |
/// | `GET /webhooks` | 200 `{webhooks}` |
/// | `DELETE /webhooks/{id}` | 204, or 404 when there is none |
///
/// Every route needs `Authorization: Bearer <token>` with a token of an organization, and answers 401 otherwise.
#[derive(Debug)]
pub struct SalesforceServer {
    server: Loopback,
    shared: Shared,
}

impl SalesforceServer {
    /// Starts a server without organizations on a free port.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub fn start() -> io::Result<Self> {
        let shared = Shared::default();
        let router = routes::router(shared.clone());
        let server = Loopback::serve_by("salesforce", |listener| async move {
            let service = router.into_make_service_with_connect_info::<HangUp>();
            let _ = axum::serve(CuttableListener(listener), service).await;
        })?;
        Ok(Self { server, shared })
    }

    /// Where it listens, without a slash at the end: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Lets `token` act for `organization_id`. An organization may have any number of tokens.
    pub fn allow(&self, token: &str, organization_id: &str) {
        self.shared.lock().organizations.insert(token.to_owned(), organization_id.to_owned());
    }

    /// Makes a token worthless, as when a customer disconnects the app.
    pub fn revoke(&self, token: &str) {
        self.shared.lock().organizations.remove(token);
    }

    /// The webhooks of an organization, oldest first.
    #[must_use]
    pub fn webhooks(&self, organization_id: &str) -> Vec<Webhook> {
        let provider = self.shared.lock();
        provider.webhooks.iter().filter(|hook| hook.organization_id == organization_id).cloned().collect()
    }

    /// Removes a webhook behind everybody's back; whether there was one.
    pub fn remove_webhook(&self, id: &str) -> bool {
        self.shared.lock().remove_webhooks(|hook| hook.id == id)
    }

    /// Plans a fault. Faults planned earlier come first.
    pub fn plan_fault(&self, target: Target, fault: Fault, times: Times) {
        self.shared.lock().faults.plan(target, fault, times);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.shared.lock().journal.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// One request over a connection of its own; everything that came back.
    fn ask(server: &SalesforceServer, method: &str, path: &str, token: &str, body: &str) -> String {
        let address = server.base_url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn server() -> SalesforceServer {
        let server = SalesforceServer::start().unwrap();
        server.allow("token-a", "00D-a");
        server.allow("token-b", "00D-b");
        server
    }

    #[test]
    fn a_token_acts_for_its_own_organization_only() {
        let server = server();
        assert!(ask(&server, "GET", "/services/oauth2/userinfo", "token-a", "").contains("\"00D-a\""));
        assert!(ask(&server, "GET", "/services/oauth2/userinfo", "nobody", "").starts_with("HTTP/1.1 401 "));

        let new = r#"{"url":"https://x","events":["e"]}"#;
        assert!(ask(&server, "POST", "/webhooks", "token-a", new).ends_with(r#"{"id":"wh_1"}"#));
        assert_eq!(server.webhooks("00D-a")[0].url, "https://x");
        assert!(ask(&server, "DELETE", "/webhooks/wh_1", "token-b", "").starts_with("HTTP/1.1 404 "));
        assert!(ask(&server, "DELETE", "/webhooks/wh_1", "token-a", "").starts_with("HTTP/1.1 204 "));
        assert!(ask(&server, "DELETE", "/webhooks/wh_1", "token-a", "").starts_with("HTTP/1.1 404 "));
        assert!(ask(&server, "POST", "/webhooks", "token-a", "[]").starts_with("HTTP/1.1 400 "));

        server.revoke("token-a");
        assert!(ask(&server, "GET", "/webhooks", "token-a", "").starts_with("HTTP/1.1 401 "));
    }

    #[test]
    fn planned_faults_happen_and_the_journal_tells() {
        let server = server();
        let userinfo = "/services/oauth2/userinfo";
        server.plan_fault(Target::path(userinfo), Fault::CloseConnection, Times::Next(1));
        server.plan_fault(Target::path(userinfo), Fault::status(429, "slow down"), Times::Next(1));
        server.plan_fault(Target::path(userinfo), Fault::MissingOrganizationId, Times::Always);
        assert_eq!(ask(&server, "GET", userinfo, "token-a", ""), "");
        assert!(ask(&server, "GET", userinfo, "token-a", "").starts_with("HTTP/1.1 429 "));
        assert!(!ask(&server, "GET", userinfo, "token-a", "").contains("00D-a"));
        server.clear_faults();
        assert!(ask(&server, "GET", userinfo, "token-a", "").contains("00D-a"));

        let summaries: Vec<_> = server.journal().iter().map(JournalEntry::summary).collect();
        assert_eq!(summaries[0], "GET /services/oauth2/userinfo → no answer");
        assert_eq!(summaries[1], "GET /services/oauth2/userinfo → 429");
        assert_eq!(summaries.len(), 4);
        assert_eq!(server.journal()[0].header("authorization"), Some("Bearer token-a"));
    }
}
