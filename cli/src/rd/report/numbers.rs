//! Numbers as people read them.

use crate::rd::analysis::summary::NOISE;

/// A signed percentage with one decimal, a typographic minus and no sign on nothing.
pub(crate) fn percent(value: f64) -> String {
    let text = format!("{:.1}", value.abs());
    match value {
        v if v.abs() < NOISE || text == "0.0" => "0.0".to_owned(),
        v if v < 0.0 => format!("\u{2212}{text}"),
        _ => format!("+{text}"),
    }
}

/// A difference with its sign and three decimals.
pub(crate) fn difference(value: f64) -> String {
    let text = format!("{value:+.3}");
    if text.ends_with("0.000") { "0.000".to_owned() } else { text.replace('-', "\u{2212}") }
}

/// A time with two digits that count, in the unit that suits it.
pub(crate) fn seconds(value: f64) -> String {
    let (value, unit) = match value {
        v if v >= 1.0 => (v, "s"),
        v if v >= 1e-3 => (v * 1e3, "ms"),
        v => (v * 1e6, "\u{b5}s"),
    };
    format!("{} {unit}", two_digits(value))
}

/// A size with three digits that count.
pub(crate) fn kilobytes(bytes: f64) -> String {
    match bytes / 1e3 {
        k if k >= 99.95 => format!("{k:.0} kB"),
        k if k >= 9.995 => format!("{k:.1} kB"),
        k => format!("{k:.2} kB"),
    }
}

/// A number with two digits that count.
pub(crate) fn two_digits(value: f64) -> String {
    match value {
        v if v >= 9.95 => format!("{v:.0}"),
        v if v >= 0.995 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// A number and its noun.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_count() {
        assert_eq!(
            [-0.5, 12.3456, -0.0004].map(difference),
            ["\u{2212}0.500".to_owned(), "+12.346".into(), "0.000".into()]
        );
        assert_eq!(
            (percent(-15.14), percent(3.0), percent(-0.04)),
            ("\u{2212}15.1".into(), "+3.0".into(), "0.0".into())
        );
        assert_eq!((seconds(0.7), seconds(0.0112), seconds(35.98)), ("700 ms".into(), "11 ms".into(), "36 s".into()));
        assert_eq!((kilobytes(41_312.0), kilobytes(120_400.0)), ("41.3 kB".into(), "120 kB".into()));
        assert_eq!((seconds(2.04), seconds(0.000_25)), ("2.0 s".into(), "250 \u{b5}s".into()));
    }
}
