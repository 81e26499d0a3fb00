//! Integrations, variables, requests without credentials, locks and checkpoints: live and dry.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use onevent_contract::{
    CallContext, Checkpoint, EnvironmentVariable, FetchRequest, Host, HostCalls, HostError, IntegrationId,
    IntegrationInclude, RunId, Secret,
};
use onevent_hosts::{Access, DryConnection, DryHost, DryHostOptions, Integrations, LiveHost};
use onevent_proxy::{Integration, Provider, Proxy, ProxyOptions, WebhookAddress};
use onevent_store::Visibility;
use serde_json::{Value, json};

use crate::setup::{Setup, api, call, key, object};

const MINUTE: Duration = Duration::from_secs(60);

fn variable() -> EnvironmentVariable {
    EnvironmentVariable { name: "REGION".into(), value: "eu".into() }
}

/// The integration `p` with an OAuth client and pagination options.
fn configured(setup: &Setup) -> Arc<Integrations> {
    let plain = &setup.integrations[&IntegrationId::new("p").unwrap()];
    let mut provider = Provider::clone(&plain.provider);
    provider.proxy.paginate = Some(object(json!({"type": "cursor", "limit": 5})));
    let mut integration = Integration { provider: Arc::new(provider), ..Integration::clone(plain) };
    integration.client_id = Some("client".into());
    integration.client_secret = Some(Secret::new("a-client-secret"));
    integration.egress.allow = vec!["127.0.0.0/8".parse().unwrap()];
    Arc::new([(integration.key.clone(), Arc::new(integration))].into_iter().collect())
}

async fn setup() -> Setup {
    let mut setup = Setup::new().await;
    setup.integrations = configured(&setup);
    setup.insert(&key("p", "acme"), "token-12345", None).await;
    setup.insert(&key("p", "other"), "token-67890", None).await;
    setup
}

fn live(setup: &Setup, connection: &str) -> LiveHost {
    setup.live(&key("p", connection), Access::Normal).with_variables([variable()])
}

async fn dry(setup: &Setup) -> DryHost {
    let stored = setup.store.connection(&key("p", "acme"), Visibility::Established).await.unwrap().unwrap();
    let options = DryHostOptions {
        connection: DryConnection::stored(stored),
        environment: "dev".parse().unwrap(),
        store: None,
        proxy: setup.proxy.clone(),
        integrations: Arc::clone(&setup.integrations),
        access: Access::Normal,
    };
    DryHost::new(options).with_variables([variable()])
}

/// Each test runs against both.
async fn both(setup: &Setup) -> [Box<dyn Host>; 2] {
    [Box::new(live(setup, "acme")), Box::new(dry(setup).await)]
}

#[tokio::test]
async fn an_integration_is_shown_as_nangos_api_does_and_its_secret_only_where_it_is_asked_for() {
    let setup = setup().await;
    for host in both(&setup).await {
        let context = call("f");
        let plain = Value::Object(host.integration(&context, Vec::new()).await.unwrap());
        assert_eq!(
            (&plain["unique_key"], &plain["provider"], &plain["display_name"]),
            (&json!("p"), &json!("p"), &json!("p"))
        );
        assert!(plain.get("credentials").is_none() && plain.get("webhook_url").is_none());
        let include = vec![IntegrationInclude::Webhook, IntegrationInclude::Credentials];
        let whole = Value::Object(host.integration(&context, include).await.unwrap());
        assert_eq!(whole["webhook_url"], Value::Null);
        let client = json!({"type": "OAUTH2", "client_id": "client", "client_secret": "a-client-secret",
            "scopes": null, "webhook_secret": null});
        assert_eq!(whole["credentials"], client);
        // What the function now holds does not show up in its report.
        assert!(!context.log.scrub_text("x a-client-secret y").contains("a-client-secret"));
    }
    let unknown = setup.live(&key("q", "acme"), Access::Normal);
    assert_eq!(api(unknown.integration(&call("f"), Vec::new()).await), (404, "not_found".into()));
}

#[tokio::test]
async fn what_the_operator_says_about_webhooks_is_what_functions_read() {
    let mut setup = setup().await;
    let mut integration = Integration::clone(&setup.integrations[&IntegrationId::new("p").unwrap()]);
    integration.webhook = Some(WebhookAddress::Under("https://onevent.test/".parse().unwrap()));
    integration.webhook_secret = Some(Secret::new("a-webhook-secret"));
    setup.integrations = Arc::new([(integration.key.clone(), Arc::new(integration))].into_iter().collect());
    for host in both(&setup).await {
        let context = call("f");
        let include = vec![IntegrationInclude::Webhook];
        let shown = Value::Object(host.integration(&context, include).await.unwrap());
        assert_eq!(shown["webhook_url"], "https://onevent.test/webhook/dev/p");
        let include = vec![IntegrationInclude::Credentials];
        let shown = Value::Object(host.integration(&context, include).await.unwrap());
        assert_eq!(shown["credentials"]["webhook_secret"], "a-webhook-secret");
        assert!(!context.log.scrub_text("x a-webhook-secret y").contains("a-webhook-secret"));
    }
}

#[tokio::test]
async fn pagination_options_are_those_of_the_integration_that_is_called() {
    let setup = setup().await;
    for host in both(&setup).await {
        let expected = Some(object(json!({"type": "cursor", "limit": 5})));
        assert_eq!(host.pagination(&call("f"), None).await.unwrap(), expected);
        assert_eq!(host.pagination(&call("f"), Some("p".parse().unwrap())).await.unwrap(), expected);
        let unknown = host.pagination(&call("f"), Some("q".parse().unwrap())).await.unwrap_err();
        assert!(
            matches!(&unknown, HostError::Configuration { code, .. } if code == "unknown_provider_template_in_config"),
            "{unknown:?}"
        );
        assert_eq!(host.environment_variables(&call("f")).await.unwrap(), [variable()]);
    }
}

#[tokio::test]
async fn a_request_without_credentials_may_go_where_its_integration_may() {
    let mut setup = setup().await;
    setup.proxy = Proxy::new(ProxyOptions::default()).unwrap();
    let request = || FetchRequest {
        url: format!("{}/x", setup.server),
        method: Method::GET,
        headers: Vec::new(),
        body: Default::default(),
    };
    for host in both(&setup).await {
        let answer = host.fetch(&call("f"), request()).await.unwrap();
        assert_eq!(std::str::from_utf8(&answer.body).unwrap(), "  /x", "no header of the connection's");
    }
    let plain = Setup::new().await;
    setup.integrations = Arc::clone(&plain.integrations);
    for host in both(&setup).await {
        let refused = host.fetch(&call("f"), request()).await.unwrap_err();
        assert!(
            matches!(&refused, HostError::Configuration { code, .. } if code == "url_not_allowed"),
            "{refused:?}"
        );
    }
}

fn run_of(context: &CallContext) -> CallContext {
    CallContext { run_id: RunId::generate(), ..context.clone() }
}

#[tokio::test]
async fn a_lock_is_one_runs_until_it_is_released() {
    let setup = setup().await;
    for host in both(&setup).await {
        let one = call("f");
        let other = run_of(&one);
        let take =
            async |context: &CallContext| host.acquire_lock(context, "k".into(), MINUTE).await.unwrap();
        assert!(take(&one).await && take(&one).await);
        assert!(!take(&other).await);
        assert!(!host.release_lock(&other, "k".into()).await.unwrap());
        assert!(host.release_lock(&one, "k".into()).await.unwrap());
        assert!(take(&other).await);
        host.release_all_locks(&one).await.unwrap();
        assert!(!take(&one).await);
        host.release_all_locks(&other).await.unwrap();
        assert!(take(&one).await);
    }
}

#[tokio::test]
async fn live_locks_hold_for_all_connections_of_an_environment_and_dry_ones_for_nobody_else() {
    let setup = setup().await;
    let (acme, other) = (live(&setup, "acme"), live(&setup, "other"));
    let (one, two) = (call("f"), call("g"));
    assert!(acme.acquire_lock(&one, "k".into(), MINUTE).await.unwrap());
    assert!(!other.acquire_lock(&two, "k".into(), MINUTE).await.unwrap());
    assert!(dry(&setup).await.acquire_lock(&two, "k".into(), MINUTE).await.unwrap());
}

#[tokio::test]
async fn a_checkpoint_is_written_over_the_version_that_was_read_and_is_each_functions_own() {
    let setup = setup().await;
    let value = || Some(object(json!({"page": 7})));
    for host in both(&setup).await {
        let context = call("f");
        assert_eq!(host.checkpoint(&context).await.unwrap(), Checkpoint::default());
        assert_eq!(host.write_checkpoint(&context, value(), 3).await.unwrap(), None);
        assert_eq!(host.write_checkpoint(&context, value(), 0).await.unwrap(), Some(1));
        assert_eq!(host.write_checkpoint(&context, value(), 0).await.unwrap(), None);
        assert_eq!(host.checkpoint(&context).await.unwrap(), Checkpoint { value: value(), version: 1 });
        assert_eq!(host.checkpoint(&call("g")).await.unwrap(), Checkpoint::default());
        assert_eq!(host.write_checkpoint(&context, None, 1).await.unwrap(), Some(2));
        assert_eq!(host.checkpoint(&context).await.unwrap(), Checkpoint { value: None, version: 2 });
    }
    // Of the two only the live one's is still there, and only for its connection.
    assert_eq!(live(&setup, "acme").checkpoint(&call("f")).await.unwrap().version, 2);
    assert_eq!(live(&setup, "other").checkpoint(&call("f")).await.unwrap().version, 0);
    assert_eq!(dry(&setup).await.checkpoint(&call("f")).await.unwrap().version, 0);
    let gone = setup.live(&key("p", "nobody"), Access::Normal);
    assert_eq!(api(gone.write_checkpoint(&call("f"), value(), 0).await), (404, "unknown_connection".into()));
}
