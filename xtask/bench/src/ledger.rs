//! What the provider was asked, by everybody alike: a subject whose requests are others has done other work.

use std::collections::BTreeMap;

use hex::encode;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The requests that the provider saw, each with how often.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger(BTreeMap<String, usize>);

/// Bytes of a body's digest that tell two of them apart.
const DIGEST_BYTES: usize = 8;

impl Ledger {
    /// Writes a request down.
    pub(crate) fn record(&mut self, request: String) {
        *self.0.entry(request).or_default() += 1;
    }

    /// One request as a line: what must be the same whoever sends it.
    pub(crate) fn line(method: &str, path: &str, authorization: &str, body: &[u8]) -> String {
        let body = if body.is_empty() {
            String::new()
        } else {
            let digest = Sha256::digest(body);
            format!(" {} bytes {}", body.len(), encode(digest.get(..DIGEST_BYTES).unwrap_or_default()))
        };
        format!("{method} {path} [{authorization}]{body}")
    }

    /// What is wrong with it, if each of `runs` runs should have made each of these requests once.
    pub(crate) fn differs_from(&self, each: &[String], runs: usize) -> Option<String> {
        let wanted: BTreeMap<&str, usize> = each.iter().map(|line| (line.as_str(), runs)).collect();
        let seen: BTreeMap<&str, usize> =
            self.0.iter().map(|(line, count)| (line.as_str(), *count)).collect();
        (wanted != seen).then(|| format!("the provider saw {seen:?} instead of {wanted:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(lines: &[&str]) -> Ledger {
        let mut ledger = Ledger::default();
        lines.iter().for_each(|line| ledger.record((*line).to_owned()));
        ledger
    }

    #[test]
    fn every_run_makes_every_request_once() {
        let each = ["GET /a".to_owned(), "GET /b".to_owned()];
        assert_eq!(ledger(&["GET /a", "GET /b", "GET /b", "GET /a"]).differs_from(&each, 2), None);
        assert!(ledger(&["GET /a", "GET /b", "GET /b"]).differs_from(&each, 2).is_some());
        assert!(ledger(&["GET /a", "GET /b", "GET /c"]).differs_from(&each, 1).is_some());
        assert!(ledger(&[]).differs_from(&each, 1).is_some());
    }

    #[test]
    fn a_line_tells_bodies_and_credentials_apart() {
        let line = |authorization, body: &[u8]| Ledger::line("POST", "/x", authorization, body);
        assert_eq!(line("Bearer a", b"1"), line("Bearer a", b"1"));
        assert_ne!(line("Bearer a", b"1"), line("Bearer a", b"2"));
        assert_ne!(line("Bearer a", b"1"), line("Bearer b", b"1"));
        assert_eq!(line("", b""), "POST /x []");
    }
}
