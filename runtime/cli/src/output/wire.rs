//! What crosses the wire, for people: `-v`.

use onevent_proxy::{Exchange, Wire, WireBody, WireMessage};

use super::stream::tell;
use super::style::{BAD, DIM, GOOD, clean, paint, took};

/// Prints requests and answers to standard error as they come to their end.
#[derive(Debug)]
pub(crate) struct WirePrinter;

impl Wire for WirePrinter {
    fn exchanged(&self, exchange: &Exchange) {
        tell(&rendered(exchange));
    }
}

fn rendered(exchange: &Exchange) -> String {
    let Exchange { method, url, attempt, duration, request, answer } = exchange;
    let attempt = if *attempt > 1 { format!("  attempt {attempt}") } else { String::new() };
    let mut text = format!("{} {} {}{}\n", paint(DIM, ">"), clean(method), clean(url), paint(DIM, &attempt));
    text.push_str(&message('>', request));
    let took = paint(DIM, &took(duration.as_secs_f64() * 1000.0));
    match answer {
        Ok((status, answer)) => {
            let style = if (200..=299).contains(status) { GOOD } else { BAD };
            text.push_str(&format!("{} {}  {took}\n", paint(DIM, "<"), paint(style, &status.to_string())));
            text.push_str(&message('<', answer));
        }
        Err(code) => {
            text.push_str(&format!("{} {}  {took}\n", paint(DIM, "<"), paint(BAD, &clean(code))));
        }
    }
    text
}

fn message(mark: char, message: &WireMessage) -> String {
    let mark = paint(DIM, &mark.to_string());
    let mut text = String::new();
    for (name, value) in &message.headers {
        text.push_str(&format!("{mark} {}: {}\n", clean(name), clean(value).replace('\n', " ")));
    }
    let (body, about) = match &message.body {
        WireBody::None => return text,
        WireBody::Text { text, bytes } if text.len() < *bytes => {
            (text.as_str(), Some(format!("… of {bytes} bytes")))
        }
        WireBody::Text { text, .. } => (text.as_str(), None),
        WireBody::Bytes(bytes) => ("", Some(format!("{bytes} bytes that are no text"))),
        WireBody::NotKept => ("", Some("a body that was not kept".to_owned())),
    };
    text.push_str(&format!("{mark}\n"));
    for line in clean(body).lines() {
        text.push_str(&format!("{mark} {line}\n"));
    }
    if let Some(about) = about {
        text.push_str(&format!("{mark} {}\n", paint(DIM, &about)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_exchange_reads_from_top_to_bottom_and_cannot_steer_the_terminal() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let text = |text: &str, bytes| WireBody::Text { text: text.to_owned(), bytes };
        let exchange = Exchange {
            method: "POST".into(),
            url: "http://h/a".into(),
            attempt: 2,
            duration: Duration::from_millis(3),
            request: WireMessage { headers: vec![header("accept", "*/*")], body: text("one\ntwo", 7) },
            answer: Ok((503, WireMessage { headers: vec![header("x", "\u{1b}[2J")], body: text("be", 5) })),
        };
        let shown = anstream::adapter::strip_str(&rendered(&exchange)).to_string();
        assert_eq!(
            shown,
            "> POST http://h/a  attempt 2\n> accept: */*\n>\n> one\n> two\n< 503  3ms\n< x: \\u{1b}[2J\n<\n< be\n< … of 5 bytes\n"
        );
        let failed = Exchange { answer: Err("ECONNREFUSED".into()), ..exchange };
        assert!(rendered(&failed).contains("ECONNREFUSED"));
    }
}
