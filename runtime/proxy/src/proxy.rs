//! A call from its first attempt to its last.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{
    CallContext, Clock, Credentials, HostError, HttpOutcome, HttpRequest, LogLevel, ProxyRequest,
    ProxyResponse, SystemClock,
};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::egress::EgressPolicy;
use crate::limits::{ATTEMPT_TIMEOUT, MAX_REDIRECTS};
use crate::request::{BuiltRequest, IGNORED_HEADERS};
use crate::transport::{Answer, Failure, Hop, Next, Transport, exchange, next_hop};
use crate::{Sleeper, Target, TargetSource, TokioSleeper, retry};

/// How a [`Proxy`] works.
pub struct ProxyOptions {
    /// Where calls may go. Default: public addresses only.
    pub egress: EgressPolicy,
    /// The time. Default: the system's.
    pub clock: Arc<dyn Clock>,
    /// How to wait between attempts. Default: on tokio's timer.
    pub sleeper: Arc<dyn Sleeper>,
    /// The longest time for one attempt. Default: [`ATTEMPT_TIMEOUT`].
    pub attempt_timeout: Duration,
}

impl Default for ProxyOptions {
    fn default() -> Self {
        Self {
            egress: EgressPolicy::public_only(),
            clock: Arc::new(SystemClock),
            sleeper: Arc::new(TokioSleeper),
            attempt_timeout: ATTEMPT_TIMEOUT,
        }
    }
}

/// Why a proxy cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// It was made outside of a tokio runtime.
    #[error("a proxy must be made inside a tokio runtime: its connections live there")]
    NoRuntime,
}

/// Makes authenticated calls. Cheap to clone; clones share their connections.
///
/// Calls run on the tokio runtime in which the proxy was made, not on the caller's: an open connection is served by
/// the runtime that opened it, and a run whose JavaScript keeps its thread busy must not hold up other runs' calls.
#[derive(Clone)]
pub struct Proxy {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) options: ProxyOptions,
    pub(crate) transport: Transport,
    runtime: Handle,
}

impl Proxy {
    /// A proxy whose calls run on the current tokio runtime.
    ///
    /// # Errors
    /// [`ProxyError::NoRuntime`] outside of a runtime.
    pub fn new(options: ProxyOptions) -> Result<Self, ProxyError> {
        let runtime = Handle::try_current().map_err(|_| ProxyError::NoRuntime)?;
        Ok(Self { inner: Arc::new(Inner { options, transport: Transport::default(), runtime }) })
    }

    /// Makes a call to a target that stays as it is; see [`Proxy::send_to`].
    ///
    /// # Errors
    /// As [`Proxy::send_to`].
    pub async fn send(
        &self,
        call: &CallContext,
        target: &Target,
        request: ProxyRequest,
    ) -> Result<ProxyResponse, HostError> {
        self.send_to(call, Arc::new(target.clone()), request).await
    }

    /// Makes a call: builds it, sends it, follows redirects, and tries again as often as the request allows. The
    /// source is asked before every attempt. Every request that leaves is recorded in `call.effects`, also those that
    /// a redirect leads to. Dropping the future ends the call.
    ///
    /// A wait between two attempts that would end after `call.deadline` is not begun: the last answer is returned.
    ///
    /// # Errors
    /// [`HostError::Configuration`] when the call cannot be built or may not go where it wants to, and
    /// [`HostError::Network`] when no answer came. An answer outside 2xx is no error here.
    pub async fn send_to(
        &self,
        call: &CallContext,
        source: Arc<dyn TargetSource>,
        request: ProxyRequest,
    ) -> Result<ProxyResponse, HostError> {
        let running = Call { inner: Arc::clone(&self.inner), context: call.clone(), source, request };
        self.on_runtime(running.run()).await
    }

    /// Does work where the connections live. Dropping the future ends it.
    pub(crate) async fn on_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, HostError>> + Send + 'static,
    ) -> Result<T, HostError> {
        let mut task = AbortOnDrop(self.inner.runtime.spawn(work));
        (&mut task.0).await.unwrap_or_else(|error| {
            Err(HostError::Internal { message: format!("the runtime of the HTTP client has ended: {error}") })
        })
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("egress", &self.inner.options.egress).finish_non_exhaustive()
    }
}

/// A stopped run takes its calls with it.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One call and what it needs.
struct Call {
    inner: Arc<Inner>,
    context: CallContext,
    source: Arc<dyn TargetSource>,
    request: ProxyRequest,
}

/// One attempt, done.
struct Attempt {
    outcome: Result<Answer, HostError>,
    shown_url: String,
    duration: Duration,
}

impl Call {
    async fn run(self) -> Result<ProxyResponse, HostError> {
        self.warn_about_ignored_headers();
        let mut refused: Option<Credentials> = None;
        let mut number: u32 = 0;
        loop {
            let target = self.source.target().await?;
            self.context.effects.hide(target.secrets());
            let attempt = self.attempt(&target, number + 1).await?;
            let last = number >= self.request.retries;
            let again = if last { None } else { self.again(&attempt, &target, number, &mut refused) };
            let Some(wait) = again else { return attempt.finish() };
            self.inner.options.sleeper.sleep(wait).await;
            number += 1;
        }
    }

    /// How long to wait before the next attempt; `None` where this one was the last.
    fn again(
        &self,
        attempt: &Attempt,
        target: &Target,
        number: u32,
        refused: &mut Option<Credentials>,
    ) -> Option<Duration> {
        let template = &target.integration.provider.proxy.retry;
        let progress = format!("[{}/{}]", number + 1, self.request.retries);
        if matches!(&attempt.outcome, Ok(answer) if answer.status.is_success()) {
            return None;
        }
        let Some(reason) = retry::reason(&attempt.outcome, &self.request, template) else {
            self.log(format!("not retrying: not_retryable {progress}"));
            return None;
        };
        // The same credentials will not be better the third time.
        if reason.contains("code_401") {
            if refused.as_ref() == Some(&target.credentials) {
                self.log(format!("not retrying: invalid_credentials {progress}"));
                return None;
            }
            *refused = Some(target.credentials.clone());
        }
        let wait =
            retry::wait(&attempt.outcome, &self.request, template, number, self.inner.options.clock.now());
        if wait >= self.remaining() {
            let wait = wait.as_millis();
            self.log(format!(
                "not retrying: {reason} asks for {wait} ms, longer than this run may take {progress}"
            ));
            return None;
        }
        self.log(format!("retrying in {} ms: {reason} {progress}", wait.as_millis()));
        Some(wait)
    }

    /// One attempt: a request and the redirects that it leads to.
    async fn attempt(&self, target: &Target, number: u32) -> Result<Attempt, HostError> {
        let options = &self.inner.options;
        let built = BuiltRequest::new(target, &self.request, options.clock.now())?;
        self.context.effects.hide(built.secrets.texts());
        let policy = options.egress.clone().and(target.integration.egress_allow.iter().copied());
        let client = self.inner.transport.client(&policy)?;
        let shown_url = built.secrets.shown(&built.url);
        let start = options.clock.monotonic();
        // Not cut short at the run's deadline: that one is the engine's to hold. Cut here, a run that was stopped by
        // its own limit would look like the provider's failure.
        let limit = options.attempt_timeout;
        let mut hop = Hop::first(&built);
        let mut redirects = 0;
        let outcome = loop {
            let hop_start = options.clock.monotonic();
            let left = limit.saturating_sub(options.clock.elapsed(start));
            let sent = async {
                policy.check_url(&hop.url).map_err(Failure::Refused)?;
                tokio::time::timeout(left, exchange(&client, &hop))
                    .await
                    .unwrap_or(Err(Failure::timeout(limit)))
            };
            let effect = self.context.effects.http(HttpRequest {
                method: hop.method.to_string(),
                url: built.secrets.shown(&hop.url),
                attempt: number,
            });
            let sent = sent.await;
            effect.settled(outcome(&sent), options.clock.elapsed(hop_start));
            let answer = match sent {
                Ok(answer) => answer,
                Err(Failure::Refused(refusal)) if redirects > 0 => break Err(denied(&refusal.to_string())),
                Err(failure) => break Err(failure.into_error()),
            };
            match next_hop(&built, &hop, &answer) {
                Ok(Next::Done) => break Ok(answer),
                Ok(Next::Denied(why)) => break Err(denied(why)),
                Err(failure) => break Err(failure.into_error()),
                Ok(Next::Follow(_)) if redirects == MAX_REDIRECTS => {
                    break Err(Failure::too_many_redirects().into_error());
                }
                Ok(Next::Follow(next)) => hop = *next,
            }
            redirects += 1;
        };
        Ok(Attempt { outcome, shown_url, duration: options.clock.elapsed(start) })
    }

    fn remaining(&self) -> Duration {
        self.context.deadline.saturating_duration_since(self.inner.options.clock.monotonic())
    }

    fn warn_about_ignored_headers(&self) {
        for name in self.request.headers.keys() {
            let lower = name.trim().to_ascii_lowercase();
            if IGNORED_HEADERS.contains(&lower.as_str()) {
                self.log(format!(
                    "the header `{lower}` is not sent: it belongs to the connection, not to the call"
                ));
            }
        }
    }

    fn log(&self, message: String) {
        self.context.effects.log(LogLevel::Warn, message, None);
    }
}

impl Attempt {
    fn finish(self) -> Result<ProxyResponse, HostError> {
        self.outcome.map(|answer| ProxyResponse {
            status: answer.status.as_u16(),
            status_text: answer.status_text,
            headers: answer.headers,
            body: answer.body,
            url: self.shown_url,
            duration: self.duration,
        })
    }
}

/// What a report says of a request that came to its end.
pub(crate) fn outcome(sent: &Result<Answer, Failure>) -> HttpOutcome {
    match sent {
        Ok(answer) => HttpOutcome::Answered(answer.status.as_u16()),
        Err(failure) => HttpOutcome::Failed(failure.code().to_owned()),
    }
}

fn denied(why: &str) -> HostError {
    HostError::Configuration {
        code: "redirect_denied".into(),
        message: format!("the provider redirects to where this call may not go: {why}"),
    }
}
