//! The laboratory at several resolutions: curves that are convex hulls over all.

use std::collections::BTreeMap;

use crate::world::{Folder, colour_ppm};

/// The part of a photograph that comes along, as a picture of its own.
fn with_photo(name: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("set")).unwrap();
    let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/chelsea.png");
    std::fs::copy(photo, f.path("set/cat.png")).unwrap();
    f
}

/// The rows of a results file as columns to fields, in their order.
fn rows(f: &Folder, file: &str) -> Vec<BTreeMap<String, String>> {
    let text = String::from_utf8(f.read(file)).unwrap();
    let mut lines = text.lines().map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    lines.map(|fields| columns.iter().cloned().zip(fields).collect()).collect()
}

fn settings(rows: &[BTreeMap<String, String>]) -> Vec<(&str, &str)> {
    rows.iter().map(|r| (r["q"].as_str(), r["scale"].as_str())).collect()
}

#[test]
fn a_run_at_two_scales_has_both_and_goes_on_and_compares() {
    let f = with_photo("rd-scales");
    let run = |args: &[&str]| {
        let usual = ["rd", "run", "--no-report", "-i", "set", "-c", "jpeg", "-q", "20,50,85"];
        f.kvant(&[&usual[..], args].concat()).ok()
    };
    let said = run(&["--scales", "0.5,1", "--keep", "coded,decoded", "-o", "out"]);
    assert!(said.text().contains("50 at 1/2"), "{}", said.text());
    let both = rows(&f, "out/results.csv");
    assert_eq!(settings(&both), [("20", ""), ("50", ""), ("85", ""), ("20", "1/2"), ("50", "1/2"), ("85", "1/2")]);
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let (whole, half) = both.split_at(3);
    for (whole, half) in whole.iter().zip(half) {
        assert_eq!((&half["w"], &half["h"]), (&whole["w"], &whole["h"]));
        let pixels = number(half, "w") * number(half, "h");
        assert!((number(half, "bpp") - number(half, "bytes") * 8.0 / pixels).abs() < 1e-5, "{half:?}");
        assert!(number(half, "bytes") < number(whole, "bytes") && number(half, "psnr_y") < number(whole, "psnr_y"));
        assert_ne!(half["key"], whole["key"]);
    }
    // The coded file is smaller, the decoded picture is what was scored.
    let header = |file: &str| {
        let reader = image::ImageReader::open(f.path(file)).unwrap().with_guessed_format().unwrap();
        reader.into_dimensions().unwrap()
    };
    assert_eq!(header("out/files/jpeg/cat-q50.jpg"), (451, 300));
    assert_eq!(header("out/files/jpeg/cat-q50-1of2.jpg"), (226, 150));
    assert_eq!(header("out/decoded/jpeg/cat-q50-1of2.png"), (451, 300));

    // The same points are there already; without scales, those of the whole picture have the same
    // key.
    let said = run(&["--scales", "1,1/2", "--keep", "coded,decoded", "-o", "out"]);
    assert!(said.stderr.contains("6 of 6 measurements are there already"), "{}", said.stderr);
    run(&["-o", "plain"]);
    let plain = rows(&f, "plain/results.csv");
    assert!(!plain[0].contains_key("scale"), "{plain:?}");
    let keys = |rows: &[BTreeMap<String, String>]| rows.iter().map(|r| r["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(&plain), keys(whole));

    // Parts join, in the same order.
    run(&["--scales", "1/2", "-o", "half"]);
    f.kvant(&["rd", "merge", "half", "plain", "-o", "joined"]).ok();
    assert_eq!(keys(&rows(&f, "joined/results.csv")), keys(&both));

    // A baseline is measured again at the scales that it has.
    let said = f.kvant(&["rd", "check", "--baseline", "out", "-i", "set", "-j", "2"]).ok();
    assert!(said.text().contains("PSNR-Y         mean +0.000"), "{}", said.text());
    let said = f.kvant(&["rd", "check", "--baseline", "out", "--results", "plain"]);
    assert!(said.stderr.contains("no point at quality 20 at 1/2"), "{}", said.stderr);

    // The hull is never behind the whole pictures alone.
    let said = f.kvant(&["rd", "bd", "out", "--anchor", "jpeg", "--codec", "jpeg", "--json"]).ok();
    assert!(said.text().contains("\"hull\"") && said.text().contains("\"scale\": \"1/2\""), "{}", said.text());
    f.write("whole.csv", String::from_utf8(f.read("plain/results.csv")).unwrap().replace("jpeg,", "plain,").as_bytes());
    let said = f.kvant(&["rd", "bd", "out", "whole.csv", "--anchor", "plain", "--metrics", "psnr-y", "--json"]).ok();
    let mean = said.json()["comparisons"][0]["summaries"][0]["mean"].as_f64().unwrap();
    assert!(mean < 0.1, "{mean}");
    f.kvant(&["rd", "report", "out", "whole.csv", "--crops", "0"]).ok();
    assert!(String::from_utf8(f.read("out/report.html")).unwrap().contains("convex hull over scales: jpeg"));
}

#[test]
fn lossless_codecs_and_whole_pictures_need_no_scales() {
    let f = Folder::new("rd-scales-few");
    std::fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(40, 56));
    let run = |scales: &str| {
        let args = ["rd", "run", "--no-report", "-i", "set", "-c", "jpeg,png", "-q", "50", "-j", "2", "-o", "out"];
        f.kvant(&[&args[..], &["--scales", scales, "--timed", "3"]].concat())
    };
    run("1/2,1/4").ok();
    let rows = rows(&f, "out/results.csv");
    assert_eq!(settings(&rows), [("50", "1/2"), ("50", "1/4"), ("100", "")]);
    assert!(rows.iter().all(|r| r["timing"] == "call"), "{rows:?}");
    run("1,1.0").fails(2, &["--scales 1 is what is measured without it"]);
    for wrong in ["2", "0", "1/2/3", "half"] {
        let ended = run(wrong);
        assert!(ended.code == 2 && ended.stderr.contains("is no scale"), "{ended:?}");
    }
}

#[test]
fn pictures_with_alpha_keep_it_at_every_scale() {
    let f = Folder::new("rd-scales-alpha");
    std::fs::create_dir(f.path("set")).unwrap();
    let pixel = |x: u32, y: u32| image::Rgba([x as u8 * 4, y as u8 * 4, 90, if x > 40 { 0 } else { 255 }]);
    image::RgbaImage::from_fn(64, 48, pixel).save(f.path("set/leaf.png")).unwrap();
    let args = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1,jpeg", "-q", "80", "--scales", "1,1/2"];
    f.kvant(&[&args[..], &["-o", "out"]].concat()).ok();
    let rows = rows(&f, "out/results.csv");
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter().all(|r| (r["alpha"] == "laid") == (r["codec"] == "jpeg") && !r["ssim2"].is_empty()),
        "{rows:?}"
    );
}
