//! Where the author wrote what stands at a place of a module's code.

use deno_ast::swc::sourcemap::SourceMap;

/// A line and a column, from 1, in the file of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAt {
    /// The source as the map names it.
    pub source: Option<String>,
    /// Line.
    pub line: u32,
    /// Column in UTF-16 units.
    pub column: u32,
}

/// Where the author wrote what a source map (JSON) knows at that line and column, from 1; `None` where it knows nothing, or is none.
#[must_use]
pub fn written_at(map: &[u8], line: u32, column: u32) -> Option<WrittenAt> {
    let map = SourceMap::from_slice(map).ok()?;
    let token = map.lookup_token(line.checked_sub(1)?, column.checked_sub(1)?)?;
    if !token.has_source() {
        return None;
    }
    Some(WrittenAt {
        source: token.get_source().map(|source| source.to_string()),
        line: token.get_src_line() + 1,
        column: token.get_src_col() + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_led_back_and_what_is_no_map_leads_nowhere() {
        // The second line of the code was the fourth of `a.ts`.
        let map = br#"{"version":3,"sources":["a.ts"],"names":[],"mappings":";AAGA,IAAI"}"#;
        let written = written_at(map, 2, 6).unwrap();
        assert_eq!((written.source.as_deref(), written.line, written.column), (Some("a.ts"), 4, 5));
        assert_eq!(written_at(b"{}", 1, 1), None);
        assert_eq!(written_at(map, 0, 0), None);
    }
}
