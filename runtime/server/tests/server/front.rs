//! In front of a Nango: both bodies pass while they arrive. What the lifecycle does there is tested end to end.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use onevent_app::{Flags, Service, Surroundings};
use onevent_server::{ServerOptions, router};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A server in front of something that gives back what it gets, while it gets it.
async fn in_front_of_an_echo() -> (String, TempDir) {
    let echo = async |request: Request| {
        let mut response = Response::new(Body::from_stream(request.into_body().into_data_stream()));
        response.headers_mut().insert("x-own", "1".parse().unwrap());
        response
    };
    let upstream = serve(Router::new().fallback(echo)).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.ts"), "").unwrap();
    let own = vec![("--nango", format!("http://{upstream}"))];
    let flags = Flags { own, ..Flags::default() };
    let service = Service::new(folder.path(), &flags, &Surroundings::default()).unwrap();
    (serve(router(Arc::new(service), ServerOptions::default())).await, folder)
}

/// Reads until this text has come.
async fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if text.contains(wanted) {
            return text;
        }
        let mut piece = [0; 1024];
        let count = stream.read(&mut piece).await.unwrap();
        assert!(count > 0, "the answer ended: {text}");
        read.extend_from_slice(&piece[..count]);
    }
}

#[tokio::test]
async fn an_answer_arrives_while_the_request_is_still_being_sent() {
    let (address, _folder) = in_front_of_an_echo().await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!("POST /any/path HTTP/1.1\r\nhost: {address}\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(format!("{head}5\r\nfirst\r\n").as_bytes()).await.unwrap();
    // Whoever waited for the whole body would wait here for ever.
    let answer = read_until(&mut stream, "first").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("x-own: 1"), "{answer}");
    stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").await.unwrap();
    read_until(&mut stream, "second").await;
}

#[tokio::test]
async fn a_body_of_a_known_length_keeps_it_and_a_get_has_none() {
    let (address, _folder) = in_front_of_an_echo().await;
    let client = reqwest::Client::new();
    let url = format!("http://{address}/any");
    let answer = client.put(&url).body("x".repeat(1 << 20)).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap().len(), 1 << 20);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, ""));
}
