//! `%2F`, and `%u002F` as JavaScript's `escape` writes it.

use super::unescaped::{Unescaped, hexadecimal};

pub(super) fn read(bytes: &[u8]) -> Option<(usize, Unescaped)> {
    if let [b'%', b'u' | b'U', digits @ ..] = bytes {
        let character = char::from_u32(hexadecimal(digits.get(..4)?)?)?;
        return Some((6, Unescaped::character(character)));
    }
    let value = hexadecimal(bytes.get(1..3)?)?;
    Some((3, Unescaped::byte(u8::try_from(value).ok()?)))
}
