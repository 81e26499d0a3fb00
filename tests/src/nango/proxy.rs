//! `ANY /proxy/<endpoint>`: the provider asked with the connection's credentials.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::answers::{Refusal, answer};
use super::keys::allowed;
use super::state::{Scope, Shared};

/// What of a successful answer Nango passes back.
const PASSED: [&str; 4] = ["content-type", "mcp-session-id", "x-request-id", "x-correlation-id"];

/// The integration and connection that a request names.
pub(super) fn whose(headers: &HeaderMap) -> Result<(String, String), Refusal> {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value
            .map(str::to_owned)
            .ok_or_else(|| Refusal::new(400, "invalid_headers", format!("{name} is missing")))
    };
    Ok((text("provider-config-key")?, text("connection-id")?))
}

/// One call of a provider, ready to be sent any number of times.
struct Call {
    method: Method,
    authority: String,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

pub(super) async fn call(State(shared): State<Shared>, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let number = |name: &str| head.headers.get(name)?.to_str().ok()?.parse::<u32>().ok();
    let retries = number("retries").unwrap_or(0);
    let listed = head.headers.get("retry-on").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let retry_on: Vec<u16> = listed.split(',').filter_map(|status| status.trim().parse().ok()).collect();
    let call = build(&shared, &head.method, &head.uri, &head.headers, body)?;
    let mut attempt = 0;
    loop {
        let answered = send(&call).await;
        let again = match &answered {
            Ok(response) => {
                let status = response.status().as_u16();
                status >= 500 || status == 429 || status == 401 || retry_on.contains(&status)
            }
            Err(_) => true,
        };
        if !again || attempt == retries {
            return Ok(passed_back(answered, &call.method));
        }
        attempt += 1;
    }
}

fn build(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Call, Refusal> {
    let state = shared.lock();
    allowed(&state, headers, Scope::Proxy)?;
    let (key, id) = whose(headers)?;
    let Some(integration) = state.integrations.get(&key) else {
        return Err(Refusal::new(404, "unknown_provider_config", "there is no such integration"));
    };
    let Some(connection) = state.connections.get(&(key, id)) else {
        return Err(Refusal::new(400, "server_error", "Failed to get connection"));
    };
    if connection.exhausted {
        return Err(Refusal::new(424, "server_error", "Failed to get connection credentials"));
    }
    let chosen = headers.get("base-url-override").and_then(|value| value.to_str().ok());
    let base = chosen.filter(|base| !base.is_empty()).unwrap_or(&integration.base_url);
    let Some(rest) = base.strip_prefix("http://") else {
        return Err(Refusal::new(400, "missing_api_url", "this server calls http only"));
    };
    let (authority, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let path =
        uri.path_and_query().map_or("", |path| path.as_str()).strip_prefix("/proxy").unwrap_or_default();
    let prefix = prefix.trim_end_matches('/');
    let path = if prefix.is_empty() { path.to_owned() } else { format!("/{prefix}{path}") };
    let mut forwarded = HeaderMap::new();
    for (name, value) in headers {
        if let Some(cut) = name.as_str().strip_prefix("nango-proxy-")
            && let Ok(name) = HeaderName::try_from(cut)
        {
            forwarded.append(name, value.clone());
        }
    }
    if let Some(value) = authorization(&connection.credentials) {
        forwarded.entry(header::AUTHORIZATION).or_insert(value);
    }
    if let Ok(host) = HeaderValue::from_str(authority) {
        forwarded.insert(header::HOST, host);
    }
    let (method, authority) = (method.clone(), authority.to_owned());
    Ok(Call { method, authority, path, headers: forwarded, body })
}

fn authorization(credentials: &Value) -> Option<HeaderValue> {
    let text = |field: &str| credentials.get(field).and_then(Value::as_str);
    let value = match text("type")? {
        "OAUTH2" => format!("Bearer {}", text("access_token")?),
        "BASIC" => {
            let pair = format!("{}:{}", text("username")?, text("password").unwrap_or_default());
            format!("Basic {}", BASE64.encode(pair))
        }
        _ => return None,
    };
    HeaderValue::from_str(&value).ok()
}

/// One attempt, over a connection of its own.
async fn send(call: &Call) -> Result<Response, Failed> {
    let stream =
        TcpStream::connect(&call.authority).await.map_err(|error| Failed::connecting(&error, call))?;
    let broken = |_| Failed { code: "ECONNRESET", message: "socket hang up".into() };
    let (mut sender, connection) = http1::handshake::<_, Body>(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(connection);
    let mut request = axum::http::Request::new(Body::from(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = call.path.parse().unwrap_or_default();
    *request.headers_mut() = call.headers.clone();
    let response = sender.send_request(request).await.map_err(broken)?;
    let (head, body) = response.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.unwrap_or_default();
    Ok(Response::from_parts(head, Body::from(body)))
}

/// Why a provider did not answer.
struct Failed {
    code: &'static str,
    message: String,
}

impl Failed {
    fn connecting(error: &std::io::Error, call: &Call) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
            _ => "ENOTFOUND",
        };
        Self { code, message: format!("connect {code} {}", call.authority) }
    }
}

/// The provider's answer as Nango hands it on: few headers of a success, all of an error.
fn passed_back(answered: Result<Response, Failed>, method: &Method) -> Response {
    let response = match answered {
        Ok(response) => response,
        Err(Failed { code, message }) => {
            let body = json!({ "message": message, "code": code, "status": null, "method": method.as_str() });
            return answer(500, &body);
        }
    };
    let (mut head, body) = response.into_parts();
    let success = head.status.is_success();
    let kept = head.headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        if success { PASSED.contains(&name) } else { !matches!(name, "transfer-encoding" | "connection") }
    });
    head.headers = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    if head.status == StatusCode::NO_CONTENT {
        return (head.status, head.headers).into_response();
    }
    Response::from_parts(head, body)
}
