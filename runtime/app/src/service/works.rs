//! What workers work with: this service's functions and its proxy.

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_lifecycle::{
    HMAC_HEADER, LEGACY_SIGNATURE_HEADER, Lifecycle, Lifecycles, WebhookDelivery, WebhookDestination,
    WebhookFailure, WebhookSender,
};
use onevent_proxy::{Notice, NoticeTo};
use onevent_store::DeploymentId;

use super::parts::Service;
use crate::config::DatabaseName;

/// What webhooks say who sends them.
const AGENT: &str = concat!("onevent/", env!("CARGO_PKG_VERSION"));

/// The service, as the workers on one of its databases see it.
pub(super) struct Works {
    pub(super) service: Arc<Service>,
    pub(super) database: DatabaseName,
}

#[async_trait]
impl Lifecycles for Works {
    async fn lifecycle(
        &self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
        deployment: Option<&DeploymentId>,
    ) -> Result<Lifecycle, String> {
        // What came into a database after it was opened, and belongs into another one.
        if *self.service.databases.home(environment).name() != self.database {
            return Err(format!("{environment} does not live in {}", self.database));
        }
        self.service.have_functions().await.map_err(|error| error.to_string())?;
        if let Some(upstream) = self.service.upstream().map_err(|error| error.to_string())? {
            let unknown = || format!("no secret key of {environment} is known any more");
            let environment = upstream.environments.get(environment).ok_or_else(unknown)?;
            let lifecycle =
                self.service.upstream_lifecycle(environment, integration, None, deployment.copied()).await;
            return Ok(lifecycle.map_err(|error| error.to_string())?.into_lifecycle());
        }
        let found = self.service.integration_in(environment, integration).await;
        let own = found.map_err(|error| error.to_string())?.integration;
        self.service.lifecycle(environment, own, deployment.copied()).await.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl WebhookSender for Works {
    async fn send(&self, delivery: WebhookDelivery) -> Result<(String, u16), WebhookFailure> {
        let failed = |url: &str, message: String| WebhookFailure { url: url.to_owned(), message };
        let (url, to) = match delivery.destination {
            WebhookDestination::Connections(url) => {
                let parsed = url.parse().map_err(|error| failed(&url, format!("is no URL: {error}")))?;
                (parsed, NoticeTo::Client)
            }
            WebhookDestination::Operators => match &self.service.settings().webhooks.url {
                Some(url) => (url.value.url().clone(), NoticeTo::Operator),
                None => return Err(failed("", "webhooks.url is not set any more".into())),
            },
        };
        let shown = url.to_string();
        let proxy = self.service.proxy().map_err(|error| failed(&shown, error.to_string()))?;
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
