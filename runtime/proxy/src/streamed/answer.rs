use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, StatusCode};
use onevent_contract::HostError;
use tokio_util::sync::DropGuard;

use crate::limits::MAX_CONTENT_CODINGS;
use crate::transport::{Failure, OpenAnswer, Packing, unpack_passing};

/// An answer, whatever its status, with a body that is still to come.
#[derive(Debug)]
pub struct StreamedAnswer {
    /// The status.
    pub status: StatusCode,
    /// Its headers as they came, those of its transport included; without those that do not hold for an unpacked body.
    pub headers: HeaderMap,
    /// The body. Dropping it ends the request to the provider.
    pub body: AnswerBody,
}

/// The body of an answer, a stream of its pieces. An error ends it: what came before is then not all of it.
pub struct AnswerBody {
    pieces: Pin<Box<dyn Stream<Item = Result<Bytes, HostError>> + Send>>,
    length: Option<u64>,
    _ends_the_request: DropGuard,
}

impl AnswerBody {
    /// How many bytes are still to come, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Stream for AnswerBody {
    type Item = Result<Bytes, HostError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody").field("length", &self.length).finish_non_exhaustive()
    }
}

/// An answer to pass on as it came.
pub(crate) fn as_it_came(answer: OpenAnswer, guard: DropGuard) -> StreamedAnswer {
    let OpenAnswer { status, response, .. } = answer;
    let (headers, length) = (response.headers().clone(), response.content_length());
    let aborted = |_| broken(&io::Error::from(io::ErrorKind::ConnectionAborted));
    let pieces = Box::pin(response.bytes_stream().map_err(aborted));
    StreamedAnswer { status, headers, body: AnswerBody { pieces, length, _ends_the_request: guard } }
}

/// An answer to pass on, unpacked or as it came.
pub(super) fn passed_on(
    answer: OpenAnswer,
    unpack: bool,
    guard: DropGuard,
) -> Result<StreamedAnswer, HostError> {
    let OpenAnswer { status, packing, response, .. } = answer;
    if status.is_informational() {
        // Passed on, it would turn the caller's connection into something that nobody speaks.
        let message = format!("the provider answered {status}, which no request here asks for");
        return Err(HostError::Network { code: "ERR_BAD_RESPONSE".into(), message });
    }
    let mut headers = response.headers().clone();
    let mut length = response.content_length();
    let packed = response.bytes_stream().map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted));
    let pieces: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>> = match packing {
        Packing::Known(codings) if unpack => {
            if codings.len() > MAX_CONTENT_CODINGS {
                return Err(Failure::too_many_codings(MAX_CONTENT_CODINGS).into_error());
            }
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
            length = None;
            Box::pin(unpack_passing(packed, codings))
        }
        Packing::Plain | Packing::Known(_) | Packing::Unknown(_) => Box::pin(packed),
    };
    let pieces = Box::pin(pieces.map_err(|error| broken(&error)));
    let body = AnswerBody { pieces, length, _ends_the_request: guard };
    Ok(StreamedAnswer { status, headers, body })
}

/// The codes and texts of a whole body's errors.
fn broken(error: &io::Error) -> HostError {
    let (code, message) = match error.kind() {
        io::ErrorKind::ConnectionAborted => ("ERR_BAD_RESPONSE", "stream has been aborted"),
        io::ErrorKind::UnexpectedEof => ("Z_BUF_ERROR", "unexpected end of file"),
        _ => ("Z_DATA_ERROR", "incorrect data"),
    };
    HostError::Network { code: code.into(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use http::HeaderValue;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::transport::open;
    use crate::transport::tests::reset_by_its_server;

    #[tokio::test]
    async fn a_stream_of_http_2_that_is_reset_is_no_end_of_the_answer() {
        let (client, hop) = reset_by_its_server().await;
        let open = open(&client, &hop, &HeaderValue::from_static("identity")).await.unwrap();
        let guard = CancellationToken::new().drop_guard();
        let mut body = passed_on(open, false, guard).unwrap().body;
        assert_eq!(body.next().await, Some(Ok("half".into())));
        let error = body.next().await.unwrap().unwrap_err();
        assert_eq!(error.code(), "ERR_BAD_RESPONSE");
    }
}
