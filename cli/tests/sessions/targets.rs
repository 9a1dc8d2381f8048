//! Encoding to a size or a score, on pictures of `testdata`.

use std::path::Path;

use serde_json::Value;

use crate::world::{Folder, colour_ppm};

/// A folder with the pictures `names` of `testdata` in it.
fn with_pictures(test: &str, names: &[&str]) -> Folder {
    let f = Folder::new(test);
    for name in names {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name);
        f.write(name, &std::fs::read(path).unwrap());
    }
    f
}

/// A folder with a small picture in it.
fn small(test: &str) -> Folder {
    let f = Folder::new(test);
    f.write("a.ppm", &colour_ppm(220, 160));
    f
}

/// The result of `kvant encode a picture --json`.
fn encode(f: &Folder, picture: &str, args: &[&str]) -> Value {
    f.kvant(&[&["encode", picture, "-f", "-e", "1", "--json"], args].concat()).ok().json()["results"][0].clone()
}

/// The score that `kvant compare` gives a stream, by its own decoding.
fn compared(f: &Folder, picture: &str, stream: &str, metric: &str) -> f64 {
    f.kvant(&["compare", picture, stream, "--json"]).ok().json()["results"][0]["metrics"][metric].as_f64().unwrap()
}

#[test]
fn sizes_come_within_one_percent() {
    let f = with_pictures("target-size", &["coffee.png", "camera.png"]);
    for picture in ["coffee.png", "camera.png"] {
        let stream = picture.replace("png", "kvt");
        let bytes_in = f.read(picture).len() as f64;
        let pixels = if picture == "coffee.png" { 600.0 * 400.0 } else { 512.0 * 512.0 };
        let cases = [
            ("--target-size", "9000", 9000.0),
            ("--target-size", "40k", 40_000.0),
            ("--target-size", "5%", bytes_in * 0.05),
            ("--target-bpp", "1.25", 1.25 * pixels / 8.0),
        ];
        for (kind, value, wanted) in cases {
            let r = encode(&f, picture, &[kind, value]);
            let bytes = f.read(&stream).len() as f64;
            assert!((bytes - wanted).abs() <= 0.01 * wanted, "{picture} {kind} {value}: {bytes} bytes");
            assert_eq!((&r["target"]["met"], &r["bytes_out"]), (&true.into(), &(bytes as u64).into()));
            assert!(r["passes"].as_u64().unwrap() <= 6, "{picture} {kind} {value}: {r}");
        }
    }
}

#[test]
fn scores_come_within_their_tolerances() {
    let f = with_pictures("target-scores", &["astronaut.png", "brick.png"]);
    let cases = [
        ("--target-ssimulacra2", "ssimulacra2", [60.0, 82.0], 0.3),
        ("--target-butteraugli", "butteraugli_3norm", [2.5, 0.9], 0.02),
        ("--target-psnr", "psnr_y", [31.5, 40.0], 0.1),
    ];
    for (picture, i) in [("astronaut.png", 0), ("brick.png", 1)] {
        let stream = picture.replace("png", "kvt");
        for (kind, metric, values, tolerance) in cases {
            let r = encode(&f, picture, &[kind, &values[i].to_string()]);
            let score = compared(&f, picture, &stream, metric);
            assert!((score - values[i]).abs() <= tolerance + 1e-6, "{picture} {kind} {}: {score}", values[i]);
            // The metric aimed at is reported without --verify.
            assert!((r["metrics"][metric].as_f64().unwrap() - score).abs() < 1e-6, "{r}");
            assert!(r["passes"].as_u64().unwrap() > 1, "{r}");
        }
    }
}

#[test]
fn the_quality_reported_gives_the_same_bytes() {
    let f = with_pictures("target-quality", &["chelsea.png"]);
    let r = encode(&f, "chelsea.png", &["--target-ssimulacra2", "66.6", "--verify"]);
    let bytes = f.read("chelsea.kvt");
    assert!(r["metrics"]["butteraugli_max"].is_number(), "{r}");
    let quality = r["quality"].to_string();
    encode(&f, "chelsea.png", &["-q", &quality]);
    assert!(f.read("chelsea.kvt") == bytes, "quality {quality}");
}

#[test]
fn a_tolerance_and_a_number_of_passes_are_kept() {
    let f = with_pictures("target-tolerance", &["chelsea.png"]);
    let fine = encode(&f, "chelsea.png", &["--target-size", "20k", "--tolerance", "0.3", "--max-passes", "20"]);
    assert!((fine["bytes_out"].as_f64().unwrap() - 20_000.0).abs() <= 60.0, "{fine}");
    let coarse = encode(&f, "chelsea.png", &["--target-size", "20k", "--tolerance", "90"]);
    assert_eq!((&coarse["passes"], &coarse["target"]["tolerance"]), (&1.into(), &18_000.0.into()));
    let one = ["encode", "chelsea.png", "-f", "-e", "1", "--target-size", "5k", "--max-passes", "1"];
    f.kvant(&one).fails(6, &["chelsea.png", "not met", "5000"]);
}

#[test]
fn the_nearest_is_written_where_a_target_is_out_of_reach() {
    let f = with_pictures("target-unreachable", &["coffee.png"]);
    let encode = |args: &[&str]| f.kvant(&[&["encode", "coffee.png", "-f", "-e", "1"], args].concat());
    encode(&["-q", "0"]).ok();
    let smallest = f.read("coffee.kvt");
    let said =
        encode(&["--target-size", "100", "--json", "--quiet"]).fails(6, &["coffee.png", "not met", "100", "quality 0"]);
    assert!(f.read("coffee.kvt") == smallest);
    let json = said.json();
    let r = &json["results"][0];
    assert_eq!((&r["status"], &r["target"]["met"]), (&"ok".into(), &false.into()));
    assert_eq!(r["warnings"][0]["code"], "target-missed");
    assert!(said.stderr.contains("for a target of 100 within 1 %"), "{said:?}");
    assert_eq!(json["totals"], serde_json::json!({"ok": 1, "planned": 0, "skipped": 0, "failed": 0}));
    let best = encode(&["--target-psnr", "90"]);
    assert!(best.code == 6 && best.stderr.contains("quality 100"), "{best:?}");
    // A metric that a picture is too small for.
    f.write("tiny.ppm", &colour_ppm(5, 5));
    f.kvant(&["encode", "tiny.ppm", "--target-butteraugli", "1"]).fails(1, &["butteraugli cannot be computed"]);
    assert!(!f.path("tiny.kvt").exists());
}

#[test]
fn no_file_is_larger_than_the_largest_size() {
    let f = with_pictures("target-max-size", &["coffee.png"]);
    let encode = |args: &[&str]| encode(&f, "coffee.png", args);
    let bytes_in = f.read("coffee.png").len() as u64;
    let cases = [("8k", "80", 8000), ("12000", "80", 12000), ("40k", "99", 40000), ("5%", "100", bytes_in / 20)];
    for (size, quality, bytes) in cases {
        let r = encode(&["--max-size", size, "-q", quality]);
        let found = f.read("coffee.kvt");
        let length = found.len() as u64;
        // All but one percent is used.
        assert!(length <= bytes && length * 100 >= bytes * 99, "{size}: {length}");
        assert_eq!((&r["target"]["kind"], &r["target"]["met"]), (&"max-size".into(), &true.into()));
        assert_eq!((&r["target"]["value"], &r["bytes_out"]), (&(bytes as f64).into(), &length.into()));
        assert!(r["passes"].as_u64().unwrap() <= 7, "{r}");
        // The quality gives the same again.
        encode(&["-q", &r["quality"].to_string()]);
        assert!(f.read("coffee.kvt") == found);
    }
    // A tolerance may leave more of it unused; at most so many passes are made.
    let r = encode(&["--max-size", "16k", "-q", "100", "--tolerance", "60"]);
    assert!(r["bytes_out"].as_u64().unwrap() <= 16000 && r["passes"].as_u64().unwrap() <= 3, "{r}");
    let r = encode(&["--max-size", "8000", "-q", "100", "--max-passes", "2"]);
    assert_eq!((r["bytes_out"].as_u64().unwrap() <= 8000, &r["quality"]), (true, &0.0.into()));
}

#[test]
fn what_is_smaller_than_the_largest_size_is_written_as_it_is() {
    let f = small("target-max-unneeded");
    for args in [&["-q", "70"][..], &[], &["-q", "lossless"]] {
        encode(&f, "a.ppm", args);
        let plain = f.read("a.kvt");
        let r = encode(&f, "a.ppm", &[args, &["--max-size", "1M"]].concat());
        assert!(f.read("a.kvt") == plain && r["passes"] == 1, "{args:?}: {r}");
        let exactly = plain.len().to_string();
        encode(&f, "a.ppm", &[args, &["--max-size", &exactly]].concat());
        assert!(f.read("a.kvt") == plain, "{args:?}");
    }
    let said = f.kvant(&["encode", "a.ppm", "-f", "--max-size", "1M"]).ok();
    assert!(said.text().contains("of at most 1000000 after 1 pass"), "{said:?}");
}

#[test]
fn nothing_is_written_where_nothing_is_small_enough() {
    let f = small("target-max-missed");
    f.write("flat.ppm", b"P6\n1 1\n255\n123");
    f.kvant(&["encode", "a.ppm", "-e", "1", "-q", "0", "-o", "0.kvt"]).ok();
    let smallest = f.read("0.kvt").len().to_string();
    let args = ["encode", "a.ppm", "-e", "1", "--max-size", "150"];
    f.kvant(&args).fails(6, &["a.ppm: not met", &smallest, "150", "nothing is written"]);
    f.kvant(&[&args[..], &["--max-passes", "1"]].concat()).fails(6, &["quality 80"]);
    f.kvant(&[&args[..], &["-q", "lossless"]].concat()).fails(6, &["lossless", "nothing is written"]);
    let said = f.kvant(&["encode", "a.ppm", "flat.ppm", "-e", "1", "--max-size", "150", "--json"]);
    assert_eq!((said.code, f.files().concat()), (1, "0.kvta.ppmflat.kvtflat.ppm".to_owned()));
    assert_eq!(said.json()["results"][0]["error"]["exit_code"], 6);
}

#[test]
fn targets_work_in_pipes_and_batches() {
    let f = with_pictures("target-batch", &["chelsea.png", "coffee.png"]);
    let said = f.kvant(&["encode", "chelsea.png", "coffee.png", "-e", "1", "-j", "2", "--target-bpp", "0.9", "--json"]);
    for result in said.ok().json()["results"].as_array().unwrap() {
        assert!((result["bpp"].as_f64().unwrap() / 0.9 - 1.0).abs() <= 0.01, "{result}");
    }
    let piped = f.kvant_with(&["encode", "-", "-e", "1", "--target-bpp", "0.9"], &f.read("coffee.png")).ok();
    assert!(piped.stdout == f.read("coffee.kvt"));
    // One that misses its target does not keep the other from being written.
    f.write("flat.pgm", b"P5\n8 8\n255\n0123456701234567012345670123456701234567012345670123456701234567");
    let args = ["encode", "chelsea.png", "flat.pgm", "-f", "-e", "1", "--preset", "photo", "--target-size", "20k"];
    let ended = f.kvant(&args);
    assert_eq!(ended.code, 6, "{ended:?}");
    assert!(ended.stderr.contains("flat.pgm: not met") && !ended.stderr.contains("chelsea.png: not met"));
    assert!(f.path("flat.kvt").exists());
}

#[test]
fn only_one_thing_can_be_aimed_at() {
    let f = Folder::new("target-conflicts");
    f.write("a.ppm", &colour_ppm(20, 10));
    let cases: [&[&str]; 10] = [
        &["--max-size", "1k", "--target-size", "1k"],
        &["--max-size", "0"],
        &["-q", "80", "--target-size", "1k"],
        &["--target-size", "1k", "--target-bpp", "1"],
        &["--target-ssimulacra2", "70", "--target-psnr", "30"],
        &["--tolerance", "1"],
        &["--max-passes", "3"],
        &["--target-size", "1k", "--max-passes", "0"],
        &["--target-size", "0"],
        &["--target-ssimulacra2", "NaN"],
    ];
    for args in cases {
        let ended = f.kvant(&[&["encode", "a.ppm"], args].concat());
        assert_eq!(ended.code, 2, "{args:?}: {ended:?}");
    }
    assert_eq!(f.files(), ["a.ppm"]);
}
