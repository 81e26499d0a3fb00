//! Further attempts of a call, from the function through the waits to the provider. Nobody waits here: the sleeper
//! remembers how long it should have.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use onevent_contract::{
    Clock as _, Connection, ConnectionDetails, ConnectionFacts, Credentials, JsonObject, Limits, RunReport,
    SystemClock, Validation,
};
use onevent_engine::{Engine, ProjectSource};
use onevent_hosts::{Access, DryConnection, DryHost, DryHostOptions};
use onevent_lifecycle::{DryRun, dry_run};
use onevent_proxy::{EgressPolicy, Integration, Providers, Proxy, ProxyOptions, Sleeper};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Remembers waits.
#[derive(Clone, Default)]
struct NoSleep(Arc<Mutex<Vec<u64>>>);

#[async_trait]
impl Sleeper for NoSleep {
    async fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration.as_secs());
    }
}

/// What was to be seen of one run.
struct Seen {
    report: RunReport,
    waits: Vec<u64>,
    asked: usize,
}

/// Runs `nango.get` with these retries against a provider that answers with these statuses, the last one for ever.
async fn call(retries: u32, statuses: &'static [u16]) -> Seen {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = async move || {
        let index = count.fetch_add(1, Ordering::SeqCst);
        StatusCode::from_u16(statuses[index.min(statuses.len() - 1)]).unwrap()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });

    let sleeper = NoSleep::default();
    let host = host(&base_url, sleeper.clone());
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\n\
         export default createOnEvent({{ description: 'd', event: 'validate-connection',\n\
         exec: async (nango) => {{ const r = await nango.get({{ endpoint: '/x', retries: {retries} }}); nango.log(String(r.status)); }} }});\n"
    );
    let files = [("index.ts", "import './p/on-events/check';\n"), ("p/on-events/check.ts", code.as_str())];
    let engine = Engine::builder().build().unwrap();
    let project = engine.load(ProjectSource::files(files)).await.unwrap();
    let run = DryRun {
        function: Arc::clone(&project.functions[0]),
        connection: ConnectionFacts {
            connection_id: "acme".parse().unwrap(),
            integration: "p".parse().unwrap(),
            provider: "p".into(),
        },
        environment: "dev".parse().unwrap(),
        input: Value::Null,
        validation: Validation::Warn,
        // A run that may take as long as the longest waits together.
        limits: Limits { wall: Duration::from_secs(24 * 60 * 60), ..Limits::default() },
        host: Arc::new(host),
    };
    let report = dry_run(&engine, run, CancellationToken::new()).await.unwrap().report;
    let waits = sleeper.0.lock().unwrap().clone();
    Seen { report, waits, asked: asked.load(Ordering::SeqCst) }
}

fn host(base_url: &str, sleeper: NoSleep) -> DryHost {
    let egress = EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
    let options = ProxyOptions { egress, sleeper: Arc::new(sleeper), ..ProxyOptions::default() };
    let template = format!("p:\n  auth_mode: OAUTH2\n  proxy:\n    base_url: {base_url}\n");
    let provider = Providers::from_yaml(&template, "test").unwrap().get("p").unwrap();
    let integration = Arc::new(Integration::new("p".parse().unwrap(), provider));
    let token = json!({"type": "OAUTH2", "access_token": "token-12345"});
    let connection = Connection {
        id: 1,
        connection_id: "acme".parse().unwrap(),
        provider_config_key: "p".parse().unwrap(),
        provider: "p".into(),
        errors: Vec::new(),
        metadata: None,
        connection_config: JsonObject::new(),
        details: ConnectionDetails::default(),
        created_at: SystemClock.now(),
        updated_at: SystemClock.now(),
        last_fetched_at: None,
        credentials: Credentials::from_json(token, None).unwrap(),
    };
    DryHost::new(DryHostOptions {
        connection: DryConnection::given(connection),
        environment: "dev".parse().unwrap(),
        store: None,
        proxy: Proxy::new(options).unwrap(),
        integrations: Arc::new([(integration.key.clone(), integration)].into_iter().collect()),
        access: Access::Normal,
    })
}

/// A row of the table: retries, statuses, the waits between the attempts, how many these were, and the outcome.
type Row = (&'static str, u32, &'static [u16], &'static [u64], usize, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn waits_and_attempts_are_nangos() {
    let rows: [Row; 6] = [
        ("503, 503, 200 with two retries", 2, &[503, 503, 200], &[3, 6], 3, "succeeded"),
        ("no retries", 0, &[503, 200], &[], 1, "failed"),
        ("the last attempt counts", 1, &[500], &[3], 2, "failed"),
        ("401 twice with the same credentials", 5, &[401], &[3], 2, "failed"),
        ("404", 5, &[404, 200], &[], 1, "failed"),
        (
            "each wait is twice the one before, up to ten minutes",
            10,
            &[500],
            &[3, 6, 12, 24, 48, 96, 192, 384, 600, 600],
            11,
            "failed",
        ),
    ];
    for (name, retries, statuses, waits, asked, outcome) in rows {
        let seen = call(retries, statuses).await;
        assert_eq!(seen.waits, waits, "{name}");
        assert_eq!(seen.asked, asked, "{name}");
        assert_eq!(seen.report.http.len(), asked, "{name}: each attempt is in the report");
        assert_eq!(seen.report.outcome.as_str(), outcome, "{name}");
    }
}
