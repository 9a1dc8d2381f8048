//! `kvant rd votes`: what the votes of blind tests come to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use csv::ReaderBuilder;

use crate::base::error::{CliError, Result};
use crate::base::names::{shown, visible};
use crate::base::print::print_text;
use crate::rd::args::VotesArgs;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// How often the first of two codecs was better, how often the second, and how often neither.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    first: u32,
    second: u32,
    same: u32,
}

/// Votes by pair, names in order.
type Counts = BTreeMap<(String, String), Count>;

/// Runs the command.
pub(crate) fn votes(args: &VotesArgs) -> Result<()> {
    let mut counts = Counts::new();
    for path in &args.votes {
        add(path, &mut counts)?;
    }
    if counts.is_empty() {
        return Err(CliError::Input("there are no votes".to_owned()));
    }
    print_text(&table(&counts))
}

/// Adds the votes of a file.
///
/// # Errors
/// [`CliError::Input`] names the file and the line.
fn add(path: &Path, counts: &mut Counts) -> Result<()> {
    let text = fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?;
    let fault = |what: String| CliError::Input(format!("{}: {what}", shown(path)));
    let mut reader = ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
    let column = |name: &str| {
        let at = header.iter().position(|column| column.trim() == name);
        at.ok_or_else(|| fault(format!("line 1: no column {name}")))
    };
    let (left, right, vote) = (column("left")?, column("right")?, column("vote")?);
    for record in reader.records() {
        let record = record.map_err(|e| fault(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let [left, right, vote] = [left, right, vote].map(|i| record.get(i).unwrap_or_default().trim());
        let swapped = left > right;
        let pair = if swapped { (right, left) } else { (left, right) };
        let count = counts.entry((pair.0.to_owned(), pair.1.to_owned())).or_default();
        match (vote, swapped) {
            ("same", _) => count.same += 1,
            ("left", false) | ("right", true) => count.first += 1,
            ("right", false) | ("left", true) => count.second += 1,
            (other, _) => return Err(fault(format!("line {line}: vote {other:?}; there are left, right, same"))),
        }
    }
    Ok(())
}

fn table(counts: &Counts) -> String {
    let mut text = String::new();
    for ((first, second), count) in counts {
        let (first, second) = (visible(first), visible(second));
        let decided = count.first + count.second;
        let _ = write!(text, "{first} against {second}: ");
        if decided > 0 {
            let (lo, hi) = wilson(count.first, decided);
            let share = 100.0 * f64::from(count.first) / f64::from(decided);
            let _ =
                write!(text, "better {share:.1} % of {decided} times (95 %: {:.1} to {:.1} %)", 100.0 * lo, 100.0 * hi);
        } else {
            text += "never better nor worse";
        }
        let _ = writeln!(text, ", the same {} times", count.same);
    }
    text
}

/// The interval of a proportion (Wilson 1927, Journal of the American Statistical Association 22).
fn wilson(wins: u32, n: u32) -> (f64, f64) {
    let (n, p) = (f64::from(n), f64::from(wins) / f64::from(n));
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - reach) / scale).max(0.0), ((middle + reach) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected values are those of statsmodels 0.15: `proportion_confint(k, n,
    /// method="wilson")`.
    #[test]
    fn intervals_are_wilsons() {
        for (wins, n, lo, hi) in WILSON {
            let (l, h) = wilson(wins, n);
            assert!((l - lo).abs() < 1e-6 && (h - hi).abs() < 1e-6, "{wins} of {n}: {l} to {h}");
        }
    }

    const WILSON: [(u32, u32, f64, f64); 3] =
        [(7, 10, 0.396_778_147, 0.892_208_733), (0, 5, 0.0, 0.434_482_465), (60, 100, 0.502_002_587, 0.690_598_714)];
}
