use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;

/// What is hidden of an object, by the rule of its place and a template.
fn hidden(kept: Kept, object: Value, template: Value) -> Vec<String> {
    let (Value::Object(object), Value::Object(template)) = (object, template) else { panic!("objects") };
    let secrets = kept.secrets(&object, &template);
    let mut texts: Vec<String> = secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect();
    texts.sort();
    texts.dedup();
    texts
}

fn redacted(kept: Kept, object: Value, template: Value) -> Value {
    let (Value::Object(mut object), Value::Object(template)) = (object, template) else { panic!("objects") };
    kept.redact(&mut object, &template);
    Value::Object(object)
}

#[test]
fn of_credentials_tokens_are_hidden_and_the_rest_of_an_answer_is_readable() {
    let credentials = json!({
        "type": "OAUTH2",
        "access_token": "CPyBAccessToken0001",
        "refresh_token": "rf-7",
        "expires_at": "2035-01-01T00:00:00Z",
        "config_override": {"client_id": "client", "client_secret": "shh"},
        "raw": {
            "access_token": "CPyBAccessToken0001",
            "id_token": "eyJh.eyJz.c2ln",
            "token_type": "bearer",
            "expires_in": 1800,
            "scope": "chat:write users:read",
            "scopes": ["oauth", "crm.objects.contacts.read"],
            "hub_domain": "acme.hubspot.com",
            "user": "ada@example.test",
            "instance_url": "https://acme.my.salesforce.com",
            "id": "https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P",
            "signature": "0CmxinZir53Yex7nE0TD+zMpvIWYGb/bdJh6XfOH6EQ=",
            "team": {"id": "T9TK3CUKW", "name": "Slack Softball Team"},
            "authed_user": {"id": "U1234", "access_token": "xoxp-1234", "token_type": "user"},
            "bot_user_id": "U0KRQLJ9H",
            "api_key": 12345678,
            "blob": "q8Zk2mT7vLxP0dRw",
            "incoming_webhook": {"channel": "#general", "url": "https://hooks.example/T0/B0/q8Zk2mT7vLxP0dRw"},
        },
    });
    let expected = [
        "0CmxinZir53Yex7nE0TD+zMpvIWYGb/bdJh6XfOH6EQ=",
        "12345678",
        "CPyBAccessToken0001",
        "eyJh.eyJz.c2ln",
        "https://hooks.example/T0/B0/q8Zk2mT7vLxP0dRw",
        "q8Zk2mT7vLxP0dRw",
        "rf-7",
        "shh",
        "xoxp-1234",
    ];
    assert_eq!(hidden(Kept::Credentials, credentials.clone(), json!({})), expected);
    let shown = redacted(Kept::Credentials, credentials.clone(), json!({}));
    assert_eq!(shown["raw"]["scopes"], credentials["raw"]["scopes"]);
    assert_eq!(shown["raw"]["team"], credentials["raw"]["team"]);
    assert_eq!(
        shown["raw"]["authed_user"],
        json!({"id": "U1234", "access_token": "[redacted]", "token_type": "user"})
    );
    expected.iter().for_each(|secret| assert!(!shown.to_string().contains(secret), "{secret}"));
}

#[test]
fn each_kind_of_credentials_has_its_secrets() {
    for (credentials, expected) in [
        (json!({"type": "API_KEY", "apiKey": "k-1"}), vec!["k-1"]),
        (json!({"type": "BASIC", "username": "ada", "password": "pw"}), vec!["ada:pw", "pw"]),
        // A key in the place of the user name, as many providers have it.
        (json!({"type": "BASIC", "username": "sk_1", "password": ""}), vec!["sk_1", "sk_1:"]),
        (json!({"type": "OAUTH2_CC", "token": "t", "client_id": "c", "client_secret": "s"}), vec!["s", "t"]),
        (json!({"type": "OAUTH1", "oauth_token": "a", "oauth_token_secret": "b"}), vec!["a", "b"]),
        (json!({"type": "TBA", "token_id": "a", "token_secret": "b"}), vec!["a", "b"]),
        (json!({"type": "JWT", "privateKey": {"id": "i", "secret": "s"}, "token": "t"}), vec!["s", "t"]),
        (
            json!({"type": "AWS_SIGV4", "access_key_id": "AKIA", "secret_access_key": "s", "session_token": "t", "region": "eu"}),
            vec!["s", "t"],
        ),
        // Nobody knows what these are.
        (
            json!({"type": "CUSTOM", "tenant": "acme", "knock": "friend", "raw": {"knock": "friend"}}),
            vec!["friend"],
        ),
        (
            json!({"type": "CUSTOM", "serviceAccountKey": "{\"client_email\":\"a@b.test\",\"private_key\":\"pk\"}"}),
            vec!["pk", "{\"client_email\":\"a@b.test\",\"private_key\":\"pk\"}"],
        ),
    ] {
        assert_eq!(hidden(Kept::Credentials, credentials.clone(), json!({})), expected, "{credentials}");
    }
}

#[test]
fn a_template_says_what_is_secret_before_a_name_does() {
    let template =
        json!({"username": {"title": "API key", "secret": true}, "knock": {"title": "Joke"}, "password": {}});
    let credentials = json!({"type": "BASIC", "username": "the-key", "password": "pw", "knock": "who"});
    assert_eq!(hidden(Kept::Credentials, credentials, template), ["pw", "the-key", "the-key:pw"]);
}

#[test]
fn settings_are_readable_but_for_what_a_template_or_a_name_calls_secret() {
    let settings = json!({
        "subdomain": "acme-production-europe-west1", "pin": "12", "code": "eu9", "oauth_client_secret": "s",
        "account": {"token": "t", "name": "n"}, "certificate": "-----BEGIN RSA PRIVATE KEY-----\nx",
    });
    let template = json!({"code": {"secret": true}, "subdomain": {}});
    let expected = ["-----BEGIN RSA PRIVATE KEY-----\nx", "12", "eu9", "s", "t"];
    assert_eq!(hidden(Kept::Settings, settings.clone(), template.clone()), expected);
    let shown = redacted(Kept::Settings, settings, template);
    assert_eq!(shown["subdomain"], "acme-production-europe-west1");
    assert_eq!(shown["account"], json!({"token": "[redacted]", "name": "n"}));
}

#[test]
fn variables_are_hidden_but_for_what_is_known_as_harmless() {
    let variables = json!({
        "DBPASS": "hunter2", "KEY": "k", "GREETING": "hello", "REGION": "eu-west-1", "APP_URL": "https://app.example.com/v1",
        "DATABASE_URL": "postgres://user:pw@db/x", "HOOK_URL": "https://hooks.example/q8Zk2mT7vLxP0dRw", "LOG_LEVEL": "debug",
        "TOKEN_URL": "https://a.example/token",
    });
    let expected =
        ["hello", "https://hooks.example/q8Zk2mT7vLxP0dRw", "hunter2", "k", "postgres://user:pw@db/x"];
    assert_eq!(hidden(Kept::Variables, variables, json!({})), expected);
}
