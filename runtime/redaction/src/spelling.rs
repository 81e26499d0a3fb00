//! What is looked for in the place of one secret: itself, and what encoders make of it that nothing undoes on the way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Pieces of base64 that are shorter than this are left: they say little, and stand in other texts by chance.
const SHORTEST_BASE64_PIECE: usize = 8;

/// A text that stands for a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) text: String,
    pub(crate) edges: Edges,
}

/// What beside a spelling belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edges {
    /// Nothing.
    Exact,
    /// It is hidden only where it is a word of its own.
    Word,
    /// Base64 whose first or last character holds bits of a neighbour, too.
    Base64 {
        /// The character before it holds bits of the secret.
        before: bool,
        /// The character after it does.
        after: bool,
    },
}

/// The spellings of a value. `within_words`: it is hidden also as a part of a longer word.
pub(crate) fn spellings(value: &str, within_words: bool) -> Vec<Spelling> {
    let edges = if within_words { Edges::Exact } else { Edges::Word };
    let mut found = vec![Spelling { text: value.to_owned(), edges }];
    found.push(Spelling { text: hexadecimal(value.as_bytes()), edges });
    if within_words {
        (0..3).for_each(|offset| base64_piece(value, offset, &mut found));
    } else {
        // A short value is looked for as the whole of what was encoded.
        let whole = STANDARD_NO_PAD.encode(value);
        add_both_alphabets(&whole, Edges::Word, &mut found);
    }
    found
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What of the base64 of a longer text is the value's alone, where `offset` bytes (modulo 3) stand before it.
fn base64_piece(value: &str, offset: usize, found: &mut Vec<Spelling>) {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(value.as_bytes());
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    // A character is six bits: the first one that holds none of a neighbour, and the last one.
    let (first, last) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    let Some(piece) = encoded.get(first..last).filter(|piece| piece.len() >= SHORTEST_BASE64_PIECE) else {
        return;
    };
    let edges = Edges::Base64 { before: offset > 0, after: !(bytes.len() * 8).is_multiple_of(6) };
    add_both_alphabets(piece, edges, found);
}

fn add_both_alphabets(text: &str, edges: Edges, found: &mut Vec<Spelling>) {
    let for_urls = text.replace('+', "-").replace('/', "_");
    if for_urls != text {
        found.push(Spelling { text: for_urls, edges });
    }
    found.push(Spelling { text: text.to_owned(), edges });
}
