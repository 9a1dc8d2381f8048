//! JSON, thresholds, batches, help.

use crate::world::{Folder, colour_ppm, gray_pgm};

#[test]
fn encode_reports_as_json() {
    let f = Folder::new("json-encode");
    f.write("a.ppm", &colour_ppm(64, 48));
    let ended = f.kvant(&["encode", "a.ppm", "--json", "--verify", "-q", "62.5"]).ok();
    let json = ended.json();
    assert_eq!(json["schema"], "kvant.encode/1");
    assert!(json["tool"].as_str().unwrap().starts_with("kvant "));
    let r = &json["results"][0];
    let bytes = f.read("a.kvt").len();
    assert_eq!((&r["input"], &r["output"], &r["status"]), (&"a.ppm".into(), &"a.kvt".into(), &"ok".into()));
    assert_eq!((&r["width"], &r["height"], &r["depth"]), (&64.into(), &48.into(), &8.into()));
    assert_eq!((&r["channels"], &r["chroma"]), (&"rgb".into(), &"444".into()));
    assert_eq!((&r["bytes_in"], &r["bytes_out"]), (&f.read("a.ppm").len().into(), &bytes.into()));
    assert_eq!((&r["quality"], &r["effort"], &r["passes"]), (&62.5.into(), &5.into(), &1.into()));
    assert!((r["bpp"].as_f64().unwrap() - bytes as f64 * 8.0 / (64.0 * 48.0)).abs() < 1e-9);
    assert!(r["seconds"].as_f64().unwrap() > 0.0);
    for metric in ["psnr_y", "psnr_rgb", "ssimulacra2", "butteraugli_3norm", "butteraugli_max"] {
        assert!(r["metrics"][metric].is_number(), "{metric}");
    }
    assert_eq!(r["warnings"], serde_json::json!([]));
    assert_eq!(json["totals"], serde_json::json!({"ok": 1, "planned": 0, "skipped": 0, "failed": 0}));
    // The lines for people moved over.
    assert!(ended.stderr.contains("-> a.kvt"));
}

/// Squares of two colours take fewer bytes without loss, and everybody says so.
#[test]
fn what_was_coded_without_loss_is_said_to_be() {
    let f = Folder::new("json-graphics");
    let squares =
        (0..64 * 64).flat_map(|i| if (i % 64 / 5 + i / 64 / 5) % 2 == 0 { [200, 40, 30] } else { [20, 80, 160] });
    f.write("a.ppm", &[b"P6 64 64 255\n".to_vec(), squares.collect()].concat());
    let ended = f.kvant(&["encode", "a.ppm", "--json", "--verify", "-q", "100", "--chroma", "420"]).ok();
    let r = &ended.json()["results"][0];
    assert_eq!((&r["lossless"], &r["quality"], &r["chroma"]), (&true.into(), &serde_json::Value::Null, &"444".into()));
    assert_eq!((&r["warnings"], &r["metrics"]["ssimulacra2"]), (&serde_json::json!([]), &100.0.into()));
    assert_eq!(f.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0]["lossless"], true);
    let r = f.kvant(&["encode", "a.ppm", "-f", "--json", "-q", "90", "--preset", "photo"]).ok().json()["results"][0]
        .clone();
    assert_eq!((&r["lossless"], &r["quality"]), (&false.into(), &90.0.into()));
}

#[test]
fn decode_info_and_compare_report_as_json() {
    let f = Folder::new("json-others");
    f.write("g.pgm", &gray_pgm(40, 30));
    f.kvant(&["encode", "g.pgm"]).ok();
    let bytes = f.read("g.kvt").len();

    let json = f.kvant(&["decode", "g.kvt", "--json"]).ok().json();
    assert_eq!(json["schema"], "kvant.decode/1");
    assert_eq!(json["results"][0]["output"], "g.png");
    assert_eq!(json["results"][0]["channels"], "gray");

    let json = f.kvant(&["info", "g.kvt", "--json", "--check"]).ok().json();
    assert_eq!(json["schema"], "kvant.info/1");
    let r = &json["results"][0];
    assert_eq!((&r["width"], &r["height"], &r["bytes"]), (&40.into(), &30.into(), &bytes.into()));
    assert_eq!((&r["chroma"], &r["checked"]), (&"gray".into(), &true.into()));

    let json = f.kvant(&["compare", "g.png", "g.kvt", "g.pgm", "--json"]).ok().json();
    assert_eq!(json["schema"], "kvant.compare/1");
    let (stream, source) = (&json["results"][0], &json["results"][1]);
    // Only a stream's own size says something about it.
    assert_eq!((&stream["bytes"], source.get("bytes")), (&bytes.into(), None));
    // JSON has no infinity: an exact copy says so in another way.
    assert_eq!((&stream["identical"], &stream["metrics"]["psnr_y"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!((&source["identical"], source["metrics"]["psnr_y"].is_number()), (&false.into(), true));
}

#[test]
fn lines_of_json_come_file_by_file_and_end_with_the_totals() {
    let f = Folder::new("jsonl");
    for name in ["a.ppm", "b.ppm", "c.ppm"] {
        f.write(name, &colour_ppm(20, 12));
    }
    f.write("b.ppm", b"junk");
    let lines = |ended: &crate::world::Ended| -> Vec<serde_json::Value> {
        ended.text().lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{l}: {e}"))).collect()
    };
    let ended = f.kvant(&["encode", "a.ppm", "b.ppm", "c.ppm", "--jsonl"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let mut found = lines(&ended);
    let last = found.pop().unwrap();
    assert_eq!(last["totals"], serde_json::json!({"ok": 2, "planned": 0, "skipped": 0, "failed": 1}));
    assert!(last["tool"].as_str().unwrap().starts_with("kvant 0."), "{last}");
    // In the order in which they ended.
    found.sort_by_key(|line| line["input"].to_string());
    let status: Vec<_> = found.iter().map(|l| (l["input"].as_str().unwrap(), l["status"].as_str().unwrap())).collect();
    assert_eq!(status, [("a.ppm", "ok"), ("b.ppm", "failed"), ("c.ppm", "ok")]);
    assert!(found.iter().chain([&last]).all(|line| line["schema"] == "kvant.encode/1"), "{found:?}");
    // A line has what the document has.
    for args in [&["decode", "a.kvt", "-f"][..], &["info", "a.kvt"], &["compare", "a.ppm", "a.kvt", "-m", "psnr"]] {
        let line = lines(&f.kvant(&[args, &["--jsonl"]].concat()).ok())[0].clone();
        let json = f.kvant(&[args, &["--json"]].concat()).ok().json();
        let (line, result) = (line.as_object().unwrap(), json["results"][0].as_object().unwrap());
        assert_eq!(line["schema"], json["schema"]);
        for (key, value) in result.iter().filter(|(key, _)| *key != "seconds") {
            assert_eq!(&line[key], value, "{args:?} {key}");
        }
        assert_eq!(line.len(), result.len() + 1, "{args:?}");
    }
    assert_eq!(f.kvant(&["info", "a.kvt", "--json", "--jsonl"]).code, 2);
    f.kvant(&["encode", "a.ppm", "-o", "-", "--jsonl"]).fails(2, &["--jsonl", "-o FILE"]);
}

#[test]
fn every_command_on_files_can_be_quiet_and_can_say_more() {
    let f = Folder::new("verbose");
    f.write("a.ppm", &colour_ppm(20, 12));
    f.kvant(&["encode", "a.ppm"]).ok();
    let commands = [
        &["encode", "a.ppm", "-f"][..],
        &["decode", "a.kvt", "-f"],
        &["info", "a.kvt"],
        &["compare", "a.ppm", "a.kvt", "-m", "psnr"],
    ];
    for args in commands {
        let lines = |flags: &[&str]| {
            let said = f.kvant(&[args, flags].concat()).ok();
            assert!(said.stderr.is_empty(), "{args:?}: {said:?}");
            said.text().lines().count()
        };
        assert_eq!(lines(&["--quiet"]), 0, "{args:?}");
        assert!(lines(&["-v"]) > lines(&[]), "{args:?}");
        assert_eq!(f.kvant(&[args, &["--quiet", "-v"]].concat()).code, 2, "{args:?}");
    }
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let f = Folder::new("batch");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.write("bad.ppm", b"junk");
    f.write("c.ppm", &colour_ppm(10, 20));
    let ended = f.kvant(&["encode", "a.ppm", "bad.ppm", "c.ppm", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("bad.ppm: cut off, or not a picture") && ended.stderr.contains("1 of 3 files failed")
    );
    let json = ended.json();
    assert_eq!(json["totals"], serde_json::json!({"ok": 2, "planned": 0, "skipped": 0, "failed": 1}));
    // In the order of the command line, whatever ended first.
    let status: Vec<_> = json["results"].as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["ok", "failed", "ok"]);
    assert_eq!(json["results"][1]["error"]["exit_code"], 3);
    assert_eq!(f.files(), ["a.kvt", "a.ppm", "bad.ppm", "c.kvt", "c.ppm"]);

    let ended = f.kvant(&["decode", "a.kvt", "bad.ppm", "c.kvt"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(f.path("a.png").exists() && f.path("c.png").exists() && !f.path("bad.png").exists());
    assert_eq!(f.kvant(&["info", "a.kvt", "bad.ppm"]).code, 1);
}

#[test]
fn a_single_bad_file_keeps_its_code_with_json() {
    let f = Folder::new("json-fault");
    f.write("bad.ppm", b"junk");
    let ended = f.kvant(&["encode", "bad.ppm", "--json"]).fails(3, &["bad.ppm"]);
    assert_eq!(ended.json()["results"][0]["status"], "failed");
}

#[test]
fn thresholds_end_with_code_6() {
    let f = Folder::new("thresholds");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.kvant(&["encode", "a.ppm", "-q", "60"]).ok();
    let compare = |threshold: &str| f.kvant(&["compare", "a.ppm", "a.kvt", "--fail-under", threshold]);
    compare("ssimulacra2=-100").ok();
    compare("butteraugli=100").ok();
    compare("ms-ssim=0").fails(6, &["a.kvt", "ms-ssim cannot be computed for this picture"]);
    let missed = compare("ssimulacra2=100").fails(6, &["a.kvt", "ssimulacra2", "under 100"]);
    assert!(missed.text().contains("PSNR-Y"), "the scores are printed all the same");
    compare("butteraugli=0.0001").fails(6, &["butteraugli", "above 0.0001"]);
    // A threshold's metric is computed though it is not shown.
    let ended = f.kvant(&["compare", "a.ppm", "a.kvt", "-m", "psnr-y", "--fail-under", "ssimulacra2=100"]);
    let ended = ended.fails(6, &["ssimulacra2"]);
    assert!(ended.text().contains("PSNR-Y") && !ended.text().contains("SSIMULACRA2"));
}

#[test]
fn compare_prints_what_is_asked_for() {
    let f = Folder::new("compare");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.write("b.ppm", &colour_ppm(48, 64));
    f.write("large.ppm", &colour_ppm(176, 180));
    f.kvant(&["encode", "a.ppm"]).ok();
    let all = f.kvant(&["compare", "a.ppm", "a.kvt"]).ok();
    for words in ["bytes", "bpp", "PSNR-Y", "PSNR-RGB", "SSIMULACRA2", "Butteraugli 3-norm", "Butteraugli max"] {
        assert!(all.text().contains(words), "{words:?} is not in {}", all.text());
    }
    let some = f.kvant(&["compare", "a.ppm", "a.kvt", "-m", "psnr,butteraugli-max"]).ok();
    for (words, there) in [("PSNR-RGB", true), ("Butteraugli max", true), ("3-norm", false), ("SSIM", false)] {
        assert_eq!(some.text().contains(words), there, "{words:?} in {}", some.text());
    }
    // A copy has an MS-SSIM of 1, where the picture is large enough for it.
    let large = f.kvant(&["compare", "large.ppm", "large.ppm", "-m", "ms-ssim"]).ok();
    assert_eq!(large.text().lines().skip(1).collect::<Vec<_>>(), ["  MS-SSIM              1.00000"]);
    f.kvant(&["compare", "large.ppm", "large.ppm", "--fail-under", "ms-ssim=0.98"]).ok();
    f.kvant(&["compare", "large.ppm", "large.ppm", "--fail-under", "ms-ssim=1.01"]).fails(6, &["ms-ssim", "1.01"]);
    assert!(!all.text().contains("MS-SSIM"), "{}", all.text());
    f.kvant(&["compare", "a.ppm", "b.ppm"]).fails(1, &["a.ppm", "b.ppm", "64x48", "48x64"]);
}

#[test]
fn help_version_and_manual_are_there() {
    let f = Folder::new("help");
    let help = f.kvant(&["--help"]).ok();
    for words in ["encode", "decode", "info", "compare", "Exit codes", "130"] {
        assert!(help.text().contains(words), "{words:?} is not in {}", help.text());
    }
    assert!(f.kvant(&["-V"]).ok().text().starts_with("kvant 0."));
    assert!(f.kvant(&["rd", "run", "--help"]).ok().text().contains("--points"));
    assert!(f.kvant(&["completions", "bash"]).ok().text().contains("kvant"));
    assert!(f.kvant(&["man"]).ok().text().contains(".TH kvant"));
    f.kvant(&["man", "."]).ok();
    assert!(f.files().contains(&"kvant-encode.1".to_owned()), "{:?}", f.files());
    let page = String::from_utf8(f.read("kvant-encode.1")).unwrap().replace('\\', "");
    for option in ["--max-size", "--preserve", "--keep-extension"] {
        assert!(page.contains(option), "{option}");
        assert!(f.kvant(&["encode", "--help"]).ok().text().contains(option), "{option}");
    }
}

#[test]
fn blocks_are_drawn_and_counted() {
    let f = Folder::new("blocks");
    f.write("a.ppm", &colour_ppm(203, 131));
    for chroma in ["444", "420"] {
        f.kvant(&["encode", "a.ppm", "-f", "-q", "60", "--chroma", chroma]).ok();
        let json = f.kvant(&["info", "a.kvt", "--blocks", "b.png", "-f", "--json"]).ok().json();
        let blocks = &json["results"][0]["blocks"];
        // Planes are padded to multiples of 8 pixels.
        let pixels = 208 * 136;
        for tree in ["luma", "chroma"] {
            let kinds = |kind: &str| blocks[tree][kind].as_object().unwrap().values().cloned().collect::<Vec<_>>();
            let sum = |kind: &str, of: &str| kinds(kind).iter().map(|c| c[of].as_u64().unwrap()).sum::<u64>();
            let all = blocks[tree]["blocks"].as_u64().unwrap();
            assert_eq!((sum("sizes", "blocks"), sum("modes", "blocks")), (all, all), "{chroma} {tree}");
            assert_eq!((sum("sizes", "pixels"), sum("modes", "pixels")), (pixels, pixels), "{chroma} {tree}: {blocks}");
            let coded = all - blocks[tree]["without_levels"].as_u64().unwrap();
            assert_eq!(sum("transforms", "blocks"), coded, "{chroma} {tree}");
        }
        assert!(!blocks["qp_offsets"].as_object().unwrap().is_empty());
        let drawing = image::open(f.path("b.png")).unwrap();
        assert_eq!((drawing.width(), drawing.height()), (2 * 203, 2 * 131));
    }
    f.kvant(&["info", "a.kvt", "--blocks", "b.png"]).fails(1, &["b.png", "exists", "-f"]);
    f.kvant(&["info", "a.kvt", "a.kvt", "--blocks", "c.png"]).fails(2, &["--blocks takes one input"]);
    f.kvant(&["info", "a.kvt", "--blocks", "c.xyz"]).fails(2, &["c.xyz"]);
}
