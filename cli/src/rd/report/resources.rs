//! What codecs take besides bytes, as tables show it: times and memory.

use super::data::Report;
use super::numbers::{plural, seconds, two_digits};
use super::speed::{MemoryRow, STORED, SpeedRow};

/// A figure, and what stands beside it in small print.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: Option<String>,
    pub(super) small: String,
}

/// The heading of a column, and what stands below it in small print.
pub(super) type Heading = (&'static str, &'static str);

/// A column: its heading, and its cell of a codec that has such rows.
type Column = (Heading, fn(Option<&SpeedRow>, Option<&MemoryRow>) -> Cell);

/// Those that are there always, then those that need a codec with a figure.
const COLUMNS: [Column; 6] = [
    (("encode", ""), |s, _| s.map_or_else(Cell::default, |s| time(s.enc_s, s.enc_range_s))),
    (("decode", ""), |s, _| s.map_or_else(Cell::default, |s| time(s.dec_s, s.dec_range_s))),
    (("encode", "all threads"), |s, _| s.map_or_else(Cell::default, |s| on_threads(s, s.enc_all_s))),
    (("decode", "all threads"), |s, _| s.map_or_else(Cell::default, |s| on_threads(s, s.dec_all_s))),
    (("encode", "memory"), |_, m| Cell::new(m.and_then(|m| m.enc_mb).map(megabytes))),
    (("decode", "memory"), |_, m| Cell::new(m.and_then(|m| m.dec_mb).map(megabytes))),
];

/// How many columns are there always.
const ALWAYS: usize = 2;

impl Cell {
    fn new(text: Option<String>) -> Self {
        Self { text, small: String::new() }
    }
}

fn time(of: Option<f64>, range: Option<[f64; 2]>) -> Cell {
    let small = range.map_or(String::new(), |[min, max]| format!("{} to {}", seconds(min), seconds(max)));
    Cell { text: of.map(seconds), small }
}

fn on_threads(row: &SpeedRow, time: Option<f64>) -> Cell {
    let small = row.threads.map_or(String::new(), |threads| plural(threads, "thread"));
    Cell { text: time.map(seconds), small }
}

fn megabytes(megabytes: f64) -> String {
    format!("{} MB", two_digits(megabytes))
}

/// The columns of a report.
pub(super) struct Resources<'a> {
    report: &'a Report,
    columns: Vec<Column>,
}

impl<'a> Resources<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let all = Self { report, columns: COLUMNS.to_vec() };
        let rows: Vec<_> = report.codecs.iter().map(|c| all.cells(&c.name)).collect();
        let is_there = |i: usize| i < ALWAYS || rows.iter().any(|cells| cells[i].text.is_some());
        let columns = COLUMNS.into_iter().enumerate().filter(|(i, _)| is_there(*i)).map(|(_, column)| column);
        Self { report, columns: columns.collect() }
    }

    pub(super) fn headings(&self) -> Vec<Heading> {
        self.columns.iter().map(|(heading, _)| *heading).collect()
    }

    /// A cell a column.
    pub(super) fn cells(&self, codec: &str) -> Vec<Cell> {
        let speed = self.report.speed.iter().find(|row| row.codec == codec);
        let memory = self.report.memory.iter().find(|row| row.codec == codec);
        self.columns.iter().map(|(_, cell)| cell(speed, memory)).collect()
    }
}

/// What the figures are: a sentence for each thing that some codec has.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let reps = || report.speed.iter().filter_map(|row| row.reps);
    if let (Some(least), Some(most)) = (reps().min(), reps().max()) {
        let count = if least == most { most.to_string() } else { format!("{least} to {most}") };
        notes.push(format!(
            "Times with two others are medians of {count}; the others are the shortest and the longest."
        ));
    }
    if report.speed.iter().any(|row| row.enc_all_s.is_some() || row.dec_all_s.is_some()) {
        notes.push("Times on all threads are those of one picture at a time.".to_owned());
    }
    if !report.memory.is_empty() {
        let what =
            "Memory is the most that a process took which did nothing else, mean a picture, in MB of 10^6 bytes.";
        notes.push(what.to_owned());
    }
    notes
}

/// The kind of times that most of a report is about: those of the codec reported on.
pub(super) fn usual_timing(report: &Report) -> &str {
    report.speed.iter().find(|s| s.codec == report.codec).or(report.speed.first()).map_or(STORED, |s| &s.timing)
}

/// What the times are the times of, and which do not compare.
pub(super) fn timing_note(report: &Report) -> String {
    if let Some(reason) = &report.untimed {
        return reason.clone();
    }
    let mut timings: Vec<&str> = vec![usual_timing(report)];
    for row in &report.speed {
        if !timings.contains(&row.timing.as_str()) {
            timings.push(&row.timing);
        }
    }
    let parts: Vec<_> = timings
        .iter()
        .map(|timing| {
            let names: Vec<_> = report.speed.iter().filter(|s| s.timing == *timing).map(|s| s.codec.as_str()).collect();
            let what = match *timing {
                "call" => "the library call alone, on one thread",
                "process" => "a whole process with its start and files",
                _ => "as stored with the points, measured elsewhere",
            };
            format!("{}: {what}", names.join(", "))
        })
        .collect();
    let timings = match parts.as_slice() {
        [one] => format!("Times of {one}."),
        several => format!("Times of different kinds do not compare. {}.", several.join("; ")),
    };
    let timed = report.speed.iter().find(|s| s.codec == report.codec).map_or(0, |s| s.pictures);
    let all = report.codecs.first().map_or(0, |c| c.pictures);
    if timed > 0 && timed < all {
        format!("{timings} Those of {} are over {timed} of {all} pictures.", report.codec)
    } else {
        timings
    }
}
