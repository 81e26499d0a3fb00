//! A call from its first attempt to its last.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use onevent_contract::{
    Credentials, EffectSender, HostError, HttpRequest, LastRequest, LogLevel, ProxyRequest, ProxyResponse,
    ResponseHead, RootBudget,
};

use crate::limits::MAX_REDIRECTS;
use crate::options::Inner;
use crate::request::{BuiltRequest, IGNORED_HEADERS, Secrets, check_method};
use crate::template::Credentialed;
use crate::transport::{
    Answer, Failure, GuardedClient, Hop, HopAnswer, Next, exchange, http_outcome, next_hop,
};
use crate::upload::Upload;
use crate::wire::Sent;
use crate::{Seal, Target, TargetSource, retry};

/// One call and what it needs.
pub(crate) struct Call<M> {
    pub(crate) inner: Arc<Inner>,
    pub(crate) effects: EffectSender,
    /// A wait that would end later is not begun.
    pub(crate) deadline: Instant,
    pub(crate) source: Arc<dyn TargetSource>,
    pub(crate) request: ProxyRequest,
    pub(crate) manner: M,
}

/// How a call takes bodies: as a whole, or as they pass. Everything else is the same for both.
pub(crate) trait Manner: Send + Sync + 'static {
    /// What comes of a request.
    type Answer: Answer;

    /// Sends one request. `None` when the time is up; `left` of the attempt's time is left.
    fn exchange(
        &self,
        client: &GuardedClient,
        hop: &Hop,
        left: Duration,
    ) -> impl Future<Output = Option<Result<Self::Answer, Failure>>> + Send;

    /// The request as it is built for this target.
    fn fitted<'r>(
        &self,
        request: &'r ProxyRequest,
        target: &Target,
    ) -> Result<Cow<'r, ProxyRequest>, HostError>;

    /// A body that is passed on.
    fn upload(&self) -> Option<&Upload>;
}

/// Bodies as a whole, which take room of this budget.
pub(crate) struct Whole(pub(crate) RootBudget);

impl Manner for Whole {
    type Answer = HopAnswer;

    async fn exchange(
        &self,
        client: &GuardedClient,
        hop: &Hop,
        left: Duration,
    ) -> Option<Result<HopAnswer, Failure>> {
        tokio::time::timeout(left, exchange(client, hop, &self.0)).await.ok()
    }

    fn fitted<'r>(
        &self,
        request: &'r ProxyRequest,
        _target: &Target,
    ) -> Result<Cow<'r, ProxyRequest>, HostError> {
        Ok(Cow::Borrowed(request))
    }

    fn upload(&self) -> Option<&Upload> {
        None
    }
}

/// One attempt, done.
pub(crate) struct Attempt<A> {
    pub(crate) outcome: Result<A, HostError>,
    /// Whether the answer is one to the credentials.
    answers: Credentialed,
    /// The URL that was asked first, as a report shows it.
    shown_url: String,
    last_request: LastRequest,
    duration: Duration,
}

impl<M: Manner> Call<M> {
    /// Makes the call, and gives its last attempt.
    pub(crate) async fn run(self) -> Result<Attempt<M::Answer>, HostError> {
        check_method(&self.request.method)?;
        self.warn_about_ignored_headers();
        let mut refused: Option<Credentials> = None;
        let mut number: u32 = 0;
        // A call that a new token made once more is not one of its retries.
        let mut repeated: u32 = 0;
        loop {
            let mut target = self.source.target().await?;
            self.effects.hide(target.secrets());
            let mut attempt = self.attempt(&target, number + repeated + 1).await?;
            if repeated == 0
                && let Some(renewed) = self.renewed(&target, &attempt).await
            {
                repeated = 1;
                target = renewed;
                attempt = self.attempt(&target, number + repeated + 1).await?;
            }
            let last = number >= self.request.retries;
            let again = if last { None } else { self.again(&attempt, &target, number, &mut refused) };
            let Some(wait) = again else { return Ok(attempt) };
            self.inner.options.sleeper.sleep(wait).await;
            number += 1;
        }
    }

    /// The target with a new token, where the provider does not accept the one that was sent. What a 401 answers was not
    /// done, so nothing is done twice.
    async fn renewed(&self, target: &Target, attempt: &Attempt<M::Answer>) -> Option<Target> {
        let unauthorized =
            matches!(&attempt.outcome, Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED);
        let without = attempt.answers == Credentialed::Without;
        if !unauthorized || without || self.manner.upload().is_some() {
            return None;
        }
        let renewed = self.source.renewed(target).await?;
        self.effects.hide(renewed.secrets());
        self.log("the provider answered 401: the request is sent once more, with a new token".to_owned());
        Some(renewed)
    }

    /// How long to wait before the next attempt; `None` where this one was the last.
    fn again(
        &self,
        attempt: &Attempt<M::Answer>,
        target: &Target,
        number: u32,
        refused: &mut Option<Credentials>,
    ) -> Option<Duration> {
        let template = &target.integration.provider.proxy.retry;
        let progress = format!("[{}/{}]", number + 1, self.request.retries);
        if matches!(&attempt.outcome, Ok(answer) if retry::has_succeeded(answer)) {
            return None;
        }
        if self.manner.upload().is_some() {
            self.log(format!("not retrying: the body is too large to be kept {progress}"));
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
    async fn attempt(&self, target: &Target, number: u32) -> Result<Attempt<M::Answer>, HostError> {
        let options = &self.inner.options;
        let request = self.manner.fitted(&self.request, target)?;
        let built = BuiltRequest::new(target, &request, options.clock.now())
            .map_err(|error| Secrets::of(target).hidden_in(error))?;
        self.effects.hide_made(built.secrets.texts())?;
        self.say_what_is_withheld(target, &built);
        let policy = options.egress.clone().and(&target.integration.egress);
        let client = self.inner.transport.client(policy)?;
        let shown_url = built.secrets.shown(&built.url);
        let start = options.clock.monotonic();
        // Not cut short at the run's deadline: that one is the engine's to hold. Cut here, a run that was stopped by
        // its own limit would look like the provider's failure.
        let limit = options.attempt_timeout;
        let mut hop = Hop::first(&built, self.manner.upload());
        let mut redirects = 0;
        let outcome = loop {
            let hop_start = options.clock.monotonic();
            let left = limit.saturating_sub(options.clock.elapsed(start));
            let sent = async {
                self.manner.exchange(&client, &hop, left).await.unwrap_or(Err(Failure::timeout(limit)))
            };
            let effect = self.effects.http(HttpRequest {
                method: hop.method.to_string(),
                url: built.secrets.shown(&hop.url),
                attempt: number,
            });
            let sent = sent.await;
            let duration = options.clock.elapsed(hop_start);
            effect.settled(http_outcome(&sent), duration);
            if let Some(wire) = &options.wire {
                let url = &built.secrets.shown(&hop.url);
                let sent = Sent { hop: &hop, url, attempt: number, duration, outcome: &sent };
                wire.exchanged(&sent.shown(self.effects.hidden()));
            }
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
        let outcome = outcome.map_err(|error| built.secrets.hidden_in(error));
        if let Ok(answer) = &outcome {
            answer.unknown_packing().into_iter().for_each(|message| self.log(message));
        }
        let last_request = LastRequest {
            method: hop.method.to_string(),
            url: built.secrets.shown(&hop.url),
            redirects: u32::try_from(redirects).unwrap_or(u32::MAX),
        };
        // On the way to another origin they stay behind.
        let same = hop.url.origin() == built.url.origin();
        let answers = if same { built.credentialed } else { Credentialed::Without };
        Ok(Attempt { outcome, answers, shown_url, last_request, duration: options.clock.elapsed(start) })
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(self.inner.options.clock.monotonic())
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

    fn say_what_is_withheld(&self, target: &Target, built: &BuiltRequest) {
        if built.credentialed == Credentialed::Without {
            let host = built.url.host_str().unwrap_or_default();
            let setting = Seal::setting(&target.integration.key);
            self.log(format!("the request to {host} goes without credentials: {setting} keeps them at home"));
        }
    }

    fn log(&self, message: String) {
        self.effects.log(LogLevel::Warn, message, None);
    }
}

impl Attempt<HopAnswer> {
    pub(crate) fn finish(self) -> Result<ProxyResponse, HostError> {
        let Self { outcome, shown_url: url, last_request, duration, .. } = self;
        let answer = outcome?;
        let head = ResponseHead {
            status: answer.status.as_u16(),
            headers: answer.axios_headers(&last_request.method),
            status_text: answer.status_text,
            url,
            last_request,
        };
        let body = answer.body.map_err(|broken| broken.into_error(head.clone()))?;
        let ResponseHead { status, status_text, headers, url, last_request } = head;
        Ok(ProxyResponse { status, status_text, headers, body, url, last_request, duration })
    }
}

fn denied(why: &str) -> HostError {
    HostError::Configuration {
        code: "redirect_denied".into(),
        message: format!("the provider redirects to where this call may not go: {why}"),
    }
}
