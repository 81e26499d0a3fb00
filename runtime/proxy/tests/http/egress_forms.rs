//! The forms in which a URL can name a destination, and what becomes of each: under the policy of an installation that says
//! nothing, and on the wire.

use http::Method;
use onevent_contract::{FetchRequest, HostError, ProxyRequest};
use onevent_proxy::EgressPolicy;
use url::Url;

use crate::setup::{Setup, echo_server, oauth};

/// May be called.
const OK: &str = "ok";
/// No URL, or none with a host.
const NO_URL: &str = "no_url";
const IP: &str = "denied_ip";
const NAME: &str = "denied_hostname";
const PORT: &str = "denied_port";
const SCHEME: &str = "invalid_scheme";
/// It holds a user name, or a host with an empty part.
const USER: &str = "invalid_url";

/// IANA's IPv4 special-purpose address registry, each range at its borders, and public neighbours.
const SPECIAL_V4: &[(&str, &str)] = &[
    ("http://0.0.0.0/", IP),
    ("http://0.255.255.255/", IP),
    ("http://1.0.0.0/", OK),
    ("http://9.255.255.255/", OK),
    ("http://10.0.0.0/", IP),
    ("http://10.255.255.255/", IP),
    ("http://11.0.0.0/", OK),
    ("http://100.63.255.255/", OK),
    ("http://100.64.0.0/", IP),
    ("http://100.100.100.200/", IP),
    ("http://100.127.255.255/", IP),
    ("http://100.128.0.0/", OK),
    ("http://126.255.255.255/", OK),
    ("http://127.0.0.1/", IP),
    ("http://127.255.255.255/", IP),
    ("http://128.0.0.0/", OK),
    ("http://168.63.129.16/", IP),
    ("http://168.63.129.17/", OK),
    ("http://169.254.0.0/", IP),
    ("http://169.254.169.254/latest/meta-data/", IP),
    ("http://169.254.170.2/v2/credentials", IP),
    ("http://169.254.255.255/", IP),
    ("http://169.255.0.0/", OK),
    ("http://172.15.255.255/", OK),
    ("http://172.16.0.0/", IP),
    ("http://172.31.255.255/", IP),
    ("http://172.32.0.0/", OK),
    ("http://192.0.0.0/", IP),
    ("http://192.0.0.8/", IP),
    ("http://192.0.0.9/", IP),
    ("http://192.0.0.10/", IP),
    ("http://192.0.0.170/", IP),
    ("http://192.0.0.192/", IP),
    ("http://192.0.0.255/", IP),
    ("http://192.0.1.0/", OK),
    ("http://192.0.2.0/", IP),
    ("http://192.0.2.255/", IP),
    ("http://192.31.196.0/", IP),
    ("http://192.31.197.0/", OK),
    ("http://192.52.193.0/", IP),
    ("http://192.88.99.0/", IP),
    ("http://192.88.99.255/", IP),
    ("http://192.88.100.0/", OK),
    ("http://192.168.0.0/", IP),
    ("http://192.168.255.255/", IP),
    ("http://192.169.0.0/", OK),
    ("http://192.175.48.0/", IP),
    ("http://198.17.255.255/", OK),
    ("http://198.18.0.0/", IP),
    ("http://198.19.255.255/", IP),
    ("http://198.20.0.0/", OK),
    ("http://198.51.100.0/", IP),
    ("http://198.51.100.255/", IP),
    ("http://203.0.113.0/", IP),
    ("http://203.0.113.255/", IP),
    ("http://223.255.255.255/", OK),
    ("http://224.0.0.1/", IP),
    ("http://239.255.255.255/", IP),
    ("http://240.0.0.0/", IP),
    ("http://255.255.255.254/", IP),
    ("http://255.255.255.255/", IP),
];

/// The IPv6 registry.
const SPECIAL_V6: &[(&str, &str)] = &[
    ("http://[::]/", IP),
    ("http://[::1]/", IP),
    ("http://[0:0:0:0:0:0:0:1]/", IP),
    ("http://[0000:0000:0000:0000:0000:0000:0000:0001]/", IP),
    ("http://[64:ff9b:1::1]/", IP),
    ("http://[100::]/", IP),
    ("http://[100:0:0:1::1]/", IP),
    ("http://[2001:1::1]/", IP),
    ("http://[2001:1::2]/", IP),
    ("http://[2001:1::3]/", IP),
    ("http://[2001:2::1]/", IP),
    ("http://[2001:3::1]/", IP),
    ("http://[2001:4:112::1]/", IP),
    ("http://[2001:10::1]/", IP),
    ("http://[2001:20::1]/", IP),
    ("http://[2001:30::1]/", IP),
    ("http://[2001:1ff:ffff::]/", IP),
    ("http://[2001:200::1]/", OK),
    ("http://[2001:db8::1]/", IP),
    ("http://[2606:4700:4700::1111]/", OK),
    ("http://[2620:4f:8000::1]/", IP),
    ("http://[2a00:1450:4001:81b::200e]/", OK),
    ("http://[3fff::1]/", IP),
    ("http://[3fff:fff:ffff::]/", IP),
    ("http://[3fff:1000::1]/", OK),
    ("http://[4000::1]/", IP),
    ("http://[5f00::1]/", IP),
    ("http://[fc00::1]/", IP),
    ("http://[fd00:ec2::254]/latest/meta-data/", IP),
    ("http://[fd20:ce::254]/", IP),
    ("http://[fdff:ffff::1]/", IP),
    ("http://[fe80::1]/", IP),
    ("http://[febf::1]/", IP),
    ("http://[fec0::1]/", IP),
    ("http://[ff02::1]/", IP),
    ("http://[ff0e::1]/", IP),
    // A zone belongs to one machine, and to no URL.
    ("http://[fe80::1%25eth0]/", NO_URL),
    ("http://[::1%lo]/", NO_URL),
    ("http://[::1/", NO_URL),
    ("http://::1/", NO_URL),
    ("http://[::g]/", NO_URL),
    ("http://[1::2::3]/", NO_URL),
];

/// IPv4 inside IPv6.
const CARRIED: &[(&str, &str)] = &[
    // Mapped.
    ("http://[::ffff:127.0.0.1]/", IP),
    ("http://[::ffff:7f00:1]/", IP),
    ("http://[0:0:0:0:0:ffff:a00:1]/", IP),
    ("http://[::FFFF:169.254.169.254]/", IP),
    ("http://[::ffff:8.8.8.8]/", OK),
    // Translated.
    ("http://[::ffff:0:192.168.0.1]/", IP),
    ("http://[::ffff:0:8.8.8.8]/", OK),
    // Compatible.
    ("http://[::127.0.0.1]/", IP),
    ("http://[::a00:1]/", IP),
    ("http://[::8.8.8.8]/", OK),
    // NAT64.
    ("http://[64:ff9b::10.0.0.1]/", IP),
    ("http://[64:ff9b::7f00:1]/", IP),
    ("http://[64:ff9b::a9fe:a9fe]/", IP),
    ("http://[64:ff9b::808:808]/", OK),
    // 6to4.
    ("http://[2002:7f00:1::]/", IP),
    ("http://[2002:a00:1::1]/", IP),
    ("http://[2002:c0a8:1::1]/", IP),
    ("http://[2002:808:808::1]/", OK),
    // Teredo: the client, and the server.
    ("http://[2001:0:808:808::f5ff:fffe]/", IP),
    ("http://[2001:0:a00:1::f7f7:f7f7]/", IP),
    ("http://[2001::808:808:0:0:80ff:fffe]/", IP),
    ("http://[2001:0:808:808::f7f7:f7f7]/", OK),
    // ISATAP, in public, private and local networks, and within 6to4.
    ("http://[2606:4700::5efe:10.0.0.1]/", IP),
    ("http://[2606:4700::200:5efe:c0a8:1]/", IP),
    ("http://[fd00::5efe:8.8.8.8]/", IP),
    ("http://[fe80::5efe:8.8.8.8]/", IP),
    ("http://[2002:808:808:0:0:5efe:10.0.0.1]/", IP),
    ("http://[2606:4700::5efe:8.8.8.8]/", OK),
];

/// Other spellings of addresses.
const SPELLINGS: &[(&str, &str)] = &[
    ("http://127.1/", IP),
    ("http://127.0.1/", IP),
    ("http://10.1/", IP),
    ("http://0/", IP),
    ("http://2130706433/", IP),
    ("http://2852039166/", IP),
    ("http://134744072/", OK),
    ("http://0x7f.0.0.1/", IP),
    ("http://0x7f000001/", IP),
    ("http://0X7F000001/", IP),
    ("http://0x7f.1/", IP),
    ("http://0xa9fea9fe/", IP),
    ("http://0177.0.0.1/", IP),
    ("http://0177.0.0.01/", IP),
    ("http://00000177.0.0.1/", IP),
    ("http://017700000001/", IP),
    ("http://0251.0376.0251.0376/", IP),
    ("http://0xa9.254.0251.254/", IP),
    ("http://010.8.8.8/", OK),
    ("http://127.0.0.1./", IP),
    ("http://2130706433./", IP),
    ("http://127.0.0.1../", USER),
    ("http://256.0.0.1/", NO_URL),
    ("http://4294967296/", NO_URL),
    ("http://1.2.3.4.5/", NO_URL),
    ("http://0x/", IP),
    ("http://08.0.0.1/", NO_URL),
    ("http://①②⑦.⓪.⓪.①/", IP),
    ("http://１２７.０.０.１/", IP),
    ("http://127。0。0。1/", IP),
    ("http://127｡0｡0｡1/", IP),
    ("http://127．0．0．1/", IP),
    ("http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", IP),
    ("http://0ⓧ7f.1/", IP),
    ("http://%31%32%37%2e%30%2e%30%2e%31/", IP),
    ("http://127%2E0%2E0%2E1/", IP),
    ("http://%EF%BC%91%EF%BC%90.0.0.1/", IP),
    ("http://%5B::1%5D/", NO_URL),
    ("http://127.0.0.1%00.example.com/", NO_URL),
    ("http://127.0.0.1%2f.example.com/", NO_URL),
    ("http://127.0.0.1%2523.example.com/", NO_URL),
    ("http:127.0.0.1/", IP),
    ("http:\\\\127.0.0.1\\", IP),
    ("http:/127.0.0.1/", IP),
    ("http:////127.0.0.1/", IP),
    ("\thttp://127.0.\n0.1/ ", IP),
    ("http://127.0.0.1\\@example.com/", IP),
    ("http://example.com\\@127.0.0.1/", OK),
    ("http://127.0.0.1#@example.com/", IP),
    ("http://127.0.0.1?@example.com/", IP),
    ("http://127.0.0.1;example.com/", OK),
    ("http://\u{ad}127.0.0.1/", IP),
    ("http://127.0.0\u{200b}.1/", IP),
];

/// Names.
const NAMES: &[(&str, &str)] = &[
    ("http://localhost/", NAME),
    ("http://LOCALHOST/", NAME),
    ("http://LocalHost./", NAME),
    ("http://localhost../", USER),
    ("http://a.localhost/", NAME),
    ("http://a.b.localhost./", NAME),
    ("http://%6c%6f%63alhost/", NAME),
    ("http://ｌｏｃａｌｈｏｓｔ/", NAME),
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", NAME),
    ("http://loca\u{ad}lhost/", NAME),
    ("http://𝓁𝑜𝒸𝒶𝓁𝒽𝑜𝓈𝓉/", NAME),
    ("http://metadata.google.internal/", NAME),
    ("http://METADATA.google.internal./", NAME),
    ("http://metadata。google。internal/", NAME),
    ("http://metadata.goog/", NAME),
    // Look-alikes are other names, asked about in the DNS like any.
    ("http://l\u{43e}calhost/", OK),
    ("http://loca1host/", OK),
    ("http://xn--lcalhost-nbh/", OK),
    ("http://xn--lcalhost-54h/", NO_URL),
    ("http://a..example.com/", USER),
    ("http://.example.com/", USER),
    ("http://localhost.example.com/", OK),
    ("http://notlocalhost/", OK),
    ("http://127.0.0.1.example.com/", OK),
    ("http://127-0-0-1.example.com/", OK),
    ("https://api.example.com/", OK),
    ("https://bücher.example/", OK),
    ("https://xn--bcher-kva.example/", OK),
    ("http://xn--/", NO_URL),
    ("http://a b.example/", NO_URL),
    ("http://a%20b.example/", NO_URL),
    ("http://a|b.example/", NO_URL),
    ("http:///", NO_URL),
    ("http://", NO_URL),
];

/// User names, other schemes, other protocols' ports.
const OTHERS: &[(&str, &str)] = &[
    ("http://user@example.com/", USER),
    ("http://user:secret@example.com/", USER),
    ("http://:secret@example.com/", USER),
    ("http://example.com@evil.test/", USER),
    ("http://example.com:80@127.0.0.1/", USER),
    ("http://example.com%40evil.test/", NO_URL),
    ("http://@example.com/", OK),
    ("file:///etc/passwd", SCHEME),
    ("file://127.0.0.1/etc/passwd", SCHEME),
    ("ftp://example.com/", SCHEME),
    ("gopher://127.0.0.1:6379/_FLUSHALL", SCHEME),
    ("dict://127.0.0.1:11211/stats", SCHEME),
    ("ldap://127.0.0.1/", SCHEME),
    ("ws://example.com/", SCHEME),
    ("wss://example.com/", SCHEME),
    ("unix:///var/run/docker.sock", SCHEME),
    ("http+unix://%2Fvar%2Frun%2Fdocker.sock/", SCHEME),
    ("jar:http://127.0.0.1!/", SCHEME),
    ("data:text/plain,x", SCHEME),
    ("blob:http://127.0.0.1/x", SCHEME),
    ("javascript:1", SCHEME),
    ("about:blank", SCHEME),
    ("HTTP://EXAMPLE.COM/", OK),
    ("hTTps://example.com/", OK),
    ("//example.com/", NO_URL),
    ("example.com", NO_URL),
    ("http://example.com:0/", PORT),
    ("http://example.com:1/", PORT),
    ("http://example.com:21/", PORT),
    ("http://example.com:22/", PORT),
    ("https://example.com:23/", PORT),
    ("http://example.com:25/", PORT),
    ("http://8.8.8.8:53/", PORT),
    ("http://[2606:4700::1]:110/", PORT),
    ("http://example.com:143/", PORT),
    ("http://example.com:465/", PORT),
    ("http://example.com:587/", PORT),
    ("http://example.com:2049/", PORT),
    ("http://example.com:6000/", PORT),
    ("http://example.com:6667/", PORT),
    ("http://example.com:10080/", PORT),
    ("http://example.com:00025/", PORT),
    ("http://example.com:65536/", NO_URL),
    ("http://example.com:-1/", NO_URL),
    ("http://example.com:8080/", OK),
    ("https://example.com:8443/", OK),
    ("http://example.com:443/", OK),
];

fn forms() -> impl Iterator<Item = (&'static str, &'static str)> {
    [SPECIAL_V4, SPECIAL_V6, CARRIED, SPELLINGS, NAMES, OTHERS].into_iter().flatten().copied()
}

fn decided(policy: &EgressPolicy, url: &str) -> &'static str {
    match Url::parse(url) {
        Err(_) => NO_URL,
        Ok(url) => policy.check_url(&url).map_or_else(|refusal| refusal.code(), |()| OK),
    }
}

#[test]
fn each_form_of_a_url_is_allowed_or_refused_for_what_it_is() {
    let public = EgressPolicy::public_only();
    let wrong: Vec<_> = forms().filter(|(url, expected)| decided(&public, url) != *expected).collect();
    let told: Vec<_> =
        wrong.iter().map(|(url, expected)| (url, expected, decided(&public, url), Url::parse(url))).collect();
    assert!(wrong.is_empty(), "{told:#?}");
    assert!(forms().count() > 250);
    assert!(forms().filter(|(_, expected)| *expected == OK).count() > 40, "controls");
}

#[tokio::test]
async fn nothing_is_sent_to_a_form_that_is_refused_by_fetch_or_with_credentials() {
    let closed = Setup::with(EgressPolicy::public_only(), |_| {});
    let target = oauth("http://127.0.0.1:9", "");
    for (url, expected) in forms().filter(|(_, expected)| *expected != OK) {
        let request = FetchRequest {
            url: url.to_owned(),
            method: Method::GET,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let fetched = closed.fetch(request).await;
        let HostError::Configuration { code, .. } = fetched.unwrap_err() else { panic!("{url}") };
        assert_eq!(code, "url_not_allowed", "{url}");
        let mut request = ProxyRequest::new(Method::GET, "");
        request.base_url_override = Some(url.to_owned());
        let sent = closed.proxy.send(&closed.call, &target, request).await.unwrap_err();
        assert!(matches!(sent, HostError::Configuration { .. }), "{url} ({expected}): {sent}");
    }
}

#[tokio::test]
async fn every_spelling_of_an_address_that_is_allowed_gets_there() {
    let server = echo_server().await;
    let port = server.rsplit_once(':').unwrap().1;
    let setup = Setup::new();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37%2e%30%2e%30%2e%31",
    ] {
        let request = FetchRequest {
            url: format!("http://{host}:{port}/"),
            method: Method::GET,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let fetched = setup.fetch(request).await;
        assert_eq!(fetched.unwrap().status, 200, "{host}");
    }
}
