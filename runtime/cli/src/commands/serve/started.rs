//! What is said once, when the server can be reached.

use serde::Serialize;

use crate::output::{DIM, NAME, paint};

/// A server that was started.
#[derive(Serialize)]
pub(super) struct Started {
    pub(super) url: String,
    pub(super) environment: String,
    /// The first key, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret_key: Option<String>,
    /// Where its metrics are, where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metrics: Option<String>,
    pub(super) functions: usize,
}

/// What a person is told at the start.
pub(super) fn text(started: &Started) -> String {
    let Started { url, environment, secret_key, metrics, functions } = started;
    let mut text = format!("{} {} functions in {environment}\n", paint(NAME, url), functions);
    if let Some(metrics) = metrics {
        text.push_str(&format!("{} metrics\n", paint(NAME, metrics)));
    }
    if let Some(key) = secret_key {
        text.push_str(&format!(
            "\nA secret key for {environment}. It is shown this once:\n\n    {key}\n\n\
             In your program:\n\n    const nango = new Nango({{ host: '{url}', secretKey: '{key}' }});\n\n\
             For Nango's command line:\n\n    NANGO_HOSTPORT={url} NANGO_SECRET_KEY_{}={key}\n\n{}\n",
            environment.to_uppercase(),
            paint(DIM, "onevent keys makes more of them, and takes them away.")
        ));
    }
    text
}
