//! New tokens, from real token endpoints.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use onevent_contract::{Credentials, HostError, ProxyRequest, Secret};
use onevent_proxy::{
    EgressPolicy, EgressRules, Grant, Integration, NoGrant, Target, TargetSource, TokenFailure,
};
use serde_json::{Value, json};

use crate::setup::{Setup, oauth, serve, target};

/// What a token endpoint was asked: `authorization`, content type, query and body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    authorization: String,
    content_type: String,
    query: String,
    body: String,
}

/// A token endpoint that answers like this, and what it was asked.
async fn endpoint(
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Asked>>>) {
    let seen: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let log = Arc::clone(&seen);
    let handler = move |request: Request| {
        let (log, answer) = (Arc::clone(&log), answer.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let header =
                |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            log.lock().unwrap().push(Asked {
                authorization: header("authorization"),
                content_type: header("content-type"),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                body: String::from_utf8(body.to_vec()).unwrap(),
            });
            answer()
        }
    };
    let server = serve(Router::new().fallback(handler)).await;
    (format!("{server}/token"), seen)
}

async fn issuing() -> (String, Arc<Mutex<Vec<Asked>>>) {
    endpoint(|| json_answer(200, &json!({"access_token": "access-22222", "expires_in": 3600}))).await
}

fn json_answer(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body.clone())).into_response()
}

/// A connection with a refresh token at a provider with these fields of a template.
fn renewable(token_url: &str, fields: &str) -> Target {
    let template = format!("auth_mode: OAUTH2\ntoken_url: {token_url}\n{fields}");
    let credentials =
        json!({"type": "OAUTH2", "access_token": "access-11111", "refresh_token": "refresh-11111"});
    with_client(target(&template, json!({"tenant": "acme-eu"}), credentials))
}

fn with_client(target: Target) -> Target {
    let integration = Integration {
        client_id: Some("client-1".into()),
        client_secret: Some(Secret::new("s3cret/+= one")),
        ..(*target.integration).clone()
    };
    Target { integration: Arc::new(integration), ..target }
}

async fn fetched(target: &Target) -> Result<Value, TokenFailure> {
    let grant = Grant::of(target).unwrap();
    Setup::new().proxy.fetch_token(target, grant).await.map(|credentials: Credentials| credentials.reveal())
}

async fn failure(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> TokenFailure {
    let (url, asked) = endpoint(answer).await;
    let failure = fetched(&renewable(&url, "")).await.unwrap_err();
    assert_eq!(asked.lock().unwrap().len(), 1, "one question, whatever the answer");
    failure
}

fn refused(failure: TokenFailure) -> (Option<String>, String) {
    match failure {
        TokenFailure::Refused { code, message } => (code, message),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn unavailable(failure: TokenFailure) -> String {
    match failure {
        TokenFailure::Unavailable { message } => message,
        other => panic!("expected no answer, got {other:?}"),
    }
}

#[tokio::test]
async fn a_refresh_token_gives_a_new_access_token() {
    let (url, asked) = issuing().await;
    let credentials = fetched(&renewable(&url, "")).await.unwrap();
    assert_eq!(credentials["access_token"], "access-22222");
    assert_eq!(credentials["refresh_token"], "refresh-11111");
    assert_eq!(credentials["raw"], json!({"access_token": "access-22222", "expires_in": 3600}));
    let asked = asked.lock().unwrap().remove(0);
    assert_eq!(
        asked.body,
        "grant_type=refresh_token&refresh_token=refresh-11111&client_id=client-1&client_secret=s3cret%2F%2B%3D+one"
    );
    assert_eq!(
        (asked.content_type.as_str(), asked.authorization.as_str()),
        ("application/x-www-form-urlencoded", "")
    );
}

#[tokio::test]
async fn a_client_gives_one_too_with_the_scopes_of_the_connection() {
    let (url, asked) = issuing().await;
    let template =
        format!("auth_mode: OAUTH2_CC\ntoken_url:\n  OAUTH2: http://127.0.0.1:1/\n  OAUTH2_CC: {url}\n");
    let own = json!({"type": "OAUTH2_CC", "client_id": "own", "client_secret": "own-secret"});
    let target = with_client(target(&template, json!({"oauth_scopes": "read, write"}), own));
    let credentials = fetched(&target).await.unwrap();
    assert_eq!((&credentials["token"], &credentials["client_id"]), (&json!("access-22222"), &json!("own")));
    assert_eq!(
        asked.lock().unwrap().remove(0).body,
        "grant_type=client_credentials&scope=read+write&client_id=own&client_secret=own-secret"
    );
}

#[tokio::test]
async fn the_template_says_how_a_client_names_itself_and_how_it_asks() {
    let basic = "Basic Y2xpZW50LTE6czNjcmV0Lys9IG9uZQ==";
    let encoded = "Basic Y2xpZW50LTE6czNjcmV0JTJGJTJCJTNEK29uZQ==";
    let form = "application/x-www-form-urlencoded";
    let plain = "grant_type=refresh_token&refresh_token=refresh-11111";
    let rows = [
        ("token_request_auth_method: basic\n", basic, form, "", plain.to_owned()),
        ("authorization_method: header\n", encoded, form, "", plain.to_owned()),
        (
            "token_request_auth_method: custom\n",
            "",
            form,
            "",
            format!("{plain}&username=client-1&password=s3cret%2F%2B%3D+one"),
        ),
        (
            "token_request_auth_method: basic\nbody_format: json\n",
            basic,
            "application/json",
            "",
            r#"{"grant_type":"refresh_token","refresh_token":"refresh-11111"}"#.to_owned(),
        ),
        ("token_request_auth_method: basic\nbody_format: query\n", basic, "", plain, String::new()),
        (
            "token_request_auth_method: basic\nrefresh_params:\n  tenant: ${connectionConfig.tenant}\n  region: ${connectionConfig.region}\n  refresh_token: no\n  grant_type: renew\n",
            basic,
            form,
            "",
            "refresh_token=refresh-11111&tenant=acme-eu&grant_type=renew".to_owned(),
        ),
    ];
    for (fields, authorization, content_type, query, body) in rows {
        let (url, asked) = issuing().await;
        fetched(&renewable(&url, fields)).await.unwrap();
        let expected = Asked {
            authorization: authorization.into(),
            content_type: content_type.into(),
            query: query.into(),
            body,
        };
        assert_eq!(asked.lock().unwrap().remove(0), expected, "{fields}");
    }
}

#[tokio::test]
async fn a_url_has_values_of_the_connection_and_a_refresh_may_have_its_own() {
    let (url, asked) = issuing().await;
    let by_tenant = format!("{url}/${{connectionConfig.tenant}}?v=1");
    fetched(&renewable(&by_tenant, "")).await.unwrap();
    fetched(&renewable("http://127.0.0.1:1/", &format!("refresh_url: {url}\n"))).await.unwrap();
    let asked = asked.lock().unwrap();
    assert_eq!((asked.len(), asked[0].query.as_str()), (2, "v=1"));
}

#[tokio::test]
async fn a_token_is_found_where_the_template_says() {
    let nested =
        json!({"ok": true, "authed_user": {"access_token": "access-22222", "refresh_token": "refresh-2"}});
    for path in ["authed_user", "authed_user.access_token"] {
        let answer = nested.clone();
        let (url, _) = endpoint(move || json_answer(200, &answer)).await;
        let template = format!("alternate_access_token_response_path: {path}\n");
        assert_eq!(fetched(&renewable(&url, &template)).await.unwrap()["access_token"], "access-22222");
    }
}

#[tokio::test]
async fn a_refusal_is_one_in_every_form_that_providers_have() {
    let standard =
        failure(|| json_answer(400, &json!({"error": "invalid_grant", "error_description": "revoked"})));
    assert_eq!(
        refused(standard.await),
        (Some("invalid_grant".into()), "the provider refused: invalid_grant: revoked".into())
    );
    // GitHub answers 200, and Slack, too.
    let form = || {
        let body = "error=bad_refresh_token&error_description=expired";
        ([("content-type", "application/x-www-form-urlencoded; charset=utf-8")], body).into_response()
    };
    assert_eq!(refused(failure(form).await).0, Some("bad_refresh_token".into()));
    let slack = failure(|| json_answer(200, &json!({"ok": false, "error": "invalid_refresh_token"}))).await;
    assert_eq!(refused(slack).0, Some("invalid_refresh_token".into()));
    let nested = failure(|| json_answer(401, &json!({"error": {"code": "E7", "message": "no"}}))).await;
    assert_eq!(refused(nested), (Some("E7".into()), "the provider refused: E7: no".into()));
    let hubspot = json!({"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"});
    let hubspot = failure(move || json_answer(400, &hubspot)).await;
    assert_eq!(refused(hubspot).0, Some("BAD_REFRESH_TOKEN".into()));
    let unusual = failure(|| json_answer(403, &json!({"error": "invalid_client"}))).await;
    assert_eq!(refused(unusual).0, Some("invalid_client".into()));
    let silent = failure(|| json_answer(200, &json!({"error": {}}))).await;
    assert_eq!(refused(silent), (None, "the provider refused without a reason".into()));
}

#[tokio::test]
async fn a_url_that_leads_nowhere_refuses_no_token() {
    for (status, body) in [
        (404, json!({"timestamp": 1, "status": 404, "error": "Not Found", "path": "/tokn"})),
        (404, json!({"error": "not_found"})),
        (404, json!({"error": {"code": "E404"}})),
        (405, json!({"error": "Method Not Allowed"})),
        (401, json!({"status": 401, "error": "Unauthorized"})),
        (403, json!({"error": "blocked"})),
        (400, json!({"message": "no route"})),
        (400, json!({"error": "bad_request"})),
    ] {
        let answer = body.clone();
        let message = unavailable(failure(move || json_answer(status, &answer)).await);
        assert_eq!(message, format!("the token endpoint answered {status}"), "{body}");
    }
    let page = failure(|| (StatusCode::FORBIDDEN, "<html>").into_response()).await;
    assert_eq!(unavailable(page), "the token endpoint answered 403");
}

#[tokio::test]
async fn what_says_nothing_about_the_token_is_no_refusal() {
    for status in [500, 503, 429, 408] {
        let message =
            unavailable(failure(move || json_answer(status, &json!({"error": "invalid_grant"}))).await);
        assert_eq!(message, format!("the token endpoint answered {status}"));
    }
    let busy = failure(|| json_answer(400, &json!({"error": "temporarily_unavailable"}))).await;
    assert_eq!(unavailable(busy), "the token endpoint answered 400 (temporarily_unavailable)");
    for malformed in
        ["", "{", "[]", "<html>", "\"access-22222\"", "{\"access_token\": 7}", "{\"access_token\": \"\"}"]
    {
        unavailable(failure(move || malformed.into_response()).await);
    }
    let huge = || json_answer(200, &json!({"access_token": "access-22222", "more": "x".repeat(300 * 1024)}));
    assert!(unavailable(failure(huge).await).contains("limit token_answer_bytes: 262144"));
    let closed = fetched(&renewable("http://127.0.0.1:1/token", "")).await.unwrap_err();
    assert_eq!(unavailable(closed), "connect ECONNREFUSED 127.0.0.1:1");
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_given_up() {
    let never = serve(Router::new().fallback(async || std::future::pending::<()>().await)).await;
    let policy = EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
    let setup = Setup::with(policy, |options| options.attempt_timeout = Duration::from_millis(20));
    let target = renewable(&never, "");
    let failure = setup.proxy.fetch_token(&target, Grant::RefreshToken).await.unwrap_err();
    assert_eq!(unavailable(failure), "timeout of 20ms exceeded");
}

#[tokio::test]
async fn a_redirect_is_never_followed_with_the_secret() {
    let (elsewhere, asked) = issuing().await;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.clone();
        let redirect =
            move || (StatusCode::from_u16(status).unwrap(), [("location", location.clone())]).into_response();
        let message = unavailable(failure(redirect).await);
        assert!(message.contains("no redirect is followed"), "{message}");
    }
    assert!(asked.lock().unwrap().is_empty());
    // It would have answered.
    fetched(&renewable(&elsewhere, "")).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_endpoint_is_reached_under_the_egress_policy_only() {
    let (url, asked) = issuing().await;
    let target = renewable(&url, "");
    let closed = Setup::with(EgressPolicy::public_only(), |_| {});
    let by_name = renewable(&url.replace("127.0.0.1", "localhost"), "");
    for (target, expected) in [(&target, "denied_ip"), (&by_name, "denied_hostname")] {
        match closed.proxy.fetch_token(target, Grant::RefreshToken).await.unwrap_err() {
            TokenFailure::NotAsked(HostError::Configuration { code, .. }) => assert_eq!(code, expected),
            other => panic!("{other:?}"),
        }
    }
    assert!(asked.lock().unwrap().is_empty());
    // The integration may be allowed more.
    let mut allowed = target.clone();
    let mut egress = EgressRules::default();
    egress.allow.push("127.0.0.0/8".parse().unwrap());
    allowed.integration = Arc::new(Integration { egress, ..(*target.integration).clone() });
    closed.proxy.fetch_token(&allowed, Grant::RefreshToken).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn no_secret_comes_back_in_an_error() {
    let echo = failure(|| {
        let text = "refresh-11111 of client-1 with s3cret/+= one is not known";
        json_answer(400, &json!({"error": "refresh-11111", "error_description": text}))
    });
    let text = format!("{:?}", echo.await);
    assert!(!text.contains("refresh-11111") && !text.contains("s3cret"), "{text}");
    assert!(text.contains("is not known"), "{text}");
}

#[tokio::test]
async fn sealed_credentials_go_to_no_token_endpoint_that_a_setting_names() {
    let (url, asked) = issuing().await;
    let open = "auth_mode: OAUTH2\ntoken_url: ${connectionConfig.url}\nproxy:\n  base_url: https://api.example.com\n";
    let credentials =
        json!({"type": "OAUTH2", "access_token": "access-11111", "refresh_token": "refresh-11111"});
    let target = with_client(target(open, json!({"url": url}), credentials));
    fetched(&target).await.unwrap();
    let mut sealed = target.clone();
    let seal = Some(onevent_proxy::Seal::default());
    sealed.integration = Arc::new(Integration { seal, ..(*target.integration).clone() });
    match fetched(&sealed).await.unwrap_err() {
        TokenFailure::NotAsked(HostError::Configuration { code, .. }) => assert_eq!(code, "seal_credentials"),
        other => panic!("{other:?}"),
    }
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn what_lacks_for_a_grant_is_named() {
    let oauth2 = |fields: &str, credentials: Value| {
        target(&format!("auth_mode: OAUTH2\n{fields}"), json!({}), credentials)
    };
    let renewable = json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r"});
    let url = "token_url: https://p.test/token\n";
    assert_eq!(
        Grant::of(&oauth2(url, json!({"type": "OAUTH2", "access_token": "a"}))),
        Err(NoGrant::RefreshToken)
    );
    assert_eq!(Grant::of(&oauth2("", renewable.clone())), Err(NoGrant::Endpoint { provider: "p".into() }));
    assert_eq!(
        Grant::of(&oauth2(url, renewable.clone())).unwrap_err().to_string(),
        "`integrations.p.client_id` is not set"
    );
    assert_eq!(Grant::of(&with_client(oauth2(url, renewable))), Ok(Grant::RefreshToken));
    let own = json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r", "config_override": {"client_id": "c"}});
    assert_eq!(Grant::of(&oauth2(url, own)), Ok(Grant::RefreshToken));
    assert_eq!(
        Grant::of(&oauth2(url, json!({"type": "API_KEY", "apiKey": "k"}))),
        Err(NoGrant::Type { mode: "API_KEY" })
    );
}

/// Has another token once it is asked for one.
struct Renewing {
    target: Target,
    renewals: AtomicUsize,
}

impl Renewing {
    fn current(&self) -> Target {
        let token = match self.renewals.load(Ordering::SeqCst) {
            0 => "token-12345",
            _ => "token-67890",
        };
        let credentials = json!({"type": "OAUTH2", "access_token": token});
        Target { credentials: Credentials::from_json(credentials, None).unwrap(), ..self.target.clone() }
    }
}

#[async_trait]
impl TargetSource for Renewing {
    async fn target(&self) -> Result<Target, HostError> {
        Ok(self.current())
    }

    async fn renewed(&self, refused: &Target) -> Option<Target> {
        assert_eq!(refused.credentials, self.current().credentials);
        self.renewals.fetch_add(1, Ordering::SeqCst);
        Some(self.current())
    }
}

/// The statuses that a call with so many retries leads to, at a server that accepts this token.
async fn with_renewal(accepted: &'static str, retries: u32) -> (Vec<String>, usize) {
    let handler = move |request: Request| async move {
        let sent = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
        if sent == format!("Bearer {accepted}") { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
    };
    let server = serve(Router::new().fallback(handler)).await;
    let setup = Setup::new();
    let source = Arc::new(Renewing { target: oauth(&server, ""), renewals: AtomicUsize::new(0) });
    let request = ProxyRequest { retries, ..ProxyRequest::new(Method::POST, "/a") };
    setup.proxy.send_to(&setup.call, source.clone(), request).await.unwrap();
    let statuses =
        setup.recorded().iter().map(|line| line.replace(&format!("POST {server}/a "), "")).collect();
    (statuses, source.renewals.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_401_is_worth_one_new_token_and_one_more_request() {
    assert_eq!(with_renewal("token-12345", 0).await, (vec!["200 #1".into()], 0));
    assert_eq!(with_renewal("token-67890", 0).await, (vec!["401 #1".into(), "200 #2".into()], 1));
    // A token that is not to blame is not fetched again and again.
    assert_eq!(with_renewal("another", 0).await, (vec!["401 #1".into(), "401 #2".into()], 1));
    let retried = vec!["401 #1".into(), "401 #2".into(), "401 #3".into()];
    assert_eq!(with_renewal("another", 5).await, (retried, 1));
}
