//! In front of a Nango: its environments, and the lifecycle of connections that it keeps.

use std::sync::Arc;

use onevent_contract::{Invocation, SystemClock};
use onevent_hosts::{
    ApiKind, CallsAre, FreshRemoteHost, NangoApi, NangoApiOptions, RemoteHost, RemoteHostOptions,
    RemoteWrites,
};
use onevent_lifecycle::{
    Hosts, Lifecycle, LifecycleOptions, UpstreamEnvironment, UpstreamEnvironments, UpstreamLifecycle,
};
use onevent_proxy::Origin;
use onevent_store::{DeploymentId, OPERATION_WAIT, Store, UpstreamConnection, UpstreamFilter};

use super::error::ServiceError;
use super::held_functions::RunningFunctions;
use super::parts::Service;
use super::upstream::Upstream;
use crate::config::NangoEnvironment;

impl Service {
    /// The Nango that this service stands in front of, if the settings name one. Call it inside the tokio runtime.
    ///
    /// # Errors
    /// A key that cannot be one.
    pub fn upstream(&self) -> Result<Option<&Upstream>, ServiceError> {
        let Some(url) = &self.settings().nango.upstream else { return Ok(None) };
        if let Some(upstream) = self.upstream.get() {
            return Ok(Some(upstream));
        }
        let (proxy, url) = (self.proxy()?, url.value.url());
        let environment = |environment: &NangoEnvironment| {
            let NangoEnvironment { name, secret_key, signing_key } = environment.clone();
            let options = NangoApiOptions {
                base_url: url.clone(),
                secret_key: secret_key.clone(),
                key_name: format!("the secret key of {name}"),
                calls: CallsAre::Real,
                kind: ApiKind::Nango,
            };
            let signing_key = signing_key.unwrap_or_else(|| secret_key.clone());
            Ok(UpstreamEnvironment { name, api: NangoApi::new(&proxy, options)?, secret_key, signing_key })
        };
        let environments: Result<UpstreamEnvironments, ServiceError> =
            self.config.nango_environments().iter().map(environment).collect();
        let app = self.settings().webhooks.url.as_ref();
        let upstream = Upstream {
            nango: Origin::new(&proxy, url.clone()),
            app: app.map(|url| Origin::new(&proxy, url.value.url().clone())),
            environments: environments?,
        };
        Ok(Some(self.upstream.get_or_init(|| upstream)))
    }

    /// What is known here of the connections of an environment of that Nango, by integration and id: what was decided, and
    /// which of them were deleted there without onevent having been asked, so that their cleanup has not run.
    ///
    /// # Errors
    /// Whatever keeps the database from being opened or read.
    pub async fn upstream_connections(
        &self,
        filter: &UpstreamFilter,
    ) -> Result<Vec<UpstreamConnection>, ServiceError> {
        Ok(self.store_of(&filter.environment).await?.find_upstream_connections(filter).await?)
    }

    /// The operations on connections of a provider in an environment of that Nango; with the functions that the environment
    /// runs, where no deployment is named.
    ///
    /// # Errors
    /// Whatever keeps the functions from being loaded or the database from being opened.
    pub async fn upstream_lifecycle(
        &self,
        environment: &UpstreamEnvironment,
        integration: &onevent_contract::IntegrationId,
        provider: Option<&str>,
        deployment: Option<DeploymentId>,
    ) -> Result<UpstreamLifecycle, ServiceError> {
        let running = self.functions_of(&environment.name, integration, deployment).await?;
        let store = self.store_of(&environment.name).await?;
        let hosts = self.upstream_hosts(store, environment, &running)?;
        // What a webhook says of its provider; most are Nango's own, and say it themselves.
        let integrations = self.integrations()?;
        let template = provider.and_then(|provider| integrations.providers().get(provider));
        let auth_mode = template.map(|template| template.auth_mode.clone()).unwrap_or_default();
        let lifecycle = Lifecycle::new(LifecycleOptions {
            store: store.clone(),
            runner: Arc::new(self.engine()?.clone()),
            project: running.project,
            hosts,
            limits: self.limits(),
            wait: OPERATION_WAIT,
            clock: Arc::new(SystemClock),
            interruption: self.interruption.clone(),
            policies: self.policies(integration, auth_mode, running.deployment),
            request_id: None,
        });
        Ok(UpstreamLifecycle::new(lifecycle, environment.name.clone(), environment.api.clone()))
    }

    /// Makes the host of each run: the connection is read from Nango when the run asks for something.
    fn upstream_hosts(
        &self,
        store: &Store,
        environment: &UpstreamEnvironment,
        running: &RunningFunctions,
    ) -> Result<Hosts, ServiceError> {
        let integrations = self.integrations()?;
        let (configured, providers) = (self.current.load().of_files()?, self.current.load().providers()?);
        let (sealed, proxy) = (integrations.sealed(), self.proxy()?);
        let records = self.databases.home(&environment.name).records(store);
        let actions = self.actions(&running.project, running.deployment, Some(records.clone()))?;
        let (api, name) = (environment.api.clone(), environment.name.clone());
        let make = Arc::new(move |connection| {
            let options = RemoteHostOptions {
                api: api.clone(),
                connection,
                writes: RemoteWrites::Persisted,
                environment: name.clone(),
                proxy: proxy.clone(),
                integrations: Arc::clone(&configured),
                providers: Arc::clone(&providers),
                sealed: sealed.clone(),
            };
            RemoteHost::new(options).with_actions(Arc::clone(&actions))
        });
        let api = environment.api.clone();
        Ok(Arc::new(move |invocation: &Invocation| {
            let (facts, make) = (&invocation.connection, Arc::clone(&make));
            let (integration, id) = (facts.integration.clone(), facts.connection_id.clone());
            Arc::new(FreshRemoteHost::new(api.clone(), integration, id, move |connection| make(connection)))
        }))
    }
}
