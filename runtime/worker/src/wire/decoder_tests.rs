use onevent_contract::{Frame, LogLevel, Timings, Usage};
use onevent_engine::process::{ChildEnd, Settled};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn log(message: &str) -> FromChild {
    FromChild::Log {
        level: LogLevel::Info,
        message: message.into(),
        meta: Some(serde_json::json!({"a": [1]})),
    }
}

fn read_all(bytes: &[u8], piece: usize) -> Result<Vec<(u32, FromChild)>, WireError> {
    let mut decoder = Decoder::default();
    let mut read = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        decoder.buffer().extend_from_slice(piece);
        while let Some((run, _, message)) = decoder.next()? {
            read.push((run, message));
        }
    }
    Ok(read)
}

#[test]
fn frames_arrive_whole_however_they_are_cut() {
    // A frame of an arrow function has no name: what is left out where it is `None` must cross all the same.
    let frame = |function: Option<&str>| Frame {
        file: "a.ts".into(),
        line: 1,
        column: 2,
        function: function.map(str::to_owned),
    };
    let (message, exception) = ("later".to_owned(), "TypeError: later".to_owned());
    let settled = Settled::Uncaught { message, exception, frames: vec![frame(None), frame(Some("f"))] };
    let end = ChildEnd { settled, usage: Usage::default(), timings: Timings::default() };
    let sent = [
        (0, FromChild::Ready(Vec::new())),
        (1, FromChild::End(Box::new(end))),
        (1, log("one")),
        (1, log(&"two".repeat(50_000))),
    ];
    let bytes: Vec<u8> = sent.iter().flat_map(|(run, message)| message.frame(*run).unwrap()).collect();
    for piece in [1, 7, 4096, bytes.len()] {
        assert_eq!(read_all(&bytes, piece).unwrap(), sent, "{piece}");
    }
}

#[test]
fn a_header_that_promises_too_much_is_refused_before_anything_is_kept() {
    for (kind, length) in [(1, 20_000), (3, 2 << 20), (5, u32::MAX), (2, u32::MAX)] {
        let head = Header { length, kind, run: 1 }.bytes();
        assert!(matches!(read_all(&head, 9), Err(WireError::TooLong { .. })), "{kind}");
    }
    let unknown = Header { length: 0, kind: 9, run: 1 }.bytes();
    assert_eq!(read_all(&unknown, 9), Err(WireError::UnknownKind(9)));
    let mut decoder = Decoder::default();
    let promised = Header { length: 60 << 20, kind: 2, run: 1 }.bytes();
    decoder.buffer().extend_from_slice(&promised);
    assert_eq!(decoder.next(), Ok(None));
    assert!(decoder.buffer().capacity() < 1_024, "it grows with what has come");
}

#[test]
fn a_message_of_another_kind_or_with_something_behind_it_is_refused() {
    let mut other = log("a").frame(1).unwrap();
    other[4] = 4;
    assert_eq!(read_all(&other, 4096), Err(WireError::Unreadable));
    let mut longer = FromChild::Ready(Vec::new()).frame(0).unwrap();
    longer[0] += 1;
    longer.push(0);
    assert_eq!(read_all(&longer, 4096), Err(WireError::Unreadable));
}

#[test]
fn what_is_too_long_is_not_sent() {
    assert!(matches!(log(&"x".repeat(2 << 20)).frame(1), Err(WireError::TooLong { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..512), piece in 1_usize..64) {
        let _ = read_all(&bytes, piece);
    }

    #[test]
    fn any_bytes_behind_a_header_that_may_be_are_read_or_refused(
        kind in 1_u8..6, payload in vec(any::<u8>(), 0..600),
    ) {
        let header = Header { length: payload.len() as u32, kind, run: 1 };
        let bytes = [&header.bytes()[..], &payload].concat();
        let read = read_all(&bytes, 4096);
        prop_assert!(!matches!(read, Ok(messages) if messages.is_empty()));
    }

    #[test]
    fn a_frame_with_one_byte_changed_is_read_or_refused(at in 0_usize..60, with in any::<u8>()) {
        let mut bytes = log("a message of some length").frame(7).unwrap();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        let _ = read_all(&bytes, 4096);
    }
}
