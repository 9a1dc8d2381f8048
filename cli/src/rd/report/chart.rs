//! One plot as files of their own, for documents: quality over size, the mean of a set.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::figures::set_plot;
use super::input::Input;
use super::plot::{Plot, colour_class, escape, mark_path};
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::rd::metric::Panel;
use crate::rd::points::{ByImage, by_codec};

/// Right and lower end of the legend in the plot's units: the curves leave that corner free.
const LEGEND: (f64, f64) = (424.0, 258.0);
/// Height of a line of it, and width of one character.
const LINE: f64 = 15.0;
const CHARACTER: f64 = 6.2;

/// What looks the same on light and on dark ground. There are no variables: not all that draws SVG
/// knows them.
const STYLE: &str = "\
text{font:11px system-ui,-apple-system,\"Segoe UI\",sans-serif}.mid{text-anchor:middle}.end{text-anchor:end}\
g path.line,path.grid,path.frame{fill:none}.line{stroke-width:1.8}.broken .line{stroke-dasharray:5 3}\
.grid{stroke-width:.6}.frame{stroke-width:1}.s0 .line{stroke-width:2.8}.legend .s0 text{font-weight:700}";

/// The ground that a chart is drawn for, with its colours: of text, faint things and rules, then of
/// the codecs. Those of the page, in `report.css`.
const THEMES: [(&str, [&str; 3], [&str; 8]); 2] = [
    (
        "light",
        ["#1a1d20", "#5a636b", "#d5dade"],
        ["#005ea8", "#c94f00", "#00805c", "#a8377e", "#8a6200", "#4a4f54", "#6a3fc4", "#8c1c1c"],
    ),
    (
        "dark",
        ["#e6e9ec", "#a3adb6", "#363d44"],
        ["#62b8f5", "#ff8f45", "#2fd0a0", "#ec8fca", "#eac53f", "#bcc4cb", "#b79cff", "#ff9c9c"],
    ),
];

/// The files of a chart, one for light and one for dark ground: the first metric that decides over
/// bits per pixel, within the scores that BD-rates are of, the mean over the pictures that all codecs of it have.
/// `shown` are these codecs as `NAME` or `LABEL=NAME`; all where there are none.
///
/// # Errors
/// [`CliError::Usage`] for a codec that was not measured, [`CliError::Input`] where no picture has
/// all codecs.
pub(crate) fn files(
    input: &Input,
    show: &[String],
    metrics: &[String],
    prefix: &Path,
) -> Result<Vec<(PathBuf, String)>> {
    let measured = by_codec(&input.points);
    let codecs = chosen(&measured, show)?;
    let common = |image: &&str| codecs.iter().all(|(_, images)| images.contains_key(image));
    let of_first = codecs.iter().take(1).flat_map(|(_, images)| images.keys().copied());
    let pictures: Vec<&str> = of_first.filter(common).collect();
    let panel = Panel::new(&input.metrics, metrics, &input.points)?;
    let metric = panel.first();
    let mut plot = set_plot(&codecs, &pictures, metric);
    let counts = |score: f64| {
        let [least, most] = metric.range;
        least.is_none_or(|least| score >= least) && most.is_none_or(|most| score <= most)
    };
    for series in &mut plot.series {
        series.marks.retain(|mark| counts(mark.y));
    }
    let names: Vec<&str> = codecs.iter().map(|(name, _)| *name).collect();
    let file = |(theme, inks, colours): &(&str, [&str; 3], [&str; 8])| {
        let mut name = prefix.as_os_str().to_owned();
        name.push(format!("-{theme}.svg"));
        Some((PathBuf::from(name), standalone(&plot, &names, inks, colours)?))
    };
    let files: Option<Vec<_>> = THEMES.iter().map(file).collect();
    files.ok_or_else(|| CliError::Input(format!("{}: these codecs have no picture in common", shown(prefix))))
}

/// The codecs that `show` names, with their labels.
fn chosen<'a>(measured: &'a [(&'a str, ByImage<'a>)], show: &'a [String]) -> Result<Vec<(&'a str, &'a ByImage<'a>)>> {
    if show.is_empty() {
        return Ok(measured.iter().map(|(name, images)| (*name, images)).collect());
    }
    let find = |wanted: &str| measured.iter().find(|(name, _)| *name == wanted).map(|(_, images)| images);
    let one = |text: &'a String| {
        let whole = find(text).map(|images| (text.as_str(), images));
        let labelled = || text.split_once('=').and_then(|(label, name)| Some((label, find(name)?)));
        whole.or_else(labelled).ok_or_else(|| {
            let names: Vec<_> = measured.iter().map(|(name, _)| *name).collect();
            CliError::Usage(format!("no codec {text:?} in these results; there are {}", names.join(", ")))
        })
    };
    show.iter().map(one).collect()
}

/// A whole file; `None` where there is nothing to show.
fn standalone(plot: &Plot, names: &[&str], [text, faint, rule]: &[&str; 3], colours: &[&str]) -> Option<String> {
    let body = plot.body()?;
    let mut style = format!("text{{fill:{text}}}.grid{{stroke:{rule}}}.frame{{stroke:{faint}}}");
    for (i, colour) in colours.iter().enumerate().take(names.len()) {
        let _ = write!(style, ".c{i} path{{fill:{colour}}}.c{i} .line{{stroke:{colour}}}");
    }
    style += STYLE;
    let mut legend = String::new();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let x = LEGEND.0 - 16.0 - CHARACTER * longest;
    for (i, name) in names.iter().enumerate() {
        let y = LEGEND.1 - LINE * (names.len() - 1 - i) as f64 - 8.0;
        let (mark, name) = (mark_path(i, x, y), escape(name));
        let _ = write!(
            legend,
            "<g class=\"s{i} {}\"><path class=\"line\" d=\"M{:.1} {y:.1}h22\"/><path d=\"{mark}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text></g>",
            colour_class(i),
            x - 11.0,
            x + 16.0,
            y + 4.0
        );
    }
    let (opening, title) = (plot.opening(" xmlns=\"http://www.w3.org/2000/svg\""), escape(&plot.title));
    Some(format!("{opening}<title>{title}</title><style>{style}</style>{body}<g class=\"legend\">{legend}</g></svg>\n"))
}
