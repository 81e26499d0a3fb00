//! Delivering a webhook: one attempt, what came of it, and when the next one is due.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use onevent_contract::{EnvironmentName, Secret};
use onevent_store::{Claim, EventEnd, PutBack, Store, StoreError, WebhookAttempt};

use super::payload::WebhookPayload;
use super::signature::Signatures;

/// How often a webhook is sent at most: once, and two retries, as Nango does it.
const MAX_ATTEMPTS: u32 = 3;
/// How long the app has for its answer, as at Nango.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the first retry waits; the second one four times as long.
const FIRST_RETRY: Duration = Duration::from_secs(2);

/// Signing keys that come from elsewhere: a Nango's, whose webhooks go on to the app that knows its key.
pub type SigningKeys = HashMap<EnvironmentName, Secret>;

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookDestination {
    /// To the URL of the settings: the operator's, who may name a host of his own network.
    Operators,
    /// To the address of the connection, which a client gave: it goes where functions may go.
    Connections(String),
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct WebhookDelivery {
    /// Where it goes.
    pub destination: WebhookDestination,
    /// The body, as it was signed.
    pub body: String,
    /// Its signatures.
    pub signatures: Signatures,
    /// The longest time to the end of the answer.
    pub timeout: Duration,
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFailure {
    /// Where it was sent to, as far as that is known.
    pub url: String,
    /// What went wrong, without secrets.
    pub message: String,
}

/// Sends webhooks: HTTP, as the lifecycle sees it.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends one, and answers with the URL and the status.
    ///
    /// # Errors
    /// When no answer came.
    async fn send(&self, delivery: WebhookDelivery) -> Result<(String, u16), WebhookFailure>;
}

/// Makes one attempt, and keeps it with its consequence in one transaction.
///
/// # Errors
/// All of the store; the attempt is made again then.
pub(crate) async fn deliver(
    store: &Store,
    sender: &dyn WebhookSender,
    signing_keys: &SigningKeys,
    claim: &Claim,
    now: impl Fn() -> Timestamp,
) -> Result<(), StoreError> {
    let environment = &claim.connection().environment;
    let key = match signing_keys.get(environment) {
        Some(key) => key.clone(),
        None => store.webhook_signing_key(environment).await?,
    };
    let started_at = now();
    let sent = attempt(sender, claim, &key).await;
    let ended_at = now();
    let (url, status, error) = match sent {
        Ok((url, status)) if (200..300).contains(&status) => (url, Some(status), None),
        Ok((url, status)) => (url, Some(status), Some(format!("the app answered {status}"))),
        Err(WebhookFailure { url, message }) => (url, None, Some(message)),
    };
    let attempt = WebhookAttempt {
        event_id: claim.id(),
        attempt: claim.attempt(),
        url,
        started_at,
        duration: Duration::try_from(ended_at.duration_since(started_at)).unwrap_or_default(),
        status,
        error: error.clone(),
    };
    store.until_undisturbed(|| keep(store, claim, &attempt, error.clone())).await
}

/// Keeps an attempt with its consequence.
async fn keep(
    store: &Store,
    claim: &Claim,
    attempt: &WebhookAttempt,
    error: Option<String>,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    transaction.insert_webhook_attempt(&claim.connection().environment, attempt).await?;
    match error {
        None => {
            let end = EventEnd::Done { run: None, result: None };
            store.queue().finish(&mut transaction, claim, end).await?;
        }
        Some(error) if claim.attempt_since_replay() >= MAX_ATTEMPTS => {
            store.queue().finish(&mut transaction, claim, EventEnd::Failed { run: None, error }).await?;
        }
        Some(error) => {
            let wait = FIRST_RETRY
                .saturating_mul(4_u32.saturating_pow(claim.attempt_since_replay().saturating_sub(1)));
            store.queue().put_back(&mut transaction, claim, wait, PutBack::Retry { error }).await?;
        }
    }
    transaction.commit().await
}

async fn attempt(
    sender: &dyn WebhookSender,
    claim: &Claim,
    key: &Secret,
) -> Result<(String, u16), WebhookFailure> {
    let broken = |message: &str| WebhookFailure { url: String::new(), message: message.to_owned() };
    let payload: WebhookPayload = serde_json::from_value(claim.event.payload.clone())
        .map_err(|_| broken("what the outbox holds is no webhook"))?;
    let signatures = Signatures::of(payload.body.as_bytes(), key)
        .ok_or_else(|| broken("the signing key cannot be used"))?;
    let destination = payload.address.map_or(WebhookDestination::Operators, WebhookDestination::Connections);
    sender
        .send(WebhookDelivery { destination, body: payload.body, signatures, timeout: ANSWER_TIMEOUT })
        .await
}
