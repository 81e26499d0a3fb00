use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};
use hyper::ext::ReasonPhrase;
use onevent_contract::{HeaderLines, HostError, HttpOutcome, ResponseHead};
use reqwest::{Client, Response};

use super::Failure;
use super::coding::{self, Coding, Packing, UnpackError};
use super::redirect::Hop;
use crate::limits::{MAX_BODY_BYTES, MAX_CONTENT_CODINGS, MAX_HEADER_BYTES};

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct HopAnswer {
    pub(crate) status: StatusCode,
    pub(crate) status_text: String,
    pub(crate) headers: HeaderLines,
    pub(crate) packing: Packing,
    /// Unpacked, unless that is unknown.
    pub(crate) body: Result<Bytes, BrokenBody>,
}

/// Why an answer whose head arrived has no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BrokenBody {
    /// The connection broke, or what came was no valid framing: it was cut short. Which of these it was says only how
    /// it was framed, so all of them are one.
    Aborted,
    /// It cannot be unpacked.
    Unpacking { code: &'static str, message: &'static str },
}

impl BrokenBody {
    /// The code that axios, or zlib under it, gives.
    pub(crate) fn code(&self) -> &'static str {
        match *self {
            Self::Aborted => "ERR_BAD_RESPONSE",
            Self::Unpacking { code, .. } => code,
        }
    }

    /// The error that a function sees: with axios' message, or zlib's.
    pub(crate) fn into_error(self, head: ResponseHead) -> HostError {
        let message = match self {
            Self::Aborted => "stream has been aborted",
            Self::Unpacking { message, .. } => message,
        };
        HostError::BrokenBody { code: self.code().into(), message: message.into(), response: Box::new(head) }
    }
}

/// Sends one request and reads its whole answer.
///
/// # Errors
/// When no head of an answer arrived, and when the answer is larger than it may be.
pub(crate) async fn exchange(client: &Client, hop: &Hop) -> Result<HopAnswer, Failure> {
    let mut request = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
    request = request.header(ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED));
    if let Some(body) = &hop.body {
        request = request.body(body.clone());
    }
    let response = request.send().await.map_err(|error| Failure::from_reqwest(&error, &hop.url))?;
    let status = response.status();
    let status_text = reason(&response);
    let headers = header_lines(response.headers())?;
    let packing = Packing::of(headers.values(CONTENT_ENCODING.as_str()));
    let body = match (packed_body(response).await, &packing) {
        (Err(BodyProblem::TooLarge), _) => return Err(Failure::body_too_large()),
        (Err(BodyProblem::Aborted), _) => Err(BrokenBody::Aborted),
        (Ok(packed), Packing::Known(codings)) => unpacked(packed, codings).await?,
        (Ok(body), Packing::Plain | Packing::Unknown(_)) => Ok(body),
    };
    Ok(HopAnswer { status, status_text, headers, packing, body })
}

impl HopAnswer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)
    }

    /// The headers as axios gives them: a coding that was undone is left out, and one that nothing is packed with.
    pub(crate) fn axios_headers(&self, method: &str) -> HeaderLines {
        let mut headers = self.headers.clone();
        let without_body = method == "HEAD" || self.status == StatusCode::NO_CONTENT;
        if without_body || matches!(self.packing, Packing::Known(_)) {
            headers.remove(CONTENT_ENCODING.as_str());
        }
        headers
    }

    /// What to say of a body that is left packed.
    pub(crate) fn unknown_packing(&self) -> Option<String> {
        match (&self.packing, &self.body) {
            (Packing::Unknown(coding), Ok(body)) if !body.is_empty() => Some(format!(
                "the answer is packed with `{coding}`, which is not known here: its body is left as it came"
            )),
            _ => None,
        }
    }
}

/// What a report says of a request that came to its end.
pub(crate) fn http_outcome(sent: &Result<HopAnswer, Failure>) -> HttpOutcome {
    match sent {
        Ok(HopAnswer { status, body: Ok(_), .. }) => HttpOutcome::Answered(status.as_u16()),
        Ok(HopAnswer { status, body: Err(broken), .. }) => {
            HttpOutcome::Broken { status: status.as_u16(), code: broken.code().to_owned() }
        }
        Err(failure) => HttpOutcome::Failed(failure.code().to_owned()),
    }
}

fn reason(response: &Response) -> String {
    let sent = response.extensions().get::<ReasonPhrase>();
    sent.map_or_else(
        || response.status().canonical_reason().unwrap_or_default().to_owned(),
        |phrase| latin1(phrase.as_bytes()),
    )
}

fn header_lines(map: &HeaderMap) -> Result<HeaderLines, Failure> {
    let size: usize = map.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADER_BYTES {
        return Err(Failure::headers_too_large());
    }
    Ok(map.iter().map(|(name, value)| (name.as_str(), latin1(value.as_bytes()))).collect())
}

enum BodyProblem {
    TooLarge,
    Aborted,
}

async fn packed_body(mut response: Response) -> Result<Bytes, BodyProblem> {
    if response.content_length().is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(BodyProblem::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| BodyProblem::Aborted)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(BodyProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Undoes what a body is packed with. That takes a while for a large one, so it does not hold up other calls.
async fn unpacked(packed: Bytes, codings: &[Coding]) -> Result<Result<Bytes, BrokenBody>, Failure> {
    if packed.is_empty() {
        return Ok(Ok(packed));
    }
    let codings = codings.to_vec();
    let unpacked = tokio::task::spawn_blocking(move || coding::unpack(packed, &codings)).await;
    let broken = |code, message| Ok(Err(BrokenBody::Unpacking { code, message }));
    match unpacked {
        Ok(Ok(body)) => Ok(Ok(body)),
        Ok(Err(UnpackError::TooLarge)) => Err(Failure::body_too_large()),
        Ok(Err(UnpackError::TooManyCodings)) => Err(Failure::too_many_codings(MAX_CONTENT_CODINGS)),
        Ok(Err(UnpackError::Cut)) => broken("Z_BUF_ERROR", "unexpected end of file"),
        Ok(Err(UnpackError::Broken(message))) => broken("Z_DATA_ERROR", message),
        // The runtime is going down.
        Err(_) => Ok(Err(BrokenBody::Aborted)),
    }
}

/// Headers are bytes; Node shows each as one character.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
