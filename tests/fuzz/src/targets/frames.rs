//! What a child process says, read by a parent that trusts nothing of it.
//!
//! An input is a byte, of which the length of the pieces is made in which it comes, and a stream of frames.

use onevent_worker::fuzzing;

use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "frames",
    run,
    words: &[
        "\0\0\0\0\u{1}\0\0\0\0",
        "\u{9}\0\0\0\u{2}\u{1}\0\0\0",
        "\u{10}\0\0\0\u{3}\u{1}\0\0\0",
        "\u{10}\0\0\0\u{4}\u{1}\0\0\0",
        "\u{40}\0\0\0\u{5}\u{1}\0\0\0",
        "\0",
        "\u{1}",
        "\u{2}",
        "\u{7f}",
        "{\"a\":",
        "null",
        "[",
        "GET",
        "https://example.com/",
        "warn",
    ],
    seeds,
};

/// A frame may hold memory in proportion to what has come: so many bytes for each.
const ROOM_FOR_EACH_BYTE: usize = 4;
/// What a decoder may hold beside that.
const ROOM: usize = 128 * 1024;

fn run(input: &[u8]) {
    let Some((piece, stream)) = input.split_first() else { return };
    let whole = fuzzing::read_frames(stream, stream.len().max(1));
    let in_pieces = fuzzing::read_frames(stream, usize::from(*piece).max(1));
    assert_eq!(whole.error, in_pieces.error, "however it is cut");
    assert_eq!(whole.frames, in_pieces.frames, "however it is cut");
    assert!(
        whole.room <= ROOM + stream.len() * ROOM_FOR_EACH_BYTE,
        "{} bytes for {}",
        whole.room,
        stream.len()
    );
    let again: Vec<u8> = whole.frames.concat();
    assert_eq!(
        fuzzing::read_frames(&again, 4096).frames,
        whole.frames,
        "what was read is written as it is read"
    );
}

fn seeds() -> Vec<Vec<u8>> {
    let frames = fuzzing::examples();
    let all = frames.concat();
    let each = frames.into_iter().chain([all]);
    each.map(|frame| [vec![7], frame].concat()).collect()
}
