//! A place in a text file, with the code around it.

use std::ops::Range;
use std::sync::Arc;

/// Where something is wrong: file, line and column, and the text itself where it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The path as the reader should see it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The file's text and the bytes to underline; absent where the text may hold secrets or is gone.
    pub excerpt: Option<Excerpt>,
}

/// A file's text with the part to underline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The whole text.
    pub text: Arc<str>,
    /// The bytes to underline; always on character boundaries and inside `text`.
    pub span: Range<usize>,
}

impl Location {
    /// The place of a byte range in `text`. A range that does not fit is moved to the nearest one that does.
    pub fn of_span(file: impl Into<String>, text: &Arc<str>, span: Range<usize>) -> Self {
        let start = boundary_before(text, span.start);
        let end = boundary_before(text, span.end.max(start));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self {
            file: file.into(),
            line: number(before.matches('\n').count() + 1),
            column: number(column),
            excerpt: Some(Excerpt { text: Arc::clone(text), span: start..end }),
        }
    }

    /// The place of a line and a column (characters, both from 1) in `text`; the word there is underlined.
    pub fn of_position(file: impl Into<String>, text: &Arc<str>, line: u32, column: u32) -> Self {
        let file = file.into();
        let Some(line_text) = text.split('\n').nth(index(line)) else {
            return Self { file, line, column, excerpt: None };
        };
        // Both slices are of one allocation, so the difference is the line's offset.
        let line_start = line_text.as_ptr() as usize - text.as_ptr() as usize;
        let rest = line_text.char_indices().nth(index(column)).map_or(line_text.len(), |(at, _)| at);
        let word = line_text
            .get(rest..)
            .unwrap_or_default()
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(line_text.len() - rest);
        let start = line_start + rest;
        Self {
            file,
            line,
            column,
            excerpt: Some(Excerpt { text: Arc::clone(text), span: start..start + word }),
        }
    }

    /// A place whose text is not shown.
    pub fn without_text(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line: number(line), column: number(column), excerpt: None }
    }

    /// The same place in another version of the text that differs in no byte's position.
    pub fn with_text(mut self, text: Arc<str>) -> Self {
        if let Some(excerpt) = &mut self.excerpt
            && text.len() == excerpt.text.len()
        {
            excerpt.text = text;
        }
        self
    }
}

fn boundary_before(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn index(one_based: u32) -> usize {
    usize::try_from(one_based.saturating_sub(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_and_a_position_name_the_same_place() {
        let text: Arc<str> = "first\nünder = line\n".into();
        let at = text.find("line").unwrap();
        let by_span = Location::of_span("f", &text, at..at + 4);
        assert_eq!((by_span.line, by_span.column), (2, 9));
        assert_eq!(Location::of_position("f", &text, 2, 9), by_span);
    }

    #[test]
    fn what_lies_outside_the_text_is_still_a_place() {
        let text: Arc<str> = "é".into();
        assert_eq!(Location::of_span("f", &text, 1..99).excerpt.unwrap().span, 0..2);
        assert_eq!(Location::of_position("f", &text, 7, 1).excerpt, None);
        assert_eq!(Location::of_position("f", &text, 1, 40).excerpt.unwrap().span, 2..2);
    }
}
