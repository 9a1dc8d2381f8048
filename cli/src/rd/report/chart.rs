//! One plot as files of their own, for documents: quality over size, the mean of a set.

use std::path::{Path, PathBuf};

use super::figures::counted_set_plot;
use super::input::Input;
use super::plot::Frame;
use super::standalone::{Look, Place, Sheet, standalone};
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::rd::metric::Panel;
use crate::rd::points::{ByImage, by_codec};

/// Width of a sign of the legend.
const CHARACTER: f64 = 6.2;

/// What looks the same on light and on dark ground.
const RULES: &str = "\
text{font:11px system-ui,-apple-system,\"Segoe UI\",sans-serif}.mid{text-anchor:middle}.end{text-anchor:end}\
g path.line,path.grid,path.frame{fill:none}.line{stroke-width:1.8}.broken .line{stroke-dasharray:5 3}\
.grid{stroke-width:.6}.frame{stroke-width:1}.s0 .line{stroke-width:2.8}.legend .s0 text{font-weight:700}";

/// Colours for light ground: those of the page, in `report.css`.
pub(crate) const LIGHT: [&str; 8] =
    ["#005ea8", "#c94f00", "#00805c", "#a8377e", "#8a6200", "#4a4f54", "#6a3fc4", "#8c1c1c"];

/// The grounds that a chart is drawn for.
const THEMES: [(&str, Look); 2] = [
    ("light", Look { inks: ["#1a1d20", "#5a636b", "#d5dade"], colours: LIGHT, rules: RULES }),
    (
        "dark",
        Look {
            inks: ["#e6e9ec", "#a3adb6", "#363d44"],
            colours: ["#62b8f5", "#ff8f45", "#2fd0a0", "#ec8fca", "#eac53f", "#bcc4cb", "#b79cff", "#ff9c9c"],
            rules: RULES,
        },
    ),
];

/// The files of a chart, one for light and one for dark ground: the first metric that decides over
/// bits per pixel, within the scores that BD-rates are of, the mean over the pictures that all
/// codecs of it have. `shown` are these codecs as `NAME` or `LABEL=NAME`; all where there are none.
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
    let codecs: Vec<_> = chosen(&measured, show)?.iter().map(|c| (c.label, c.images)).collect();
    let panel = Panel::new(&input.metrics, metrics, &input.points)?;
    let plot = counted_set_plot(&codecs, &common(&codecs), panel.first());
    let names: Vec<&str> = codecs.iter().map(|(name, _)| *name).collect();
    let file = |(theme, look): &(&str, Look)| {
        let mut name = prefix.as_os_str().to_owned();
        name.push(format!("-{theme}.svg"));
        let legend = Place::Corner(CHARACTER);
        let sheet = Sheet { look, frame: Frame::PAGE, scale: None, title: None, legend, notes: &[] };
        Some((PathBuf::from(name), standalone(&plot, &names, &sheet)?))
    };
    let files: Option<Vec<_>> = THEMES.iter().map(file).collect();
    files.ok_or_else(|| CliError::Input(format!("{}: these codecs have no picture in common", shown(prefix))))
}

/// The pictures that all of `codecs` have.
pub(crate) fn common<'a>(codecs: &[(&str, &ByImage<'a>)]) -> Vec<&'a str> {
    let all_have = |image: &&str| codecs.iter().all(|(_, images)| images.contains_key(image));
    codecs.iter().take(1).flat_map(|(_, images)| images.keys().copied()).filter(all_have).collect()
}

/// A codec of a plot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    /// What the plot calls it.
    pub(crate) label: &'a str,
    pub(crate) images: &'a ByImage<'a>,
}

/// The codecs that `show` names as `NAME` or `LABEL=NAME`; all where it names none.
///
/// # Errors
/// [`CliError::Usage`] for a codec that was not measured.
pub(crate) fn chosen<'a>(measured: &'a [(&'a str, ByImage<'a>)], show: &'a [String]) -> Result<Vec<Shown<'a>>> {
    if show.is_empty() {
        return Ok(measured.iter().map(|(name, images)| Shown { name, label: name, images }).collect());
    }
    let find = |wanted: &str| measured.iter().find(|(name, _)| *name == wanted);
    let one = |text: &'a String| {
        let whole = find(text).map(|found| (text.as_str(), found));
        let labelled = || text.split_once('=').and_then(|(label, name)| Some((label, find(name)?)));
        let shown = whole.or_else(labelled).map(|(label, (name, images))| Shown { name, label, images });
        shown.ok_or_else(|| {
            let names: Vec<_> = measured.iter().map(|(name, _)| *name).collect();
            CliError::Usage(format!("no codec {text:?} in these results; there are {}", names.join(", ")))
        })
    };
    show.iter().map(one).collect()
}
