//! The description of the API, and the copy of it in the documentation.

use std::path::Path;

use serde_json::Value;

use crate::world::World;

#[test]
fn the_copy_in_the_documentation_is_up_to_date() {
    let made = onevent_server::openapi_json().unwrap();
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::fs::read_to_string(&copy).unwrap_or_default() != made {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
        std::fs::write(&new, made).unwrap();
        panic!("docs/openapi.json is not what the routes say: copy {} over it", new.display());
    }
}

#[tokio::test]
async fn the_server_shows_it_to_everybody() {
    let world = World::start().await;
    let shown = world.send("GET", "/openapi.json", &[], None).await;
    assert_eq!(shown.header("content-type"), "application/json");
    let made: Value = serde_json::from_str(&onevent_server::openapi_json().unwrap()).unwrap();
    assert_eq!(shown.body, made);
    let paths = made["paths"].as_object().unwrap();
    assert!(paths["/connections/{id}"]["get"]["parameters"].is_array(), "{paths:?}");
    let mut ids: Vec<&Value> = paths.values().flat_map(|of| of.as_object().unwrap().values()).collect();
    ids.iter_mut().for_each(|operation| *operation = &operation["operationId"]);
    let unique: std::collections::HashSet<&str> = ids.iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}

/// What is described is there, and asks for a key where it says so; a path that is described takes no other methods.
#[tokio::test]
async fn a_path_takes_the_methods_that_are_described_and_no_others() {
    let world = World::start().await;
    let document: Value = serde_json::from_str(&onevent_server::openapi_json().unwrap()).unwrap();
    for (template, operations) in document["paths"].as_object().unwrap() {
        if template.starts_with("/proxy") {
            continue; // It takes every method.
        }
        let mut path = template.clone();
        for (name, value) in
            [("{id}", "acme"), ("{key}", "hubspot"), ("{provider}", "hubspot"), ("{name}", "validate")]
        {
            path = path.replace(name, value);
        }
        assert!(!path.contains('{'), "{template}");
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            let described = operations.get(method.to_lowercase());
            if described.is_none() {
                let answer = world.ask(method, &path, None).await;
                assert_eq!(answer.code(), "method_not_allowed", "{method} {template}");
                continue;
            }
            let answer = world.send(method, &path, &[], None).await;
            match described {
                Some(operation) if operation["security"] == serde_json::json!([{}]) => {
                    assert!(answer.status.is_success(), "{method} {template}: {answer:?}");
                }
                _ => assert_eq!(answer.code(), "missing_auth_header", "{method} {template}"),
            }
        }
    }
}

#[test]
fn every_operation_says_what_it_answers() {
    let document: Value = serde_json::from_str(&onevent_server::openapi_json().unwrap()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let of_success = responses.iter().filter(|(status, _)| status.starts_with('2'));
            let refused = responses.keys().any(|status| status == "400");
            assert!(of_success.clone().count() > 0 || refused, "{method} {path} answers nothing");
            for (status, response) in of_success {
                let empty = matches!(status.as_str(), "204");
                let content = response.get("content").and_then(Value::as_object);
                assert!(empty || content.is_some(), "{method} {path} {status} has no shape");
            }
        }
    }
}
