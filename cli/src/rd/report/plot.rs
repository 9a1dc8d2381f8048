//! Plots as inline SVG: axes with round ticks, gridlines, lines and marks.
//!
//! Colours are left to the page: everything carries a class, `s0`, `s1` and so on for the series,
//! so that a style sheet can give light and dark colours and hide a series. That is why this is not
//! the `plotters` crate, which writes fixed colours into shapes without groups.

use std::fmt::Write as _;

/// Number of colours and of mark shapes; series beyond repeat them with a broken line.
const STYLES: usize = 8;
/// How much of the values' span stays free between marks and frame, and between marks with labels
/// and its sides.
const ROOM: f64 = 0.06;
const LABEL_ROOM: f64 = 0.18;
/// Units from the centre of a mark to its rim.
const MARK: f64 = 4.0;
/// Height of a line of text, and width of one character.
const LINE: f64 = 12.0;
const CHARACTER: f64 = 6.8;
/// How many quarters of a line a label may be from its mark.
const FAR: u32 = 28;

/// Where the parts of a plot lie, in its own units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// What the curves lie in: left, top, right, bottom.
    pub(crate) sides: [f64; 4],
}

impl Frame {
    /// On a page. Small, so that its text stays legible on a telephone.
    pub(crate) const PAGE: Self = Self { width: 440.0, height: 310.0, sides: [52.0, 10.0, 430.0, 264.0] };

    /// Of some width in the same proportions, with room above for a title.
    pub(crate) fn new(width: f64, above: f64) -> Self {
        let height = width * Self::PAGE.height / Self::PAGE.width + above;
        let [left, top, ..] = Self::PAGE.sides;
        Self { width, height, sides: [left, top + above, width - 10.0, height - 46.0] }
    }
}

/// How the values of an axis lie on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    /// Linear with the smallest values at the far end: for scores where less is better.
    Falling,
    /// Logarithmic; values are positive.
    Log,
    /// Logarithmic with the smallest values at the far end: for scores where less is better.
    LogFalling,
}

/// An axis and what stands beside it.
#[derive(Debug, Clone)]
pub(crate) struct PlotAxis {
    pub(crate) label: String,
    pub(crate) scale: Scale,
}

/// A point of a series.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// What the pointer shows on it.
    pub(crate) title: String,
    /// Drawn as an outline: measured in another way than the rest.
    pub(crate) hollow: bool,
}

/// The marks of one codec.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Which style: the place of the codec in the legend.
    pub(crate) style: usize,
    pub(crate) marks: Vec<Mark>,
    /// Written beside the first mark, where there is no line.
    pub(crate) label: Option<String>,
}

/// A plot.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    /// What it shows, for those who cannot see it.
    pub(crate) title: String,
    pub(crate) x: PlotAxis,
    pub(crate) y: PlotAxis,
    pub(crate) series: Vec<Series>,
}

/// An axis laid out: from values to units.
struct AxisLayout {
    scale: Scale,
    /// The limits, on the scale: logarithms where it is logarithmic.
    limits: (f64, f64),
    /// Where the limits are drawn.
    ends: (f64, f64),
    ticks: Vec<f64>,
}

impl AxisLayout {
    /// `room` is how much of the span of the values stays free on both sides.
    fn new(scale: Scale, values: impl Iterator<Item = f64>, ends: (f64, f64), room: f64) -> Option<Self> {
        let (lo, hi) = values
            .map(|v| on_scale(scale, v))
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        if lo > hi {
            return None;
        }
        // A single value needs some, too.
        let room = if hi - lo > 1e-9 { (hi - lo) * room } else { 0.5 * lo.abs().max(0.2) };
        let limits = (lo - room, hi + room);
        let ticks = match scale {
            Scale::Linear | Scale::Falling => linear_ticks(limits.0, limits.1),
            Scale::Log | Scale::LogFalling => log_ticks(limits.0.exp(), limits.1.exp()),
        };
        let ends = if matches!(scale, Scale::Falling | Scale::LogFalling) { (ends.1, ends.0) } else { ends };
        Some(Self { scale, limits, ends, ticks })
    }

    fn place(&self, value: f64) -> f64 {
        let t = (on_scale(self.scale, value) - self.limits.0) / (self.limits.1 - self.limits.0);
        self.ends.0 + t * (self.ends.1 - self.ends.0)
    }
}

fn on_scale(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear | Scale::Falling => value,
        Scale::Log | Scale::LogFalling => value.ln(),
    }
}

/// Round values between `lo` and `hi`, up to eight: steps of 1, 2 or 5 times a power of ten.
fn linear_ticks(lo: f64, hi: f64) -> Vec<f64> {
    let rough = (hi - lo) / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(power);
    // A limit that is round itself has a tick, rounding errors or not.
    let first = (lo / step - 1e-9).ceil() as i64;
    let last = (hi / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Round values between `lo` and `hi`, which are positive: 1, 2 and 5 times powers of ten, only the
/// powers where that would be too many, or equal steps where it would be too few.
fn log_ticks(lo: f64, hi: f64) -> Vec<f64> {
    let decades = (lo.log10().floor() as i32)..=(hi.log10().ceil() as i32);
    let with = |mantissas: &[f64]| -> Vec<f64> {
        decades
            .clone()
            .flat_map(|d| mantissas.iter().map(move |m| m * 10f64.powi(d)))
            .filter(|v| (lo..=hi).contains(v))
            .collect()
    };
    let ticks = with(&[1.0, 2.0, 5.0]);
    match ticks.len() {
        0..3 => linear_ticks(lo, hi).into_iter().filter(|v| *v > 0.0).collect(),
        3..9 => ticks,
        _ => with(&[1.0]),
    }
}

/// A tick's number, without trailing zeros or the noise of a product.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.replace('-', "\u{2212}") }
}

/// The outline of the mark of a style: circle, square, triangle, diamond, triangle on its tip,
/// hourglass, pentagon, bar.
pub(crate) fn mark_path(style: usize, x: f64, y: f64) -> String {
    let r = MARK;
    let polygon = |corners: &[(f64, f64)]| {
        let mut d = String::new();
        for (i, (dx, dy)) in corners.iter().enumerate() {
            let _ = write!(d, "{}{:.1} {:.1}", if i == 0 { 'M' } else { 'L' }, x + r * dx, y + r * dy);
        }
        d + "z"
    };
    match style % STYLES {
        0 => format!("M{:.1} {y:.1}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 -{} 0z", x - r, 2.0 * r, 2.0 * r),
        1 => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => polygon(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
        3 => polygon(&[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)]),
        4 => polygon(&[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)]),
        5 => polygon(&[(-1.0, -1.1), (1.0, -1.1), (-1.0, 1.1), (1.0, 1.1)]),
        6 => polygon(&[(0.0, -1.2), (1.1, -0.3), (0.7, 1.0), (-0.7, 1.0), (-1.1, -0.3)]),
        _ => polygon(&[(-1.3, -0.6), (1.3, -0.6), (1.3, 0.6), (-1.3, 0.6)]),
    }
}

/// The classes of a series' colour, and of its line where colours repeat.
pub(crate) fn colour_class(style: usize) -> String {
    format!("c{}{}", style % STYLES, if style >= STYLES { " broken" } else { "" })
}

/// The class to hide a series by, and those of its colour.
fn style_class(style: usize) -> String {
    format!("s{style} {}", colour_class(style))
}

/// Text for an element or an attribute.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Plot {
    /// The plot as an `svg` element; `None` where there is nothing to show.
    pub(crate) fn svg(&self) -> Option<String> {
        let frame = &Frame::PAGE;
        Some(format!("{}{}</svg>", self.opening(frame, ""), self.body(frame)?))
    }

    /// The tag that opens the element, with further attributes.
    pub(crate) fn opening(&self, frame: &Frame, attributes: &str) -> String {
        let (title, Frame { width, height, .. }) = (escape(&self.title), frame);
        format!("<svg{attributes} class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">")
    }

    /// What stands in the element; `None` where there is nothing to show.
    pub(crate) fn body(&self, frame: &Frame) -> Option<String> {
        let (x, y) = self.layout(frame)?;
        let mut out = String::new();
        self.write_axes(&mut out, frame, &x, &y);
        for series in &self.series {
            write_series(&mut out, series, &x, &y);
        }
        self.write_labels(&mut out, frame, &x, &y);
        Some(out)
    }

    fn layout(&self, frame: &Frame) -> Option<(AxisLayout, AxisLayout)> {
        let marks = || self.series.iter().flat_map(|s| &s.marks);
        let room = if self.series.iter().any(|s| s.label.is_some()) { LABEL_ROOM } else { ROOM };
        let [left, top, right, bottom] = frame.sides;
        let x = AxisLayout::new(self.x.scale, marks().map(|m| m.x), (left, right), room)?;
        let y = AxisLayout::new(self.y.scale, marks().map(|m| m.y), (bottom, top), ROOM)?;
        Some((x, y))
    }

    /// Where the marks of each series lie.
    pub(crate) fn places(&self, frame: &Frame) -> Vec<Vec<(f64, f64)>> {
        let Some((x, y)) = self.layout(frame) else {
            return Vec::new();
        };
        let places = |s: &Series| s.marks.iter().map(|m| (x.place(m.x), y.place(m.y))).collect();
        self.series.iter().map(places).collect()
    }

    fn write_axes(&self, out: &mut String, frame: &Frame, x: &AxisLayout, y: &AxisLayout) {
        let [left, top, right, bottom] = frame.sides;
        let mut grid = String::new();
        for tick in &x.ticks {
            let at = x.place(*tick);
            let _ = write!(grid, "M{at:.1} {top}V{bottom}");
            let _ = write!(out, "<text x=\"{at:.1}\" y=\"{}\" class=\"mid\">{}</text>", bottom + 16.0, number(*tick));
        }
        for tick in &y.ticks {
            let at = y.place(*tick);
            let _ = write!(grid, "M{left} {at:.1}H{right}");
            let _ =
                write!(out, "<text x=\"{}\" y=\"{:.1}\" class=\"end\">{}</text>", left - 6.0, at + 4.0, number(*tick));
        }
        let _ = write!(out, "<path class=\"grid\" d=\"{grid}\"/>");
        let _ = write!(out, "<path class=\"frame\" d=\"M{left} {top}H{right}V{bottom}H{left}z\"/>");
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let (x, y) = (escape(&self.x.label), escape(&self.y.label));
        let _ = write!(out, "<text x=\"{}\" y=\"{}\" class=\"mid\">{x}</text>", middle.0, bottom + 36.0);
        let _ = write!(out, "<text transform=\"translate(11 {}) rotate(-90)\" class=\"mid\">{y}</text>", middle.1);
    }

    /// The labels of series without a line, each beside its mark.
    fn write_labels(&self, out: &mut String, frame: &Frame, x: &AxisLayout, y: &AxisLayout) {
        let labelled = || self.series.iter().filter_map(|s| Some((s, s.label.as_ref()?, s.marks.first()?)));
        let mut taken: Vec<Rectangle> =
            labelled().map(|(_, _, m)| Rectangle::around(x.place(m.x), y.place(m.y), 1.3 * MARK)).collect();
        for (series, label, mark) in labelled() {
            let place = place_label(label, (x.place(mark.x), y.place(mark.y)), frame, &taken);
            taken.push(place);
            // Left of its mark, the text ends where the place does, however wide the font makes it.
            let at = x.place(mark.x);
            let (anchor, at) = if place.right < at { (" end", place.right) } else { ("", place.left) };
            let (class, label, line) = (style_class(series.style), escape(label), place.bottom - 3.0);
            let _ = write!(out, "<text class=\"{class} label{anchor}\" x=\"{at:.1}\" y=\"{line:.1}\">{label}</text>");
        }
    }
}

/// A rectangle in the plot's units.
#[derive(Debug, Clone, Copy)]
struct Rectangle {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rectangle {
    fn around(x: f64, y: f64, r: f64) -> Self {
        Self { left: x - r, top: y - r, right: x + r, bottom: y + r }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn is_in(&self, frame: &Frame) -> bool {
        let [left, top, right, bottom] = frame.sides;
        self.left >= left && self.top >= top && self.right <= right && self.bottom <= bottom
    }
}

/// Where a label is legible: right or left of its mark at (`x`, `y`), and further up or down until
/// it is on nothing else. Where all is full, the first place within the frame.
fn place_label(label: &str, (x, y): (f64, f64), frame: &Frame, taken: &[Rectangle]) -> Rectangle {
    let width = label.chars().count() as f64 * CHARACTER;
    let shifts = (0..=FAR).flat_map(|quarters| [-0.25, 0.25].map(|sign| sign * f64::from(quarters)));
    let places = shifts.flat_map(|lines| {
        let middle = y + lines * LINE;
        // Over or under the mark, too, where there is room for it.
        let centred = (lines.abs() >= 1.0).then_some(x - width / 2.0);
        [x + 8.0, x - 8.0 - width].into_iter().chain(centred).map(move |left| Rectangle {
            left,
            top: middle - LINE / 2.0,
            right: left + width,
            bottom: middle + LINE / 2.0,
        })
    });
    let within: Vec<Rectangle> = places.filter(|place| place.is_in(frame)).collect();
    let free = within.iter().find(|place| !taken.iter().any(|t| t.overlaps(place)));
    free.or(within.first()).copied().unwrap_or(Rectangle::around(x, y, LINE / 2.0))
}

fn write_series(out: &mut String, series: &Series, x: &AxisLayout, y: &AxisLayout) {
    let at: Vec<_> = series
        .marks
        .iter()
        .map(|m| (x.place(m.x), y.place(m.y), m))
        .filter(|(x, y, _)| x.is_finite() && y.is_finite())
        .collect();
    let _ = write!(out, "<g class=\"{}\">", style_class(series.style));
    if series.label.is_none() && at.len() > 1 {
        let line: Vec<_> = at.iter().map(|(x, y, _)| format!("{x:.1} {y:.1}")).collect();
        let _ = write!(out, "<path class=\"line\" d=\"M{}\"/>", line.join("L"));
    }
    for (x, y, mark) in at {
        let class = if mark.hollow { " class=\"hollow\"" } else { "" };
        let (d, title) = (mark_path(series.style, x, y), escape(&mark.title));
        let _ = write!(out, "<path{class} d=\"{d}\"><title>{title}</title></path>");
    }
    out.push_str("</g>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_limits() {
        assert_eq!(linear_ticks(0.0, 6.0), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(linear_ticks(28.0, 93.0), [30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]);
        assert_eq!(linear_ticks(-38.0, 82.0), [-20.0, 0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(log_ticks(0.15, 3.0), [0.2, 0.5, 1.0, 2.0]);
        assert_eq!(
            log_ticks(0.01, 200.0).iter().map(|v| number(*v)).collect::<Vec<_>>(),
            ["0.01", "0.1", "1", "10", "100"]
        );
        // Less than a factor of three: equal steps.
        assert_eq!(
            log_ticks(1.1, 1.9).iter().map(|v| number(*v)).collect::<Vec<_>>(),
            ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"]
        );
    }

    fn plot(scale: Scale, values: &[f64]) -> Option<String> {
        let axis = |label: &str, scale| PlotAxis { label: label.to_owned(), scale };
        let marks = values.iter().map(|v| Mark { x: *v, y: *v, title: format!("a<b {v}"), hollow: false }).collect();
        let series = vec![Series { style: 9, marks, label: None }];
        Plot { title: "\"t\"".to_owned(), x: axis("bits", Scale::Log), y: axis("score & co", scale), series }.svg()
    }

    /// The ordinates of the line's points.
    fn heights(svg: &str) -> Vec<f64> {
        let d = svg.split("class=\"line\" d=\"M").nth(1).unwrap().split('"').next().unwrap();
        d.split('L').map(|p| p.split(' ').nth(1).unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn better_is_higher_on_rising_and_falling_scales() {
        let rising = heights(&plot(Scale::Linear, &[1.0, 2.0, 3.0]).unwrap());
        assert!(rising[0] > rising[1] && rising[1] > rising[2], "{rising:?}");
        let falling = heights(&plot(Scale::Falling, &[1.0, 2.0, 3.0]).unwrap());
        assert!(falling[0] < falling[1] && falling[1] < falling[2], "{falling:?}");
        let falling = heights(&plot(Scale::LogFalling, &[1.0, 2.0, 4.0]).unwrap());
        assert!(falling[0] < falling[1] && falling[1] < falling[2], "{falling:?}");
        // Equal ratios are equal distances.
        assert!((falling[1] * 2.0 - falling[0] - falling[2]).abs() < 0.21, "{falling:?}");
    }

    #[test]
    fn marks_stay_within_the_frame_and_text_is_escaped() {
        let svg = plot(Scale::Linear, &[0.1, 5.0, 80.0]).unwrap();
        assert!(heights(&svg).iter().all(|y| (10.0..=264.0).contains(y)), "{svg}");
        for part in ["a&lt;b 5", "score &amp; co", "aria-label=\"&quot;t&quot;\"", "s9 c1 broken"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn one_value_is_a_plot_and_none_is_not() {
        assert!(plot(Scale::Linear, &[70.0]).is_some());
        assert!(plot(Scale::Linear, &[]).is_none());
        assert!(plot(Scale::Log, &[0.0]).is_none(), "no logarithm");
    }

    #[test]
    fn labels_lie_on_no_mark_and_on_no_other_label() {
        let frame = |t: f64, i: usize| Frame::PAGE.sides[i] + t * (Frame::PAGE.sides[i + 2] - Frame::PAGE.sides[i]);
        // Five marks close together, in each corner and in the middle.
        for (u, v) in [(0.01, 0.01), (0.99, 0.01), (0.01, 0.99), (0.99, 0.99), (0.5, 0.5)] {
            let marks: Vec<_> =
                (0..5).map(|i| (frame(u, 0) + f64::from(i % 2), frame(v, 1) + f64::from(i % 3))).collect();
            let mut taken: Vec<_> = marks.iter().map(|(x, y)| Rectangle::around(*x, *y, MARK)).collect();
            for (x, y) in marks {
                let place = place_label("codec_s6", (x, y), &Frame::PAGE, &taken);
                assert!(place.is_in(&Frame::PAGE) && !taken.iter().any(|t| t.overlaps(&place)), "{u} {v}: {place:?}");
                taken.push(place);
            }
        }
    }
}
