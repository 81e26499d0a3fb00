//! A chart of bars: the CPU time of a run, by who runs it.

use std::fmt::Write as _;

use super::table::number;
use crate::figures::Row;
use crate::workload::Workload;

const WIDTH: f64 = 720.0;
const BAR: f64 = 22.0;
/// Where bars begin: titles stand before them.
const LEFT: f64 = 190.0;
/// What is left for a number behind the longest bar.
const RIGHT: f64 = 90.0;

/// The bars of these workloads with one caller.
pub(crate) fn bars(rows: &[Row], workloads: &[Workload]) -> String {
    let mut lines = Vec::new();
    for workload in workloads {
        lines.push((format!("{workload:?}: {}", workload.title()), None));
        let of = rows.iter().filter(|row| row.workload == *workload && row.setting == 1);
        for row in of {
            if let Ok(figures) = &row.figures {
                lines.push((row.peer.title().to_owned(), Some(figures.cpu_ms.median)));
            }
        }
    }
    let longest = lines.iter().filter_map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let height = lines.len() as f64 * BAR + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"10\" y=\"20\" font-weight=\"bold\">CPU time of a run in milliseconds, one caller</text>\n"
    );
    for (place, (title, value)) in lines.iter().enumerate() {
        let top = 30.0 + place as f64 * BAR;
        let text = top + BAR * 0.68;
        let title = escaped(title);
        match value {
            None => {
                let _ = writeln!(svg, "<text x=\"10\" y=\"{text:.1}\" fill=\"#555555\">{title}</text>");
            }
            Some(value) => {
                let width = (WIDTH - LEFT - RIGHT) * value / longest;
                let colour = if title.starts_with("onevent") { "#2563eb" } else { "#9ca3af" };
                let _ = writeln!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{text:.1}\" text-anchor=\"end\">{title}</text>\
                     <rect x=\"{LEFT}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>\
                     <text x=\"{:.1}\" y=\"{text:.1}\">{}</text>",
                    LEFT - 8.0,
                    top + 2.0,
                    BAR - 6.0,
                    LEFT + width + 6.0,
                    number(*value),
                );
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Text as XML has it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Sample, rows};
    use crate::peer::Peer;
    use crate::protocol::Batch;

    #[test]
    fn a_bar_is_as_long_as_its_share_of_the_longest() {
        let sample = |peer, cpu_ms| {
            let batch = Batch { wall_ms: 1.0, latencies_ms: vec![1.0], ..Batch::default() };
            Sample::of((Workload::W1, 1, peer, 0), &batch, cpu_ms, None)
        };
        let svg = bars(&rows(&[sample(Peer::NangoWay, 1.0), sample(Peer::Onevent, 4.0)]), &[Workload::W1]);
        assert!(svg.contains("width=\"440.0\"") && svg.contains("width=\"110.0\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3);
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
