//! What a provider can be told to do wrong.

use std::time::Duration;

use serde_json::Value;

/// One misbehaviour.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answers with this status and JSON body instead of doing what was asked.
    Status {
        /// The status.
        status: u16,
        /// More headers, such as `retry-after`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Value,
    },
    /// Answers 200 with a body that is not what its content type says.
    Garbage {
        /// The `content-type` header.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// Begins to answer with this status and these bytes, and closes the connection before the end.
    CutShort {
        /// The status.
        status: u16,
        /// What comes of the body.
        start: &'static str,
    },
    /// Takes the request and closes the connection without an answer.
    CloseConnection,
    /// Does what was asked, and answers this much later.
    Delay(Duration),
    /// Answers `userinfo` without `organization_id`.
    MissingOrganizationId,
}

impl Fault {
    /// A status with the body `{"error": "<reason>"}`.
    #[must_use]
    pub fn status(status: u16, reason: &str) -> Self {
        Self::Status { status, headers: Vec::new(), body: serde_json::json!({ "error": reason }) }
    }

    /// 200 with HTML under the name of JSON: a login page, or a proxy in between.
    #[must_use]
    pub fn garbage() -> Self {
        Self::Garbage {
            content_type: "application/json".to_owned(),
            body: b"<html>\xff\xfe not JSON".to_vec(),
        }
    }
}

/// Which requests a fault applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    method: Option<String>,
    path: String,
}

impl Target {
    /// Every request whose path starts like this.
    #[must_use]
    pub fn path(prefix: &str) -> Self {
        Self { method: None, path: prefix.to_owned() }
    }

    /// Only requests of this method (`POST`).
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    fn covers(&self, method: &str, path: &str) -> bool {
        path.starts_with(&self.path) && self.method.as_deref().is_none_or(|wanted| wanted == method)
    }
}

/// How often a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Until the faults are cleared.
    Always,
    /// For the next so many requests.
    Next(u32),
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Target, Fault, Times)>);

impl Faults {
    pub(crate) fn plan(&mut self, target: Target, fault: Fault, times: Times) {
        self.0.push((target, fault, times));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this request, the one planned first; it counts as having happened.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let place = self
            .0
            .iter()
            .position(|(target, _, times)| *times != Times::Next(0) && target.covers(method, path))?;
        let (_, fault, times) = self.0.get_mut(place)?;
        if let Times::Next(left) = times {
            *left -= 1;
        }
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_planned_and_only_where_planned() {
        let mut faults = Faults::default();
        faults.plan(Target::path("/webhooks").method("POST"), Fault::CloseConnection, Times::Next(2));
        assert_eq!(faults.take("GET", "/webhooks"), None);
        assert_eq!(faults.take("POST", "/webhooks"), Some(Fault::CloseConnection));
        assert_eq!(faults.take("POST", "/webhooks"), Some(Fault::CloseConnection));
        assert_eq!(faults.take("POST", "/webhooks"), None);
    }
}
