//! A server whose threads are lost, one after another, until only another process helps.

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use super::attack::{self, Mode};
use super::project::Target;
use super::provider::Provider;

/// So many lost threads are too many.
const TOO_MANY: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_lost_eight_threads_ends_to_be_started_again() {
    let all = attack::all();
    let attack = all.iter().find(|attack| attack.name == "time-array-like-index-of").unwrap();
    let Provider { url } = &Provider::start().await;
    let target = Target::new(&[attack], url, Mode::Thread);
    let mut server = target.serve().await;
    let losing = (1..TOO_MANY).map(|_| target.trigger(&server, &attack.name, url));
    for (_, _, report) in join_all(losing).await {
        assert_eq!(report.unwrap()["error"]["type"], "cpu_limit_exceeded");
    }
    let (status, returned, _) = target.trigger(&server, "fine", url).await;
    assert_eq!((status, returned), (StatusCode::OK, json!("fine")), "{:?}", server.log());
    // It may be gone before it has answered.
    let _ = target.post(&server, &attack.name, url).await;
    assert_eq!(server.ended().await.code(), Some(14), "{:?}", server.log());
    assert!(server.says("a thread does not end"), "{:?}", server.log());
}
