//! Calls of a host, and what it answers.

use onevent_contract::{
    ActionCall, Checkpoint, ConnectionQuery, DroppedKeys, EnvironmentVariable, FetchRequest, FetchResponse,
    HeaderLines, HostAnswer, HostCall, HostError, IntegrationInclude, LastRequest, MetadataCommit,
    MetadataWrite, MetadataWriteKind, MetadataWritten, Params, ProxyBody, ProxyRequest, ProxyResponse,
    RefreshTokens, ResponseHead, ResponseType, RetryHeader, TokenRefresh, VersionedMetadata,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use crate::crossed;
use crate::values::{
    bytes, connection, duration, function, headers, integration, json, method, object, pairs, text,
};

fn body() -> BoxedStrategy<ProxyBody> {
    prop_oneof![
        json().prop_map(|value| ProxyBody::Json(value.into())),
        text().prop_map(ProxyBody::Text),
        bytes().prop_map(ProxyBody::Bytes),
        pairs().prop_map(ProxyBody::Form),
        pairs().prop_map(ProxyBody::Multipart),
    ]
    .boxed()
}

fn proxy_request() -> BoxedStrategy<ProxyRequest> {
    let params = prop_oneof![text().prop_map(Params::Text), pairs().prop_map(Params::Pairs)];
    let response_type = prop_oneof![
        Just(ResponseType::Default),
        Just(ResponseType::Json),
        Just(ResponseType::Text),
        Just(ResponseType::ArrayBuffer),
    ];
    let retry_header =
        (option::of(text()), option::of(text())).prop_map(|(at, after)| RetryHeader { at, after });
    let sent = (text(), method(), headers(), headers(), option::of(params), option::of(body()));
    let how = (any::<u32>(), vec(any::<u16>(), 0..4), retry_header, option::of(text()), response_type);
    let whose = (option::of(any::<bool>()), option::of(integration()), option::of(connection()));
    (sent, how, whose)
        .prop_map(|(sent, how, whose)| {
            let (endpoint, method, headers, header_spelling, params, body) = sent;
            let (retries, retry_on, retry_header, base_url_override, response_type) = how;
            let (forward_headers_on_redirect, provider_config_key, connection_id) = whose;
            ProxyRequest {
                headers,
                header_spelling,
                params,
                body,
                retries,
                retry_on,
                retry_header,
                base_url_override,
                response_type,
                forward_headers_on_redirect,
                provider_config_key,
                connection_id,
                ..ProxyRequest::new(method, endpoint)
            }
        })
        .boxed()
}

fn metadata_write() -> BoxedStrategy<MetadataWrite> {
    let commit = prop_oneof![Just(MetadataCommit::Always), any::<u64>().prop_map(MetadataCommit::IfVersion)];
    let kind = prop_oneof![Just(MetadataWriteKind::Set), Just(MetadataWriteKind::Update)];
    (object(), commit, kind).prop_map(|(value, commit, kind)| MetadataWrite { value, commit, kind }).boxed()
}

fn call() -> BoxedStrategy<HostCall> {
    let include = prop_oneof![Just(IntegrationInclude::Webhook), Just(IntegrationInclude::Credentials)];
    let refresh = prop_oneof![Just(TokenRefresh::WhenDue), Just(TokenRefresh::Now)];
    let refresh_tokens = prop_oneof![Just(RefreshTokens::LeftOut), Just(RefreshTokens::Included)];
    let query = (option::of(integration()), option::of(connection()), refresh, refresh_tokens).prop_map(
        |(provider_config_key, connection_id, refresh, refresh_tokens)| ConnectionQuery {
            provider_config_key,
            connection_id,
            refresh,
            refresh_tokens,
        },
    );
    let action = (integration(), connection(), function(), json()).prop_map(
        |(provider_config_key, connection_id, name, input)| ActionCall {
            provider_config_key,
            connection_id,
            name,
            input,
        },
    );
    let fetch = (text(), method(), pairs(), bytes()).prop_map(|(url, method, headers, body)| FetchRequest {
        url,
        method,
        headers,
        body,
    });
    prop_oneof![
        proxy_request().prop_map(|request| HostCall::Proxy(Box::new(request))),
        query.prop_map(HostCall::Connection),
        Just(HostCall::Metadata),
        metadata_write().prop_map(HostCall::WriteMetadata),
        vec(include, 0..3).prop_map(HostCall::Integration),
        option::of(integration()).prop_map(HostCall::Pagination),
        Just(HostCall::EnvironmentVariables),
        action.prop_map(HostCall::TriggerAction),
        fetch.prop_map(HostCall::Fetch),
        (text(), duration()).prop_map(|(key, time_to_live)| HostCall::AcquireLock { key, time_to_live }),
        text().prop_map(|key| HostCall::ReleaseLock { key }),
        Just(HostCall::ReleaseAllLocks),
        Just(HostCall::Checkpoint),
        (option::of(object()), any::<u64>())
            .prop_map(|(value, expected_version)| HostCall::WriteCheckpoint { value, expected_version }),
    ]
    .boxed()
}

fn written() -> BoxedStrategy<MetadataWritten> {
    let dropped = (vec(text(), 0..3), text()).prop_map(|(keys, written_by)| DroppedKeys { keys, written_by });
    let written = (any::<u64>(), vec(dropped, 0..3), any::<bool>())
        .prop_map(|(version, dropped, persisted)| MetadataWritten::Written { version, dropped, persisted });
    prop_oneof![written, Just(MetadataWritten::Conflict)].boxed()
}

fn lines() -> BoxedStrategy<HeaderLines> {
    pairs().prop_map(HeaderLines::from_iter).boxed()
}

fn head() -> BoxedStrategy<ResponseHead> {
    let last = (text(), text(), any::<u32>()).prop_map(|(method, url, redirects)| LastRequest {
        method,
        url,
        redirects,
    });
    (any::<u16>(), text(), lines(), text(), last)
        .prop_map(|(status, status_text, headers, url, last_request)| ResponseHead {
            status,
            status_text,
            headers,
            url,
            last_request,
        })
        .boxed()
}

fn answer() -> BoxedStrategy<HostAnswer> {
    let response = (head(), bytes(), duration()).prop_map(|(head, body, duration)| {
        let ResponseHead { status, status_text, headers, url, last_request } = head;
        ProxyResponse { status, status_text, headers, body, url, last_request, duration }
    });
    let fetched = (any::<u16>(), text(), lines(), bytes(), text(), any::<bool>()).prop_map(
        |(status, status_text, headers, body, url, redirected)| FetchResponse {
            status,
            status_text,
            headers,
            body,
            url,
            redirected,
        },
    );
    let variable = (text(), text()).prop_map(|(name, value)| EnvironmentVariable { name, value });
    let stored = || (option::of(object()), any::<u64>());
    prop_oneof![
        response.prop_map(HostAnswer::Proxy),
        json().prop_map(HostAnswer::Connection),
        stored().prop_map(|(value, version)| HostAnswer::Metadata(VersionedMetadata { value, version })),
        written().prop_map(HostAnswer::WriteMetadata),
        object().prop_map(HostAnswer::Integration),
        option::of(object()).prop_map(HostAnswer::Pagination),
        vec(variable, 0..3).prop_map(HostAnswer::EnvironmentVariables),
        json().prop_map(HostAnswer::TriggerAction),
        fetched.prop_map(HostAnswer::Fetch),
        any::<bool>().prop_map(HostAnswer::AcquireLock),
        any::<bool>().prop_map(HostAnswer::ReleaseLock),
        Just(HostAnswer::ReleaseAllLocks(())),
        stored().prop_map(|(value, version)| HostAnswer::Checkpoint(Checkpoint { value, version })),
        option::of(any::<u64>()).prop_map(HostAnswer::WriteCheckpoint),
    ]
    .boxed()
}

fn error() -> BoxedStrategy<HostError> {
    prop_oneof![
        text().prop_map(|member| HostError::Unsupported { member }),
        (text(), text()).prop_map(|(code, message)| HostError::Network { code, message }),
        (text(), text()).prop_map(|(code, message)| HostError::Configuration { code, message }),
        (text(), text(), head()).prop_map(|(code, message, head)| HostError::BrokenBody {
            code,
            message,
            response: Box::new(head)
        }),
        (any::<u16>(), text(), text()).prop_map(|(status, code, message)| HostError::Api {
            status,
            code,
            message
        }),
        (any::<u16>(), json()).prop_map(|(status, body)| HostError::Answer { status, body }),
        text().prop_map(|message| HostError::Internal { message }),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn calls_arrive_as_they_were_made(call in call()) {
        crossed(&call);
    }

    #[test]
    fn answers_and_errors_arrive_as_they_were_given(answer in answer(), error in error()) {
        crossed(&answer);
        crossed(&error);
    }
}

#[test]
fn a_body_is_text_in_json_and_its_own_bytes_in_a_binary_format() {
    let request = FetchRequest {
        url: "https://a.example".into(),
        method: http::Method::PUT,
        headers: Vec::new(),
        body: vec![0xff; 1_000].into(),
    };
    let call = HostCall::Fetch(request);
    assert_eq!(serde_json::to_value(&call).unwrap()["fetch"]["body"].as_str().unwrap().len(), 1_336);
    assert!(postcard::to_stdvec(&call).unwrap().len() < 1_040);
    let damaged = json!({"fetch": {"url": "u", "method": "G T", "headers": [], "body": "%"}});
    assert!(serde_json::from_value::<HostCall>(damaged).unwrap_err().to_string().contains("method"));
}
