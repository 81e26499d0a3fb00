use std::fmt;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use onevent_contract::HostError;
use tokio_util::sync::CancellationToken;

use crate::limits::MAX_REPEATABLE_BODY_BYTES;
use crate::upload::{BodyStream, Upload, UploadError};

/// The body of a streamed request.
pub struct RequestBody {
    pieces: BodyStream,
    length: Option<u64>,
}

impl RequestBody {
    /// A body that comes in these pieces. Where its length is known it is told to the provider, and has to be right.
    #[must_use]
    pub fn new(pieces: BodyStream, length: Option<u64>) -> Self {
        Self { pieces, length }
    }

    /// No body.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(Box::pin(stream::empty()), Some(0))
    }

    /// The body to be passed on, whatever its size; `None` where there is none.
    pub(crate) fn passing(self, given_up: CancellationToken) -> Option<Upload> {
        let Self { pieces, length } = self;
        (length != Some(0)).then(|| Upload::new(pieces, length, given_up))
    }

    /// Reads as much as may be kept. What is larger is passed on, until `given_up` is cancelled.
    pub(super) async fn held(self, given_up: &CancellationToken) -> Result<Held, HostError> {
        let Self { mut pieces, length } = self;
        if length.is_some_and(|length| length > MAX_REPEATABLE_BODY_BYTES as u64) {
            return Ok(Held::Larger(Upload::new(pieces, length, given_up.clone())));
        }
        let mut start = BytesMut::new();
        while let Some(piece) = pieces.next().await {
            start.extend_from_slice(&piece.map_err(|_| incomplete())?);
            if start.len() > MAX_REPEATABLE_BODY_BYTES {
                let whole = stream::iter([Ok(start.freeze())]).chain(pieces);
                return Ok(Held::Larger(Upload::new(Box::pin(whole), length, given_up.clone())));
            }
        }
        Ok(if start.is_empty() { Held::None } else { Held::Whole(start.freeze()) })
    }
}

fn incomplete() -> HostError {
    HostError::Network { code: "ERR_CANCELED".into(), message: UploadError::Incomplete.to_string() }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("length", &self.length).finish_non_exhaustive()
    }
}

/// A body, as far as it may be kept.
pub(super) enum Held {
    /// There is none.
    None,
    /// All of it.
    Whole(Bytes),
    /// It is larger.
    Larger(Upload),
}
