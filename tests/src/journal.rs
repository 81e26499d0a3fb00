//! What a provider was asked, in order.

/// One request as it arrived, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// The status of the answer; `None` where the connection was closed without one.
    pub status: Option<u16>,
}

impl JournalEntry {
    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// `POST /webhooks → 201`, for messages.
    #[must_use]
    pub fn summary(&self) -> String {
        let status = self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        format!("{} {} → {status}", self.method, self.path)
    }
}
