use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use hyper::ext::ReasonPhrase;
use indexmap::IndexMap;
use reqwest::{Client, Response};

use super::{Failure, Hop};
use crate::limits::{MAX_BODY_BYTES, MAX_HEADER_BYTES};

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) status_text: String,
    /// In lower case; several of one name are joined.
    pub(crate) headers: IndexMap<String, String>,
    /// The same, line by line.
    pub(crate) header_lines: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }
}

/// Sends one request and reads its whole answer.
pub(crate) async fn exchange(client: &Client, hop: &Hop) -> Result<Answer, Failure> {
    let mut request = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
    if let Some(body) = &hop.body {
        request = request.body(body.clone());
    }
    let failed = |error: reqwest::Error| Failure::from_reqwest(&error, &hop.url);
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let status_text = reason(&response);
    let header_lines = header_lines(response.headers())?;
    let body = body(response).await.map_err(|problem| match problem {
        BodyProblem::TooLarge => Failure::body_too_large(),
        BodyProblem::Broken(error) => failed(error),
    })?;
    Ok(Answer { status, status_text, headers: joined(&header_lines), header_lines, body })
}

fn reason(response: &Response) -> String {
    let sent = response.extensions().get::<ReasonPhrase>();
    sent.map_or_else(
        || response.status().canonical_reason().unwrap_or_default().to_owned(),
        |phrase| latin1(phrase.as_bytes()),
    )
}

fn header_lines(map: &HeaderMap) -> Result<Vec<(String, String)>, Failure> {
    let size: usize = map.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADER_BYTES {
        return Err(Failure::headers_too_large());
    }
    Ok(map.iter().map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes()))).collect())
}

fn joined(lines: &[(String, String)]) -> IndexMap<String, String> {
    let mut headers: IndexMap<String, String> = IndexMap::with_capacity(lines.len());
    for (name, value) in lines {
        headers
            .entry(name.clone())
            .and_modify(|before| {
                before.push_str(", ");
                before.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    headers
}

enum BodyProblem {
    TooLarge,
    Broken(reqwest::Error),
}

async fn body(mut response: Response) -> Result<Bytes, BodyProblem> {
    // What the server announces is known only where nothing is unpacked.
    if response.content_length().is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(BodyProblem::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyProblem::Broken)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(BodyProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Headers are bytes; Node shows each as one character.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
