//! Two charts above each other: throughput and latency against the number of callers.

use std::fmt::Write as _;

use super::table::number;
use crate::figures::{Figures, Row};
use crate::peer::Peer;
use crate::workload::Workload;

const WIDTH: f64 = 720.0;
const PLOT: f64 = 220.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const COLOURS: [&str; 4] = ["#9ca3af", "#2563eb", "#dc2626", "#059669"];

/// One line: who, and a value for each number of callers.
struct Line {
    peer: Peer,
    points: Vec<(f64, f64)>,
}

/// Both charts.
pub(crate) fn curve(rows: &[Row]) -> String {
    let height = 2.0 * (PLOT + 60.0) + 30.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    plot(&mut svg, 40.0, "runs in a second", &lines(rows, |figures| figures.per_second.median));
    plot(
        &mut svg,
        PLOT + 100.0,
        "p99 latency in milliseconds",
        &lines(rows, |figures| figures.p99_ms.median),
    );
    svg.push_str("</svg>\n");
    svg
}

fn lines(rows: &[Row], value: fn(&Figures) -> f64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in rows.iter().filter(|row| row.workload == Workload::Curve) {
        let Ok(figures) = &row.figures else { continue };
        let point = (row.setting as f64, value(figures));
        match lines.iter_mut().find(|line| line.peer == row.peer) {
            Some(line) => line.points.push(point),
            None => lines.push(Line { peer: row.peer, points: vec![point] }),
        }
    }
    lines
}

/// Callers grow by doubling, so their axis is a logarithm's; the other starts at zero.
fn plot(svg: &mut String, top: f64, title: &str, lines: &[Line]) {
    let points = || lines.iter().flat_map(|line| &line.points);
    let most = points().map(|(x, _)| *x).fold(2.0, f64::max);
    let highest = points().map(|(_, y)| *y).fold(f64::MIN_POSITIVE, f64::max);
    let x = |callers: f64| LEFT + (WIDTH - LEFT - RIGHT) * callers.max(1.0).ln() / most.ln();
    let y = |value: f64| top + PLOT * (1.0 - value / highest);
    let bottom = top + PLOT;
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{:.1}\" font-weight=\"bold\">{title}</text>", top - 14.0);
    for share in [0.0, 0.5, 1.0] {
        let (height, label) = (y(highest * share), number(highest * share));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{height:.1}\" y2=\"{height:.1}\" stroke=\"#e5e7eb\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            height + 4.0,
        );
    }
    for (callers, _) in lines.first().map(|line| line.points.as_slice()).unwrap_or_default() {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\">{callers}</text>",
            x(*callers),
            bottom + 16.0,
        );
    }
    for (place, (line, colour)) in lines.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let path: Vec<String> = line
            .points
            .iter()
            .map(|(callers, value)| format!("{:.1},{:.1}", x(*callers), y(*value)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
            path.join(" "),
            LEFT + 170.0 + place as f64 * 150.0,
            bottom + 34.0,
            line.peer.title(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Sample, rows};
    use crate::protocol::Batch;

    #[test]
    fn every_subject_has_a_line_through_its_callers() {
        let sample = |peer, callers: usize, wall_ms| {
            let batch = Batch { wall_ms, latencies_ms: vec![1.0; 10], ..Batch::default() };
            Sample::of((Workload::Curve, callers, peer, 0), &batch, 1.0, None)
        };
        let samples = [
            sample(Peer::NangoWay, 1, 20.0),
            sample(Peer::NangoWay, 1_000, 10.0),
            sample(Peer::Onevent, 1, 40.0),
            sample(Peer::Onevent, 1_000, 20.0),
        ];
        let svg = curve(&rows(&samples));
        assert_eq!(svg.matches("<polyline").count(), 4);
        // The highest throughput is at the top of its plot, half of it in the middle.
        assert!(svg.contains("points=\"70.0,150.0 700.0,40.0\""), "{svg}");
        assert!(svg.contains(">1000</text>"), "{svg}");
    }
}
