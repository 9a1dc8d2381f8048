//! What a report of the laboratory shows of times, memory and chance, and of all codecs against all:
//! on its page, in Markdown and in JSON, where results have it and only there.

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
