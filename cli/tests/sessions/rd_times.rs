//! The laboratory's times and memory: when they are kept, and what they are.

use crate::rd_run::{rows, run, with_set};
#[cfg(target_os = "linux")]
use crate::world::colour_ppm;

#[test]
fn times_are_kept_only_while_no_other_run_works_on_the_machine() {
    let f = with_set("rd-alone");
    let args = run(&["-q", "40,80", "-o", "out"]);
    // What another run holds while it works.
    let other = std::fs::File::create(f.lock()).unwrap();
    other.lock_shared().unwrap();
    for jobs in [&["-j", "1"][..], &["-j", "2", "--timed", "2"]] {
        let said = f.kvant(&[&args[..], jobs].concat()).ok();
        assert!(said.text().contains("Times were not measured: "), "{}", said.text());
        assert!(jobs.len() > 2 || said.text().contains("another run worked on this machine"), "{}", said.text());
        let rows = rows(&f, "out/results.csv");
        assert!(rows.values().all(|r| r["enc_s"].is_empty() && r["dec_s"].is_empty() && r["timing"].is_empty()));
    }
    // Who asks for none does not measure again for their sake.
    let said = f.kvant(&[&args[..], &["--no-times"]].concat()).ok();
    assert!(said.stderr.contains("12 of 12 measurements are there already"), "{}", said.stderr);
    drop(other);
    let said = f.kvant(&args).ok();
    assert!(said.text().contains("Times: one job at a time"), "{}", said.text());
    assert!(rows(&f, "out/results.csv").values().all(|r| !r["enc_s"].is_empty() && r["timing"] == "call"));
    let said = f.kvant(&run(&["-q", "40,80", "-o", "none", "--no-times"])).ok();
    assert!(said.text().contains("Times were not measured: --no-times"), "{}", said.text());
    assert!(rows(&f, "none/results.csv").values().all(|r| r["enc_s"].is_empty()));
    f.kvant(&run(&["--no-times", "--timed", "2"])).fails_with(2);
}

/// A peer whose times are known: those of its encoder are 5, 1, 3, 2, those of its decoder a tenth.
#[cfg(unix)]
#[test]
fn repeated_times_give_their_median_minimum_and_maximum() {
    let f = with_set("rd-reps");
    // $1 is the direction, $4 stands before the number; each call leaves a file.
    let script = r#"
direction=$1; from=$2; to=$3; unit=$4
n=$(ls $direction-* 2>/dev/null | wc -l); : > $direction-$n
set -- 5 1 3 2; shift $n
cp "$from" "$to"; echo "kvant-seconds: $unit$1"
"#;
    f.write("peer.sh", script.as_bytes());
    let table = r#"
[known]
encode = ["sh", "{here}/peer.sh", "encode", "{in}", "{out}", "", "{q}"]
decode = ["sh", "{here}/peer.sh", "decode", "{in}", "{out}", "0."]
extension = "ppm"
input = "ppm"
output = "ppm"
qualities = [50]
range = [0, 100]
timing = "call"
"#;
    f.write("my.toml", table.as_bytes());
    let run = |reps| {
        let line = format!("rd run --no-report -i set/one.ppm -c known --peers my.toml -o out --reps {reps}");
        let args: Vec<_> = line.split(' ').collect();
        let said = f.kvant(&args).ok();
        (said.stderr, rows(&f, "out/results.csv").into_values().next().unwrap())
    };
    let (_, row) = run("4");
    let known = [
        ("reps", "4"),
        ("enc_s", "2.50000"),
        ("enc_min_s", "1.00000"),
        ("enc_max_s", "5.00000"),
        ("dec_s", "0.25000"),
        ("dec_min_s", "0.10000"),
        ("dec_max_s", "0.50000"),
    ];
    for (column, value) in known {
        assert_eq!(row[column], value, "{column}");
    }
    // Fewer are there already; more are not, and would be measured.
    assert!(run("3").0.contains("1 of 1 measurements are there already"));
    let (said, row) = run("1");
    assert!(said.contains("1 of 1 measurements") && row["reps"] == "4", "{said}");
    f.kvant(&["rd", "run", "-i", "set", "--reps", "2", "-j", "2"]).fails(2, &["--reps", "--timed"]);
    f.kvant(&["rd", "run", "-i", "set", "--reps", "2", "--no-times"]).fails_with(2);
}

/// A peer with a child that fills 64 MiB to encode, and copies to decode.
#[cfg(target_os = "linux")]
#[test]
fn the_memory_is_that_of_the_programs_and_not_of_who_starts_them() {
    let f = with_set("rd-memory");
    f.write("large.ppm", &colour_ppm(1200, 900));
    let table = r#"
[fills]
encode = ["sh", "-c", "dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null; cp $0 $1; : {q}", "{in}", "{out}"]
decode = ["cp", "{in}", "{out}"]
extension = "ppm"
input = "ppm"
output = "ppm"
qualities = [50]
range = [0, 100]
"#;
    f.write("my.toml", table.as_bytes());
    let line = "rd run --no-report -i large.ppm -c fills,kvant:e1 -q 50 --peers my.toml --metrics psnr -o out --memory";
    let args: Vec<_> = line.split(' ').collect();
    let said = f.kvant(&args).ok();
    let rows = rows(&f, "out/results.csv");
    let memory = |codec: &str, column: &str| -> f64 {
        rows[&(codec.to_owned(), "large".to_owned(), "50".to_owned())][column].parse().unwrap()
    };
    assert!((67.0..90.0).contains(&memory("fills", "enc_mb")), "{rows:?}");
    // Nothing shows less than the process that starts programs.
    assert!((0.5..20.0).contains(&memory("fills", "dec_mb")), "{rows:?}");
    // More than the pixels, in the file and as samples.
    assert!(memory("kvant:e1", "enc_mb") > 2.0 * 3.0 * 1.08 && memory("kvant:e1", "dec_mb") > 3.0 * 1.08, "{rows:?}");
    assert!(said.text().contains("peak memory of a process: 6"), "{}", said.text());
    let said = f.kvant(&args).ok();
    assert!(said.stderr.contains("2 of 2 measurements are there already"), "{}", said.stderr);
}

/// A peer that tells as its time how many threads it may take.
#[cfg(unix)]
#[test]
fn codecs_are_timed_on_all_threads_where_they_have_more_than_one() {
    let f = with_set("rd-threads");
    let command = |way: &str, q: &str| {
        format!(r#"{way} = ["sh", "-c", "cp $0 $1; echo kvant-seconds: $2", "{{in}}", "{{out}}", "{{threads}}"{q}]"#)
    };
    let (encode, decode) = (command("encode", r#", "{q}""#), command("decode", ""));
    let table = format!(
        "[counts]\n{encode}\n{decode}\nextension = \"ppm\"\ninput = \"ppm\"\noutput = \"ppm\"\n\
         qualities = [50]\nrange = [0, 100]\ntiming = \"call\"\n"
    );
    f.write("my.toml", table.as_bytes());
    let line = "rd run --no-report -i set/one.ppm -c counts,kvant:e1,jpeg -q 50 --peers my.toml -o out";
    let args: Vec<_> = line.split(' ').collect();
    f.kvant(&args).ok();
    let said = f.kvant(&[&args[..], &["--all-threads"]].concat()).ok();
    // Nothing had those times.
    assert!(!said.stderr.contains("there already"), "{}", said.stderr);
    let rows = rows(&f, "out/results.csv");
    let field = |codec: &str, column: &str| rows[&(codec.into(), "one".into(), "50".into())][column].clone();
    let threads = std::thread::available_parallelism().unwrap().get();
    for column in ["enc", "dec"] {
        assert_eq!(field("counts", &format!("{column}_s")), "1.00000");
        assert_eq!(field("counts", &format!("{column}_all_s")), format!("{threads}.00000"));
        assert!(!field("kvant:e1", &format!("{column}_all_s")).is_empty());
        assert!(field("jpeg", &format!("{column}_all_s")).is_empty());
    }
    let line = format!("on {threads} threads: {threads}.000 s to encode");
    assert!(said.text().contains(&line), "{}", said.text());
    let counted = ["counts", "kvant:e1", "jpeg"].map(|codec| field(codec, "threads"));
    assert_eq!(counted, [threads, threads, 1].map(|n| n.to_string()));
    let said = f.kvant(&[&args[..], &["--all-threads"]].concat()).ok();
    assert!(said.stderr.contains("3 of 3 measurements are there already"), "{}", said.stderr);
    f.kvant(&["rd", "run", "-i", "set", "--all-threads", "-j", "2"]).fails(2, &["--all-threads", "--timed"]);
}
