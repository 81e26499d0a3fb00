use std::borrow::Cow;
use std::time::Duration;

use http::HeaderValue;
use onevent_contract::{HostError, ProxyBody, ProxyRequest};
use serde_json::Value;
use url::form_urlencoded;

use crate::Target;
use crate::call::Manner;
use crate::limits::MAX_REPEATABLE_BODY_BYTES;
use crate::request::takes_fields;
use crate::transport::{ACCEPTED, Failure, GuardedClient, Hop, HopBody, OpenAnswer, open};
use crate::upload::Upload;

/// What becomes of a body that is packed (`content-encoding`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decompress {
    /// It stays packed.
    No {
        /// What it may be packed with, as `accept-encoding` says it. Where nobody said so, it is not to be packed.
        accepted: Option<HeaderValue>,
    },
    /// It is unpacked, where it is known how.
    Yes,
}

/// The body of a streamed call.
pub(super) enum Payload {
    /// There is none.
    None,
    /// It stands in the request.
    Kept,
    /// It is passed on.
    Passing(Upload),
}

/// Bodies as they pass.
pub(super) struct Passing {
    payload: Payload,
    accepted: HeaderValue,
    head_timeout: Duration,
}

impl Passing {
    pub(super) fn new(payload: Payload, decompress: Decompress, head_timeout: Duration) -> Self {
        let accepted = match decompress {
            Decompress::Yes => HeaderValue::from_static(ACCEPTED),
            Decompress::No { accepted: Some(accepted) } => accepted,
            Decompress::No { accepted: None } => HeaderValue::from_static("identity"),
        };
        Self { payload, accepted, head_timeout }
    }
}

impl Manner for Passing {
    type Answer = OpenAnswer;

    async fn exchange(
        &self,
        client: &GuardedClient,
        hop: &Hop,
        left: Duration,
    ) -> Option<Result<OpenAnswer, Failure>> {
        let opening = open(client, hop, &self.accepted);
        match &hop.body {
            // However long it took to pass the body of the request before on.
            Some(HopBody::Passing(upload)) => tokio::select! {
                answer = opening => Some(answer),
                () = upload.stalled(self.head_timeout) => None,
            },
            None if self.upload().is_some() => tokio::time::timeout(self.head_timeout, opening).await.ok(),
            None | Some(HopBody::Held(_)) => tokio::time::timeout(left, opening).await.ok(),
        }
    }

    /// Where the provider's template adds fields to a body, it has to be known as an object or a form.
    fn fitted<'r>(
        &self,
        request: &'r ProxyRequest,
        target: &Target,
    ) -> Result<Cow<'r, ProxyRequest>, HostError> {
        if !takes_fields(target, &request.method) {
            return Ok(Cow::Borrowed(request));
        }
        match (&self.payload, &request.body) {
            (Payload::Passing(_), _) => {
                let message = format!(
                    "provider `{}` wants fields added to the body, and a body of more than {MAX_REPEATABLE_BODY_BYTES} bytes is passed on as it is",
                    target.integration.provider.name
                );
                Err(HostError::Configuration { code: "invalid_body".into(), message })
            }
            (Payload::Kept, Some(ProxyBody::Bytes(bytes))) => {
                let content_type = request.headers.get("content-type").map_or("", String::as_str);
                let Some(body) = with_fields(content_type, bytes) else { return Ok(Cow::Borrowed(request)) };
                Ok(Cow::Owned(ProxyRequest { body: Some(body), ..request.clone() }))
            }
            (Payload::None | Payload::Kept, _) => Ok(Cow::Borrowed(request)),
        }
    }

    fn upload(&self) -> Option<&Upload> {
        match &self.payload {
            Payload::Passing(upload) => Some(upload),
            Payload::None | Payload::Kept => None,
        }
    }
}

/// A body as what it says that it is; `None` for what has no fields.
fn with_fields(content_type: &str, bytes: &[u8]) -> Option<ProxyBody> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        let value = serde_json::from_slice(bytes).ok().filter(Value::is_object);
        return value.map(|value| ProxyBody::Json(value.into()));
    }
    (essence == "application/x-www-form-urlencoded")
        .then(|| ProxyBody::Form(form_urlencoded::parse(bytes).into_owned().collect()))
}
