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
    // What is described is there: no path of it is unknown, and none but the open ones answers without a key.
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let path =
                path.replace("{id}", "acme").replace("{key}", "hubspot").replace("{provider}", "hubspot");
            let path = path.replace("{name}", "validate");
            let answer = world.send(&method.to_uppercase(), &path, &[], None).await;
            let is_open = operation["security"] == serde_json::json!([{}]);
            let expected = if is_open { "" } else { "missing_auth_header" };
            assert_eq!(answer.code(), expected, "{method} {path}");
        }
    }
}
