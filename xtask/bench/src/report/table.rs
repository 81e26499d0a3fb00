//! Tables of Markdown.

use std::fmt::Write as _;

use crate::figures::{Figures, Row};
use crate::peer::Peer;
use crate::statistics::Spread;
use crate::workload::Workload;

/// A table for each workload.
pub(crate) fn tables(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut workloads: Vec<Workload> = rows.iter().map(|row| row.workload).collect();
    workloads.dedup();
    for workload in workloads {
        let _ = writeln!(text, "### {workload:?}: {}\n", workload.title());
        let (setting, reference) = (workload.setting(), Peer::reference(workload).title());
        let _ = writeln!(
            text,
            "| {setting} | | CPU of a run, ms | ÷ {reference} | runs/s | ÷ {reference} | p50, ms | p99, ms | refused |"
        );
        text.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for row in rows.iter().filter(|row| row.workload == workload) {
            let _ = writeln!(text, "| {} | {} | {} |", row.setting, row.peer.title(), cells(&row.figures));
        }
        text.push('\n');
    }
    text
}

fn cells(figures: &Result<Figures, String>) -> String {
    match figures {
        Err(why) => format!("void: {} | | | | | | ", why.replace('|', "\\|")),
        Ok(figures) => {
            let ratio = |ratio: Option<Spread>| ratio.map_or_else(String::new, spread);
            [
                spread(figures.cpu_ms),
                ratio(figures.cpu_ratio),
                spread(figures.per_second),
                ratio(figures.per_second_ratio),
                spread(figures.p50_ms),
                spread(figures.p99_ms),
                refused(figures.refused_percent),
            ]
            .join(" | ")
        }
    }
}

/// In percent; nothing where nothing was.
fn refused(percent: Spread) -> String {
    if percent.greatest > 0.0 { format!("{} %", number(percent.median)) } else { String::new() }
}

/// The median, and how far the rounds lie apart.
pub(crate) fn spread(spread: Spread) -> String {
    let Spread { median, least, greatest } = spread;
    format!("**{}** ({}–{})", number(median), number(least), number(greatest))
}

/// Three digits that count.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.1234, 9.876, 45.67, 1234.5].map(number), ["0.12", "9.88", "45.7", "1234"]);
    }

    #[test]
    fn a_void_figure_says_so_and_shows_no_number() {
        let figures = Err("saw a | b".to_owned());
        let row = Row { workload: Workload::W1, setting: 1, peer: Peer::Onevent, figures };
        let text = tables(&[row]);
        assert!(text.contains("### W1: an empty function"), "{text}");
        assert!(text.contains("| 1 | onevent | void: saw a \\| b | | | | | |"), "{text}");
    }

    #[test]
    fn a_figure_shows_its_spread() {
        let same = |median| Spread { median, least: median / 2.0, greatest: median * 2.0 };
        let figures = Figures {
            cpu_ms: same(10.0),
            cpu_ratio: Some(same(4.0)),
            per_second: same(100.0),
            per_second_ratio: None,
            p50_ms: same(1.0),
            p99_ms: same(2.0),
            refused_percent: same(12.0),
        };
        let row = Row { workload: Workload::W2, setting: 16, peer: Peer::Onevent, figures: Ok(figures) };
        let text = tables(&[row]);
        assert!(
            text.contains(
                "| 16 | onevent | **10.0** (5.00–20.0) | **4.00** (2.00–8.00) | **100** (50.0–200) |  |"
            ),
            "{text}"
        );
        assert!(text.contains("| **2.00** (1.00–4.00) | 12.0 % |"), "{text}");
    }
}
