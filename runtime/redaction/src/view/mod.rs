//! A text as it reads once its escapes are undone, with the way back to where each byte came from.
//!
//! Undoing an escape finds it in every alphabet and case, and also where a program escaped more than it had to. No crate
//! was found that decodes and keeps the places.

mod backslash;
mod entity;
mod percent;
mod unescaped;

use std::borrow::Cow;
use std::ops::Range;

use self::unescaped::Unescaped;

/// One way of escaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// `%2F`, as in URLs; `%u002F` as well.
    Percent,
    /// The same with `+` for a space, as in forms.
    Form,
    /// `\/`, `\u002f`, `\x2f`, `\n`: JSON, JavaScript, and what is like them.
    Backslash,
    /// The same with `/` for each `\\`, as paths of URLs have it.
    Slash,
    /// `&amp;`, `&#47;`, `&#x2f;`: HTML and XML.
    Entity,
    /// Lines that were broken, as in mail and in keys.
    LineBreaks,
}

impl Escaping {
    /// Whether an escape may begin with this byte.
    fn begins_with(self, byte: u8) -> bool {
        match self {
            Self::Percent => byte == b'%',
            Self::Form => matches!(byte, b'%' | b'+'),
            Self::Backslash => byte == b'\\',
            Self::Slash => byte == b'/',
            Self::Entity => byte == b'&',
            Self::LineBreaks => matches!(byte, b'\r' | b'\n'),
        }
    }

    /// The escape at the beginning of `bytes`: its length, and what it stands for.
    fn read(self, bytes: &[u8]) -> Option<(usize, Unescaped)> {
        match (self, bytes) {
            (Self::Form, [b'+', ..]) => Some((1, Unescaped::byte(b' '))),
            (Self::Percent | Self::Form, _) => percent::read(bytes),
            (Self::Backslash, _) | (Self::Slash, [_, b'"' | b'/' | b'u', ..]) => backslash::read(bytes),
            (Self::Slash, _) => None,
            (Self::Entity, _) => entity::read(bytes),
            (Self::LineBreaks, _) => Some((1, Unescaped::NOTHING)),
        }
    }
}

/// From here on, bytes came from there.
#[derive(Debug, Clone, Copy)]
struct Piece {
    at: usize,
    source: usize,
    /// Whether the bytes were an escape, which came as one.
    escape: bool,
}

/// A text with one way of escaping undone.
#[derive(Debug)]
pub(crate) struct View<'t> {
    pub(crate) bytes: Cow<'t, [u8]>,
    pieces: Vec<Piece>,
    source_length: usize,
}

impl<'t> View<'t> {
    /// The text as it stands.
    pub(crate) fn plain(text: &'t str) -> Self {
        Self { bytes: Cow::Borrowed(text.as_bytes()), pieces: Vec::new(), source_length: text.len() }
    }

    /// The bytes with these escapes undone; `None` where there are none.
    pub(crate) fn unescaped(source: &[u8], escaping: Escaping) -> Option<View<'static>> {
        let mut from = source.iter().position(|byte| escaping.begins_with(*byte))?;
        let mut bytes = source.get(..from)?.to_vec();
        let mut pieces = vec![Piece { at: 0, source: 0, escape: false }];
        let mut found = false;
        while let Some(rest) = source.get(from..).filter(|rest| !rest.is_empty()) {
            let escape =
                rest.first().filter(|byte| escaping.begins_with(**byte)).and_then(|_| escaping.read(rest));
            let Some((length, unescaped)) = escape else {
                let next = rest.iter().skip(1).position(|byte| escaping.begins_with(*byte));
                let plain = next.map_or(rest.len(), |next| next + 1);
                bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
                from += plain;
                continue;
            };
            pieces.push(Piece { at: bytes.len(), source: from, escape: true });
            bytes.extend_from_slice(unescaped.as_slice());
            from += length;
            pieces.push(Piece { at: bytes.len(), source: from, escape: false });
            found = true;
        }
        found.then_some(View { bytes: Cow::Owned(bytes), pieces, source_length: source.len() })
    }

    /// Where a range of this view came from.
    pub(crate) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.saturating_sub(1);
        let start = self.piece(range.start);
        let start = start.map_or(range.start, |(piece, _)| match piece.escape {
            true => piece.source,
            false => piece.source + (range.start - piece.at),
        });
        let end = self.piece(last).map_or(range.end, |(piece, next)| match piece.escape {
            true => next.map_or(self.source_length, |next| next.source),
            false => piece.source + (range.end - piece.at),
        });
        start..end
    }

    /// The piece that holds this byte, and the one after it.
    fn piece(&self, at: usize) -> Option<(Piece, Option<Piece>)> {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        let piece = *self.pieces.get(next.checked_sub(1)?)?;
        Some((piece, self.pieces.get(next).copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(escaping: Escaping, escaped: &str, plain: &str) {
        match View::unescaped(escaped.as_bytes(), escaping) {
            None => assert_eq!(escaped, plain),
            Some(view) => assert_eq!(String::from_utf8_lossy(&view.bytes), plain, "{escaped}"),
        }
    }

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        use Escaping::*;
        for (escaping, escaped, plain) in [
            (Percent, "a%2Fb%2fc+%c3%A9", "a/b/c+é"),
            (Percent, "100% %zz %4", "100% %zz %4"),
            (Percent, "%u00e9%41%", "éA%"),
            (Form, "a+b%2B", "a b+"),
            (Backslash, r#"\"\\\/\n\u00E9\ud83d\ude00\x41\u{1f600}\'"#, "\"\\/\né😀A😀'"),
            (Backslash, r"\ud83d \q \u12 \x", r"\ud83d \q \u12 \x"),
            (Backslash, "\\", "\\"),
            (Slash, "a//b/u00e9/\"/t/", "a/bé\"/t/"),
            (Entity, "&amp;&lt;&gt;&quot;&apos;&#39;&#x27;&#X2f;&#047;&eacute;", "&<>\"'''//&eacute;"),
            (
                Entity,
                "a & b &amp &#; &#x; &#xd800; &#99999999999;",
                "a & b &amp &#; &#x; &#xd800; &#99999999999;",
            ),
            (LineBreaks, "ab\r\ncd\n", "abcd"),
        ] {
            check(escaping, escaped, plain);
        }
    }

    #[test]
    fn every_range_leads_back_to_whole_escapes() {
        let view = View::unescaped(b"xx%41%42yy%43", Escaping::Percent).unwrap();
        assert_eq!(view.bytes.as_ref(), b"xxAByyC");
        for (range, source) in
            [(0..2, 0..2), (1..3, 1..5), (2..3, 2..5), (3..5, 5..9), (4..7, 8..13), (6..7, 10..13)]
        {
            assert_eq!(view.source(&range), source, "{range:?}");
        }
        let view = View::unescaped(b"a\nb\n", Escaping::LineBreaks).unwrap();
        assert_eq!(view.source(&(0..2)), 0..3);
    }
}
