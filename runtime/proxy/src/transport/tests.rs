use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, Method};
use onevent_contract::RootBudget;

use super::*;
use crate::egress::{EgressRefusal, SystemLookup};

fn get(url: impl AsRef<str>) -> Hop {
    let url = url.as_ref().parse().unwrap();
    Hop { method: Method::GET, url, headers: HeaderMap::new(), body: None }
}

fn transport() -> Transport {
    Transport::new(Arc::new(SystemLookup))
}

fn allowing(networks: &[&str]) -> EgressPolicy {
    EgressPolicy::allowing(networks.iter().map(|network| network.parse().unwrap()))
}

/// What becomes of a request to a closed port, past the check of the URL: the resolver is the last one to ask.
async fn failure(policy: EgressPolicy) -> Failure {
    // A name without a rule of its own, whose addresses are the ones of this machine.
    let transport = Transport::new(Arc::new(Answers::new(&[&["127.0.0.1"], &["127.0.0.1"]])));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = transport.client(policy).unwrap();
    let hop = get(format!("http://api.test:{}/", closed.port()));
    exchange(&client, &hop, &RootBudget::default()).await.unwrap_err()
}

#[tokio::test]
async fn a_name_that_resolves_to_what_is_not_allowed_is_never_connected_to() {
    let refused = failure(EgressPolicy::public_only()).await;
    assert!(matches!(&refused, Failure::Refused(EgressRefusal::DeniedDns { .. })), "{refused:?}");
    let allowed = failure(allowing(&["127.0.0.0/8"])).await;
    assert!(matches!(&allowed, Failure::Network { code: "ECONNREFUSED", .. }), "{allowed:?}");
}

#[tokio::test]
async fn the_systems_resolver_is_asked_about_names_and_its_answers_are_checked() {
    let server = h1_server("127.0.0.1", "here").await;
    let url = format!("http://localhost:{}/", server.port);
    let open = transport().client(allowing(&["loopback"])).unwrap();
    let answer = exchange(&open, &get(&url), &RootBudget::default()).await;
    // Where `localhost` is `::1` first, nobody listens there, and the next address is tried.
    assert_eq!(answer.unwrap().body.unwrap(), "here");
    let closed = transport().client(EgressPolicy::public_only()).unwrap();
    let refused = exchange(&closed, &get(&url), &RootBudget::default()).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused(EgressRefusal::DeniedHostname { .. })), "{refused:?}");
}

/// A resolver that answers each question with the next of its answers.
#[derive(Debug)]
struct Answers {
    left: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Answers {
    fn new(answers: &[&[&str]]) -> Self {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Self { left: Mutex::new(answers.iter().map(addresses).collect()), asked: AtomicUsize::new(0) }
    }
}

#[async_trait::async_trait]
impl Lookup for Answers {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.left.lock().unwrap().pop_front().unwrap_or_default())
    }
}

/// A server, and how many requests reached it.
struct Reached {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Reached {
    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// A server of HTTP/1.1 that closes each connection after one answer.
async fn h1_server(address: &str, says: &'static str) -> Reached {
    h1_server_at(&format!("{address}:0"), says).await
}

async fn h1_server_at(address: &str, says: &'static str) -> Reached {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = socket.read(&mut [0; 4096]).await;
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", says.len());
            let _ = socket.write_all(format!("{head}{says}").as_bytes()).await;
        }
    });
    Reached { port, requests }
}

#[tokio::test]
async fn a_name_that_resolves_to_something_else_the_second_time_is_checked_the_second_time() {
    let public = h1_server("127.0.0.1", "public").await;
    // The same port at another address of this machine, which stands for the network inside.
    let inside = h1_server_at(&format!("127.0.0.2:{}", public.port), "inside").await;
    let answers = Arc::new(Answers::new(&[&["127.0.0.1"], &["127.0.0.2"], &["127.0.0.1", "127.0.0.2"]]));
    let client = Transport::new(answers.clone()).client(allowing(&["127.0.0.1"])).unwrap();
    let hop = get(format!("http://rebinding.test:{}/", public.port));
    let first = exchange(&client, &hop, &RootBudget::default()).await.unwrap();
    assert_eq!((first.body.unwrap().as_ref(), public.requests()), (&b"public"[..], 1));
    assert_eq!(answers.asked.load(Ordering::SeqCst), 1, "it is connected to what was checked: one question");
    for _ in 0..2 {
        let refused = exchange(&client, &hop, &RootBudget::default()).await.unwrap_err();
        assert!(matches!(&refused, Failure::Refused(EgressRefusal::DeniedDns { .. })), "{refused:?}");
    }
    assert_eq!(answers.asked.load(Ordering::SeqCst), 3);
    assert_eq!((public.requests(), inside.requests()), (1, 0));
    // The control: who may go there gets there with the same answer.
    let answers = Arc::new(Answers::new(&[&["127.0.0.2"]]));
    let client = Transport::new(answers).client(allowing(&["127.0.0.2"])).unwrap();
    let answer = exchange(&client, &hop, &RootBudget::default()).await.unwrap();
    assert_eq!((answer.body.unwrap().as_ref(), inside.requests()), (&b"inside"[..], 1));
}

/// A client that speaks HTTP/2 without TLS, under a policy.
fn h2_client(policy: EgressPolicy, lookup: Arc<dyn Lookup>) -> GuardedClient {
    let policy = Arc::new(policy);
    let resolver = GuardedResolver::new(Arc::clone(&policy), lookup);
    let client = builder().http2_prior_knowledge().dns_resolver(resolver).build().unwrap();
    GuardedClient::new(client, policy)
}

/// A server of HTTP/2 that redirects every request.
async fn h2_redirecting(location: &'static str) -> Reached {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let head = http::Response::builder().status(307).header("location", location);
                    respond.send_response(head.body(()).unwrap(), true).unwrap();
                }
            });
        }
    });
    Reached { port, requests }
}

#[tokio::test]
async fn over_http_2_redirects_and_open_connections_are_guarded_as_over_http_1() {
    let server = h2_redirecting("http://[::ffff:10.0.0.1]/").await;
    let answers = Arc::new(Answers::new(&[&["127.0.0.1"], &["10.0.0.1"]]));
    let client = h2_client(allowing(&["127.0.0.1"]), answers.clone());
    let hop = get(format!("http://a.test:{}/", server.port));
    // Twice over one connection: what was checked when it was opened is where it still goes.
    for _ in 0..2 {
        let answer = exchange(&client, &hop, &RootBudget::default()).await.unwrap();
        let next = next_plain_hop(&hop, &answer).unwrap().unwrap();
        let refused = exchange(&client, &next, &RootBudget::default()).await.unwrap_err();
        assert!(matches!(&refused, Failure::Refused(EgressRefusal::DeniedIp { .. })), "{refused:?}");
    }
    assert_eq!((answers.asked.load(Ordering::SeqCst), server.requests()), (1, 2));
    // Another name is looked up, although an open connection leads to the same server.
    let other = get(format!("http://b.test:{}/", server.port));
    let refused = exchange(&client, &other, &RootBudget::default()).await.unwrap_err();
    assert!(matches!(&refused, Failure::Refused(EgressRefusal::DeniedDns { .. })), "{refused:?}");
    assert_eq!(server.requests(), 2);
}

/// A client that speaks HTTP/2, and a request to a server that resets its answer after the first half.
pub(crate) async fn reset_by_its_server() -> (GuardedClient, Hop) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hop = get(format!("http://{}/", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let mut connection = h2::server::handshake(listener.accept().await.unwrap().0).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let head = http::Response::builder().status(404).body(()).unwrap();
            let mut stream = respond.send_response(head, false).unwrap();
            stream.send_data("half".into(), false).unwrap();
            tokio::spawn(async move {
                // A reset overtakes what was not sent yet.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                stream.send_reset(h2::Reason::INTERNAL_ERROR);
            });
        }
    });
    (h2_client(allowing(&["127.0.0.1"]), Arc::new(SystemLookup)), hop)
}

#[tokio::test]
async fn a_stream_of_http_2_that_is_reset_is_an_answer_cut_short() {
    let (client, hop) = reset_by_its_server().await;
    let answer = exchange(&client, &hop, &RootBudget::default()).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body), (404, Err(BrokenBody::Aborted)));
}

#[test]
fn each_policy_has_connections_of_its_own_and_keeps_them() {
    let transport = transport();
    let loopback = allowing(&["127.0.0.0/8"]);
    for policy in [EgressPolicy::public_only(), loopback.clone(), EgressPolicy::public_only(), loopback] {
        transport.client(policy).unwrap();
    }
    assert_eq!(transport.clients.lock().unwrap().len(), 2);
}
