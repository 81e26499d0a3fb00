//! Connections over HTTP.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, World};

const ACME: &str = "/connections/acme?provider_config_key=hubspot&refresh_token=false&force_refresh=false\
                    &refresh_github_app_jwt_token=false";

#[tokio::test]
async fn a_connection_is_imported_read_and_deleted() {
    let world = World::start().await;
    let imported = world.import("acme", "good").await;
    assert_eq!(imported.status, StatusCode::CREATED, "{imported:?}");
    assert!(imported.body["created_at"].as_str().unwrap().ends_with('Z'), "{imported:?}");
    assert_eq!(imported.body["credentials"], json!({ "type": "OAUTH2", "access_token": "good" }));

    let read = world.get(ACME).await;
    assert_eq!(read.status, StatusCode::OK, "{read:?}");
    let fields: Vec<&String> = read.body.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "id",
            "connection_id",
            "provider_config_key",
            "provider",
            "errors",
            "end_user",
            "tags",
            "metadata",
            "connection_config",
            "webhook_url_override",
            "created_at",
            "updated_at",
            "last_fetched_at",
            "credentials"
        ]
    );
    assert!(read.body["created_at"].as_str().unwrap().ends_with("+00:00"), "{read:?}");
    assert_eq!(read.body["credentials"], json!({ "type": "OAUTH2", "access_token": "good" }));
    let renewable = world.get("/connection/acme?provider_config_key=hubspot&refresh_token=true").await;
    assert_eq!(renewable.body["credentials"]["refresh_token"], "renew", "{renewable:?}");

    let listed = world.get("/connections").await;
    let fields: Vec<&String> = listed.body["connections"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "id",
            "connection_id",
            "provider_config_key",
            "provider",
            "errors",
            "end_user",
            "tags",
            "metadata",
            "created"
        ]
    );

    let deleted = world.ask("DELETE", "/connections/acme?provider_config_key=hubspot", None).await;
    assert_eq!((deleted.status, deleted.body), (StatusCode::OK, json!({ "success": true })));
    assert_eq!(world.get(ACME).await.code(), "not_found");
    let again = world.ask("DELETE", "/connections/acme?provider_config_key=hubspot", None).await;
    assert_eq!((again.status.as_u16(), again.code()), (400, "unknown_connection"));
}

#[tokio::test]
async fn a_rejected_import_leaves_nothing_and_a_rejected_reconnect_a_mark() {
    let world = World::start().await;
    let rejected = world.import("acme", "bad").await;
    assert_eq!(rejected.status, StatusCode::BAD_REQUEST);
    let error = json!({ "code": "connection_validation_failed", "message": "this token is bad" });
    assert_eq!(rejected.body, json!({ "error": error }));
    assert_eq!(world.get("/connections").await.body, json!({ "connections": [] }));

    assert_eq!(world.import("acme", "good").await.status, StatusCode::CREATED);
    let metadata =
        json!({ "connection_id": "acme", "provider_config_key": "hubspot", "metadata": { "mine": 1 } });
    world.ask("PATCH", "/connections/metadata", Some(&metadata)).await;
    assert_eq!(world.import("acme", "bad").await.code(), "connection_validation_failed");
    let marked = world.get(ACME).await;
    assert_eq!((marked.status.as_u16(), marked.code()), (424, "invalid_credentials"));
    let shown = &marked.body["error"]["payload"]["connection"];
    assert_eq!((&shown["credentials"], &shown["errors"][0]["type"]), (&json!({}), &json!("auth")));
    let forced = world.get("/connections/acme?provider_config_key=hubspot&force_refresh=true").await;
    assert_eq!(forced.status, StatusCode::OK, "{forced:?}");
    let without = world.key_for(&["environment:connections:read"]).await;
    let without = world.ask_with(&without, "GET", ACME, None).await;
    assert_eq!((without.status, &without.body["credentials"]), (StatusCode::OK, &json!({})));
    assert_eq!(without.body["metadata"]["mine"], 1, "metadata survives: {without:?}");

    let mended = world.import("acme", "new").await;
    assert_eq!(mended.status, StatusCode::CREATED);
    assert_eq!(world.get(ACME).await.body["credentials"]["access_token"], "new");
}

#[tokio::test]
async fn what_cannot_be_imported_is_named() {
    let world = World::start().await;
    let good = json!({
        "provider_config_key": "hubspot", "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": "good" },
    });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, status, code, path) in [
        (with("provider_config_key", json!("nowhere")), 404, "not_found", Value::Null),
        (with("connection_id", json!("")), 400, "invalid_body", json!(["connection_id"])),
        (with("credentials", json!("good")), 400, "invalid_body", json!(["credentials"])),
        (with("credentials", json!({ "type": "OAUTH9" })), 400, "invalid_body", json!(["credentials"])),
        (with("credentials", json!({ "type": "OAUTH2" })), 400, "invalid_body", json!(["credentials"])),
        (
            with("credentials", json!({ "type": "API_KEY", "apiKey": "k" })),
            400,
            "invalid_body",
            json!(["credentials"]),
        ),
        (with("metadata", json!(7)), 400, "invalid_body", json!(["metadata"])),
        (with("more", json!(7)), 400, "invalid_body", json!([])),
    ] {
        let answer = world.ask("POST", "/connections", Some(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{body}: {answer:?}");
        assert_eq!(answer.body.pointer("/error/errors/0/path").cloned().unwrap_or_default(), path, "{body}");
    }
    let unnamed = json!({ "provider_config_key": "hubspot", "credentials": good["credentials"] });
    let answer = world.ask("POST", "/connections", Some(&unnamed)).await;
    assert_eq!(answer.body["connection_id"].as_str().unwrap().len(), 36, "{answer:?}");
}

#[tokio::test]
async fn lists_are_narrowed() {
    let world = World::start().await;
    for id in ["acme", "acme-2", "other"] {
        assert_eq!(world.import(id, "good").await.status, StatusCode::CREATED);
    }
    let listed = async |query: &str| {
        let answer = world.get(&format!("/connections?{query}")).await;
        let all = answer.body["connections"].as_array().unwrap().clone();
        all.iter().map(|one| one["connection_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, ["other", "acme-2", "acme"], "the newest first");
    assert_eq!(listed("connectionId=acme").await, ["acme"]);
    assert_eq!(listed("search=ACM").await, ["acme-2", "acme"]);
    assert_eq!(listed("integrationId=slack,hubspot&limit=2").await, ["other", "acme-2"]);
    assert_eq!(listed("integrationId=slack").await, [""; 0]);
    assert_eq!(listed("limit=2&page=1").await, ["acme"]);
    let body = json!({
        "end_user": { "id": "u-1", "email": "a@b.c", "organization": { "id": "o-1" } },
        "tags": { "plan": "pro", "region": "eu" }, "webhook_url_override": "https://app.example/hooks",
    });
    let path = "/connections/acme-2?provider_config_key=hubspot";
    let patched = world.ask("PATCH", path, Some(&body)).await;
    assert_eq!((patched.status, patched.body), (StatusCode::OK, json!({ "success": true })));
    for query in [
        "endUserId=u-1",
        "endUserOrganizationId=o-1",
        "tags[plan]=pro",
        "tags%5Bregion%5D=eu&tags[plan]=pro",
        "search=A%40B",
    ] {
        assert_eq!(listed(query).await, ["acme-2"], "{query}");
    }
    for query in ["endUserId=nobody", "tags[plan]=free", "tags[plan]=pro&tags[other]=x"] {
        assert_eq!(listed(query).await, [""; 0], "{query}");
    }
    let read = world.get(path).await.body;
    let user = json!({
        "id": "u-1", "display_name": null, "email": "a@b.c", "tags": null,
        "organization": { "id": "o-1", "display_name": null },
    });
    assert_eq!((&read["end_user"], &read["tags"]), (&user, &body["tags"]));
    assert_eq!(read["webhook_url_override"], "https://app.example/hooks");
    for (body, field) in [
        (json!({ "end_user": { "id": "" } }), json!(["end_user", "id"])),
        (json!({ "end_user": { "id": "x".repeat(256) } }), json!(["end_user", "id"])),
        (json!({ "end_user": null }), json!(["end_user"])),
        (json!({ "end_user": { "id": "a", "more": 1 } }), json!(["end_user"])),
        (json!({ "tags": { "a": 1 } }), json!(["tags", "a"])),
        (json!({ "webhook_url_override": "javascript:alert(1)" }), json!(["webhook_url_override"])),
    ] {
        let answer = world.ask("PATCH", path, Some(&body)).await;
        assert_eq!(answer.code(), "invalid_body", "{body}");
        assert_eq!(answer.body["error"]["errors"][0]["path"], field, "{answer:?}");
    }
    let nobody =
        world.ask("PATCH", "/connections/nobody?provider_config_key=hubspot", Some(&json!({}))).await;
    assert_eq!((nobody.status.as_u16(), nobody.code()), (404, "not_found"));
}

#[tokio::test]
async fn metadata_is_set_and_changed_for_one_and_for_many_or_for_none() {
    let world = World::start().await;
    for id in ["one", "two"] {
        world.import(id, "good").await;
    }
    let metadata = async |id: &str| {
        world.get(&format!("/connections/{id}?provider_config_key=hubspot")).await.body["metadata"].clone()
    };
    let body = |ids: Value, metadata: Value| json!({ "connection_id": ids, "provider_config_key": "hubspot", "metadata": metadata });
    let set = body(json!("one"), json!({ "a": 1 }));
    let answer = world.ask("POST", "/connections/metadata", Some(&set)).await;
    assert_eq!((answer.status, answer.body), (StatusCode::CREATED, set));
    assert_eq!(metadata("one").await, json!({ "a": 1 }));
    let update = body(json!(["one", "two"]), json!({ "b": 2 }));
    let answer = world.ask("PATCH", "/connections/metadata", Some(&update)).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, update));
    assert_eq!(metadata("one").await, json!({ "a": 1, "b": 2 }));
    let both = metadata("two").await;
    let wrong = body(json!(["two", "nobody"]), json!({ "b": 3 }));
    for method in ["POST", "PATCH"] {
        let answer = world.ask(method, "/connections/metadata", Some(&wrong)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "unknown_connection"));
        assert_eq!(metadata("two").await, both, "all or nothing");
    }
    let none = body(json!([]), json!({}));
    assert_eq!(world.ask("POST", "/connections/metadata", Some(&none)).await.code(), "invalid_body");

    // The forms of before.
    let old = "/connection/two/metadata?provider_config_key=hubspot";
    let answer = world.ask("POST", old, Some(&json!({ "c": 1 }))).await;
    assert_eq!((answer.status, answer.body), (StatusCode::CREATED, json!({ "c": 1 })));
    let bearer = format!("Bearer {}", world.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("provider-config-key", "hubspot"),
    ];
    let answer = world.send("PATCH", "/connection/two/metadata", &headers, Some(b"{\"d\":1}".to_vec())).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({ "d": 1 })));
    assert_eq!(metadata("two").await, json!({ "c": 1, "d": 1 }));
}

/// Imports `acme` with this token and this header.
async fn import_if(world: &World, header: (&str, &str), token: &str) -> Answer {
    let bearer = format!("Bearer {}", world.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), header];
    let body = json!({
        "provider_config_key": "hubspot", "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": token },
    });
    world.send("POST", "/connections", &headers, Some(body.to_string().into_bytes())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_be_for_new_connections_only_or_for_those_that_are_there() {
    let world = World::start().await;
    let token = async || world.get(ACME).await.body["credentials"]["access_token"].clone();
    let missing = import_if(&world, ("if-match", "*"), "first").await;
    assert_eq!((missing.status.as_u16(), missing.code()), (412, "unknown_connection"), "{missing:?}");
    assert_eq!(world.get("/connections").await.body, json!({ "connections": [] }));

    // Whoever comes first makes it, and nobody takes it for his own.
    let all = ["a", "b", "c", "d"].map(|token| import_if(&world, ("if-none-match", "*"), token));
    let all = futures_util::future::join_all(all).await;
    let made: Vec<&Answer> = all.iter().filter(|answer| answer.status == StatusCode::CREATED).collect();
    let [made] = made.as_slice() else { panic!("one of them: {all:?}") };
    let others = all.iter().filter(|answer| answer.status != StatusCode::CREATED);
    assert!(others.clone().all(|other| other.status == StatusCode::PRECONDITION_FAILED), "{all:?}");
    assert!(others.clone().all(|other| other.code() == "connection_exists"), "{all:?}");
    assert_eq!(token().await, made.body["credentials"]["access_token"]);

    assert_eq!(import_if(&world, ("if-match", "*"), "again").await.status, StatusCode::CREATED);
    assert_eq!(token().await, "again");
    assert_eq!(world.import("acme", "as ever").await.status, StatusCode::CREATED);
    assert_eq!(token().await, "as ever");
    for header in [("if-match", "\"an-etag\""), ("if-none-match", "")] {
        let refused = import_if(&world, header, "x").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "invalid_headers"), "{refused:?}");
        assert_eq!(refused.body["error"]["errors"][0]["path"], json!([header.0]));
    }
    assert_eq!(token().await, "as ever");
}

#[tokio::test]
async fn an_id_with_a_slash_is_found_however_the_client_writes_it() {
    let world = World::start().await;
    for id in ["a/b", "a/metadata", "/a//b"] {
        assert_eq!(world.import(id, "good").await.status, StatusCode::CREATED, "{id}");
        for written in [id.to_owned(), id.replace('/', "%2F")] {
            for prefix in ["/connections/", "/connection/"] {
                if prefix == "/connection/" && id == "a/metadata" && written == id {
                    continue; // The older path has another meaning.
                }
                let path = format!("{prefix}{written}?provider_config_key=hubspot");
                assert_eq!(world.get(&path).await.body["connection_id"], id, "{path}");
                let patched = world.ask("PATCH", &path, Some(&json!({ "tags": { "a": "b" } }))).await;
                assert_eq!(patched.status, StatusCode::OK, "{path}: {patched:?}");
            }
            let old = format!("/connection/{written}/metadata?provider_config_key=hubspot");
            let set = world.ask("POST", &old, Some(&json!({ "c": 1 }))).await;
            assert_eq!(set.status, StatusCode::CREATED, "{old}: {set:?}");
        }
        let path = format!("/connections/{id}?provider_config_key=hubspot");
        assert_eq!(world.get(&path).await.body["metadata"], json!({ "c": 1 }));
        assert_eq!(world.ask("DELETE", &path, None).await.body, json!({ "success": true }));
        assert_eq!(world.get(&path).await.code(), "not_found");
    }
}
