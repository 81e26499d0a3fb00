//! What came of a request.

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_ENCODING;
use onevent_contract::{HeaderLines, HeldBytes, HostError, HttpOutcome, ResponseHead};
use reqwest::Response;

use super::Failure;
use super::coding::Packing;

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct HopAnswer {
    pub(crate) status: StatusCode,
    pub(crate) status_text: String,
    pub(crate) headers: HeaderLines,
    pub(crate) packing: Packing,
    /// Unpacked, unless that is unknown.
    pub(crate) body: Result<Bytes, BrokenBody>,
    /// The room that it takes of what the run's calls carry, while the proxy has it.
    pub(crate) _held: HeldBytes,
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

/// An answer of which the head has arrived.
#[derive(Debug)]
pub(crate) struct OpenAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderLines,
    pub(crate) packing: Packing,
    pub(crate) response: Response,
}

/// How far the body of an answer has been read.
pub(crate) enum BodyRead<'a> {
    /// To its end.
    Whole(&'a Bytes),
    /// As far as it came.
    Broken(&'a BrokenBody),
    /// Not at all.
    Unread,
}

/// What an answer says, whether or not its body has been read.
pub(crate) trait Answer: Send {
    /// The status.
    fn status(&self) -> StatusCode;
    /// The header lines.
    fn headers(&self) -> &HeaderLines;
    /// The body.
    fn body(&self) -> BodyRead<'_>;

    /// A header by its name, as one text.
    fn header(&self, name: &str) -> Option<String> {
        self.headers().get(name)
    }

    /// What to say of a body that is left packed, where nobody knows how to unpack it.
    fn unknown_packing(&self) -> Option<String> {
        None
    }
}

impl Answer for HopAnswer {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn headers(&self) -> &HeaderLines {
        &self.headers
    }

    fn body(&self) -> BodyRead<'_> {
        self.body.as_ref().map_or_else(BodyRead::Broken, BodyRead::Whole)
    }

    fn unknown_packing(&self) -> Option<String> {
        match (&self.packing, &self.body) {
            (Packing::Unknown(coding), Ok(body)) if !body.is_empty() => Some(format!(
                "the answer is packed with `{coding}`, which is not known here: its body is left as it came"
            )),
            _ => None,
        }
    }
}

impl Answer for OpenAnswer {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn headers(&self) -> &HeaderLines {
        &self.headers
    }

    fn body(&self) -> BodyRead<'_> {
        BodyRead::Unread
    }
}

impl HopAnswer {
    /// The headers as axios gives them: a coding that was undone is left out, and one that nothing is packed with.
    pub(crate) fn axios_headers(&self, method: &str) -> HeaderLines {
        let mut headers = self.headers.clone();
        let without_body = method == "HEAD" || self.status == StatusCode::NO_CONTENT;
        if without_body || matches!(self.packing, Packing::Known(_)) {
            headers.remove(CONTENT_ENCODING.as_str());
        }
        headers
    }
}

/// What a report says of a request that came to its end; or, where the body is passed on, to the head of its answer.
pub(crate) fn http_outcome(sent: &Result<impl Answer, Failure>) -> HttpOutcome {
    let answer = match sent {
        Ok(answer) => answer,
        Err(failure) => return HttpOutcome::Failed(failure.code().to_owned()),
    };
    let status = answer.status().as_u16();
    match answer.body() {
        BodyRead::Whole(_) | BodyRead::Unread => HttpOutcome::Answered(status),
        BodyRead::Broken(broken) => HttpOutcome::Broken { status, code: broken.code().to_owned() },
    }
}
