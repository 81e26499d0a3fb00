//! The examples that embed the whole service, run against real servers.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;

use onevent_tests::SalesforceServer;

#[path = "../examples/embed_axum.rs"]
#[allow(dead_code, reason = "its main ends with Ctrl-C only")]
mod axum_example;
#[path = "../examples/service.rs"]
mod example;

#[test]
fn the_example_runs() {
    example::main().unwrap();
}

#[tokio::test]
async fn a_connection_lives_and_dies_in_an_embedding_program() {
    let provider = SalesforceServer::start().unwrap();
    provider.allow("token", "00D000000000001");
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
    let database = folder.path().join("onevent.sqlite3");
    let service = example::service(project, &database, provider.base_url()).unwrap();

    let refused = example::Account { id: "acme", access_token: "another-token" };
    let report = example::connect(&service, &refused).await.unwrap();
    assert_eq!(report.accepted, Some(false), "{report:?}");
    assert!(provider.webhooks("00D000000000001").is_empty());

    let account = example::Account { id: "acme", access_token: "token" };
    let report = example::connect(&service, &account).await.unwrap();
    assert_eq!(report.accepted, Some(true), "{report:?}");
    assert_eq!(provider.webhooks("00D000000000001").len(), 1, "setup has run");

    let report = example::disconnect(&service, &account).await.unwrap();
    assert_eq!(report.runs.len(), 1, "{report:?}");
    assert!(example::disconnect(&service, &account).await.is_err(), "there is no such connection any more");
    service.close().await;
}

/// A product over the documented functions, whose provider is on this machine.
async fn product(folder: &Path, name: &str, provider: &SalesforceServer) -> axum_example::Product {
    let project = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
    let base_url = format!("integrations.salesforce.base_url={}", provider.base_url());
    let settings = [base_url.as_str(), "egress.allow=127.0.0.0/8"];
    axum_example::Product::start(project, &folder.join(format!("{name}.sqlite3")), &settings).await.unwrap()
}

#[tokio::test]
async fn two_products_in_one_app_do_not_know_each_other() {
    let (crms, shops) = (SalesforceServer::start().unwrap(), SalesforceServer::start().unwrap());
    crms.allow("token", "00D000000000001");
    shops.allow("token", "00D000000000002");
    let folder = tempfile::tempdir().unwrap();
    let crm = product(folder.path(), "crm", &crms).await;
    let shop = product(folder.path(), "shop", &shops).await;
    let (of_crm, of_shop) = (crm.new_key().await.unwrap(), shop.new_key().await.unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = axum_example::app(&[("/crm", &crm), ("/shop", &shop)]);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::new();
    let list = async |product: &str, key: &str| {
        let answer =
            client.get(format!("{url}/{product}/connections")).bearer_auth(key).send().await.unwrap();
        assert_eq!(answer.headers()["x-served-by"], "the app", "the layer is around it");
        (answer.status().as_u16(), answer.text().await.unwrap().contains("acme"))
    };

    let body = serde_json::json!({
        "provider_config_key": "salesforce",
        "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": "token" },
    });
    let request = client.post(format!("{url}/crm/connections")).bearer_auth(&of_crm);
    let request = request.header("content-type", "application/json").body(body.to_string());
    assert_eq!(request.send().await.unwrap().status().as_u16(), 201);
    assert_eq!(list("crm", &of_crm).await, (200, true));
    assert_eq!(list("shop", &of_shop).await, (200, false), "another database");
    assert_eq!(list("shop", &of_crm).await, (401, false), "another product's key");
    assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "an app of its own");

    // The workers were started, and stopping them waits for what they have begun.
    let set_up = async {
        while crms.webhooks("00D000000000001").is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), set_up).await.unwrap();
    assert!(shops.journal().is_empty(), "the other one's provider was not asked");
    crm.stop().await;
    assert_eq!(list("shop", &of_shop).await, (200, false), "the other one goes on");
    shop.stop().await;
}

/// Answers nothing.
struct NoHost;

#[async_trait::async_trait]
impl onevent::Host for NoHost {
    async fn call(
        &self,
        _: &onevent::CallContext,
        call: onevent::HostCall,
    ) -> Result<onevent::HostAnswer, onevent::HostError> {
        Err(call.unsupported())
    }
}

#[tokio::test]
async fn layers_of_tower_go_around_runs() {
    use tower::ServiceExt as _;

    let function = "import { createOnEvent } from 'nango';\nexport default createOnEvent({\n    \
                    event: 'validate-connection',\n    exec: async (nango) => {\n        \
                    if (nango.connectionId !== 'good') throw new nango.ActionError(nango.connectionId);\n    },\n});\n";
    let engine = onevent::Engine::builder().build().unwrap();
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", function)];
    let project = engine.load(onevent::ProjectSource::files(files)).await.unwrap();
    let facts = |id: &str| onevent::ConnectionFacts {
        connection_id: id.parse().unwrap(),
        integration: "acme".parse().unwrap(),
        provider: "acme".into(),
    };
    let invoke =
        |id: &str| onevent::Invocation::new(project.functions[0].clone(), facts(id), "dev".parse().unwrap());
    let runs = engine.service(std::sync::Arc::new(NoHost));
    // A layer before, one after.
    let layered = runs
        .map_request(|id: String| invoke(&id))
        .map_response(|report: onevent::RunReport| report.outcome.as_str().to_owned());
    assert_eq!(layered.clone().oneshot("good".to_owned()).await.unwrap(), "succeeded");
    assert_eq!(layered.oneshot("bad".to_owned()).await.unwrap(), "rejected");
}
