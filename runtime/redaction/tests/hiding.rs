//! No spelling of a secret survives, and nothing else changes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use onevent_redaction::{Redactor, SecretString};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Value, json};

fn redactor(secrets: &[&str]) -> Redactor {
    let mut redactor = Redactor::new();
    redactor.add(secrets.iter().map(|secret| SecretString::from(*secret)));
    redactor
}

/// What `encodeURIComponent` leaves as it is, beside letters and digits.
const COMPONENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// RFC 3986's unreserved characters.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// As little as can be.
const QUERY: AsciiSet =
    CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'%').add(b'&').add(b'+');

fn percent(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

/// The same with lower-case digits.
fn lower(escaped: &str) -> String {
    let mut out = String::new();
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('%') {
        let (digits, after) = after.split_at(2);
        out.extend([before, "%", &digits.to_lowercase()]);
        rest = after;
    }
    out + rest
}

fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// As an encoder writes it that escapes everything outside of ASCII, and slashes.
fn json_ascii(text: &str) -> String {
    let escaped = Value::from(text).to_string().replace('/', "\\/");
    escaped
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect()
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

fn html(text: &str, quote: &str, apostrophe: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', quote)
        .replace('\'', apostrophe)
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The spellings that programs produce by themselves.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    for set in [&COMPONENT, &UNRESERVED, &QUERY, NON_ALPHANUMERIC] {
        let escaped = percent(secret, set);
        all.extend([lower(&escaped), percent(&escaped, &COMPONENT), escaped]);
    }
    all.extend([form(secret), lower(&form(secret)), json(secret), json(&json(secret)), json_ascii(secret)]);
    all.extend([
        json(&json_ascii(secret)),
        percent(&json(secret), &COMPONENT),
        json(&percent(secret, &QUERY)),
    ]);
    let quotes = [("&quot;", "&#39;"), ("&#34;", "&#x27;"), ("&quot;", "&apos;"), ("&#x22;", "&#039;")];
    all.extend(quotes.map(|(quote, apostrophe)| html(secret, quote, apostrophe)));
    all.push(html(&json(secret), "&quot;", "&#39;"));
    all.extend([hexadecimal(secret), hexadecimal(secret).to_uppercase()]);
    for text in [
        secret.to_owned(),
        format!("user:{secret}"),
        format!("u:{secret}"),
        format!("id:{secret}@host"),
        format!("{secret}:"),
    ] {
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&text);
            all.extend([percent(&encoded, &COMPONENT), json_ascii(&encoded), encoded]);
        }
    }
    all
}

/// What is left of a text once everything around the secret is taken away.
fn rest(hidden: &str) -> String {
    hidden.replace("[redacted]", "")
}

#[test]
fn every_spelling_is_hidden() {
    for secret in [
        "tok-111-SuperSecret/+=",
        "k+y/=1&2 with \"quotes\" 'and' <tags>",
        "ünï-cödé-😀-päß",
        "back\\slash\\n-%41&amp;",
        "AAAAAAAAAAAA",
        "https://hooks.example/services/T0/B0?x=1",
        "line one\nline two\nline three",
    ] {
        let redactor = redactor(&[secret]);
        for spelling in spellings(secret) {
            let text = format!("before <{spelling}> after");
            let hidden = redactor.hide(&text);
            assert!(hidden.starts_with("before <") && hidden.ends_with("> after"), "{spelling}: {hidden}");
            assert!(hidden.contains("[redacted]"), "{secret} as {spelling}: {hidden}");
            assert!(
                hidden.len() <= "before <\"\\\"user:[redacted]@host\\\"\"> after".len() + 12,
                "{spelling}: {hidden}"
            );
        }
    }
}

#[test]
fn a_short_secret_is_hidden_as_a_word() {
    let redactor = redactor(&["1234", "p+w1", "abc", "true"]);
    for (text, shown) in [
        ("pin 1234.", "pin [redacted]."),
        ("?pin=1234&a=1", "?pin=[redacted]&a=1"),
        ("a%201234", "a%20[redacted]"),
        ("?p=p%2Bw1", "?p=[redacted]"),
        ("at 12345 or 01234 or x1234", "at 12345 or 01234 or x1234"),
        ("abc true", "abc true"),
        ("Basic MTIzNA==", "Basic [redacted]=="),
    ] {
        assert_eq!(redactor.hide(text), shown, "{text}");
    }
}

#[test]
fn what_a_fragment_leaves_of_a_secret_is_hidden() {
    assert_eq!(
        redactor(&["Summer2024#1"]).hide("https://a.example/Summer2024"),
        "https://a.example/[redacted]"
    );
}

#[test]
fn harmless_texts_stay_as_they_are() {
    let redactor = redactor(&["CPyBAccessToken0001", "na1-refresh-token-0001"]);
    for text in [
        "granted: oauth crm.objects.contacts.read",
        "https://api.example.com/oauth/v1/access-tokens/current?format=bearer&x=%2F",
        "{\"token_type\":\"bearer\",\"user\":\"ada@example.test\"}",
        "[redacted]",
        "",
    ] {
        assert_eq!(redactor.hide(text), text);
    }
}

#[test]
fn a_case_that_the_way_changes_does_not_save_a_secret() {
    let redactor = redactor(&["Tok-ABC-12345"]);
    assert_eq!(
        redactor.hide("https://tok-abc-12345.example/ TOK-ABC-12345"),
        "https://[redacted].example/ [redacted]"
    );
}

#[test]
fn a_key_is_hidden_line_by_line_and_with_other_line_ends() {
    let body = [
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ",
        "C7VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu",
    ];
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n", body[0], body[1]);
    let redactor = redactor(&[&key]);
    for text in [
        key.clone(),
        key.replace('\n', "\r\n"),
        key.replace('\n', "\\n"),
        key.replace('\n', ""),
        body[1].to_owned(),
        body.concat(),
    ] {
        let hidden = redactor.hide(&text);
        assert!(body.iter().all(|line| !hidden.contains(line)), "{hidden}");
    }
}

#[test]
fn what_overlaps_is_hidden_whole_and_what_was_hidden_stays_hidden() {
    let redactor = redactor(&["secret-one-two", "one-two-three", "redacted"]);
    let hidden = redactor.hide("x secret-one-two-three y [redacted] z redacted");
    assert_eq!(hidden, "x [redacted] y [redacted] z [redacted]");
    assert_eq!(redactor.hide(&hidden), hidden);
}

#[test]
fn json_is_hidden_in_texts_keys_and_numbers() {
    let redactor = redactor(&["tok-12345678", "123456789012", "2024"]);
    let mut value = json!({
        "tok-12345678": [{"a": "Bearer tok-12345678"}], "TOK-12345678": 1, "pin": 123456789012_u64, "year": 2024,
        "other": [null, true, "x"],
    });
    redactor.hide_json(&mut value);
    let object = value.as_object().unwrap();
    assert_eq!(object.len(), 5);
    assert_eq!(object["[redacted]"], json!([{"a": "Bearer [redacted]"}]));
    assert_eq!(
        (&object["pin"], &object["year"], &object["other"]),
        (&json!("[redacted]"), &json!(2024), &json!([null, true, "x"]))
    );
    assert!(!value.to_string().to_lowercase().contains("tok-"));
}

#[test]
fn a_deep_value_is_no_recursion() {
    let mut value = json!("tok-12345678");
    for _ in 0..100_000 {
        value = Value::Array(vec![value]);
    }
    redactor(&["tok-12345678"]).hide_json(&mut value);
    let mut inner = value;
    while let Value::Array(mut items) = inner {
        inner = items.pop().unwrap();
    }
    assert_eq!(inner, "[redacted]");
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof!["[!-~]{8,60}", "[ -~äöü😀]{8,40}", "[A-Za-z0-9+/=_-]{8,200}"]
        .prop_filter("not blank at its ends", |secret| secret.trim() == secret && secret.len() >= 8)
        .prop_filter("no mark", |secret| !"[redacted]".contains(secret.as_str()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_spelling_survives(secrets in proptest::collection::vec(secret(), 1..5), before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
        let texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let redactor = redactor(&texts);
        for secret in &secrets {
            for spelling in spellings(secret) {
                let text = format!("{before} {spelling} {after}");
                let hidden = redactor.hide(&text);
                // A spelling of a short secret in base64 may be what its neighbours are.
                prop_assert!(!rest(&hidden).contains(&spelling), "{secret:?} as {spelling:?}: {hidden:?}");
                prop_assert_eq!(redactor.hide(&hidden), hidden.as_ref());
            }
        }
    }

    #[test]
    fn texts_without_secrets_are_unchanged(secrets in proptest::collection::vec("[a-m0-4]{8,40}", 0..5), text in "[n-z5-9%&;+\\\\ ]{0,200}") {
        let texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
        prop_assert_eq!(redactor(&texts).hide(&text), text.as_str());
    }

    #[test]
    fn no_text_makes_it_fail(secrets in proptest::collection::vec(".{0,30}", 0..5), text in ".{0,300}|[%&#;x0-9a-fuU\\\\{}+\n]{0,300}") {
        let texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let redactor = redactor(&texts);
        let hidden = redactor.hide(&text).into_owned();
        prop_assert!(redactor.hide(&hidden).len() <= hidden.len() + 10);
    }
}

#[test]
fn a_long_text_is_hidden_as_a_short_one_wherever_a_secret_stands() {
    let redactor = redactor(&["s3cr3t/with+all\"of=it", "ab12"]);
    let all = spellings("s3cr3t/with+all\"of=it");
    let between = ". ".repeat(60_000 / all.len());
    let many =
        all.iter().cycle().take(3 * all.len()).fold(String::new(), |text, next| text + &between + next + " ");
    for shift in (0..200).step_by(37) {
        let text = "é ".repeat(shift) + &many;
        let (shown, expected) = (
            redactor.hide(&text),
            "é ".repeat(shift)
                + &many
                    .split(&between)
                    .skip(1)
                    .map(|piece| between.clone() + &redactor.hide(piece))
                    .collect::<String>(),
        );
        assert!(shown == expected, "{shift}");
    }
    let word = "xab12x".repeat(50_000);
    assert_eq!(redactor.hide(&word), word, "no piece ends in a way that makes a word of it");
}

/// Needs a process of its own, as nextest gives it one.
#[test]
fn a_long_text_full_of_escapes_takes_no_memory_of_many_times_its_length() {
    let redactor = redactor(&["s3cr3t/with+all\"of=it and a space"]);
    let text = "%5Cu0041\\u0042&#67;+\n".repeat(30_000);
    assert_eq!(redactor.hide(&text), text);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 100 * 1024, "{kib} KiB for {} bytes", text.len());
}
