//! Columns for people.

use anstyle::Style;

use super::style::{DIM, clean, paint};
use super::width::{self, columns, lines};

/// Rows of cells; each column is as wide as its widest cell. Where that is wider than lines may be, long cells go on below; and
/// where words are too long for that, each row becomes a few lines of its own.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

type Cell = (Style, String);

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
        self.render_within(columns())
    }

    fn render_within(&self, columns: Option<usize>) -> String {
        let natural = self.widths(width::width);
        let gaps = GAP * natural.len().saturating_sub(1);
        let Some(columns) = columns.filter(|columns| natural.iter().sum::<usize>() + gaps > *columns) else {
            return self.rows.iter().map(|row| rendered(row, &natural)).collect();
        };
        let longest_word = |text: &str| text.split(' ').map(width::width).max().unwrap_or(0);
        let least = self.widths(longest_word);
        match fitted(natural, &least, columns.saturating_sub(gaps)) {
            Some(widths) => self.rows.iter().map(|row| wrapped(row, &widths)).collect(),
            None => self.records(columns),
        }
    }

    /// The largest measure of each column.
    fn widths(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let of = |column| self.rows.iter().filter_map(move |row: &Vec<Cell>| row.get(column));
        (0..count).map(|column| of(column).map(|(_, text)| measure(text)).max().unwrap_or(0)).collect()
    }

    /// Each row as lines of its own: the first cell, and below it the others, each with the name of its column.
    fn records(&self, columns: usize) -> String {
        let [heading, rows @ ..] = self.rows.as_slice() else { return String::new() };
        let names = heading.iter().map(|(_, name)| width::width(name)).max().unwrap_or(0);
        let mut text = String::new();
        for row in rows {
            for (index, ((style, cell), (name_style, name))) in row.iter().zip(heading).enumerate() {
                if index == 0 {
                    text.push_str(&format!("{}\n", paint(*style, cell)));
                } else if !cell.is_empty() {
                    let padding = " ".repeat(names.saturating_sub(width::width(name)) + GAP);
                    let others = " ".repeat(GAP + names + GAP);
                    let room = columns.saturating_sub(others.len()).max(1);
                    let value: Vec<String> =
                        lines(cell, room, "", "").iter().map(|line| paint(*style, line)).collect();
                    let value = value.join(&format!("\n{others}"));
                    text.push_str(&format!("  {}{padding}{value}\n", paint(*name_style, name)));
                }
            }
        }
        text
    }
}

/// Widths that fit into so many columns, none smaller than the least: the widest columns give way. `None` where nothing fits.
fn fitted(mut widths: Vec<usize>, least: &[usize], columns: usize) -> Option<Vec<usize>> {
    while widths.iter().sum::<usize>() > columns {
        let can_give = widths.iter_mut().zip(least).filter(|(width, least)| **width > **least);
        let (widest, _) = can_give.max_by_key(|(width, _)| **width)?;
        *widest -= 1;
    }
    Some(widths)
}

/// A row whose cells go on below.
fn wrapped(row: &[Cell], widths: &[usize]) -> String {
    let cells: Vec<(Style, Vec<String>)> = row
        .iter()
        .zip(widths)
        .map(|((style, text), width)| (*style, lines(text, (*width).max(1), "", "")))
        .collect();
    let height = cells.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let line = |number: usize| -> Vec<Cell> {
        cells.iter().map(|(style, lines)| (*style, lines.get(number).cloned().unwrap_or_default())).collect()
    };
    (0..height).map(|number| rendered(&line(number), widths)).collect()
}

/// One line.
fn rendered(row: &[Cell], widths: &[usize]) -> String {
    let (mut text, mut pending) = (String::new(), 0);
    for ((style, cell), column_width) in row.iter().zip(widths) {
        let width = width::width(cell);
        if width > 0 {
            text.push_str(&" ".repeat(pending));
            text.push_str(&paint(*style, cell));
            pending = 0;
        }
        pending += column_width.saturating_sub(width) + GAP;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> (Style, String) {
        (Style::new(), text.to_owned())
    }

    fn within(table: &Table, columns: Option<usize>) -> String {
        anstream::adapter::strip_str(&table.render_within(columns)).to_string()
    }

    #[test]
    fn columns_line_up_and_lines_end_without_space() {
        let mut table = Table::new(&["id", "kind", "note"]);
        table.row([plain("a-long-id"), plain("x"), plain("")]);
        table.row([plain("b"), plain(""), plain("seen\ntwice")]);
        let text = "id         kind  note\na-long-id  x\nb                seen twice\n";
        assert_eq!((within(&table, None), within(&table, Some(60))), (text.to_owned(), text.to_owned()));
    }

    #[test]
    fn long_cells_go_on_below_where_their_words_fit() {
        let mut table = Table::new(&["name", "description"]);
        table.row([plain("acme/setup"), plain("Registers a webhook in the new account")]);
        table.row([plain("acme/clean"), plain("")]);
        let expected = "name        description\nacme/setup  Registers a webhook in\n            the new account\nacme/clean\n";
        assert_eq!(within(&table, Some(34)), expected);
    }

    #[test]
    fn rows_of_long_words_become_lines_of_their_own() {
        let mut table = Table::new(&["run", "function", "took", ""]);
        table.row([
            plain("01a2257f-2748-761b-8d15-79e09d76d710"),
            plain("acme/validate"),
            plain(""),
            plain("x"),
        ]);
        let expected = "01a2257f-2748-761b-8d15-79e09d76d710\n  function  acme/validate\n            x\n";
        assert_eq!(within(&table, Some(50)), expected);
    }
}
