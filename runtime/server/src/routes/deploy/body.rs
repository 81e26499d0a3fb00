//! What Nango's command line sends.

use std::collections::BTreeSet;

use onevent_app::DeploymentRequest;
use onevent_contract::{Event, FunctionKey, FunctionName, IntegrationId};
use onevent_engine::{Bundle, Folder, ProjectSource};
use onevent_lifecycle::deployments::{DeploymentScope, Kinds, Within};
use onevent_store::Audit;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::extract::present;

/// The body of both routes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DeployBody {
    flow_configs: Vec<FlowConfig>,
    #[serde(default, deserialize_with = "present")]
    on_event_scripts_by_provider: Option<Vec<ProviderScripts<OnEventScript>>>,
    /// What it was called before there were other events.
    #[serde(default, deserialize_with = "present")]
    post_connection_scripts_by_provider: Option<Vec<ProviderScripts<PostConnectionScript>>>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    json_schema: Option<IgnoredAny>,
    reconcile: bool,
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    debug: bool,
    #[serde(default, deserialize_with = "present")]
    deploy_mode: Option<DeployMode>,
    /// The same before there were three of them.
    #[serde(default, deserialize_with = "present")]
    single_deploy_mode: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<String>)]
    sdk_version: Option<SdkVersion>,
    #[serde(default, deserialize_with = "present")]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    source: Option<Source>,
    #[serde(default, deserialize_with = "present")]
    pub(super) nango_yaml_body: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum DeployMode {
    All,
    Single,
    Integration,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Source {
    Standalone,
    Repo,
}

/// `0.71.10-zero`; another form than `-zero` is that of projects with a nango.yaml.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct SdkVersion;

impl TryFrom<String> for SdkVersion {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let numbers = text.strip_suffix("-zero").or_else(|| text.strip_suffix("-yaml"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match numbers {
            Some(numbers) if numbers.split('.').count() == 3 && numbers.split('.').all(is_number) => Ok(Self),
            _ => Err("a version is three numbers and `-zero`"),
        }
    }
}

/// An action or a sync.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FlowConfig {
    r#type: FlowType,
    models: Vec<String>,
    #[serde(rename = "providerConfigKey")]
    #[schema(value_type = String)]
    provider_config_key: IntegrationId,
    #[serde(rename = "syncName")]
    #[schema(value_type = String)]
    sync_name: FunctionName,
    #[serde(rename = "fileBody")]
    file_body: FileBody,
    /// The rest is about syncs, or said again by the code.
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    runs: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    version: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    endpoints: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    input: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    metadata: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    models_json_schema: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    track_deletes: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    auto_start: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    sync_type: Option<IgnoredAny>,
    #[serde(default, rename = "webhookSubscriptions")]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    webhook_subscriptions: Option<IgnoredAny>,
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and nobody reads it")]
    #[schema(value_type = Option<Value>)]
    features: Option<IgnoredAny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum FlowType {
    Sync,
    Action,
}

/// What runs, and what is shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileBody {
    js: String,
    ts: String,
}

/// The event functions of an integration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ProviderScripts<S> {
    #[schema(value_type = String)]
    provider_config_key: IntegrationId,
    scripts: Vec<S>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OnEventScript {
    #[schema(value_type = String)]
    name: FunctionName,
    file_body: FileBody,
    #[schema(value_type = String)]
    event: Event,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PostConnectionScript {
    #[schema(value_type = String)]
    name: FunctionName,
    file_body: FileBody,
}

impl DeployBody {
    /// What is to be deployed.
    ///
    /// # Errors
    /// 400 where a function comes twice, and where nothing but a sync is asked for.
    pub(super) fn request(&self, client: String) -> Result<DeploymentRequest, ApiError> {
        if self.mode() == DeployMode::Single
            && let Some(sync) = self.syncs().next()
        {
            let message = format!("onevent has no syncs: {sync} is one");
            return Err(ApiError::new(http::StatusCode::BAD_REQUEST, "not_supported", message));
        }
        let actions = self.actions().map(|flow| {
            let key = key(&flow.provider_config_key, &flow.sync_name);
            bundle(key, Folder::Actions, &flow.file_body)
        });
        let events: Vec<_> = self.events().collect();
        let functions = events.iter().map(|(key, file, _)| bundle(key.clone(), Folder::OnEvents, file));
        // Actions have no order; of event functions it is that of the payload.
        let bundles: Vec<Bundle> = functions.chain(actions).collect();
        let mut seen = BTreeSet::new();
        for bundle in &bundles {
            let identity = (bundle.key.to_string(), bundle.folder.as_str());
            if !seen.insert(identity) {
                let message = format!("the function {} comes twice", bundle.key);
                let error = FieldError::new("custom", message, Vec::new());
                return Err(ApiError::invalid("invalid_body", vec![error]));
            }
        }
        Ok(DeploymentRequest {
            source: ProjectSource::bundles(bundles),
            scope: self.scope(),
            events: events.into_iter().map(|(key, _, event)| (key, event)).collect(),
            audit: Audit { author: None, message: None, client },
        })
    }

    fn mode(&self) -> DeployMode {
        match (self.deploy_mode, self.single_deploy_mode) {
            (Some(mode), _) => mode,
            (None, Some(true)) => DeployMode::Single,
            (None, _) => DeployMode::All,
        }
    }

    /// What the deployment is about. The first call only asks what the second would do.
    fn scope(&self) -> DeploymentScope {
        let said_events =
            self.on_event_scripts_by_provider.is_some() || self.post_connection_scripts_by_provider.is_some();
        let kinds = if said_events { Kinds::All } else { Kinds::Actions };
        let within = match self.mode() {
            DeployMode::All => Within::Environment,
            DeployMode::Integration => Within::Integrations(self.integrations()),
            DeployMode::Single => Within::Given,
        };
        let is_deployment = self.nango_yaml_body.is_some();
        // A deployment that reconciles nothing takes nothing away.
        let within = if is_deployment && !self.reconcile { Within::Given } else { within };
        DeploymentScope { within, kinds }
    }

    fn integrations(&self) -> BTreeSet<IntegrationId> {
        let flows = self.flow_configs.iter().map(|flow| &flow.provider_config_key);
        let events = self.on_event_scripts_by_provider.iter().flatten().map(|one| &one.provider_config_key);
        let older = self.post_connection_scripts_by_provider.iter().flatten();
        flows.chain(events).chain(older.map(|one| &one.provider_config_key)).cloned().collect()
    }

    fn actions(&self) -> impl Iterator<Item = &FlowConfig> {
        self.flow_configs.iter().filter(|flow| flow.r#type == FlowType::Action)
    }

    /// The event functions, with the event of each.
    fn events(&self) -> impl Iterator<Item = (FunctionKey, &FileBody, Event)> {
        let events = self.on_event_scripts_by_provider.iter().flatten().flat_map(|provider| {
            let integration = &provider.provider_config_key;
            provider.scripts.iter().map(move |one| (key(integration, &one.name), &one.file_body, one.event))
        });
        let older = self.post_connection_scripts_by_provider.iter().flatten().flat_map(|provider| {
            let (integration, event) = (&provider.provider_config_key, Event::PostConnectionCreation);
            provider.scripts.iter().map(move |one| (key(integration, &one.name), &one.file_body, event))
        });
        events.chain(older)
    }

    /// The syncs, which are left out.
    pub(super) fn syncs(&self) -> impl Iterator<Item = String> {
        let syncs = self.flow_configs.iter().filter(|flow| flow.r#type == FlowType::Sync);
        syncs.map(|flow| format!("{}/{}", flow.provider_config_key, flow.sync_name))
    }

    /// The models of an action, as its author's command line names them.
    pub(super) fn models(&self, action: &FunctionKey) -> &[String] {
        let mut actions = self.actions();
        let found = actions
            .find(|flow| flow.provider_config_key == action.integration && flow.sync_name == action.name);
        found.map_or(&[], |flow| &flow.models)
    }
}

fn key(integration: &IntegrationId, name: &FunctionName) -> FunctionKey {
    FunctionKey { integration: integration.clone(), name: name.clone() }
}

fn bundle(key: FunctionKey, folder: Folder, file: &FileBody) -> Bundle {
    Bundle { key, folder, code: file.js.clone(), source: file.ts.clone() }
}
