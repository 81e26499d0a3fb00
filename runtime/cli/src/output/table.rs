//! Columns for people.

use anstyle::Style;

use super::style::{DIM, clean, paint};

/// Rows of cells; each column is as wide as its widest cell.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<(Style, String)>>,
}

/// Between two columns.
const GAP: usize = 2;

impl Table {
    /// A table with a heading.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|text| (DIM, (*text).to_owned())).collect()] }
    }

    /// Adds a row. Cells may come from anywhere; they are made safe for a terminal, and one line each.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = (Style, String)>) {
        let cell = |(style, text): (Style, String)| (style, clean(&text).replace(['\n', '\t'], " "));
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The lines. Trailing space is left out.
    pub(crate) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|c| self.rows.iter().filter_map(|row| row.get(c)).map(width).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut pending = 0;
            for (cell, column_width) in row.iter().zip(&widths) {
                if width(cell) > 0 {
                    text.push_str(&" ".repeat(pending));
                    text.push_str(&paint(cell.0, &cell.1));
                    pending = 0;
                }
                pending += column_width.saturating_sub(width(cell)) + GAP;
            }
            text.push('\n');
        }
        text
    }
}

fn width(cell: &(Style, String)) -> usize {
    cell.1.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_end_without_space() {
        let plain = |text: &str| (Style::new(), text.to_owned());
        let mut table = Table::new(&["id", "kind", "note"]);
        table.row([plain("a-long-id"), plain("x"), plain("")]);
        table.row([plain("b"), plain(""), plain("seen\ntwice")]);
        let text = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(text, "id         kind  note\na-long-id  x\nb                seen twice\n");
    }
}
