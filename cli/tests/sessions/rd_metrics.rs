//! Metrics of the user's own: programs that a file describes.
#![cfg(unix)]

use crate::world::{Folder, colour_ppm};

/// How many bytes of two PPM files differ; it fails where there is a file `broken` in the folder of
/// its description.
const OWN: &str = r#"[differing]
name = "Bytes that differ"
about = "counts what is not equal"
command = ["sh", "{here}/count.sh", "{reference}", "{distorted}"]
version = ["sh", "-c", "echo count 1.0"]
score = "different:"
better = "lower"
transform = "log"
levels = [100, 200]
input = "ppm"

[gone]
command = ["no-such-program", "{reference}", "{distorted}"]
better = "higher"
"#;

const SCRIPT: &str = r#"echo run >> "$(dirname "$0")/runs"
[ -e "$(dirname "$0")/broken" ] && { echo out of order >&2; exit 3; }
echo "different: $(cmp -l "$1" "$2" | wc -l) bytes"
"#;

fn folder(name: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(64, 48));
    f.write("my.toml", OWN.as_bytes());
    f.write("count.sh", SCRIPT.as_bytes());
    f
}

fn run<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let all = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1,jpeg", "-q", "20,50,80", "-o", "out"];
    [&all[..], &["--metric-file", "my.toml"], args].concat()
}

fn runs(f: &Folder) -> usize {
    std::fs::read_to_string(f.path("runs")).map_or(0, |text| text.lines().count())
}

#[test]
fn a_metric_of_ones_own_is_scored_kept_and_compared() {
    let f = folder("rd-metric");
    let said = f.kvant(&run(&["--metrics", "differing,psnr-rgb,gone"])).ok();
    assert!(said.stderr.contains("gone is skipped: no-such-program is not installed"), "{}", said.stderr);
    assert!(said.text().contains("Bytes that differ"), "{}", said.text());
    assert_eq!(runs(&f), 6);
    // Scores are those of the program: at a higher quality less differs.
    let csv = String::from_utf8(f.read("out/results.csv")).unwrap();
    let columns: Vec<_> = csv.lines().next().unwrap().split(',').collect();
    let at = columns.iter().position(|c| *c == "differing").unwrap();
    let of = |codec: &str| -> Vec<f64> {
        let rows = csv.lines().filter(|l| l.starts_with(codec)).map(|l| l.split(',').nth(at).unwrap());
        rows.map(|score| score.parse().unwrap()).collect()
    };
    let (ours, jpeg) = (of("kvant"), of("jpeg"));
    assert!(ours.len() == 3 && ours[0] > ours[2] && jpeg[0] > jpeg[2] && ours[2] > 0.0, "{ours:?} {jpeg:?}");

    // What is there is not measured again, and its folder tells what the scores mean.
    f.kvant(&run(&["--metrics", "differing,psnr-rgb"])).ok();
    assert_eq!(runs(&f), 6);
    let json = f.kvant(&["rd", "bd", "out", "--anchor", "jpeg", "--metrics", "differing", "--json"]).ok().json();
    assert_eq!(json["comparisons"][0]["summaries"][0]["axis"], "differing");
    f.kvant(&["rd", "report", "out", "--metrics", "differing", "-o", "page.html"]).ok();
    let page = String::from_utf8(f.read("page.html")).unwrap();
    assert!(page.contains("Bytes that differ") && page.contains("counts what is not equal; less is better"));
    // A table alone is told by the file that describes its metric.
    let table = ["rd", "bd", "out/results.csv", "--anchor", "jpeg", "--metrics", "differing"];
    f.kvant(&table).fails(2, &["differing"]);
    f.kvant(&[&table[..], &["--metric-file", "my.toml"]].concat()).ok();
}

#[test]
fn a_metric_that_fails_costs_its_score_and_is_asked_again() {
    let f = folder("rd-metric-fails");
    f.write("broken", b"");
    let args = run(&["--metrics", "psnr-rgb,differing"]);
    let said = f.kvant(&args);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.stderr.matches("out of order").count(), 3, "{}", said.stderr);
    assert!(said.stderr.contains("Bytes that differ is given up on after 3 failures"), "{}", said.stderr);
    let count = || String::from_utf8(f.read("out/results.csv")).unwrap().lines().count();
    assert_eq!((count(), runs(&f)), (1 + 6, 3));
    std::fs::remove_file(f.path("broken")).unwrap();
    f.kvant(&args).ok();
    assert_eq!((count(), runs(&f)), (1 + 6, 3 + 6));
}

/// Black under transparent pixels differs from white under them where both are shown.
#[test]
fn with_alpha_the_worst_score_over_the_backgrounds_counts() {
    let f = folder("rd-metric-alpha");
    let clear = image::RgbaImage::from_fn(32, 32, |x, y| image::Rgba([x as u8 * 7, y as u8 * 7, 90, (x * 8) as u8]));
    std::fs::remove_file(f.path("set/one.ppm")).unwrap();
    clear.save(f.path("set/clear.png")).unwrap();
    f.kvant(&run(&["--metrics", "differing"])).ok();
    // Three backgrounds each; the picture that is laid for a JPEG is opaque each time.
    assert_eq!(runs(&f), 6 * 3);
}

#[test]
fn the_shipped_metrics_are_a_file_to_start_from_and_the_list_tells_what_is_missing() {
    let f = folder("rd-metric-list");
    let shipped = f.kvant(&["rd", "list", "--show-metrics"]).ok();
    f.write("mine.toml", shipped.text().replace("\"VMAF\"", "\"mine\"").as_bytes());
    let list = ["rd", "list", "--metric-file", "mine.toml"];
    let said = crate::world::Ended::from(f.command(&list).env("PATH", "").output().unwrap()).ok();
    let paragraph: Vec<_> = said.text().lines().skip_while(|l| !l.starts_with("vmaf ")).take(2).collect();
    assert!(paragraph[0].contains("mine models what people see"), "{paragraph:?}");
    assert_eq!(paragraph[1].trim(), "missing    python3 is not installed");
    f.write("wrong.toml", OWN.replace("[differing]", "[bytes]").as_bytes());
    f.kvant(&["rd", "list", "--metric-file", "wrong.toml"]).fails(2, &["bytes", "a column already"]);
    f.write("wrong.toml", OWN.replace("\"lower\"", "\"less\"").as_bytes());
    f.kvant(&["rd", "list", "--metric-file", "wrong.toml"]).fails(3, &["wrong.toml: line", "less"]);
}

/// The metrics that come along, as far as they are installed: an exact copy is the best there is,
/// and more loss is worse.
#[test]
fn shipped_metrics_tell_better_from_worse() {
    let f = folder("rd-metric-shipped");
    std::fs::remove_file(f.path("set/one.ppm")).unwrap();
    f.write("set/large.ppm", &colour_ppm(256, 192));
    let listed = f.kvant(&["rd", "list"]).ok();
    let lines: Vec<_> = listed.text().lines().skip_while(|l| !l.starts_with("Metrics")).collect();
    let mut there = Vec::new();
    for pair in lines.windows(2).filter(|pair| !pair[0].starts_with(' ')) {
        match pair[1].trim().strip_prefix("missing") {
            Some(reason) => eprintln!("SKIPPED: {}: {}", pair[0].split(' ').next().unwrap(), reason.trim()),
            None if pair[1].contains("version") => there.push(pair[0].split(' ').next().unwrap().to_owned()),
            None => {}
        }
    }
    if there.is_empty() {
        return;
    }
    let names = there.join(",");
    let args = ["rd", "run", "--no-report", "-i", "set", "-c", "jpeg", "-q", "5,95", "-o", "out", "--metrics", &names];
    f.kvant(&args).ok();
    let csv = String::from_utf8(f.read("out/results.csv")).unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|l| l.split(',').collect()).collect();
    for metric in there {
        let at = rows[0].iter().position(|c| *c == metric).unwrap();
        let [low, high] = [1, 2].map(|row| rows[row][at].parse::<f64>().unwrap());
        let is_lower = ["ciede2000", "lpips", "dists"].contains(&metric.as_str());
        assert!(if is_lower { low > high } else { low < high }, "{metric}: {low} and {high}");
    }
}
