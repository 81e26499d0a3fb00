use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue};
use hyper::ext::ReasonPhrase;
use onevent_contract::{BudgetExceeded, HeaderLines, HeldBytes, RootBudget};
use reqwest::{Body, Response};

use super::answer::{BrokenBody, HopAnswer, OpenAnswer};
use super::coding::{self, Coding, Packing, UnpackError};
use super::hop::{Hop, HopBody};
use super::{Failure, GuardedClient};
use crate::limits::{MAX_BODY_BYTES, MAX_CONTENT_CODINGS, MAX_HEADER_BYTES};

/// Sends one request and reads its whole answer, which takes room of this budget while it is read.
///
/// # Errors
/// When no head of an answer arrived, and when the answer is larger than it may be.
pub(crate) async fn exchange(
    client: &GuardedClient,
    hop: &Hop,
    budget: &RootBudget,
) -> Result<HopAnswer, Failure> {
    let open = open(client, hop, &HeaderValue::from_static(coding::ACCEPTED)).await?;
    let OpenAnswer { status, headers, packing, response } = open;
    let status_text = reason(&response);
    let mut held = budget.take(0).map_err(Failure::no_room)?;
    let body = match (packed_body(response, &mut held).await, &packing) {
        (Err(BodyProblem::TooLarge { bytes }), _) => return Err(Failure::body_too_large(bytes)),
        (Err(BodyProblem::NoRoom(exceeded)), _) => return Err(Failure::no_room(exceeded)),
        (Err(BodyProblem::Aborted), _) => Err(BrokenBody::Aborted),
        (Ok(packed), Packing::Known(codings)) => {
            let (body, room) = unpacked(packed, codings, held).await?;
            held = room;
            body
        }
        (Ok(body), Packing::Plain | Packing::Unknown(_)) => Ok(body),
    };
    Ok(HopAnswer { status, status_text, headers, packing, body, _held: held })
}

/// Sends one request and waits for the head of its answer. `accepted` is what the body may be packed with.
///
/// # Errors
/// When it may not go there, when no head of an answer arrived, and when it is larger than it may be.
pub(crate) async fn open(
    client: &GuardedClient,
    hop: &Hop,
    accepted: &HeaderValue,
) -> Result<OpenAnswer, Failure> {
    let mut request = client.request(hop)?.headers(hop.headers.clone());
    request = request.header(ACCEPT_ENCODING, accepted.clone());
    match &hop.body {
        None => {}
        Some(HopBody::Held(body)) => request = request.body(body.clone()),
        Some(HopBody::Passing(upload)) => {
            let body = upload.take().ok_or_else(Failure::body_is_gone)?;
            if let Some(length) = upload.length() {
                request = request.header(CONTENT_LENGTH, HeaderValue::from(length));
            }
            request = request.body(Body::wrap_stream(body));
        }
    }
    let response = request.send().await.map_err(|error| Failure::from_reqwest(&error, &hop.url))?;
    let headers = header_lines(response.headers())?;
    let packing = Packing::of(headers.values(CONTENT_ENCODING.as_str()));
    Ok(OpenAnswer { status: response.status(), headers, packing, response })
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
        return Err(Failure::headers_too_large(size));
    }
    Ok(map.iter().map(|(name, value)| (name.as_str(), latin1(value.as_bytes()))).collect())
}

enum BodyProblem {
    TooLarge { bytes: usize },
    NoRoom(BudgetExceeded),
    Aborted,
}

async fn packed_body(mut response: Response, held: &mut HeldBytes) -> Result<Bytes, BodyProblem> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if let Some(bytes) = announced.filter(|length| *length > MAX_BODY_BYTES) {
        return Err(BodyProblem::TooLarge { bytes });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| BodyProblem::Aborted)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(BodyProblem::TooLarge { bytes: body.len() + chunk.len() });
        }
        held.grow(chunk.len()).map_err(BodyProblem::NoRoom)?;
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A body, or what is wrong with it, and the room that it takes.
type Unpacked = (Result<Bytes, BrokenBody>, HeldBytes);

/// Undoes what a body is packed with. That takes a while for a large one, so it does not hold up other calls.
async fn unpacked(packed: Bytes, codings: &[Coding], mut held: HeldBytes) -> Result<Unpacked, Failure> {
    if packed.is_empty() {
        return Ok((Ok(packed), held));
    }
    let (codings, budget) = (codings.to_vec(), held.budget().clone());
    let unpacking = move || (coding::unpack(packed, &codings, &mut held), held);
    let Ok((unpacked, held)) = tokio::task::spawn_blocking(unpacking).await else {
        // The runtime is going down.
        return Ok((Err(BrokenBody::Aborted), budget.take(0).map_err(Failure::no_room)?));
    };
    let broken = |code, message| Err(BrokenBody::Unpacking { code, message });
    let body = match unpacked {
        Ok(body) => Ok(body),
        Err(UnpackError::TooLarge) => return Err(Failure::body_too_large(MAX_BODY_BYTES + 1)),
        Err(UnpackError::NoRoom(exceeded)) => return Err(Failure::no_room(exceeded)),
        Err(UnpackError::TooManyCodings) => return Err(Failure::too_many_codings(MAX_CONTENT_CODINGS)),
        Err(UnpackError::Cut) => broken("Z_BUF_ERROR", "unexpected end of file"),
        Err(UnpackError::Broken(message)) => broken("Z_DATA_ERROR", message),
    };
    Ok((body, held))
}

/// Headers are bytes; Node shows each as one character.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
