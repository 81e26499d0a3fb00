//! Calls whose bodies are passed on while they arrive, in both directions.
//!
//! They are the calls that functions make, but for their bodies: the same template, URL, headers, credentials, guard,
//! redirects and seal. Memory does not grow with a body: as much is read from one side as the other one takes.
//!
//! A body that is no larger than [`MAX_REPEATABLE_BODY_BYTES`](crate::limits::MAX_REPEATABLE_BODY_BYTES) is kept until
//! an answer has come, and so it can be sent once more. A larger one is sent once: the call is not tried again, and a
//! redirect that asks for the body fails it, as with `fetch`.

mod answer;
mod body;
mod manner;

use std::sync::Arc;
use std::time::Instant;

use onevent_contract::{EffectSender, HostError, ProxyRequest};
use tokio_util::sync::CancellationToken;

pub(crate) use answer::as_it_came;
pub use answer::{AnswerBody, StreamedAnswer};
pub use body::RequestBody;
pub use manner::Decompress;

use crate::call::Call;
use crate::request::{check_method, has_body};
use crate::{Proxy, TargetSource};
use body::Held;
use manner::{Passing, Payload};

/// Who makes a streamed call, and how long for.
#[derive(Debug, Clone)]
pub struct StreamedCall {
    /// Where each request is told of. One whose answer is passed on is told of when the head of that has come.
    pub effects: EffectSender,
    /// A wait between two attempts that would end later is not begun.
    pub deadline: Instant,
}

/// A call with a body that is passed on.
#[derive(Debug)]
pub struct StreamedRequest {
    /// The call, without a body. `retry_header` and `response_type` mean nothing here.
    pub request: ProxyRequest,
    /// The body; GET and HEAD send none.
    pub body: RequestBody,
    /// What becomes of the answer's body.
    pub decompress: Decompress,
}

impl Proxy {
    /// Makes a call as [`Proxy::send_to`] does, and passes both bodies on while they arrive. There is a limit to the
    /// time until the head of the answer has come (`ProxyOptions::attempt_timeout`), which does not run while the caller
    /// is waited for; after that there is none. Dropping the future, or the answer's body, ends the request.
    ///
    /// # Errors
    /// As [`Proxy::send_to`]. Texts of errors hold no secret of the target. [`HostError::Network`] with `ERR_CANCELED`
    /// where the body of the request breaks off.
    pub async fn stream(
        &self,
        call: &StreamedCall,
        source: Arc<dyn TargetSource>,
        request: StreamedRequest,
    ) -> Result<StreamedAnswer, HostError> {
        let StreamedRequest { mut request, body, decompress } = request;
        let given_up = CancellationToken::new();
        // Whoever drops the future drops the request's body with it, also where the transport holds that.
        let guard = given_up.clone().drop_guard();
        check_method(&request.method)?;
        let held = if has_body(&request.method) { body.held(&given_up).await? } else { Held::None };
        let payload = match held {
            Held::None => Payload::None,
            Held::Whole(bytes) => {
                request.body = Some(onevent_contract::ProxyBody::Bytes(bytes));
                Payload::Kept
            }
            Held::Larger(upload) => Payload::Passing(upload),
        };
        let unpack = decompress == Decompress::Yes;
        let manner = Passing::new(payload, decompress, self.inner.options.attempt_timeout);
        let running = Call {
            inner: Arc::clone(&self.inner),
            effects: call.effects.clone(),
            deadline: call.deadline,
            source,
            request,
            manner,
        };
        let attempt = self.on_runtime(running.run()).await?;
        answer::passed_on(attempt.outcome?, unpack, guard)
    }
}
