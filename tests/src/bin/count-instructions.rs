//! Counts the instructions a pixel that decoding takes, which no load of the machine changes, and
//! holds them against `tests/instructions.csv`: exit code 1 where a stream takes more than
//! [`TOLERANCE`] more.
//!
//! `cargo run -p kvant-tests --bin count-instructions` checks, `-- --record` writes the table anew.
//! It runs itself under valgrind; where there is none, it says so and checks nothing. Counts of
//! another compiler, build or CPU level are shown, not checked.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use kvant::{CpuLevel, Decoder, DecoderOptions};
use kvant_tests::golden::folder;
use kvant_tests::root;

/// Golden streams, small as they are: what decoding costs besides pixels counts too.
const STREAMS: [&str; 9] = [
    "rgb444-q90.kvt",
    "rgb444-q10.kvt",
    "rgb420-q60.kvt",
    "fast-q80.kvt",
    "trellis-q85.kvt",
    "screen444-q70.kvt",
    "lossless-rgb.kvt",
    // About 64x64.
    "rgb420-odd-q40.kvt",
    "one-pixel.kvt",
];

/// What they took when it was last recorded.
const TABLE: &str = "tests/instructions.csv";
/// Part by which a count may grow.
const TOLERANCE: f64 = 0.03;
/// Decodes in the longer of two runs, whose difference leaves out the start of the program. The
/// first decode of a run makes tables that last.
const DECODES: u32 = 3;
/// What the program is called with to be counted, before the number of decodes and the stream.
const CHILD: &str = "decode";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => check(),
        ["--record"] => record(),
        [CHILD, decodes, stream] => decode(decodes, stream),
        _ => Err("usage: count-instructions [--record]".into()),
    };
    done.unwrap_or_else(|e| {
        eprintln!("count-instructions: {e}");
        ExitCode::FAILURE
    })
}

/// What is counted. Says what CPU level it found, which may be less than the machine's.
fn decode(decodes: &str, stream: &str) -> Result<ExitCode, Box<dyn Error>> {
    let data = fs::read(folder().join(stream))?;
    for _ in 0..decodes.parse()? {
        black_box(Decoder::with_options(black_box(&data), DecoderOptions::default())?.decode()?);
    }
    println!("{:?}", CpuLevel::detect());
    Ok(ExitCode::SUCCESS)
}

/// Instructions of a run of this program that decodes `stream` a number of times, and the CPU level
/// that it found.
fn count(stream: &str, decodes: u32) -> Result<(f64, String), Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let out = valgrind.arg(std::env::current_exe()?).args([CHILD, &decodes.to_string(), stream]).output()?;
    let log = String::from_utf8_lossy(&out.stderr);
    let total = log.lines().find(|line| line.contains("refs:")).and_then(|line| line.split(':').nth(1));
    let total = total.filter(|_| out.status.success()).ok_or_else(|| format!("valgrind, {stream}: {log}"))?;
    Ok((total.trim().replace(',', "").parse()?, String::from_utf8(out.stdout)?.trim().to_owned()))
}

/// What was counted.
struct Counts {
    /// Instructions a pixel, of each of [`STREAMS`].
    counts: [f64; STREAMS.len()],
    /// What they depend on besides the sources.
    conditions: String,
}

impl Counts {
    /// Counts. `None` where there is no valgrind.
    fn new() -> Result<Option<Self>, Box<dyn Error>> {
        if Command::new("valgrind").arg("--version").output().is_err() {
            println!("skipped: valgrind is not installed, nothing was counted");
            return Ok(None);
        }
        let (mut counts, mut level) = ([0.0; STREAMS.len()], String::new());
        for (stream, per_pixel) in STREAMS.iter().zip(&mut counts) {
            let data = fs::read(folder().join(stream)).map_err(|e| format!("{stream}: {e}"))?;
            let decoder = Decoder::new(&data)?;
            let pixels = f64::from(decoder.info().width) * f64::from(decoder.info().height);
            let (one, _) = count(stream, 1)?;
            let (more, found) = count(stream, DECODES)?;
            (*per_pixel, level) = ((more - one) / f64::from(DECODES - 1) / pixels, found);
        }
        let version = Command::new("rustc").arg("--version").output().ok().map(|out| out.stdout);
        let compiler = String::from_utf8_lossy(&version.unwrap_or_default()).trim().to_owned();
        let build = if cfg!(debug_assertions) { "dev" } else { "release" };
        let conditions = format!("{compiler}, {build} build, {} {level}", std::env::consts::ARCH);
        Ok(Some(Self { counts, conditions }))
    }
}

fn record() -> Result<ExitCode, Box<dyn Error>> {
    let Some(Counts { counts, conditions }) = Counts::new()? else { return Ok(ExitCode::FAILURE) };
    let mut table = format!("# Written by count-instructions --record: {conditions}\nstream,instructions a pixel\n");
    for (stream, count) in STREAMS.iter().zip(counts) {
        table += &format!("{stream},{count:.1}\n");
    }
    fs::write(root().join(TABLE), &table)?;
    print!("{table}");
    Ok(ExitCode::SUCCESS)
}

fn check() -> Result<ExitCode, Box<dyn Error>> {
    let Some(Counts { counts, conditions }) = Counts::new()? else { return Ok(ExitCode::SUCCESS) };
    let table = fs::read_to_string(root().join(TABLE)).map_err(|e| format!("{TABLE}: {e}"))?;
    let recorded = table.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, recorded)| recorded);
    let mut grown = false;
    println!("{:<22}{:>10}{:>10}{:>9}", "instructions a pixel", "recorded", "now", "change");
    for (stream, now) in STREAMS.iter().zip(counts) {
        let row = table.lines().filter_map(|line| line.split_once(',')).find(|(name, _)| name == stream);
        let (_, before) = row.ok_or_else(|| format!("{TABLE} has no {stream}: record it"))?;
        let before: f64 = before.parse()?;
        let change = now / before - 1.0;
        let verdict = match change {
            _ if change > TOLERANCE => "  more than may be",
            _ if change < -TOLERANCE => "  fewer: record it",
            _ => "",
        };
        grown |= change > TOLERANCE;
        println!("{stream:<22}{before:>10.1}{now:>10.1}{:>+8.1}%{verdict}", 100.0 * change);
    }
    if recorded != conditions {
        println!("not checked: recorded with {recorded}; now {conditions}");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(if grown { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
