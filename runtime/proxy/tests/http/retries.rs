//! More attempts, and when there are none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use http::Method;
use onevent_contract::{Credentials, HostError, ProxyRequest};
use onevent_proxy::{Target, TargetSource};
use serde_json::json;

use crate::setup::{Setup, code, oauth, serve};

/// Answers with these statuses, one after the other, and with the last one from then on.
async fn scripted(statuses: &'static [u16], retry_after: Option<&'static str>) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = async move || {
        let index = count.fetch_add(1, Ordering::SeqCst);
        let status = StatusCode::from_u16(statuses[index.min(statuses.len() - 1)]).unwrap();
        let mut response = (status, format!("answer {index}")).into_response();
        if let Some(value) = retry_after {
            response.headers_mut().insert("retry-after", value.parse().unwrap());
        }
        response
    };
    (serve(Router::new().fallback(answer)).await, asked)
}

fn request(retries: u32) -> ProxyRequest {
    ProxyRequest { retries, ..ProxyRequest::new(Method::GET, "/") }
}

#[tokio::test]
async fn attempts_are_made_until_one_succeeds_and_each_is_recorded() {
    let (server, _) = scripted(&[500, 503, 200], None).await;
    let setup = Setup::new();
    let response = setup.send(&oauth(&server, ""), request(5)).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(setup.sleep.waits(), [3, 6]);
    assert_eq!(
        setup.recorded(),
        [format!("GET {server}/ 500 #1"), format!("GET {server}/ 503 #2"), format!("GET {server}/ 200 #3")]
    );
    let logs: Vec<_> = setup.log.effects().logs.into_iter().map(|line| line.message).collect();
    assert_eq!(logs[0], "retrying in 3000 ms: status_code_500 [1/5]");
}

#[tokio::test]
async fn without_retries_there_is_one_attempt_and_with_them_the_last_answer_counts() {
    let (server, asked) = scripted(&[500], None).await;
    let setup = Setup::new();
    assert_eq!(setup.send(&oauth(&server, ""), request(0)).await.unwrap().status, 500);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let last = setup.send(&oauth(&server, ""), request(2)).await.unwrap();
    assert_eq!(last.body, "answer 3");
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn retry_after_is_honoured_without_a_word_in_the_template() {
    let (server, _) = scripted(&[429, 200], Some("17")).await;
    let setup = Setup::new();
    assert_eq!(setup.send(&oauth(&server, ""), request(1)).await.unwrap().status, 200);
    assert_eq!(setup.sleep.waits(), [17]);
}

#[tokio::test]
async fn a_wait_beyond_the_end_of_the_run_is_not_begun() {
    let (server, asked) = scripted(&[429], Some("86400")).await;
    let setup = Setup::new();
    let response = setup.send(&oauth(&server, ""), request(3)).await.unwrap();
    assert_eq!(response.status, 429);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(setup.sleep.waits().is_empty());
}

#[tokio::test]
async fn other_statuses_are_tried_again_only_where_the_author_says_so() {
    let (server, asked) = scripted(&[404, 404, 200], None).await;
    let setup = Setup::new();
    assert_eq!(setup.send(&oauth(&server, ""), request(1)).await.unwrap().status, 404);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let mut listed = request(1);
    listed.retry_on = vec![404];
    assert_eq!(setup.send(&oauth(&server, ""), listed).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_asked_again_and_then_it_is_an_error() {
    let setup = Setup::new();
    let result = setup.send(&oauth("http://127.0.0.1:1", ""), request(2)).await;
    assert_eq!(
        result.unwrap_err(),
        HostError::Network {
            code: "ECONNREFUSED".into(),
            message: "connect ECONNREFUSED 127.0.0.1:1".into()
        }
    );
    assert_eq!(setup.recorded().len(), 3);
}

#[tokio::test]
async fn the_second_401_with_the_same_credentials_is_the_last() {
    let (server, asked) = scripted(&[401], None).await;
    let setup = Setup::new();
    let response = setup.send(&oauth(&server, ""), request(5)).await.unwrap();
    assert_eq!(response.status, 401);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let logs = setup.log.effects().logs;
    assert_eq!(logs[1].message, "not retrying: invalid_credentials [2/5]");
}

/// Hands out another token every time.
struct Refreshing {
    target: Target,
    asked: AtomicUsize,
}

#[async_trait]
impl TargetSource for Refreshing {
    async fn target(&self) -> Result<Target, HostError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let token = json!({"type": "OAUTH2", "access_token": format!("token-number-{number}")});
        let credentials = Credentials::from_json(token, None).unwrap();
        Ok(Target { credentials, ..self.target.clone() })
    }
}

#[tokio::test]
async fn new_credentials_are_worth_another_attempt() {
    let (server, asked) = scripted(&[401, 401, 401, 200], None).await;
    let setup = Setup::new();
    let source = Arc::new(Refreshing { target: oauth(&server, ""), asked: AtomicUsize::new(0) });
    let response = setup.proxy.send_to(&setup.call, source, request(5)).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_attempts_time_and_no_more() {
    let never = serve(Router::new().fallback(async || std::future::pending::<()>().await)).await;
    let policy = onevent_proxy::EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
    let setup = Setup::with(policy, |options| options.attempt_timeout = Duration::from_millis(20));
    assert_eq!(code(setup.send(&oauth(&never, ""), request(1)).await), "network ECONNABORTED");
    assert_eq!(setup.recorded().len(), 2);
}

#[tokio::test]
async fn dropping_a_call_ends_it() {
    let (started, waiting) = tokio::sync::oneshot::channel::<()>();
    let started = Arc::new(std::sync::Mutex::new(Some(started)));
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let ended = Arc::new(std::sync::Mutex::new(Some(ended)));
    let handler = async move || {
        // Dropped with the connection: the receiver then sees that the sender is gone.
        let _ended = ended.lock().unwrap().take();
        let _ = started.lock().unwrap().take().unwrap().send(());
        std::future::pending::<()>().await;
    };
    let server = serve(Router::new().fallback(handler)).await;
    let setup = Setup::new();
    let target = oauth(&server, "");
    let call = setup.send(&target, request(0));
    tokio::select! {
        _ = call => panic!("the server does not answer"),
        _ = waiting => {}
    }
    assert!(end.await.is_err(), "the server sees that the client has gone");
}
