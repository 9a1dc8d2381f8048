//! The laboratory's runs: what they write, how they go on after a stop, how parts of them join.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::{Folder, colour_ppm, gray_pgm};

const HEADER: &str =
    "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h,ms_ssim,timing,key,lossless,alpha";

/// A folder `set` with a few pictures.
pub(crate) fn with_set(name: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(64, 48));
    f.write("set/two.pgm", &gray_pgm(48, 40));
    f.write("set/three.ppm", &colour_ppm(40, 56));
    f.write("set/notes.txt", b"not a picture, and not taken for one");
    f
}

pub(crate) fn run<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1,kvant:e2"], args].concat()
}

/// The rows of a results file: (codec, picture, q) to the other fields, by the columns' names.
pub(crate) fn rows(f: &Folder, file: &str) -> BTreeMap<(String, String, String), BTreeMap<String, String>> {
    let text = String::from_utf8(f.read(file)).unwrap();
    let mut lines = text.lines().map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    lines
        .map(|fields| {
            assert_eq!(fields.len(), columns.len(), "{fields:?}");
            let identity = (fields[0].clone(), fields[1].clone(), fields[2].clone());
            (identity, columns.iter().cloned().zip(fields).collect())
        })
        .collect()
}

/// The rows without their times, which no two runs share.
fn untimed(f: &Folder, file: &str) -> BTreeMap<(String, String, String), BTreeMap<String, String>> {
    let mut rows = rows(f, file);
    rows.values_mut().for_each(|r| r.retain(|c, _| !["enc_s", "dec_s", "timing"].contains(&c.as_str())));
    rows
}

#[test]
fn a_run_writes_a_row_for_each_picture_codec_and_quality() {
    let f = with_set("rd-run");
    let said = f.kvant(&run(&["-q", "30,60..90/2", "-o", "out"])).ok();
    assert!(said.text().contains("less q") && said.text().contains("one job at a time"), "{}", said.text());
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    assert!(text.starts_with(HEADER), "{text}");
    let rows = rows(&f, "out/results.csv");
    assert_eq!(rows.len(), 3 * 2 * 3);
    let one = &rows[&("kvant:e2".into(), "one".into(), "90".into())];
    assert_eq!((one["w"].as_str(), one["h"].as_str(), one["timing"].as_str()), ("64", "48", "call"));
    let worse = &rows[&("kvant:e2".into(), "one".into(), "30".into())];
    for better in ["ssim2", "psnr_y", "psnr_rgb", "bytes"] {
        assert!(
            one[better].parse::<f64>().unwrap() > worse[better].parse::<f64>().unwrap(),
            "{better}: {one:?} {worse:?}"
        );
    }
    let number = |column: &str| one[column].parse::<f64>().unwrap();
    assert!((number("bpp") - number("bytes") * 8.0 / (64.0 * 48.0)).abs() < 1e-5);
    assert!(number("enc_s") > 0.0 && number("dec_s") > 0.0);
    let record: serde_json::Value = serde_json::from_slice(&f.read("out/run.json")).unwrap();
    assert_eq!(record["codecs"].as_array().unwrap().len(), 2);
    assert_eq!(record["runs"][0]["workers"], 1);
}

#[test]
fn several_jobs_at_once_measure_the_same_but_no_times() {
    let f = with_set("rd-workers");
    f.kvant(&run(&["-q", "40,80", "-o", "one"])).ok();
    let said = f.kvant(&run(&["-q", "40,80", "-o", "two", "-j", "2"])).ok();
    assert!(said.text().contains("Times were not measured: 2 jobs"), "{}", said.text());
    assert_eq!(untimed(&f, "one/results.csv"), untimed(&f, "two/results.csv"));
    assert!(rows(&f, "two/results.csv").values().all(|r| r["enc_s"].is_empty() && r["dec_s"].is_empty()));
    // Some are timed alone on request, a known number of each codec.
    let said = f.kvant(&run(&["-q", "40,80", "-o", "two", "-j", "2", "--timed", "2"])).ok();
    assert!(said.text().contains("Times of 4 of 12 points"), "{}", said.text());
}

#[test]
fn a_run_goes_on_where_it_stopped() {
    let f = with_set("rd-resume");
    f.kvant(&run(&["-q", "30,60,90", "-o", "out"])).ok();
    let whole = f.read("out/results.csv");
    let before = rows(&f, "out/results.csv");
    // As if stopped in the middle of writing a row.
    let text = String::from_utf8(whole).unwrap();
    let (kept, half) = text.split_at(text.match_indices('\n').nth(7).unwrap().0 + 20);
    assert!(!half.is_empty());
    f.write("out/results.csv", kept.as_bytes());
    let said = f.kvant(&run(&["-q", "30,60,90", "-o", "out"])).ok();
    assert!(said.stderr.contains("7 of 18 measurements are there already"), "{}", said.stderr);
    let after = rows(&f, "out/results.csv");
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    // Equal times, to ten microseconds, are those of rows that were not measured again.
    assert!(before.iter().filter(|(k, r)| after[*k]["enc_s"] == r["enc_s"]).count() >= 7);

    // A changed picture is measured again, and its old rows are gone; another codec's rows are
    // kept.
    f.write("set/one.ppm", &colour_ppm(32, 24));
    let said =
        f.kvant(&["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1", "-q", "30,60,90", "-o", "out"]).ok();
    assert!(said.stderr.contains("6 of 9 measurements are there already"), "{}", said.stderr);
    assert!(said.stderr.contains("9 points of other runs"), "{}", said.stderr);
    let after = rows(&f, "out/results.csv");
    assert_eq!(after.len(), 18);
    assert_eq!(after[&("kvant:e1".into(), "one".into(), "30".into())]["w"], "32");
    assert_eq!(after[&("kvant:e2".into(), "one".into(), "30".into())]["w"], "64");
}

#[test]
fn a_quote_within_a_field_costs_no_row_when_a_run_goes_on() {
    let f = with_set("rd-quote");
    let args = run(&["-q", "30,60,90", "-o", "out"]);
    f.kvant(&args).ok();
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    let (header, measured) = text.split_once('\n').unwrap();
    let other = measured.lines().next().unwrap().replacen("kvant:e1,", "other,5\" disk ", 1);
    // Without its key: it was measured elsewhere.
    let other = other.rsplitn(4, ',').last().unwrap();
    f.write("out/results.csv", format!("{header}\n{other},,,\n{measured}").as_bytes());
    let said = f.kvant(&args).ok();
    assert!(said.stderr.contains("18 of 18 measurements are there already"), "{}", said.stderr);
    let after = String::from_utf8(f.read("out/results.csv")).unwrap();
    assert_eq!(after.lines().count(), 1 + 18 + 1, "{after}");
    assert!(after.contains("other,\"5\"\" disk"), "{after}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_whole_rows_and_the_run_goes_on() {
    let f = with_set("rd-interrupt");
    f.write("set/large.ppm", &colour_ppm(600, 400));
    let args = run(&["-q", "30,60,90", "-o", "out"]);
    let mut child = f.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    // Not before the first row is there.
    while std::fs::read_to_string(f.path("out/results.csv")).map_or(0, |t| t.lines().count()) < 2 {
        assert!(start.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "no row came");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let found = rows(&f, "out/results.csv").len();
    assert!((1..24).contains(&found), "{found} rows");
    serde_json::from_slice::<serde_json::Value>(&f.read("out/run.json")).unwrap();
    let said = f.kvant(&args).ok();
    assert!(said.stderr.contains(&format!("{found} of 24 measurements are there already")), "{}", said.stderr);
    assert_eq!(rows(&f, "out/results.csv").len(), 24);
}

#[test]
fn shards_join_to_the_rows_of_one_run() {
    let f = with_set("rd-shards");
    f.kvant(&run(&["-q", "30,60,90", "-o", "whole"])).ok();
    for part in ["1/3", "2/3", "3/3"] {
        f.kvant(&run(&["-q", "30,60,90", "--shard", part, "-o", &format!("part{}", &part[..1])])).ok();
    }
    f.kvant(&["rd", "merge", "part1", "part2", "part3", "-o", "joined"]).ok();
    assert_eq!(untimed(&f, "joined/results.csv"), untimed(&f, "whole/results.csv"));
    f.kvant(&["rd", "merge", "part1", "-o", "joined"]).fails(1, &["joined", "-f"]);
    // A part that contradicts another is left out, and named.
    let text = String::from_utf8(f.read("part1/results.csv")).unwrap();
    let bytes = text.lines().nth(1).unwrap().split(',').nth(3).unwrap();
    f.write("wrong.csv", text.replacen(&format!(",{bytes},"), ",1,", 1).as_bytes());
    let said = f.kvant(&["rd", "merge", "part1", "part2", "wrong.csv", "-o", "two"]);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("wrong.csv") && said.stderr.contains("1 of 3 parts"), "{}", said.stderr);
}

#[test]
fn a_part_without_measurements_is_no_failure() {
    let f = with_set("rd-empty-part");
    // Three pictures, two codecs, one quality.
    let said = f.kvant(&run(&["-q", "50", "--shard", "7/7", "-o", "part7"])).ok();
    assert!(said.text().contains("This part has no measurements"), "{}", said.text());
    f.kvant(&run(&["-q", "50", "--shard", "6/7", "-o", "part6"])).ok();
    f.kvant(&["rd", "merge", "part6", "part7", "-o", "joined"]).ok();
    assert_eq!(rows(&f, "joined/results.csv").len(), 1);
}

#[test]
fn gnu_parallel_runs_the_shards() {
    if !Command::new("parallel").arg("--version").output().is_ok_and(|o| o.status.success()) {
        eprintln!("SKIPPED: GNU parallel is not installed");
        return;
    }
    let f = with_set("rd-parallel");
    f.kvant(&run(&["-q", "30,60,90", "-o", "whole"])).ok();
    let line = run(&["-q", "30,60,90", "--quiet", "--no-times", "--shard", "{}/2", "-o", "part{}"]).join(" ");
    let kvant = env!("CARGO_BIN_EXE_kvant");
    let ended = Command::new("parallel")
        .args([&format!("{kvant} {line}"), ":::", "1", "2"])
        .current_dir(f.path("."))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    f.kvant(&["rd", "merge", "part1", "part2", "-o", "joined"]).ok();
    assert_eq!(untimed(&f, "joined/results.csv"), untimed(&f, "whole/results.csv"));
}

#[test]
fn what_fails_is_named_and_the_rest_goes_on() {
    let f = with_set("rd-problems");
    f.write("set/broken.png", b"\x89PNG\r\n\x1a\nand no more");
    let said = f.kvant(&run(&["-q", "30,101", "-o", "out"]));
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.stderr.matches("broken.png").count(), 1, "{}", said.stderr);
    assert_eq!(said.stderr.matches("quality 101 is outside 0 to 100").count(), 2, "{}", said.stderr);
    assert_eq!(rows(&f, "out/results.csv").len(), 6);
    let record: serde_json::Value = serde_json::from_slice(&f.read("out/run.json")).unwrap();
    assert_eq!(record["problems"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_is_refused_before_the_work() {
    let f = with_set("rd-refused");
    let refused = |args: &[&str], code, words: &[&str]| {
        f.kvant(&[&["rd", "run", "--no-report", "-i", "set", "-q", "50", "-o", "out"], args].concat())
            .fails(code, words);
    };
    refused(&["-c", "kvant:chroma=422"], 2, &["chroma", "444, 420"]);
    refused(&["-c", "kvant:no_such_parameter=1"], 2, &["no_such_parameter"]);
    refused(&["-c", "nocodec"], 2, &["nocodec", "kvant"]);
    refused(&["-c", "kvant:e1,kvant:e1"], 2, &["kvant:e1", "label"]);
    refused(&["--points", "missing.csv"], 3, &["missing.csv"]);
    refused(&["-c", "kvant:e1", "--anchor", "set"], 2, &["set", "--points takes files"]);
    refused(&["-c", "kvant:e1", "--anchor", "avif"], 2, &["no codec \"avif\"", "there are kvant:e1"]);
    refused(&["-c", "kvant:e1", "--codec", "mine"], 2, &["no codec \"mine\""]);
    refused(&["-i", "missing.ppm"], 3, &["missing.ppm"]);
    f.kvant(&["rd", "run", "-i", "set", "-q", "many"]).fails(2, &["many"]);
    assert!(!f.path("out/results.csv").exists());
}

/// Several settings of ours are compared with each other and with each peer.
#[test]
fn each_codec_of_ours_is_compared_with_every_other_one() {
    let f = with_set("rd-each");
    let base = ["rd", "run", "-i", "set", "-q", "20,40,60,80", "--metrics", "psnr", "-o", "out"];
    let run = |args: &[&str]| f.kvant(&[&base[..], &["-c", "jpeg,kvant:e1,two=kvant:e2"], args].concat()).ok();
    let tables = |text: &str| -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("BD-rate of ") {
                found.push((rest.split(" in %").next().unwrap().to_owned(), Vec::new()));
            } else if let Some((_, anchors)) = found.last_mut() {
                let first = line.split_whitespace().next().unwrap_or_default();
                anchors.extend(["jpeg", "kvant:e1", "two"].contains(&first).then(|| first.to_owned()));
            }
        }
        found
    };
    let table = |name: &str, anchors: &[&str]| (name.to_owned(), anchors.iter().map(|a| (*a).to_owned()).collect());
    let said = run(&["--no-report"]);
    assert_eq!(tables(said.text()), [table("kvant:e1", &["jpeg", "two"]), table("two", &["jpeg", "kvant:e1"])]);
    // One meaning of both names, in a run as in its report.
    let said = run(&["--codec", "two", "--anchor", "kvant:e1"]);
    assert_eq!(tables(said.text()), [table("two", &["kvant:e1"])]);
    assert!(said.text().contains("At equal PSNR-Y, two files are"), "{}", said.text());
    let page = String::from_utf8(f.read("out/report.html")).unwrap();
    assert!(page.contains("<title>two against kvant:e1</title>"));
}

#[test]
fn a_run_that_names_nothing_takes_the_codecs_that_are_there() {
    let f = Folder::new("rd-nothing");
    // Only what this program contains: no other program is on the path.
    let output = f.command(&["rd", "run", "--no-report", "--limit", "1", "--metrics", "psnr"]).env("PATH", "").output();
    let said = crate::world::Ended::from(output.unwrap()).ok();
    assert!(said.stderr.contains("codecs found here: kvant, "), "{}", said.stderr);
    assert!(
        said.stderr.contains("not found: avif (avifenc is not installed; python3 is not installed)"),
        "{}",
        said.stderr
    );
    let found = rows(&f, "kvant-rd/results.csv");
    let of = |codec: &str| found.keys().filter(|(name, ..)| name == codec).count();
    assert_eq!(of("kvant"), 5);
    assert!(of("jpeg") + of("mozjpeg") == 5, "{:?}", found.keys());
}

#[test]
fn quick_takes_a_spread_and_compares() {
    let f = with_set("rd-quick");
    let quick = |args: &[&str]| {
        f.kvant(&[&["rd", "run", "--quick", "-i", "set", "--limit", "2"], args].concat()).ok().text().to_owned()
    };
    let said = quick(&["-c", "a=kvant:e1", "-o", "before"]);
    assert!(said.contains("measured alone") || said.contains("one job at a time"), "{said}");
    let rows = rows(&f, "before/results.csv");
    assert_eq!(rows.len(), 2 * 5);
    assert!(rows.keys().all(|(codec, image, _)| codec == "a" && (image == "one" || image == "two")));
    let said = quick(&["-c", "b=kvant:e1", "-o", "after", "--against", "before", "--points", "before/results.csv"]);
    assert!(said.contains("mean +0.000") && said.contains("of before"), "{said}");
    assert!(!f.path("after/report.html").exists());
}

#[test]
fn check_passes_on_itself_and_tells_a_regression() {
    let f = Folder::new("rd-check");
    let args = [
        "rd",
        "run",
        "--no-report",
        "-c",
        "kvant:e1",
        "-q",
        "30,50,70,90",
        "--limit",
        "1",
        "-o",
        "base",
        "--every",
        "3",
    ];
    f.kvant(&args).ok();
    let said = f.kvant(&["rd", "check", "--baseline", "base"]).ok();
    assert!(said.text().contains("mean +0.000"), "{}", said.text());
    // A baseline of one percent fewer bytes: half a percent more is allowed, two percent would be.
    let text = String::from_utf8(f.read("base/results.csv")).unwrap();
    let smaller: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<_> = line.split(',').map(str::to_owned).collect();
            if let Ok(bpp) = fields[4].parse::<f64>() {
                fields[4] = format!("{:.6}", bpp * 0.99);
            }
            fields.join(",")
        })
        .collect();
    f.write("smaller.csv", (smaller.join("\n") + "\n").as_bytes());
    let check = |limit: &str| {
        f.kvant(&["rd", "check", "--baseline", "smaller.csv", "--results", "base", "--max-regress", limit])
    };
    let said = check("0.5%");
    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.stderr.contains("+1.010 %") && said.stderr.contains("PSNR-Y"), "{}", said.stderr);
    check("2").ok();
    // What was not measured is no improvement.
    f.write("fewer.csv", text.lines().take(3).map(|l| format!("{l}\n")).collect::<String>().as_bytes());
    f.kvant(&["rd", "check", "--baseline", "base", "--results", "fewer.csv"]).fails(1, &["the baseline has"]);
}

#[test]
fn check_counts_the_bytes_of_lossless_codecs() {
    let f = Folder::new("rd-check-lossless");
    f.kvant(&["rd", "run", "--no-report", "-c", "png:fast", "-o", "base", "--limit", "2"]).ok();
    let said = f.kvant(&["rd", "check", "--baseline", "base"]).ok();
    assert!(said.text().contains("png:fast against the baseline, lossless: bytes +0.000 %"), "{}", said.text());
    // A baseline of a tenth fewer bytes.
    let text = String::from_utf8(f.read("base/results.csv")).unwrap();
    let smaller = text.lines().map(|line| {
        let mut fields: Vec<_> = line.split(',').map(str::to_owned).collect();
        if let Ok(bytes) = fields[3].parse::<u64>() {
            fields[3] = (bytes * 9 / 10).to_string();
        }
        fields.join(",") + "\n"
    });
    f.write("smaller.csv", smaller.collect::<String>().as_bytes());
    let check =
        |limit| f.kvant(&["rd", "check", "--baseline", "smaller.csv", "--results", "base", "--max-regress", limit]);
    check("10%").fails_with(6);
    check("12%").ok();
}

#[test]
fn pictures_and_metrics_can_be_left_out() {
    let f = with_set("rd-parts");
    let args = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1", "-q", "50", "--metrics", "psnr"];
    f.kvant(&[&args[..], &["--every", "2", "-o", "a"]].concat()).ok();
    let found = rows(&f, "a/results.csv");
    assert_eq!(found.keys().map(|k| k.1.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(found.values().all(|r| r["ssim2"].is_empty() && r["ba_p3"].is_empty() && !r["psnr_y"].is_empty()));
    f.kvant(&[&args[..], &["--limit", "1", "-o", "b"]].concat()).ok();
    assert_eq!(rows(&f, "b/results.csv").len(), 1);
}

#[test]
fn folders_within_folders_are_searched_on_request() {
    let f = with_set("rd-recursive");
    std::fs::create_dir_all(f.path("set/deep/er")).unwrap();
    f.write("set/deep/er/one.ppm", &colour_ppm(24, 24));
    let args = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1", "-q", "50", "--metrics", "psnr"];
    f.kvant(&[&args[..], &["-o", "flat"]].concat()).ok();
    assert_eq!(rows(&f, "flat/results.csv").len(), 3);
    f.kvant(&[&args[..], &["-r", "-o", "deep"]].concat()).ok();
    let found = rows(&f, "deep/results.csv");
    assert_eq!(found.keys().map(|k| k.1.as_str()).collect::<Vec<_>>(), ["er/one", "set/one", "three", "two"]);
    std::fs::create_dir_all(f.path("empty/er")).unwrap();
    f.kvant(&["rd", "run", "-i", "empty", "-c", "kvant:e1"]).fails(3, &["empty", "-r"]);
}

/// A ramp in steps that 8 bits do not have: rounded to them it has a PSNR of 58.9 dB (an error that
/// is even over a step, whose square has a mean of 1/12).
#[test]
fn deep_pictures_of_all_formats_are_coded_and_scored_with_all_bits() {
    let f = Folder::new("rd-deep");
    std::fs::create_dir(f.path("set")).unwrap();
    let ramp =
        image::ImageBuffer::<image::Luma<u16>, _>::from_fn(64, 48, |x, y| image::Luma([(x * 811 + y * 173) as u16]));
    for name in ["set/as-png.png", "set/as-tiff.tif"] {
        ramp.save(f.path(name)).unwrap();
    }
    let samples = ramp.iter().flat_map(|v| v.to_be_bytes());
    f.write("set/as-pgm.pgm", &b"P5 64 48 65535\n".iter().copied().chain(samples).collect::<Vec<_>>());
    f.kvant(&["rd", "run", "--no-report", "-i", "set", "-c", "ours=kvant:e1:qp=0,jpeg", "-q", "100", "-o", "out"]).ok();
    let rows = rows(&f, "out/results.csv");
    let field = |codec: &str, image: &str, column: &str| -> f64 {
        rows[&(codec.into(), image.into(), "100".into())][column].parse().unwrap()
    };
    assert_eq!(rows.len(), 6);
    for image in ["as-png", "as-tiff", "as-pgm"] {
        let (ours, jpeg) = (field("ours", image, "psnr_y"), field("jpeg", image, "psnr_y"));
        assert!(ours > 62.0 && jpeg < 59.0, "{image}: {ours} and {jpeg} dB");
        assert_eq!(field("ours", image, "bytes"), field("ours", "as-png", "bytes"), "{image}");
    }
}

/// The built-in lossless codecs on real pictures, with one of 16 bits and alpha; the curves of
/// another codec beside them.
#[test]
fn lossless_codecs_are_checked_and_get_a_table_of_bytes_instead_of_curves() {
    let f = Folder::new("rd-lossless");
    std::fs::create_dir(f.path("set")).unwrap();
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    for name in ["camera", "text"] {
        let crop = image::open(testdata.join(name).with_extension("png")).unwrap().crop_imm(40, 20, 120, 90);
        crop.save(f.path(&format!("set/{name}.png"))).unwrap();
    }
    let rgb = image::open(testdata.join("coffee.png")).unwrap().crop_imm(200, 100, 64, 48).into_rgba16();
    let clear = image::ImageBuffer::from_fn(64, 48, |x, y| {
        let mut pixel = *rgb.get_pixel(x, y);
        pixel.0[3] = (x * 1000) as u16;
        pixel
    });
    image::DynamicImage::ImageRgba16(clear).save(f.path("set/clear.png")).unwrap();

    let run = ["rd", "run", "-i", "set", "-c", "kvant:lossless,png,png:fast", "-q", "30,60", "-o", "out"];
    let said = f.kvant(&run).ok();
    let rows = rows(&f, "out/results.csv");
    assert_eq!(rows.len(), 3 * 3, "one point a picture and codec");
    assert!(rows.values().all(|r| r["lossless"] == "yes" && r["ssim2"].is_empty() && !r["enc_s"].is_empty()));
    let bytes = |codec: &str, image: &str| {
        rows[&(codec.to_owned(), image.to_owned(), "100".to_owned())]["bytes"].parse::<f64>().unwrap()
    };
    let images = ["camera", "clear", "text"];
    let mean = images.map(|i| (bytes("kvant:lossless", i) / bytes("png", i)).ln()).iter().sum::<f64>() / 3.0;
    let percent = format!("{:+.2}", 100.0 * (mean.exp() - 1.0));
    let line = said.text().lines().find(|l| l.trim_start().starts_with("kvant:lossless")).unwrap();
    assert!(line.contains(&percent) && percent.starts_with('-'), "{percent} is not in {line}");
    assert!(said.text().contains("every picture exact"), "{}", said.text());
    // All 16 bits went into the stream, as into a file.
    f.kvant(&["encode", "set/clear.png", "-o", "clear.kvt", "-q", "lossless"]).ok();
    assert!((f.read("clear.kvt").len() as f64 - bytes("kvant:lossless", "clear")).abs() < 64.0);
    let page = String::from_utf8(f.read("out/report.html")).unwrap();
    assert!(page.contains("Without loss") && !page.contains("Quality over size"));

    let said = f.kvant(&["rd", "run", "-i", "set", "-c", "kvant:e1", "-q", "30,60", "-o", "out"]).ok();
    assert!(said.text().contains("Without loss, kvant:lossless"), "{}", said.text());
    let markdown = f.kvant(&["rd", "report", "out", "--md", "--generations", "0", "--anchor", "png:fast"]).ok();
    assert!(markdown.text().contains("bytes against `png:fast`"), "{}", markdown.text());
    let page = String::from_utf8(f.read("out/report.html")).unwrap();
    assert!(page.contains("Without loss") && page.contains("Quality over size"));
}

/// A peer that says it is lossless and is not: it is found out.
#[cfg(unix)]
#[test]
fn a_lossless_peer_that_loses_something_is_a_problem() {
    let f = with_set("rd-lossy-lossless");
    let table = "[liar]\nencode = [\"cp\", \"{in}\", \"{out}\"]\n\
                 decode = [\"sh\", \"-c\", \"(head -c 20 $0; tail -c +22 $0; printf x) > $1\", \"{in}\", \"{out}\"]\n\
                 extension = \"ppm\"\ninput = \"ppm\"\noutput = \"ppm\"\nlossless = true\n";
    f.write("my.toml", table.as_bytes());
    let args = [
        "rd",
        "run",
        "--no-report",
        "-i",
        "set/one.ppm",
        "-c",
        "liar,kvant:lossless",
        "--peers",
        "my.toml",
        "-o",
        "out",
    ];
    let said = f.kvant(&args);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("differs from the source, though the codec is lossless"), "{}", said.stderr);
    assert_eq!(rows(&f, "out/results.csv").len(), 1);
}
