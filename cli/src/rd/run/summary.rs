//! What a run tells at its end: scores, rate and time at each quality.

use std::fmt::Write as _;

use crate::rd::analysis::grid::Grid;
use crate::rd::metric::{Panel, Transform};
use crate::rd::points::{ALL_THREADS, MEMORY, Point};
use crate::rd::scale::Scale;

/// The means at each scale and quality, ascending. Those of SSIMULACRA2 less the quality are the
/// calibration of our own scale.
pub(crate) fn by_quality(points: &[&Point], qualities: &[f64], scales: &[Scale], panel: &Panel) -> String {
    let mut grid = Grid { heading: ["q", "n", "bpp"].map(str::to_owned).to_vec(), ..Grid::default() };
    for metric in panel.iter() {
        grid.heading.push(metric.name.clone());
        if metric.key == CALIBRATED {
            grid.heading.push("less q".to_owned());
        }
    }
    grid.heading.extend(["enc s", "max enc s", "dec s"].map(str::to_owned));
    for (&scale, &q) in scales.iter().flat_map(|scale| qualities.iter().map(move |q| (scale, q))) {
        let at: Vec<_> = points.iter().filter(|p| p.q == q && p.scale() == scale).collect();
        let mean = |f: &dyn Fn(&Point) -> Option<f64>| -> Option<f64> {
            let values: Vec<f64> = at.iter().filter_map(|p| f(p)).filter(|v| v.is_finite()).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let cell = |v: Option<f64>, digits: usize| v.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
        let mut row = vec![
            if scale == Scale::FULL { q.to_string() } else { format!("{q} at {scale}") },
            at.len().to_string(),
            cell(mean(&|p| Some(p.bpp)), 4),
        ];
        for metric in panel.iter() {
            let score = mean(&|p| p.score(metric));
            row.push(cell(score, if metric.transform == Transform::Rising { 2 } else { 4 }));
            if metric.key == CALIBRATED {
                let less_q = score.filter(|_| scale == Scale::FULL).map(|s| format!("{:+.2}", s - q));
                row.push(less_q.unwrap_or_else(|| "-".to_owned()));
            }
        }
        let slowest = at.iter().filter_map(|p| p.enc_s).max_by(f64::total_cmp);
        row.extend([cell(mean(&|p| p.enc_s), 3), cell(slowest, 3), cell(mean(&|p| p.dec_s), 4)]);
        grid.rows.push(row);
    }
    grid.render()
}

/// The metric that the quality of our own scale is about.
const CALIBRATED: &str = "ssim2";

/// The most memory that any of the points took, and the mean times on all threads; empty where none
/// were measured.
pub(super) fn resources(points: &[&Point]) -> String {
    let values = |column: &str| -> Vec<f64> { points.iter().filter_map(|p| p.extra(column)?.parse().ok()).collect() };
    let mut out = String::new();
    if let [Some(encode), Some(decode)] = MEMORY.map(|column| values(column).into_iter().max_by(f64::total_cmp)) {
        let _ = writeln!(out, "peak memory of a process: {encode:.0} MB to encode, {decode:.0} MB to decode, at most");
    }
    let [threads, encode, decode] = ALL_THREADS.map(values);
    if !encode.is_empty() && !decode.is_empty() {
        let mean = |seconds: &[f64]| seconds.iter().sum::<f64>() / seconds.len() as f64;
        let _ = writeln!(
            out,
            "on {} threads: {:.3} s to encode, {:.4} s to decode",
            threads[0],
            mean(&encode),
            mean(&decode)
        );
    }
    out
}
