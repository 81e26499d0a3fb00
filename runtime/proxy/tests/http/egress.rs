//! Where calls may go.

use std::sync::Arc;

use onevent_proxy::EgressPolicy;

use crate::setup::{Setup, code, echo_server, oauth};

#[tokio::test]
async fn loopback_is_refused_unless_it_is_allowed() {
    let server = echo_server().await;
    let closed = Setup::with(EgressPolicy::public_only(), |_| {});
    assert_eq!(code(closed.get(&oauth(&server, ""), "/").await), "configuration denied_ip");
    assert_eq!(closed.recorded(), [format!("GET {server}/ denied_ip #1")]);
    let open = Setup::new();
    assert_eq!(open.get(&oauth(&server, ""), "/").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_integration_can_be_allowed_more_than_others() {
    let server = echo_server().await;
    let setup = Setup::with(EgressPolicy::public_only(), |_| {});
    let refused = oauth(&server, "");
    let mut allowed = refused.clone();
    let mut integration = (*allowed.integration).clone();
    integration.egress.allow = vec!["127.0.0.0/8".parse().unwrap()];
    allowed.integration = Arc::new(integration);
    assert_eq!(setup.get(&allowed, "/").await.unwrap().status, 200);
    // The open connection of the one is not the other's.
    assert_eq!(code(setup.get(&refused, "/").await), "configuration denied_ip");
    let by_name = server.replace("127.0.0.1", "localhost");
    assert_eq!(code(setup.get(&oauth(&by_name, ""), "/").await), "configuration denied_hostname");
}

#[tokio::test]
async fn an_integration_can_be_denied_what_others_may_reach_by_network_and_by_name() {
    let server = echo_server().await;
    let by_name = server.replace("127.0.0.1", "localhost");
    let setup = Setup::with(EgressPolicy::allowing(["loopback".parse().unwrap()]), |_| {});
    for (rule, url, expected) in [
        ("127.0.0.1", &server, "configuration denied_ip"),
        ("127.0.0.1", &by_name, "configuration denied_hostname"),
        ("localhost", &by_name, "configuration denied_hostname"),
        ("loopback", &server, "configuration denied_ip"),
    ] {
        let open = oauth(url, "");
        let mut denied = open.clone();
        let mut integration = (*denied.integration).clone();
        integration.egress.deny = vec![rule.parse().unwrap()];
        denied.integration = Arc::new(integration);
        assert_eq!(setup.get(&open, "/").await.unwrap().status, 200, "the control");
        assert_eq!(code(setup.get(&denied, "/").await), expected, "{rule} {url}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_the_networks_error() {
    let setup = Setup::new();
    // RFC 6761 sets this name aside as one that never exists.
    let result = code(setup.get(&oauth("http://nothing.invalid", ""), "/").await);
    assert!(["network ENOTFOUND", "network EAI_AGAIN"].contains(&result.as_str()), "{result}");
}
