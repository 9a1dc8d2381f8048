//! A table of figures without any form, and as text, Markdown and CSV.

use csv::Writer;

use crate::rd::analysis::grid::Grid;

/// What the figures of a column are, which says how they are written and which is the best one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers.
    Count,
    /// Percent, of which less is better.
    Rate,
    /// Differences of quality, of which more is better.
    Quality,
    /// Multiples, of which less is better.
    Times,
}

/// A column behind that of the codecs' names.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// For programs.
    pub(super) key: String,
    /// For people.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A figure with what tells how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    /// How many pictures it is of.
    pub(super) pictures: usize,
    /// The 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    /// How probable one as clear is by chance.
    pub(super) p: Option<f64>,
}

impl Figure {
    /// One without doubt.
    pub(super) fn plain(value: f64, pictures: usize) -> Self {
        Self { value, pictures, interval: None, p: None }
    }
}

/// A row a codec.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// What it shows, in a sentence.
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<(String, Vec<Option<Figure>>)>,
}

impl Kind {
    /// A figure of this kind, with a hyphen for a minus.
    pub(super) fn text(self, value: f64) -> String {
        let text = match self {
            Self::Count => format!("{value:.0}"),
            Self::Rate => format!("{value:+.2}"),
            Self::Quality => format!("{value:+.3}"),
            Self::Times => format!("{value:.2}"),
        };
        // There is no sign on nothing.
        if text.bytes().any(|c| c.is_ascii_digit() && c != b'0') { text } else { text.replace(['+', '-'], "") }
    }

    /// Whether `value` is better than `other`, as they are written.
    fn is_better(self, value: f64, other: f64) -> bool {
        let [value, other] = [value, other].map(|v| self.text(v).parse::<f64>().unwrap_or(v));
        match self {
            Self::Count => false,
            Self::Rate | Self::Times => value < other,
            Self::Quality => value > other,
        }
    }
}

impl Table {
    /// Whether a figure is the best of its column, or one of several. Those of fewer pictures than
    /// others do not count, and in a single row none is.
    fn is_best(&self, column: usize, figure: &Figure) -> bool {
        let kind = self.columns[column].kind;
        let figures = || self.rows.iter().filter_map(|(_, figures)| figures[column].as_ref());
        let most = figures().map(|f| f.pictures).max();
        let others = || figures().filter(|f| Some(f.pictures) == most);
        let is_one = kind != Kind::Count && Some(figure.pictures) == most && others().count() > 1;
        is_one && !others().any(|o| kind.is_better(o.value, figure.value))
    }

    /// Columns as wide as they need, for a terminal.
    pub(super) fn text(&self) -> String {
        let heading = ["<codec"].into_iter().chain(self.columns.iter().map(|c| c.name.as_str()));
        let mut grid = Grid { heading: heading.map(str::to_owned).collect(), ..Grid::default() };
        let interval = |kind: Kind, (lo, hi): (f64, f64)| format!(" ({}..{})", kind.text(lo), kind.text(hi));
        for (name, figures) in &self.rows {
            let cells = self.cells(figures, |kind, f, _| {
                kind.text(f.value) + &f.interval.map_or(String::new(), |i| interval(kind, i))
            });
            grid.rows.push([name.clone()].into_iter().chain(cells).collect());
        }
        format!("{}\n{}", self.caption, grid.render())
    }

    /// A table of Markdown, the best figures in bold.
    pub(super) fn markdown(&self) -> String {
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let code = |name: &str| format!("`{}`", plain(name).replace('|', "\\|").replace('`', "'"));
        let text = |text: &str| plain(text).replace('|', "\\|");
        let heading = ["codec".to_owned()].into_iter().chain(self.columns.iter().map(|c| text(&c.name))).collect();
        let mut out = format!("{}\n\n{}", plain(&self.caption), row(heading));
        out += &format!("|---|{}\n", "--:|".repeat(self.columns.len()));
        for (name, figures) in &self.rows {
            let cells = self.cells(figures, |kind, f, best| {
                let value = if best { format!("**{}**", kind.text(f.value)) } else { kind.text(f.value) };
                value + &f.interval.map_or(String::new(), |(lo, hi)| format!(" ({}..{})", kind.text(lo), kind.text(hi)))
            });
            out += &row([code(name)].into_iter().chain(cells).collect());
        }
        out
    }

    /// Rows of comma-separated values under the columns' keys. A figure with an interval has
    /// columns for both ends and for p behind it.
    pub(super) fn csv(&self) -> String {
        let with_interval =
            |i: usize| self.rows.iter().any(|(_, figures)| figures[i].is_some_and(|f| f.interval.is_some()));
        let mut records = vec![vec!["codec".to_owned()]];
        for (i, column) in self.columns.iter().enumerate() {
            records[0].push(column.key.clone());
            let behind = ["low", "high", "p"].map(|end| format!("{}_{end}", column.key));
            records[0].extend(behind.into_iter().filter(|_| with_interval(i)));
        }
        let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
        for (name, figures) in &self.rows {
            let mut record = vec![name.clone()];
            for (i, figure) in figures.iter().enumerate() {
                record.push(number(figure.map(|f| f.value)));
                let interval = figure.and_then(|f| f.interval);
                let behind = [interval.map(|i| i.0), interval.map(|i| i.1), figure.and_then(|f| f.p)];
                record.extend(behind.map(number).into_iter().filter(|_| with_interval(i)));
            }
            records.push(record);
        }
        let mut writer = Writer::from_writer(Vec::new());
        records.iter().for_each(|r| writer.write_record(r).expect("memory takes a record"));
        String::from_utf8(writer.into_inner().expect("memory takes records")).expect("fields are text")
    }

    /// The cells of a row, each as `cell` writes a figure of some kind that may be the best one.
    pub(super) fn cells(
        &self,
        figures: &[Option<Figure>],
        cell: impl Fn(Kind, &Figure, bool) -> String,
    ) -> Vec<String> {
        let of = |(i, figure): (usize, &Option<Figure>)| {
            figure.as_ref().map_or_else(|| "-".to_owned(), |f| cell(self.columns[i].kind, f, self.is_best(i, f)))
        };
        figures.iter().enumerate().map(of).collect()
    }
}

/// Text on one line.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |key: &str, kind| Column { key: key.to_owned(), name: key.to_uppercase(), kind };
        let figure = |value, interval| Some(Figure { value, pictures: 24, interval, p: Some(0.25) });
        Table {
            caption: "What | it is".to_owned(),
            columns: vec![column("n", Kind::Count), column("rate", Kind::Rate), column("time", Kind::Times)],
            rows: vec![
                ("a|b".to_owned(), vec![Some(Figure::plain(24.0, 24)), figure(-10.004, Some((-12.5, -8.0))), None]),
                (
                    "c,d".to_owned(),
                    vec![Some(Figure::plain(24.0, 24)), figure(-10.0, None), Some(Figure::plain(0.5, 24))],
                ),
                ("e".to_owned(), vec![Some(Figure::plain(24.0, 24)), figure(-0.001, Some((-1.0, 1.0))), None]),
            ],
        }
    }

    #[test]
    fn the_best_of_a_column_are_bold_as_far_as_they_are_written() {
        let text = table().markdown();
        let rows: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(rows[0], "| codec | N | RATE | TIME |");
        assert_eq!(rows[2], "| `a\\|b` | 24 | **-10.00** (-12.50..-8.00) | - |");
        assert_eq!(rows[3], "| `c,d` | 24 | **-10.00** | 0.50 |");
        assert_eq!(rows[4], "| `e` | 24 | 0.00 (-1.00..+1.00) | - |");
    }

    #[test]
    fn a_figure_of_fewer_pictures_is_not_the_best() {
        let mut table = table();
        table.rows.push(("few".to_owned(), vec![None, Some(Figure::plain(-50.0, 3)), None]));
        let text = table.markdown();
        assert!(text.contains("| `few` | - | -50.00 | - |") && text.contains("**-10.00**"), "{text}");
    }

    #[test]
    fn values_for_programs_have_all_their_digits() {
        let expected = "codec,n,rate,rate_low,rate_high,rate_p,time\n\
                        a|b,24,-10.004,-12.5,-8,0.25,\n\
                        \"c,d\",24,-10,,,0.25,0.5\n\
                        e,24,-0.001,-1,1,0.25,\n";
        assert_eq!(table().csv(), expected);
    }
}
