//! What a report of the laboratory shows of times, memory and chance, and of all codecs against
//! all: on its page, in Markdown and in JSON, where results have it and only there.

use serde_json::{Value, json};

use crate::rd_report::{HEADER, points};
use crate::rd_run::{run, with_set};
use crate::world::Folder;

/// Page, Markdown and JSON of results.
fn report(f: &Folder, results: &str) -> (String, String, Value) {
    let args = ["rd", "report", results, "--crops", "0"];
    f.kvant(&[&args[..], &["-o", "page.html"]].concat()).ok();
    let md = f.kvant(&[&args[..], &["--md"]].concat()).ok().text().to_owned();
    let json = f.kvant(&[&args[..], &["--json"]].concat()).ok().json();
    (String::from_utf8(f.read("page.html")).unwrap(), md, json)
}

/// Rows with more fields.
fn with(rows: &str, fields: &str) -> String {
    rows.lines().map(|row| format!("{row},{fields}\n")).collect()
}

#[test]
fn spreads_threads_and_memory_are_shown_of_results_that_have_them() {
    let f = Folder::new("rd-figures-times");
    let (ours, peer) = (points("kvant:e1", 0.8, 0.2), points("jpeg", 1.0, 0.1));
    f.write("plain.csv", format!("{HEADER}\n{ours}{peer}").as_bytes());
    let header =
        format!("{HEADER},reps,enc_min_s,enc_max_s,dec_min_s,dec_max_s,threads,enc_all_s,dec_all_s,enc_mb,dec_mb");
    let ours = with(&ours, "5,0.19,0.24,0.009,0.013,8,0.04,0.003,67.25,12.5");
    let peer = with(&peer, "5,0.08,0.12,0.008,0.011,1,,,9.25,");
    f.write("whole.csv", format!("{header}\n{ours}{peer}").as_bytes());

    let (page, md, json) = report(&f, "whole.csv");
    for part in [
        "<th scope=\"col\">encode<small>all threads</small></th><th scope=\"col\">decode<small>all threads</small></th>",
        "<td>200 ms<small>190 ms to 240 ms</small></td><td>10 ms<small>9.0 ms to 13 ms</small></td>",
        "<td>40 ms<small>8 threads</small></td><td>3.0 ms<small>8 threads</small></td><td>67 MB</td><td>12 MB</td>",
        "<td>\u{2013}<small>1 thread</small></td><td>9.2 MB</td><td>\u{2013}</td>",
        "Times with two others are medians of 5;",
        "in MB of 10^6 bytes",
    ] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    let row = "200 ms (190 ms to 240 ms) | 10 ms (9.0 ms to 13 ms) | 40 ms (8 threads) | 3.0 ms (8 threads) | 67 MB | 12 MB |";
    assert!(md.contains(row) && md.contains("| encode, memory |") && md.contains("medians of 5"), "{md}");
    let ours = &json["speed"][0];
    assert_eq!((&ours["reps"], &ours["enc_range_s"]), (&5.into(), &json!([0.19, 0.24])), "{ours}");
    assert_eq!((&ours["threads"], &ours["enc_all_s"]), (&8.into(), &0.04.into()), "{ours}");
    assert_eq!((&json["memory"][0]["enc_mb"], &json["memory"][1]["dec_mb"]), (&67.25.into(), &Value::Null));

    let (page, md, json) = report(&f, "plain.csv");
    for absent in ["all threads", "emory", "medians of", " to 240 ms"] {
        assert!(!page.contains(absent) && !md.contains(absent), "{absent}: {md}");
    }
    let mut fields = json["speed"].as_array().unwrap().iter().flat_map(|row| row.as_object().unwrap().keys());
    assert!(fields.all(|name| !["reps", "enc_range_s", "threads", "enc_all_s"].contains(&name.as_str())));
    assert!(json.get("memory").is_none());
}

#[test]
fn memory_is_shown_without_times_too() {
    let f = Folder::new("rd-figures-memory");
    let untimed = |codec, factor| points(codec, factor, 0.0).replace(",0,0.01,192,160,call", ",,,192,160,");
    let (ours, peer) = (with(&untimed("kvant:e1", 0.8), "67,12"), with(&untimed("jpeg", 1.0), "9,5"));
    f.write("r.csv", format!("{HEADER},enc_mb,dec_mb\n{ours}{peer}").as_bytes());
    let (page, md, json) = report(&f, "r.csv");
    assert!(page.contains("<td>67 MB</td><td>12 MB</td>") && page.contains("Times were not measured. Memory is"));
    assert!(md.contains("| 67 MB | 12 MB | - |"), "{md}");
    assert_eq!(json["speed"], json!([]));
}

#[test]
fn all_codecs_are_set_against_all_where_there_are_more_than_two() {
    let f = Folder::new("rd-figures-matrix");
    let codecs = [("kvant:e1", 0.8), ("jpeg", 1.0), ("kvant:e5", 1.1)];
    let rows = |codecs: &[(&str, f64)]| codecs.iter().map(|(name, by)| points(name, *by, 0.1)).collect::<String>();
    f.write("three.csv", format!("{HEADER}\n{}", rows(&codecs)).as_bytes());
    // The last one has one of the two pictures.
    let more = [("d", 1.2), ("e", 1.3), ("f", 1.4), ("g", 1.5), ("h", 1.6)];
    let one: String = points("one", 2.0, 0.1).lines().take(5).map(|row| format!("{row}\n")).collect();
    f.write("nine.csv", format!("{HEADER}\n{}{}{one}", rows(&codecs), rows(&more)).as_bytes());
    f.write("two.csv", format!("{HEADER}\n{}", rows(&codecs[..2])).as_bytes());

    let (page, md, json) = report(&f, "three.csv");
    // 0.8 / 1.1, 1 / 0.8, 1 / 1.1, 1.1 / 0.8 and 1.1 times the bytes.
    let ours = "kvant:e1</th><td>\u{2013}</td><td>\u{2212}20.0</td><td>\u{2212}27.3</td>";
    let anchor = "jpeg</th><td>+25.0</td><td>\u{2013}</td><td>\u{2212}9.1</td>";
    let other = "kvant:e5</th><td>+37.5</td><td>+10.0</td><td>\u{2013}</td>";
    for part in [ours, anchor, other, "<details id=\"matrix\" open>", "<a href=\"#matrix\">all against all</a>"] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    let folded = md.split("<details><summary>All against all").nth(1).unwrap_or_else(|| panic!("{md}"));
    assert!(folded.contains("| codec | `kvant:e1` | `jpeg` | `kvant:e5` |\n|---|--:|--:|--:|\n"), "{md}");
    assert!(folded.contains("| `kvant:e5` | +37.5 | +10.0 | - |\n"), "{md}");
    assert_eq!(json["matrix"]["codecs"], json!(["kvant:e1", "jpeg", "kvant:e5"]));
    let rate = &json["matrix"]["rates"][2][0];
    assert!((rate["percent"].as_f64().unwrap() - 37.5).abs() < 1e-2 && rate["pictures"] == 2, "{rate}");
    assert_eq!(json["matrix"]["rates"][0][0], Value::Null);

    let (page, md, _) = report(&f, "nine.csv");
    assert!(page.contains("<details id=\"matrix\">"), "nine are folded at first");
    assert!(page.contains("<td>\u{2212}60.0<small>1 picture</small></td>") && md.contains("\u{2212}60.0 (1 picture)"));

    let (page, md, json) = report(&f, "two.csv");
    assert!(!page.contains("id=\"matrix\"") && !page.contains("#matrix") && !md.contains("All against all"));
    assert!(json.get("matrix").is_none());
}

#[test]
fn the_page_has_p_and_the_bd_quality_of_each_metric() {
    let f = Folder::new("rd-figures-quality");
    f.write("r.csv", format!("{HEADER}\n{}{}", points("kvant:e1", 0.8, 0.1), points("jpeg", 1.0, 0.1)).as_bytes());
    let (page, _, _) = report(&f, "r.csv");
    let details = page.split("<section id=\"details\">").nth(1).unwrap();
    let row = |name: &str| details.split(&format!("{name}</th>")).nth(1).unwrap().split("</tr>").next().unwrap();
    // Two pictures of one sign: the exact p of two-sided signed ranks is a half. Twice the bytes
    // are 10 points, so a fifth fewer are 10 log2(1.25).
    assert!(row("SSIMULACRA2").contains("<td>0.5000</td>") && row("SSIMULACRA2").contains("\">+3.219<"), "{details}");
    // 3 dB for twice the bytes.
    assert!(row("PSNR-Y").contains("\">+0.966 dB<"), "{details}");
}

#[test]
fn a_report_tells_why_there_are_no_times() {
    let f = with_set("rd-figures-untimed");
    let said = |args: &[&str]| {
        f.kvant(&[&run(&["-q", "40,80", "-o", "out"])[..], args].concat()).ok();
        f.kvant(&["rd", "report", "out", "--md", "--crops", "0"]).ok().text().to_owned()
    };
    let text = said(&["--no-times"]);
    assert!(text.contains("Times were not measured: --no-times.\n"), "{text}");
    std::fs::remove_dir_all(f.path("out")).unwrap();
    let text = said(&["-j", "2"]);
    assert!(text.contains("Times were not measured: 2 jobs ran at once. Run again with -j 1"), "{text}");
    std::fs::remove_dir_all(f.path("out")).unwrap();
    // What another run holds while it works.
    let other = std::fs::File::create(f.lock()).unwrap();
    other.lock_shared().unwrap();
    let text = said(&[]);
    assert!(text.contains("Times were not measured: another run worked on this machine.\n"), "{text}");
    drop(other);
    let text = said(&[]);
    assert!(!text.contains("Times were not measured"), "{text}");
    let runs: Value = serde_json::from_slice(&f.read("out/run.json")).unwrap();
    assert_eq!(runs["runs"].as_array().unwrap().last().unwrap().get("untimed"), None);
}

#[test]
fn what_a_run_notes_stands_under_how_it_was_measured() {
    let f = Folder::new("rd-figures-notes");
    std::fs::create_dir(f.path("out")).unwrap();
    f.write("out/results.csv", format!("{HEADER}\n{}", points("jpeg", 1.0, 0.1)).as_bytes());
    let record = |notes: Value| {
        json!({
            "schema": "kvant.rd.run/1",
            "runs": [{
                "tool": "kvant 0.0.0", "commit": "", "command": ["kvant"], "started": "2026-01-02T03:04:05Z",
                "workers": 1, "machine": {"cpu": "abacus", "cores": 7, "system": "wood"}, "peers": null, "notes": notes,
            }],
            "codecs": [], "pictures": [], "problems": [],
        })
    };
    f.write("out/run.json", record(json!(["the load was <9>"])).to_string().as_bytes());
    let (page, md, json) = report(&f, "out");
    assert!(page.contains("<dt>Note</dt><dd>the load was &#60;9&#62;</dd>") && md.contains("- the load was <9>\n"));
    assert_eq!(json["runs"][0]["notes"], json!(["the load was <9>"]));
    f.write("out/run.json", record(json!([])).to_string().as_bytes());
    let (page, md, _) = report(&f, "out");
    assert!(!page.contains("<dt>Note</dt>") && !md.contains("the load"));
}
