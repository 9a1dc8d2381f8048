//! `kvant rd plot`: curves, and size over speed, as figures for papers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::options::{Format, PlotArgs};
use super::render::{missing, pdf, png};
use super::{end, read};
use crate::base::error::{CliError, Result};
use crate::base::identity::Inputs;
use crate::base::names::shown;
use crate::base::output::{Destination, write_file};
use crate::base::print::{print_error, print_text};
use crate::rd::analysis::means::{Means, has_means_alone};
use crate::rd::metric::Panel;
use crate::rd::points::{ByImage, MEAN_OF_SET, by_codec};
use crate::rd::report::chart::{LIGHT, Shown, chosen, common};
use crate::rd::report::choice::Choice;
use crate::rd::report::data::Report;
use crate::rd::report::figures::{Speed, counted_set_plot, picture_plot, speed_plot};
use crate::rd::report::plot::{Frame, Plot};
use crate::rd::report::standalone::{Look, Place, Sheet, TITLE, standalone};
use crate::rd::report::{Input, ReportOptions};

/// How figures look: black on white, with colours that stay apart in print.
const LOOK: Look = Look {
    inks: ["#000000", "#444444", "#d0d0d0"],
    colours: LIGHT,
    rules: "text{font-family:Roboto,Arial,Helvetica,sans-serif;font-size:11px}.mid{text-anchor:middle}\
            .end{text-anchor:end}.title{font-size:12px}g path.line,path.grid,path.frame{fill:none}\
            .line{stroke-width:1.5}.broken .line{stroke-dasharray:5 3}.grid{stroke-width:.5}.frame{stroke-width:.8}",
};

/// Millimetres to a unit of a plot: its text of 11 units has 8 points.
const UNIT: f64 = 8.0 / 11.0 / 72.0 * 25.4;

/// Runs the command.
pub(crate) fn plot(args: &PlotArgs) -> Result<()> {
    let input = read(&args.results, args.metric_file.as_deref())?;
    let measured = by_codec(&input.points);
    let codecs = chosen(&measured, &args.show)?;
    let by_means = codecs.iter().any(|c| has_means_alone(c.images));
    let (of_set, of_pictures) = curves(args, &input, &codecs)?;
    let of_set = of_set.into_iter().map(|(name, plot)| (name, plot, by_means));
    let others = of_pictures.into_iter().chain(speeds(args, &input, &codecs)?);
    let plots = of_set.chain(others.map(|(name, plot)| (name, plot, false)));
    let labels: Vec<&str> = codecs.iter().map(|c| c.label).collect();
    let frame = Frame::new(args.width / UNIT, if args.title.is_some() { TITLE } else { 0.0 });
    let mut files = Vec::new();
    for (name, plot, is_arithmetic) in plots {
        let outlines = plot.series.iter().flat_map(|s| &s.marks).any(|mark| mark.hollow);
        let notes = [
            outlines.then(|| "Outlines: timed in another way; they do not compare.".to_owned()),
            is_arithmetic.then(|| "Arithmetic means of scores and of bits per pixel.".to_owned()),
        ];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        let title = args.title.as_deref();
        let sheet = Sheet { look: &LOOK, frame, scale: Some(UNIT), title, legend: Place::Free, notes: &notes };
        files.extend(standalone(&plot, &labels, &sheet).map(|svg| (name, svg)));
    }
    if files.is_empty() {
        return Err(CliError::Input("these codecs have no picture and score in common".to_owned()));
    }
    warn_of_signs(args, &files);
    let mut rendered = Vec::new();
    for (name, svg) in files {
        for format in &args.format {
            let (extension, data) = match format {
                Format::Svg => ("svg", svg.clone().into_bytes()),
                Format::Pdf => ("pdf", pdf(&svg)?),
                Format::Png => ("png", png(&svg, args.dpi)?),
            };
            rendered.push((file(&args.output, &format!("{name}.{extension}")), data));
        }
    }
    let inputs = Inputs::of(args.results.iter().map(PathBuf::as_path));
    rendered.iter().try_for_each(|(path, _)| inputs.spare(&Destination::File(path.clone())))?;
    rendered.iter().try_for_each(|(path, data)| write(path, data))?;
    end(&input.problems)
}

/// Plots with what their files are called.
type Plots = Vec<(String, Plot)>;

/// Plots of curves: of the set by each metric, then by picture. Where one of the codecs has means
/// over a set alone, the others have a mark at each setting too that papers would give: arithmetic
/// means, of bits per pixel and of scores.
fn curves(args: &PlotArgs, input: &Input, codecs: &[Shown<'_>]) -> Result<(Plots, Plots)> {
    let panel = Panel::new(&input.metrics, &args.metrics, &input.points)?;
    let metrics: Vec<_> =
        if args.metrics.is_empty() { panel.iter().collect() } else { panel.deciding.iter().collect() };
    let (by_means, with_pictures): (Vec<_>, Vec<_>) =
        codecs.iter().map(|c| (c.label, c.images)).partition(|(_, images)| has_means_alone(images));
    let pictures = common(&with_pictures);
    let all: BTreeSet<&str> = with_pictures.iter().flat_map(|(_, images)| images.keys().copied()).collect();
    if (1..all.len()).contains(&pictures.len()) {
        let (of, all) = (pictures.len(), all.len());
        print_error(&format!("kvant: means are over the {of} of {all} pictures that all these codecs have\n"));
    }
    let mut there: Vec<(&str, ByImage<'_>)> = codecs.iter().map(|c| (c.name, c.images.clone())).collect();
    for (_, images) in there.iter_mut().filter(|(_, images)| !has_means_alone(images)) {
        images.retain(|image, _| pictures.contains(image));
    }
    let means = Means::of(&there, &input.metrics);
    let (over, points) = match by_means.is_empty() {
        true => (pictures, there.iter().map(|(_, images)| images.clone()).collect::<Vec<_>>()),
        false => (vec![MEAN_OF_SET], there.iter().map(|(name, images)| means.points((name, images))).collect()),
    };
    let shown: Vec<_> = codecs.iter().zip(&points).map(|(c, images)| (c.label, images)).collect();
    let of_set = metrics.iter().map(|m| (m.key.clone(), counted_set_plot(&shown, &over, m))).collect();
    let mut plots = Vec::new();
    if args.per_image {
        let labelled: Vec<_> = codecs.iter().map(|c| (c.label, c.images)).collect();
        let mut names = BTreeSet::new();
        for image in all {
            let name = unique(&plain(image), &mut names);
            plots.extend(metrics.iter().map(|m| (format!("{name}-{}", m.key), picture_plot(&labelled, image, m))));
        }
    }
    Ok((of_set, plots))
}

/// Plots of size over speed, with the codecs in the order and under the labels of the curves.
fn speeds(args: &PlotArgs, input: &Input, codecs: &[Shown<'_>]) -> Result<Plots> {
    let is_other = |c: &&Shown<'_>| Some(c.name) != args.anchor.as_deref() && !has_means_alone(c.images);
    let Some(ours) = codecs.iter().find(is_other).map(|c| c.name) else {
        return Ok(Vec::new());
    };
    let options = ReportOptions {
        anchor: args.anchor.clone(),
        codec: Some(ours.to_owned()),
        metrics: args.metrics.clone(),
        ..ReportOptions::default()
    };
    let choice = Choice::new(input, &options)?;
    let report = Report::new(input, &choice, &choice.measured(input), &options)?;
    let usual = report.speed.first().map_or("", |row| &row.timing);
    let named =
        |name: &str| codecs.iter().find(|c| c.name == name).map_or_else(|| name.to_owned(), |c| c.label.to_owned());
    let anchor = choice.anchor.as_deref().map(named).unwrap_or_default();
    let plots = [("encode", Speed::Encode), ("decode", Speed::Decode)].map(|(name, which)| {
        let mut plot = speed_plot(&report, which, usual);
        plot.series.retain_mut(|series| {
            let place = codecs.iter().position(|c| Some(c.name) == series.label.as_deref());
            if let Some(place) = place {
                (series.style, series.label) = (place, Some(codecs[place].label.to_owned()));
            }
            place.is_some()
        });
        plot.y.label = format!("% of bytes against {anchor}");
        (name.to_owned(), plot)
    });
    Ok(plots.into_iter().filter(|(_, plot)| plot.series.len() > 1).collect())
}

/// A name that is one of a file on every system.
fn plain(image: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = image.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    name.trim_start_matches('.').to_owned()
}

/// `name`, with a number where another one has it.
fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|i| format!("{name}_{i}"));
    let name = [name.to_owned()].into_iter().chain(numbered).find(|n| !names.contains(n)).expect("numbers do not end");
    names.insert(name.clone());
    name
}

/// A file in the folder that `output` is, or with the prefix that it is.
fn file(output: &Path, name: &str) -> PathBuf {
    let is_folder = output.is_dir() || output.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
    if is_folder {
        return output.join(name);
    }
    let mut path = output.as_os_str().to_owned();
    path.push(format!("-{name}"));
    path.into()
}

fn write(path: &Path, data: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| CliError::writing(folder, &e))?;
    }
    write_file(path, data, true)?;
    print_text(&format!("{}\n", shown(path)))
}

/// Tells of signs that PDF and PNG cannot show.
fn warn_of_signs(args: &PlotArgs, files: &[(String, String)]) {
    let of_text = files.iter().flat_map(|(_, svg)| svg.split("<text").skip(1).filter_map(|t| t.split('<').next()));
    let signs = missing(&of_text.collect::<String>());
    if !signs.is_empty() && args.format.iter().any(|f| *f != Format::Svg) {
        print_error(&format!("kvant: the font of PDF and PNG has no {signs}: boxes stand for them\n"));
    }
}
