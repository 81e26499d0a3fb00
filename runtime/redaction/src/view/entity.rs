//! The escapes of HTML and XML: numbers, and the names that encoders write.

use super::unescaped::{Unescaped, hexadecimal};

/// The longest escape that is looked at: zeros before a number are allowed, endless ones are not.
const LONGEST: usize = 12;

const NAMES: [(&[u8], char); 6] =
    [(b"amp", '&'), (b"lt", '<'), (b"gt", '>'), (b"quot", '"'), (b"apos", '\''), (b"nbsp", '\u{a0}')];

pub(super) fn read(bytes: &[u8]) -> Option<(usize, Unescaped)> {
    let end = bytes.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let character = match bytes.get(1..end)? {
        [b'#', b'x' | b'X', digits @ ..] if !digits.is_empty() => char::from_u32(hexadecimal(digits)?)?,
        [b'#', digits @ ..] if !digits.is_empty() => char::from_u32(decimal(digits)?)?,
        name => NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known))?.1,
    };
    Some((end + 1, Unescaped::character(character)))
}

fn decimal(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}
