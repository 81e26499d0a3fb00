//! What a running server takes: settings, functions, keys, a certificate.

use reqwest::{Certificate, Client, Method, StatusCode};
use serde_json::json;

use super::stage::{Stage, until};

#[tokio::test]
async fn the_first_key_is_shown_once_and_keys_come_and_go() {
    let stage = Stage::new().await;
    let mut server = stage.serve();
    assert_eq!(server.started["functions"], 4);
    assert_eq!(server.get("/connections").await.status, StatusCode::OK);
    let first = server.key.clone();

    let made = stage.run(&["keys", "create", "--name", "reader", "--scope", "environment:connections:list"]);
    let listed = stage.run(&["keys", "list"]);
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    let reader = made["secret_key"].as_str().unwrap();
    for secret in [&first, reader] {
        assert!(!listed.to_string().contains(secret), "a key is shown once");
    }
    server = server.with_key(reader);
    assert_eq!(server.get("/connections").await.status, StatusCode::OK);
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::FORBIDDEN);
    stage.run(&["keys", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(server.get("/connections").await.status, StatusCode::UNAUTHORIZED);
    server = server.with_key(&first);
    assert_eq!(server.get("/connections").await.status, StatusCode::OK);

    server.kill();
    let again = stage.serve();
    assert!(again.started.get("secret_key").is_none(), "{:#}", again.started);
}

#[tokio::test]
async fn metrics_tell_of_runs_and_of_the_queue_and_name_no_connection() {
    let stage = Stage::new().await;
    let server = stage.serve_with(&["--metrics", "127.0.0.1:0"]);
    assert_eq!(server.import("acme-secret", json!({})).await.status, StatusCode::CREATED);
    let url = server.started["metrics"].as_str().unwrap().to_owned();
    assert_ne!(url, format!("{}/metrics", server.url));
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    for line in [
        "onevent_runs_total{function=\"hubspot/check\",outcome=\"succeeded\"} 1",
        "onevent_run_phase_seconds_count{function=\"hubspot/check\",phase=\"queue\"} 1",
        "onevent_run_phase_seconds_count{function=\"hubspot/check\",phase=\"host\"} 1",
        "onevent_places 256",
        "onevent_runs_queued 0",
        "onevent_threads_lost 0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("acme-secret"), "{text}");
    assert_eq!(server.get("/metrics").await.status, StatusCode::NOT_FOUND, "not where everybody asks");
}

#[tokio::test]
async fn settings_are_read_again_and_what_cannot_be_taken_is_said() {
    let stage = Stage::new().await;
    let server = stage.serve();
    stage.settings("[limits]\nwall = \"77s\"\n[server]\nbody_limit = \"64KiB\"\n");
    server.signal("HUP");
    until("the settings", async || server.says("settings were read again")).await;
    let line = |words: &str| server.log().into_iter().find(|line| line.contains(words)).unwrap_or_default();
    assert!(line("settings were read again").contains("limits.wall"), "{:?}", server.log());
    until("the warning", async || server.says("need a restart")).await;
    assert!(line("need a restart").contains("server.body_limit"), "{:?}", server.log());

    stage.settings("[limits]\nwall = \"for ever\"\n");
    server.signal("HUP");
    until("the refusal", async || server.says("the old ones go on")).await;
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn functions_are_loaded_again_and_the_last_good_ones_stay() {
    let stage = Stage::new().await;
    let server = stage.serve_with(&["--watch"]);
    let echo = async |text: &str| {
        let code = server.get("/integrations/hubspot/functions/check/code").await;
        code.body["code"].as_str().unwrap().contains(text)
    };
    assert!(!echo("nobody is let in").await);
    let check = |body: &str| {
        format!(
            "import {{ createOnEvent }} from 'nango';\nexport default createOnEvent({{\n    \
             event: 'validate-connection',\n    description: 'nobody is let in',\n    exec: async (nango) => {{\n        \
             {body}\n    }},\n}});\n"
        )
    };
    stage.file("hubspot/on-events/check.ts", &check("throw new nango.ActionError('closed');"));
    until("the new function", async || echo("nobody is let in").await).await;
    let refused = server.import("acme", json!({})).await;
    assert_eq!(refused.body["error"]["message"], "closed", "{refused:?}");

    stage.file("hubspot/on-events/check.ts", &check("this is no TypeScript"));
    until("the complaint", async || server.says("the last good ones go on")).await;
    let refused = server.import("acme", json!({})).await;
    assert_eq!(refused.body["error"]["message"], "closed", "{refused:?}");

    stage.file("hubspot/on-events/check.ts", &check("return;"));
    until("the mended one", async || server.import("acme", json!({})).await.status == StatusCode::CREATED)
        .await;
}

#[tokio::test]
async fn a_server_with_a_certificate_speaks_tls_and_nothing_else() {
    let stage = Stage::new().await;
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    stage.file("cert.pem", &made.cert.pem());
    stage.file("key.pem", &made.signing_key.serialize_pem());
    let trusted = Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([trusted]).build().unwrap();
    let server = stage.serve_with(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    assert!(server.try_to_ask(Method::GET, "/health", None).await.is_err(), "nobody vouches for it");
    let plain = server.url.replacen("https", "http", 1);
    assert!(Client::new().get(format!("{plain}/health")).send().await.is_err());
    let server = server.with_client(client);
    assert_eq!(server.get("/health").await.status, StatusCode::OK);
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
}
