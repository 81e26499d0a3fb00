//! The escapes of JSON and JavaScript. What is no escape there, but one in a language like them, is undone as well.

use super::unescaped::{Unescaped, hexadecimal};

pub(super) fn read(bytes: &[u8]) -> Option<(usize, Unescaped)> {
    let rest = bytes.get(2..).unwrap_or_default();
    let plain = |byte| Some((2, Unescaped::byte(byte)));
    match *bytes.get(1)? {
        b'u' => unicode(rest).map(|(length, character)| (length + 2, Unescaped::character(character))),
        b'U' => Some((10, Unescaped::character(char::from_u32(hexadecimal(rest.get(..8)?)?)?))),
        // A byte: languages that write characters this way write only those of ASCII.
        b'x' => Some((4, Unescaped::byte(u8::try_from(hexadecimal(rest.get(..2)?)?).ok()?))),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'b' => plain(8),
        b'f' => plain(12),
        b'v' => plain(11),
        b'0' if !rest.first().is_some_and(u8::is_ascii_digit) => plain(0),
        mark if mark.is_ascii_punctuation() => plain(mark),
        _ => None,
    }
}

/// What follows `\u`: four digits, two times four for what has no place in four, or any number in braces.
fn unicode(rest: &[u8]) -> Option<(usize, char)> {
    if let [b'{', digits @ ..] = rest {
        let end = digits.iter().take(8).position(|byte| *byte == b'}').filter(|end| *end > 0)?;
        return Some((end + 2, char::from_u32(hexadecimal(digits.get(..end)?)?)?));
    }
    let first = hexadecimal(rest.get(..4)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((4, character));
    }
    let second = match rest.get(4..)? {
        [b'\\', b'u', digits @ ..] => hexadecimal(digits.get(..4)?)?,
        _ => return None,
    };
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((10, character))
}
