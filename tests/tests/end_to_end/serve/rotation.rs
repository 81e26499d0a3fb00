//! Another encryption key, while a server goes on, and although whoever replaces it is killed.

use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::Server;
use super::stage::Stage;

/// So many connections are there before, and so many come meanwhile.
const CONNECTIONS: usize = 200;
const LATER: usize = 20;

const NAMED: &str = "/connections";

fn with_key(stage: &Stage, arguments: &[&str], key: &str) -> Command {
    let mut command = stage.command(arguments);
    command.env("ONEVENT_ENCRYPTION_KEY", key);
    command
}

async fn import(server: &Server, id: &str) {
    let credentials = json!({ "type": "OAUTH2", "access_token": format!("token-of-{id}") });
    let body = json!({ "provider_config_key": "github", "connection_id": id, "credentials": credentials });
    let answer = server.ask(Method::POST, NAMED, Some(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
}

async fn has(server: &Server, id: &str) {
    let answer = server.get(&format!("{NAMED}/{id}?provider_config_key=github")).await;
    assert_eq!(answer.body["credentials"]["access_token"], format!("token-of-{id}"), "{answer:?}");
}

fn document(mut command: Command) -> Value {
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_goes_on_while_its_key_is_replaced_and_the_one_who_does_it_is_killed() {
    let stage = Stage::new().await;
    stage.file("onevent.toml", "[integrations.github]\nprovider = \"github\"\n");
    let (old, new) = (STANDARD.encode([7; 32]), STANDARD.encode([9; 32]));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log", "json"];
    let server = Server::start(with_key(&stage, &serve, &old));
    for number in 0..CONNECTIONS {
        import(&server, &format!("c{number}")).await;
    }
    let rotate = || {
        let mut command = with_key(&stage, &["keys", "rotate-encryption"], &old);
        command.env("ONEVENT_NEXT_ENCRYPTION_KEY", &new);
        command
    };
    // Each is killed a little later than the one before it.
    for number in 0..LATER {
        let mut killed = rotate().spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(10 * number as u64)).await;
        let _ = killed.kill();
        killed.wait().unwrap();
        import(&server, &format!("later{number}")).await;
        has(&server, &format!("later{number}")).await;
        has(&server, &format!("c{number}")).await;
    }
    let done = document(rotate());
    assert_eq!(done["databases"][0]["old_key"], "still_opens", "{done:#}");
    let all = || {
        (0..CONNECTIONS)
            .map(|number| format!("c{number}"))
            .chain((0..LATER).map(|number| format!("later{number}")))
    };
    for id in all() {
        has(&server, &id).await;
    }
    // One that starts with the new key, and the one from before, and then the old one is gone.
    let key = server.key.clone();
    let anew = Server::start(with_key(&stage, &serve, &new)).with_key(&key);
    let finished = document(with_key(&stage, &["keys", "rotate-encryption"], &new));
    assert_eq!(finished["databases"][0]["old_key"], "gone", "{finished:#}");
    for server in [&server, &anew] {
        for id in all() {
            has(server, &id).await;
        }
    }
    import(&server, "last").await;
    has(&anew, "last").await;
    let refused = document(with_key(&stage, &["connection", "list"], &old));
    assert_eq!(refused["error"]["code"], "wrong_encryption_key", "{refused:#}");
    assert!(refused["error"]["hint"].as_str().unwrap().contains("ONEVENT_ENCRYPTION_KEY"));
}
