//! What several targets take an input apart with.

use std::borrow::Cow;

/// Between the parts of an input: a line of its own.
pub(crate) const BETWEEN: &str = "\n---\n";

/// An input as text.
pub(crate) fn text(input: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(input)
}

/// The parts of a text, so many; those that it lacks are empty.
pub(crate) fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.splitn(N, BETWEEN);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
