//! What a run tells at its end: scores, rate and time at each quality.

use std::fmt::Write as _;

use crate::rd::points::Point;

/// The means at each quality, ascending: the calibration of the quality scale.
pub(crate) fn by_quality(points: &[&Point], qualities: &[f64]) -> String {
    let mut out = format!(
        "{:>6} {:>5} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8}\n",
        "q", "n", "SSIM2", "SSIM2-q", "bpp", "BA-3", "PSNR-Y", "PSNR-RGB", "enc s", "max enc s", "dec s"
    );
    for &q in qualities {
        let at: Vec<_> = points.iter().filter(|p| p.q == q).collect();
        let mean = |f: &dyn Fn(&Point) -> Option<f64>| -> Option<f64> {
            let values: Vec<f64> = at.iter().filter_map(|p| f(p)).filter(|v| v.is_finite()).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let cell = |v: Option<f64>, digits: usize| v.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
        let ssim2 = mean(&|p| p.scores.ssim2);
        let slowest = at.iter().filter_map(|p| p.enc_s).max_by(f64::total_cmp);
        let _ = writeln!(
            out,
            "{q:>6} {:>5} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8}",
            at.len(),
            cell(ssim2, 2),
            ssim2.map_or("-".to_owned(), |s| format!("{:+.2}", s - q)),
            cell(mean(&|p| Some(p.bpp)), 4),
            cell(mean(&|p| p.scores.ba_p3), 3),
            cell(mean(&|p| p.scores.psnr_y), 2),
            cell(mean(&|p| p.scores.psnr_rgb), 2),
            cell(mean(&|p| p.enc_s), 3),
            cell(slowest, 3),
            cell(mean(&|p| p.dec_s), 4)
        );
    }
    out
}
