//! Workers: what was put into the queue is done, with this service's functions and its proxy.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use onevent_contract::{EnvironmentName, IntegrationId, SystemClock};
use onevent_lifecycle::{
    HMAC_HEADER, LEGACY_SIGNATURE_HEADER, Lifecycle, Lifecycles, WebhookDelivery, WebhookDestination,
    WebhookFailure, WebhookSender, Workers, WorkersOptions,
};
use onevent_proxy::{Notice, NoticeTo};
use onevent_store::{DeploymentId, StoreError};

use super::error::ServiceError;
use super::parts::Service;
use super::upstream::Upstream;

/// What webhooks say who sends them.
const AGENT: &str = concat!("onevent/", env!("CARGO_PKG_VERSION"));

/// The service, as workers see it.
struct OfService(Arc<Service>);

impl Service {
    /// Starts working on the queue: setup functions of new connections, asynchronous actions, webhooks. From here on an
    /// operation answers before its setup functions run. What is open from before is taken up at once. `on_failure` is
    /// told of failures of the database, which nothing else reports.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn start_workers(
        self: &Arc<Self>,
        on_failure: impl Fn(&StoreError) + Send + Sync + 'static,
    ) -> Result<Workers, ServiceError> {
        let store = self.store().await?.clone();
        let signing_keys = self.upstream()?.map(Upstream::signing_keys).unwrap_or_default();
        self.has_workers.store(true, Ordering::Relaxed);
        Ok(Workers::start(WorkersOptions {
            store,
            lifecycles: Arc::new(OfService(Arc::clone(self))),
            sender: Arc::new(OfService(Arc::clone(self))),
            signing_keys: Arc::new(signing_keys),
            retention: self.settings().retention.value.get(),
            clock: Arc::new(SystemClock),
            on_failure: Arc::new(on_failure),
        }))
    }

    /// Works on nothing of the queue: other processes on the database do. From here on an operation answers before its
    /// setup functions run, as where there are workers.
    pub fn leave_work_to_others(&self) {
        self.has_workers.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_workers(&self) -> bool {
        self.has_workers.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Lifecycles for OfService {
    async fn lifecycle(
        &self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
        deployment: Option<&DeploymentId>,
    ) -> Result<Lifecycle, String> {
        self.0.have_functions().await.map_err(|error| error.to_string())?;
        if let Some(upstream) = self.0.upstream().map_err(|error| error.to_string())? {
            let unknown = || format!("no secret key of {environment} is known any more");
            let environment = upstream.environments.get(environment).ok_or_else(unknown)?;
            let lifecycle =
                self.0.upstream_lifecycle(environment, integration, None, deployment.copied()).await;
            return Ok(lifecycle.map_err(|error| error.to_string())?.into_lifecycle());
        }
        let found = self.0.integration_in(environment, integration).await;
        let own = found.map_err(|error| error.to_string())?.integration;
        self.0.lifecycle(environment, own, deployment.copied()).await.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl WebhookSender for OfService {
    async fn send(&self, delivery: WebhookDelivery) -> Result<(String, u16), WebhookFailure> {
        let failed = |url: &str, message: String| WebhookFailure { url: url.to_owned(), message };
        let (url, to) = match delivery.destination {
            WebhookDestination::Connections(url) => {
                let parsed = url.parse().map_err(|error| failed(&url, format!("is no URL: {error}")))?;
                (parsed, NoticeTo::Client)
            }
            WebhookDestination::Operators => match &self.0.settings().webhooks.url {
                Some(url) => (url.value.url().clone(), NoticeTo::Operator),
                None => return Err(failed("", "webhooks.url is not set any more".into())),
            },
        };
        let shown = url.to_string();
        let proxy = self.0.proxy().map_err(|error| failed(&shown, error.to_string()))?;
        let mut headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (USER_AGENT, HeaderValue::from_static(AGENT)),
        ]);
        for (name, value) in
            [(HMAC_HEADER, &delivery.signatures.hmac), (LEGACY_SIGNATURE_HEADER, &delivery.signatures.legacy)]
        {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                headers.insert(name, value);
            }
        }
        let notice = Notice { to, url, headers, body: delivery.body.into(), timeout: delivery.timeout };
        let status = proxy.notify(notice).await.map_err(|error| failed(&shown, error.to_string()))?;
        Ok((shown, status))
    }
}
