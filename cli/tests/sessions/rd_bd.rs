//! BD-rates from files of points.

use crate::world::Folder;

const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h";

/// A file with four points of `codec` on each of two pictures of 400x200 pixels, `percent` of some
/// bytes each.
fn points(codec: &str, percent: u32) -> String {
    let mut csv = format!("{HEADER},ms_ssim,timing,note\n");
    for image in ["lake", "tower"] {
        for (q, kilobytes, ssim2, ba, psnr) in
            [(10, 2, 31, 3.2, 28), (30, 4, 52, 2.1, 31), (60, 8, 71, 1.2, 35), (90, 16, 88, 0.6, 41)]
        {
            let bytes = kilobytes * 10 * percent;
            let bpp = f64::from(bytes) / 1e4;
            let ms_ssim = 1.0 - ba / 100.0;
            csv += &format!(
                "{codec},{image},{q},{bytes},{bpp:.6},{ssim2},{ba},{ba},{psnr},{psnr},0.{percent:03},0.1,400,200,{ms_ssim},call,x\n"
            );
        }
    }
    csv
}

/// A folder with results of the codecs old, new (10 % smaller) and big (25 % larger).
fn folder(name: &str) -> Folder {
    let f = Folder::new(name);
    f.write("old.csv", points("old", 100).as_bytes());
    f.write("new.csv", points("new", 90).as_bytes());
    std::fs::create_dir(f.path("run")).unwrap();
    f.write("run/results.csv", points("big", 125).as_bytes());
    f
}

#[test]
fn tables_come_of_files_and_of_folders() {
    let f = folder("bd-tables");
    let said = f.kvant(&["rd", "bd", "old.csv", "new.csv", "run", "--anchor", "old"]).ok();
    assert_eq!(said.stderr, "");
    let line = |start: &str| said.text().lines().find(|l| l.starts_with(start)).unwrap_or_default().to_owned();
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(&line("new"))[..5], ["new", "2", "-10.00", "-10.00", "-10.00"], "{}", said.text());
    assert_eq!(cells(&line("big"))[..5], ["big", "2", "+25.00", "+25.00", "+25.00"], "{}", said.text());
    for words in ["-10.00..-10.00", "2/0", "0.5000", "BD-quality", "0/2", "30-60", "MS-SSIM", "x0.90", "x1.25"] {
        assert!(said.text().contains(words), "{words:?} is not in {}", said.text());
    }
    assert!(!said.text().contains("not monotone"), "{}", said.text());

    let said =
        f.kvant(&["rd", "bd", "old.csv", "new.csv", "run", "--anchor", "old", "--codec", "new", "--per-image"]).ok();
    assert!(said.text().contains("lake") && !said.text().contains("big"), "{}", said.text());
}

#[test]
fn markdown_is_one_table_with_folds() {
    let f = folder("bd-md");
    let said = f.kvant(&["rd", "bd", "old.csv", "new.csv", "run", "--anchor", "old", "--md", "--per-image"]).ok();
    let rows: Vec<_> = said.text().lines().filter(|l| l.starts_with('|')).collect();
    // A heading, a rule and a row a codec; for each codec the same and a row a picture.
    assert_eq!(rows.len(), 4 + 2 * 4, "{}", said.text());
    assert!(rows[2].starts_with("| `new` | 2 | -10.00 (-10.00..-10.00; 2/0; p 0.5000) |"), "{}", rows[2]);
    let columns = |row: &str| row.matches('|').count();
    assert!(rows[..4].iter().all(|r| columns(r) == columns(rows[0])), "{rows:?}");
    assert_eq!(said.text().matches("<details>").count(), 2);
    assert_eq!(f.kvant(&["rd", "bd", "old.csv", "--anchor", "old", "--md", "--json"]).code, 2);
}

#[test]
fn json_has_every_figure() {
    let f = folder("bd-json");
    f.write("bad.csv", b"codec,image\n");
    let ended =
        f.kvant(&["rd", "bd", "old.csv", "bad.csv", "new.csv", "--anchor", "old", "--range", "40..80", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let json = ended.json();
    assert_eq!((&json["schema"], &json["anchor"]), (&"kvant.rd.bd/2".into(), &"old".into()));
    assert_eq!(json["options"], serde_json::json!({"interpolation": "pchip", "metrics": ["ssim2", "ba_p3", "psnr_y"]}));
    assert!(json["failed"][0].as_str().unwrap().starts_with("bad.csv: line 1: no column bpp or bytes"), "{json}");
    let new = &json["comparisons"][0];
    assert_eq!(new["codec"], "new");
    let near = |value: &serde_json::Value, expected: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - expected).abs() < 1e-3, "{value} is not {expected}");
    };
    let axes: Vec<_> = new["summaries"].as_array().unwrap().iter().map(|s| s["axis"].as_str().unwrap()).collect();
    assert_eq!(axes, ["ssim2", "ba_p3", "psnr_y", "psnr_rgb", "ba_max", "ms_ssim"]);
    for (summary, means) in new["summaries"].as_array().unwrap().iter().zip(new["means"].as_array().unwrap()) {
        near(&summary["mean"], -10.0);
        near(&summary["worst"]["percent"], -10.0);
        near(&means["pchip"], -10.0);
        near(&means["akima"], -10.0);
        assert_eq!((&summary["n"], &summary["wins"]), (&2.into(), &2.into()));
    }
    assert_eq!(new["summaries"][0]["range"], serde_json::json!([40.0, 80.0]));
    // Two pictures on one side: half of all signs. Ten percent fewer bytes, of lines on which a
    // factor of two is 17 to 21 points.
    assert_eq!(new["summaries"][0]["wilcoxon"], serde_json::json!({"p": 0.5, "n": 2, "method": "exact"}));
    let quality = new["summaries"][0]["quality"]["mean"].as_f64().unwrap();
    assert!((17.0..21.0).contains(&(quality * 2f64.ln() / (1.0 / 0.9f64).ln())), "{quality}");
    assert_eq!(new["summaries"][1]["range"], serde_json::json!([null, null]));
    assert_eq!(new["bands"].as_array().unwrap().len(), 3);
    near(&new["equal"][0]["sizes"]["percent"], -10.0);
    assert_eq!(new["equal"][4]["sizes"], serde_json::Value::Null, "none reaches 90");
    near(&new["enc_ratio"], 0.9);
    near(&new["dec_ratio"], 1.0);
}

/// The literature on learned codecs goes by PSNR over RGB and MS-SSIM.
#[test]
fn tables_follow_the_metrics_that_are_named() {
    let f = folder("bd-metrics");
    let bd = |args: &[&str]| f.kvant(&[&["rd", "bd", "old.csv", "new.csv", "--anchor", "old"], args].concat());
    let said = bd(&["--metrics", "psnr-rgb,ms-ssim", "--per-image"]).ok();
    assert!(said.text().lines().nth(1).unwrap().trim_start().starts_with("PSNR-RGB"), "{}", said.text());
    assert!(said.text().contains("Watched") && !said.text().contains("SSIMULACRA2 by band"), "{}", said.text());
    let by_picture: Vec<_> = said.text().lines().skip_while(|l| !l.contains("by picture")).collect();
    assert_eq!(by_picture[1].split_whitespace().collect::<Vec<_>>(), ["picture", "PSNR-RGB", "MS-SSIM"]);
    let json = bd(&["--metrics", "psnr-rgb,ms-ssim", "--range", "30..40", "--json"]).ok().json();
    assert_eq!(json["options"]["metrics"], serde_json::json!(["psnr_rgb", "ms_ssim"]));
    assert_eq!(json["comparisons"][0]["summaries"][0]["range"], serde_json::json!([30.0, 40.0]));
    bd(&["--metrics", "vmaf9"]).fails(2, &["vmaf9", "psnr_rgb"]);

    // Without those that usually decide, what there is decides, in a report too.
    for file in ["old.csv", "new.csv"] {
        let text = String::from_utf8(f.read(file)).unwrap();
        let blank = |line: &str| {
            let mut fields: Vec<_> = line.split(',').collect();
            (5..9).for_each(|i| fields[i] = "");
            fields.join(",") + "\n"
        };
        let (head, rows) = text.split_once('\n').unwrap();
        f.write(file, format!("{head}\n{}", rows.lines().map(blank).collect::<String>()).as_bytes());
    }
    assert!(bd(&[]).ok().text().lines().nth(1).unwrap().trim_start().starts_with("PSNR-RGB"));
    let report = ["rd", "report", "old.csv", "new.csv", "--anchor", "old", "--codec", "new", "-o", "page.html"];
    let said = f.kvant(&report).ok();
    assert!(said.text().contains("At equal PSNR-RGB, new files are 10.0 % smaller"), "{}", said.text());
    let page = String::from_utf8(f.read("page.html")).unwrap();
    assert!(
        page.contains("the middle one of each codec's qualities")
            || page.contains("the middle one of each codec&#39;s")
    );
    assert!(!page.contains("SSIMULACRA2"), "nothing is said of a metric that there is not");
}

#[test]
fn bad_files_are_named_and_the_rest_goes_on() {
    let f = folder("bd-bad");
    f.write("columns.csv", b"codec,image,q\nnew,lake,1\n");
    f.write("field.csv", points("x", 100).replace("0.400000", "many").as_bytes());
    f.write("binary.csv", &[0xff, 0xfe, 0x00]);
    std::fs::create_dir(f.path("empty")).unwrap();
    let bad = ["columns.csv", "field.csv", "binary.csv", "missing.csv", "empty"];
    let ended = f.kvant(&[&["rd", "bd", "old.csv", "new.csv", "--anchor", "old"], &bad[..]].concat());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.text().contains("-10.00"), "{}", ended.text());
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 6, "{}", ended.stderr);
    for (line, words) in lines.iter().zip([
        "columns.csv: line 1: no column bpp or bytes",
        "field.csv: line 3: bpp \"many\"",
        "binary.csv: cannot read",
        "missing.csv: cannot read",
        "results.csv: cannot read",
        "5 of 7 files",
    ]) {
        assert!(line.contains(words), "{words:?} is not in {line:?}");
    }

    // Nothing to go on with.
    let ended = f.kvant(&["rd", "bd", "columns.csv", "missing.csv", "--anchor", "old"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (3, 3), "{ended:?}");
    f.kvant(&["rd", "bd", "field.csv", "--anchor", "old"]).fails(3, &["field.csv", "line 3", "bpp"]);
    f.write("header.csv", format!("{HEADER}\n").as_bytes());
    f.kvant(&["rd", "bd", "header.csv", "--anchor", "old"]).fails(3, &["no points"]);
}

#[test]
fn wrong_requests_are_usage_errors() {
    let f = folder("bd-usage");
    let bd = |args: &[&str]| f.kvant(&[&["rd", "bd", "old.csv", "new.csv"], args].concat());
    bd(&["--anchor", "none"]).fails(2, &["none", "old, new"]);
    bd(&["--anchor", "old", "--codec", "new", "--codec", "nine"]).fails(2, &["nine", "old, new"]);
    for range in ["40", "80..40", "a..b", "30..inf"] {
        let ended = bd(&["--anchor", "old", "--range", range]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains(range), "{}", ended.stderr);
    }
    bd(&["--anchor", "old", "--range", "-20..40"]).ok();
}

/// One bad score once moved a mean by a fifth without a word.
#[test]
fn every_point_that_is_dropped_is_named_by_every_metric() {
    let f = folder("bd-dropped");
    let good = points("new", 90);
    let bad = good.lines().map(|line| {
        let mut fields: Vec<_> = line.split(',').map(str::to_owned).collect();
        match (fields[1].as_str(), fields[2].as_str()) {
            ("lake", "30") => fields[9] = "50".to_owned(),
            ("lake", "60") => fields[5] = "nan".to_owned(),
            ("tower", "60") => fields[8] = "inf".to_owned(),
            ("tower", "10") => fields[4] = "0".to_owned(),
            ("tower", "90") => fields[4] = "-2".to_owned(),
            _ => {}
        }
        fields.join(",") + "\n"
    });
    f.write("new.csv", bad.collect::<String>().as_bytes());
    let said = f.kvant(&["rd", "bd", "old.csv", "new.csv", "--anchor", "old"]).ok();
    for line in [
        "not monotone: new, PSNR-RGB: dropped lake q 60 (7200 bytes), q 90 (14400 bytes)",
        "a score without a place on its axis: new, SSIMULACRA2: dropped lake q 60 (7200 bytes)",
        "a score without a place on its axis: new, PSNR-Y: dropped tower q 60 (7200 bytes)",
        "a rate that is none: new, SSIMULACRA2: dropped tower q 10 (1800 bytes), q 90 (14400 bytes)",
        "a rate that is none: new, MS-SSIM: dropped tower q 10 (1800 bytes), q 90 (14400 bytes)",
    ] {
        assert!(said.text().lines().any(|l| l == line), "{line} is not in {}", said.text());
    }
}

/// What learned codecs publish: means over a set, and no pictures. The bytes of `new` are 90 % of
/// those of the means of `old`.
#[test]
fn means_of_a_set_are_compared_with_means() {
    let f = folder("bd-means");
    let of = |factor: f64| {
        let bpp = [0.2, 0.4, 0.8, 1.6].map(|kilobytes| factor * kilobytes * 0.1 * 10.0);
        let psnr = [28.0, 31.0, 35.0, 41.0];
        serde_json::json!({"name": "x", "results": {"bpp": bpp, "psnr-rgb": psnr, "encoding_time": [1, 1, 1, 1]}})
    };
    f.write("model_mse.json", of(0.9).to_string().as_bytes());
    let args =
        ["rd", "bd", "old.csv", "new.csv", "model_mse.json", "--anchor", "old", "--metrics", "psnr-rgb", "--json"];
    let said = f.kvant(&args).ok();
    assert!(said.stderr.contains("means of the set alone: model_mse"), "{}", said.stderr);
    let json = said.json();
    let mean = |codec: &str| {
        let all = json["comparisons"].as_array().unwrap();
        let found = all.iter().find(|c| c["codec"] == codec).unwrap();
        (found["summaries"][0]["n"].as_u64().unwrap(), found["summaries"][0]["mean"].as_f64().unwrap())
    };
    let (of_model, of_new) = (mean("model_mse"), mean("new"));
    assert!(of_model.0 == 1 && (of_model.1 + 10.0).abs() < 1e-3, "{of_model:?}");
    assert!(of_new.0 == 2 && (of_new.1 + 10.0).abs() < 1e-3, "{of_new:?}");
    // The other way round, too.
    let args = ["rd", "bd", "old.csv", "model_mse.json", "--anchor", "model_mse", "--metrics", "psnr-rgb"];
    assert!(f.kvant(&args).ok().text().contains("+11.11"));
}

#[test]
fn of_a_point_that_is_there_twice_the_later_counts() {
    let f = folder("bd-twice");
    f.write("newer.csv", points("new", 80).as_bytes());
    let said = f.kvant(&["rd", "bd", "old.csv", "new.csv", "newer.csv", "--anchor", "old"]).ok();
    assert!(said.text().contains("-20.00") && !said.text().contains("-10.00"), "{}", said.text());
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    assert!(said.stderr.contains("8 points"), "{}", said.stderr);
}

#[test]
fn codecs_without_a_common_picture_are_named() {
    let f = folder("bd-apart");
    f.write("apart.csv", points("apart", 100).replace("lake", "sea").replace("tower", "gate").as_bytes());
    let said = f.kvant(&["rd", "bd", "old.csv", "new.csv", "apart.csv", "--anchor", "old"]).ok();
    assert!(said.stderr.contains("apart") && said.stderr.lines().count() == 1, "{}", said.stderr);
    f.kvant(&["rd", "bd", "old.csv", "apart.csv", "--anchor", "old"]).fails(1, &["nothing to compare with old"]);
}
