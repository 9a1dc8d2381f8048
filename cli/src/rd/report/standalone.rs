//! A plot as a file of its own, with its style and its legend.

use std::fmt::Write as _;

use super::plot::{Frame, Plot, colour_class, escape, mark_path};

/// Height of a line of the legend.
const LINE: f64 = 15.0;
/// From the left end of a line of the legend to the middle of its mark, and on to its text.
const TO_MARK: f64 = 11.0;
const TO_TEXT: f64 = 16.0;
/// What stays free between a legend and what is beside it.
const GAP: f64 = 6.0;
/// Height of a title.
pub(crate) const TITLE: f64 = 18.0;

/// How a plot looks.
#[derive(Debug)]
pub(crate) struct Look {
    /// Of text, faint things and rules.
    pub(crate) inks: [&'static str; 3],
    /// Of the codecs.
    pub(crate) colours: [&'static str; 8],
    /// Rules of CSS. There are no variables: not all that draws SVG knows them.
    pub(crate) rules: &'static str,
}

/// Where the legend stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// In the lower right corner, which curves leave free as a rule; as wide as this for a sign.
    Corner(f64),
    /// In a corner that the curves leave free, else under the plot.
    Free,
}

/// What a plot is drawn on.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    pub(crate) look: &'a Look,
    pub(crate) frame: Frame,
    /// Millimetres to a unit; none where the reader sets the size.
    pub(crate) scale: Option<f64>,
    pub(crate) title: Option<&'a str>,
    pub(crate) legend: Place,
    /// Lines under the plot.
    pub(crate) notes: &'a [String],
}

/// A whole file; `None` where there is nothing to show. The legend has `names`, the series without
/// labels of their own.
pub(crate) fn standalone(plot: &Plot, names: &[&str], sheet: &Sheet<'_>) -> Option<String> {
    let Sheet { look, mut frame, .. } = *sheet;
    let body = plot.body(&frame)?;
    let (legend, mut below) = match plot.series.iter().any(|s| s.label.is_some()) {
        true => (String::new(), 0.0),
        false => legend(plot, names, sheet),
    };
    let mut lines = String::new();
    if let Some(title) = sheet.title {
        let (x, y) = ((frame.sides[0] + frame.sides[2]) / 2.0, TITLE - 4.0);
        let _ = write!(lines, "<text class=\"mid title\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(title));
    }
    for note in sheet.notes {
        let (x, y) = (frame.sides[0], frame.height + below + GAP);
        let _ = write!(lines, "<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(note));
        below += LINE;
    }
    frame.height += below;
    let size = |side: f64| sheet.scale.map_or(0.0, |scale| side * scale);
    let size = match sheet.scale {
        Some(_) => format!(" width=\"{:.3}mm\" height=\"{:.3}mm\"", size(frame.width), size(frame.height)),
        None => String::new(),
    };
    let opening = plot.opening(&frame, &format!(" xmlns=\"http://www.w3.org/2000/svg\"{size}"));
    let (title, style) = (escape(&plot.title), style(plot, names.len(), look));
    Some(format!(
        "{opening}<title>{title}</title><style>{style}</style>{body}{lines}<g class=\"legend\">{legend}</g></svg>\n"
    ))
}

fn style(plot: &Plot, codecs: usize, look: &Look) -> String {
    let [text, faint, rule] = look.inks;
    let mut style = format!("text{{fill:{text}}}.grid{{stroke:{rule}}}.frame{{stroke:{faint}}}");
    let has_outlines = plot.series.iter().flat_map(|s| &s.marks).any(|mark| mark.hollow);
    for (i, colour) in look.colours.iter().enumerate().take(codecs) {
        let _ = write!(style, ".c{i} path{{fill:{colour}}}.c{i} .line{{stroke:{colour}}}");
        if has_outlines {
            let _ = write!(style, ".c{i} path.hollow{{fill:none;stroke:{colour};stroke-width:1.4}}");
        }
    }
    style + look.rules
}

/// The legend, and how much higher than the frame the plot is for it.
fn legend(plot: &Plot, names: &[&str], sheet: &Sheet<'_>) -> (String, f64) {
    let [left, top, right, bottom] = sheet.frame.sides;
    let cut: Vec<String> = names.iter().map(|name| fitted(name, right - left - TO_MARK - TO_TEXT)).collect();
    let names: &[&str] = &cut.iter().map(String::as_str).collect::<Vec<_>>();
    let wide = |name: &&str| match sheet.legend {
        Place::Corner(character) => character * name.chars().count() as f64,
        Place::Free => text_width(name),
    };
    let width = TO_MARK + TO_TEXT + names.iter().map(wide).fold(0.0, f64::max);
    let height = LINE * names.len() as f64;
    let corner = (right - GAP - width, bottom - GAP - height);
    let place = match sheet.legend {
        Place::Corner(_) => Some(corner),
        Place::Free => {
            let curves = along(plot.places(&sheet.frame));
            // What is nearest counts: marks and lines have a breadth.
            let is_free = |(x, y): &(f64, f64)| {
                let within = |p: &(f64, f64)| {
                    (x - GAP..x + width + GAP).contains(&p.0) && (y - GAP..y + height + GAP).contains(&p.1)
                };
                *x >= left && *y >= top && !curves.iter().any(within)
            };
            let corners = [corner, (left + GAP, top + GAP), (left + GAP, corner.1), (corner.0, top + GAP)];
            corners.into_iter().find(is_free)
        }
    };
    let Some((x, y)) = place else {
        let cell = width + 2.0 * GAP;
        let columns = (((right - left + 2.0 * GAP) / cell).floor() as usize).clamp(1, names.len().max(1));
        let rows = names.len().div_ceil(columns);
        // Column by column, as it is read within the frame.
        let at = |i: usize| (left + cell * (i / rows) as f64, sheet.frame.height + LINE * (i % rows) as f64);
        return (entries(names, at), LINE * rows as f64 + 2.0);
    };
    (entries(names, |i| (x, y + LINE * i as f64)), 0.0)
}

/// The lines of a legend, each with its upper left corner.
fn entries(names: &[&str], at: impl Fn(usize) -> (f64, f64)) -> String {
    let mut out = String::new();
    for (i, name) in names.iter().enumerate() {
        let (left, top) = at(i);
        let (x, y) = (left + TO_MARK, top + 7.0);
        let (mark, name) = (mark_path(i, x, y), escape(name));
        let _ = write!(
            out,
            "<g class=\"s{i} {}\"><path class=\"line\" d=\"M{:.1} {y:.1}h22\"/><path d=\"{mark}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text></g>",
            colour_class(i),
            x - TO_MARK,
            x + TO_TEXT,
            y + 4.0
        );
    }
    out
}

/// Points on the lines between places, close together.
fn along(series: Vec<Vec<(f64, f64)>>) -> Vec<(f64, f64)> {
    const STEPS: u32 = 32;
    let between = |pair: &[(f64, f64)]| {
        let (a, b) = (pair[0], pair[1]);
        (0..=STEPS)
            .map(f64::from)
            .map(move |i| i / f64::from(STEPS))
            .map(move |t| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)))
            .collect::<Vec<_>>()
    };
    series.iter().flat_map(|places| places.windows(2).flat_map(between).chain(places.first().copied())).collect()
}

/// `text`, or its beginning where it is wider than `width`.
fn fitted(text: &str, width: f64) -> String {
    const MORE: char = '\u{2026}';
    if text_width(text) <= width {
        return text.to_owned();
    }
    let mut cut = text.to_owned();
    while cut.pop().is_some() && text_width(&cut) + text_width(&MORE.to_string()) > width {}
    cut + &MORE.to_string()
}

/// How wide a text of 11 units is at most, in any usual font without serifs.
fn text_width(text: &str) -> f64 {
    let wide = |c: char| match c {
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.0,
        c if c.is_ascii_uppercase() => 8.2,
        c if u32::from(c) < 0x500 => 6.4,
        _ => 11.0,
    };
    text.chars().map(wide).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::report::plot::{Mark, PlotAxis, Scale, Series};

    /// A plot of one curve through `values`, with a legend of so many names.
    fn svg(values: &[(f64, f64)], names: usize) -> String {
        let axis = || PlotAxis { label: "a".to_owned(), scale: Scale::Linear };
        let marks = values.iter().map(|(x, y)| Mark { x: *x, y: *y, title: String::new(), hollow: false }).collect();
        let series = vec![Series { style: 0, marks, label: None }];
        let plot = Plot { title: "t".to_owned(), x: axis(), y: axis(), series };
        let look = Look { inks: ["#000"; 3], colours: ["#111"; 8], rules: "" };
        let (frame, names) = (Frame::new(340.0, 0.0), vec!["codec_s6"; names]);
        let sheet = Sheet { look: &look, frame, scale: None, title: None, legend: Place::Free, notes: &[] };
        standalone(&plot, &names, &sheet).unwrap()
    }

    /// Where the text of the first line of the legend begins.
    fn first(svg: &str) -> (f64, f64) {
        let legend = svg.split("class=\"legend\"").nth(1).unwrap();
        let text = legend.split("<text x=\"").nth(1).unwrap();
        let mut numbers = text.split('"').step_by(2).map(|n| n.parse().unwrap());
        let (x, y) = (numbers.next().unwrap(), numbers.next().unwrap());
        (x, y)
    }

    #[test]
    fn a_legend_stands_where_no_curve_is() {
        let frame = Frame::new(340.0, 0.0);
        let (middle_x, middle_y) = (frame.width / 2.0, frame.height / 2.0);
        let rising = first(&svg(&[(0.0, 0.0), (1.0, 1.0)], 3));
        assert!(rising.0 > middle_x && rising.1 > middle_y, "{rising:?}");
        // A bend through the lower right corner.
        let bent = first(&svg(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], 3));
        assert!(bent.0 < middle_x && bent.1 < middle_y, "{bent:?}");
    }

    #[test]
    fn a_name_wider_than_the_plot_is_cut() {
        assert_eq!(fitted("codec_s6", 60.0), "codec_s6");
        let cut = fitted(&"codec_s6".repeat(9), 100.0);
        assert!(cut.starts_with("codec_s6c") && cut.ends_with('\u{2026}') && text_width(&cut) <= 100.0, "{cut}");
        assert_eq!(fitted("codec", 0.0), "\u{2026}");
    }

    #[test]
    fn a_legend_without_room_stands_under_the_plot() {
        let frame = Frame::new(340.0, 0.0);
        let zigzag = [(0.0, 0.0), (0.1, 1.0), (0.2, 0.0), (0.8, 1.0), (0.9, 0.0), (1.0, 1.0)];
        for (values, names) in [(&zigzag[..], 2), (&[(0.0, 0.0), (1.0, 1.0)][..], 14)] {
            let text = svg(values, names);
            assert!(first(&text).1 > frame.height, "{text}");
            let height: f64 =
                text.split("viewBox=\"0 0 340 ").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            let lowest = text.rsplit(" y=\"").next().unwrap().split('"').next().unwrap().parse::<f64>().unwrap();
            assert!(lowest < height, "{text}");
        }
    }
}
