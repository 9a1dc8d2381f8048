//! Galleries of the laboratory: pages to look at pictures with, blind tests, and what comes of
//! them.

use std::collections::BTreeSet;
use std::fs;

use crate::rd_report::{self, browser, dump};
use crate::world::{Folder, colour_ppm};

/// A folder `out` of results of two codecs on two pictures, with what it keeps.
fn results(name: &str) -> Folder {
    let f = Folder::new(name);
    fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(96, 64));
    f.write("set/two.ppm", &colour_ppm(64, 80));
    let run = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1,jpeg", "-q", "30,60,90", "-o", "out"];
    f.kvant(&[&run[..], &["--keep", "decoded"]].concat()).ok();
    f
}

fn gallery<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["rd", "gallery", "out", "-o", "look", "--at", "1bpp,ssim2=60"], more].concat()
}

/// The rows of a CSV file without quotes: fields by the columns' names.
fn rows(text: &str) -> Vec<std::collections::BTreeMap<&str, &str>> {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    lines.map(|fields| header.iter().copied().zip(fields).collect()).collect()
}

/// What a page's script found.
fn found(f: &Folder, file: &str, script: &str, width: u32) -> Option<serde_json::Value> {
    let browser = browser()?;
    let page = String::from_utf8(f.read(file)).unwrap();
    let driven = file.replace(".html", "-driven.html");
    f.write(&driven, rd_report::driven(&page, script).as_bytes());
    Some(rd_report::found(&dump(&browser, f, &driven, width)))
}

#[test]
fn stimuli_are_at_equal_bytes_or_score_under_names_that_tell_nothing() {
    let f = results("rd-gallery-stimuli");
    f.kvant(&gallery(&["--stimuli"])).ok();
    let text = String::from_utf8(f.read("look/stimuli/stimuli.csv")).unwrap();
    let stimuli = rows(&text);
    // Two pictures by two codecs at two levels.
    assert_eq!(stimuli.len(), 8, "{text}");
    for row in &stimuli {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let pixels = if row["image"] == "one" { 96.0 * 64.0 } else { 64.0 * 80.0 };
        assert!((number("bpp") - number("bytes") * 8.0 / pixels).abs() < 1e-5, "{row:?}");
        // Qualities of JPEG are whole numbers: steps on such small pictures are of some percent.
        match (row["level"], row["codec"]) {
            ("1bpp", "kvant:e1") => assert!((number("bpp") - 1.0).abs() < 0.03, "{row:?}"),
            ("1bpp", _) => assert!((number("bpp") - 1.0).abs() < 0.6, "{row:?}"),
            (_, "kvant:e1") => assert!((number("ssim2") - 60.0).abs() < 1.5, "{row:?}"),
            _ => assert!((number("ssim2") - 60.0).abs() < 6.0, "{row:?}"),
        }
        // The scores are those of the very file, by the command that compares any two.
        let [stimulus, reference] = ["stimulus", "reference"].map(|c| format!("look/stimuli/{}", row[c]));
        let said = f.kvant(&["compare", &reference, &stimulus, "--json"]).ok().json();
        assert!(said.to_string().contains("psnr"), "{said}");
    }
    let codecs: Vec<_> = stimuli.iter().map(|row| row["codec"]).collect();
    let [mut sorted, mut reversed] = [codecs.clone(), codecs.clone()];
    sorted.sort_unstable();
    reversed.sort_unstable_by(|a, b| b.cmp(a));
    assert!(codecs != sorted && codecs != reversed, "the order tells the codec: {codecs:?}");
    let names: BTreeSet<_> = stimuli.iter().map(|row| row["stimulus"].to_owned()).collect();
    assert_eq!(names, (1..=8).map(|i| format!("stimulus{i:04}.png")).collect());
}

#[test]
fn a_gallery_is_not_made_twice_and_shows_what_was_kept_of_codecs_that_are_gone() {
    let f = results("rd-gallery-again");
    f.kvant(&gallery(&[])).ok();
    let made = f.read("look/made.jsonl");
    let page = f.read("look/index.html");
    f.kvant(&gallery(&[])).ok();
    assert!(f.read("look/made.jsonl") == made && f.read("look/index.html") == page);
    // A file that is gone is made again; a line that was cut is.
    let text = String::from_utf8(made).unwrap();
    f.write("look/made.jsonl", &text.as_bytes()[..text.len() - 20]);
    f.kvant(&gallery(&[])).ok();
    assert!(f.read("look/index.html") == page);

    // The record names a program that is not here; its decoded pictures are.
    let record = String::from_utf8(f.read("out/run.json")).unwrap();
    f.write("out/run.json", record.replace("\"spec\": \"jpeg\"", "\"spec\": \"gone\"").as_bytes());
    let said = f.kvant(&["rd", "gallery", "out", "-o", "other", "--at", "ssim2=60"]).ok();
    assert!(said.text().contains("index.html"));
    let lines = String::from_utf8(f.read("other/made.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 2 * 2 + 2, "{lines}");
    fs::remove_dir_all(f.path("out/decoded/jpeg")).unwrap();
    let said = f.kvant(&["rd", "gallery", "out", "-o", "third", "--at", "ssim2=60"]);
    assert!(said.code == 1 && said.stderr.contains("jpeg one at ssim2=60"), "{said:?}");
    f.kvant(&["rd", "gallery", "out", "-o", "x", "--codec", "webp"]).fails(2, &["webp", "kvant:e1, jpeg"]);
    f.kvant(&["rd", "gallery", "out/results.csv", "-o", "x"]).fails(3, &["run.json"]);
    f.kvant(&["rd", "gallery", "out", "-o", "x", "--at", "half"]).fails_with(2);
}

#[test]
fn the_page_flickers_slides_zooms_and_goes_by_keys() {
    let f = results("rd-gallery-page");
    f.kvant(&gallery(&[])).ok();
    let page = String::from_utf8(f.read("look/index.html")).unwrap();
    assert!(!page.contains("http:") && !page.contains("https:"));
    for width in [1280, 500] {
        let Some(found) = found(&f, "look/index.html", include_str!("rd_gallery.js"), width) else {
            eprintln!("SKIPPED: no chromium or chrome on the PATH");
            return;
        };
        assert_eq!((&found["pictures"], &found["levels"][1]), (&2.into(), &"ssim2=60".into()), "{found}");
        assert_eq!(found["widths"], serde_json::json!([96, 96]), "{found}");
        // The original and the first codec, then the second one, then two codecs.
        assert_ne!(found["first"][1], found["second"]);
        assert_eq!(found["left"], found["first"][1]);
        assert!(
            found["captions"][1].as_str().unwrap().starts_with("jpeg")
                && found["captions"][1].as_str().unwrap().contains("bpp")
        );
        assert_eq!(found["state"], serde_json::json!([0, 1]), "two pictures on is the first again: {found}");
        assert_eq!((&found["zoom"], &found["together"]), (&2.into(), &true.into()), "{found}");
        // Ten pixels of the screen at two for one.
        assert!((found["panned"].as_f64().unwrap() - 5.0).abs() < 0.01, "{found}");
        assert_eq!(found["slider"], serde_json::json!([true, "inset(0px 0px 0px 50%)"]), "{found}");
        assert_eq!((&found["flicker"], &found["pixelated"]), (&"hidden".into(), &"pixelated".into()), "{found}");
        assert_ne!(found["light"], found["dark"]);
        assert_eq!(found["overflow"], false, "the page is wider than the window: {found}");
    }
}

#[test]
fn the_blind_page_tells_no_codec_and_its_votes_can_be_counted() {
    let f = results("rd-gallery-blind");
    f.kvant(&gallery(&[])).ok();
    let page = String::from_utf8(f.read("look/blind.html")).unwrap();
    assert!(!page.contains("kvant:e1") && !page.contains("jpeg"), "the source names a codec");
    let Some(found) = found(&f, "look/blind.html", include_str!("rd_blind.js"), 1280) else {
        eprintln!("SKIPPED: no chromium or chrome on the PATH");
        return;
    };
    let told = found["told"].as_str().unwrap();
    assert!(!told.contains("kvant:e1") && !told.contains("jpeg") && !told.contains("bpp"), "{told}");
    assert_eq!((&found["trials"], &found["after"], &found["stored"]), (&4.into(), &"0 of 4".into(), &4.into()));
    assert_eq!((&found["count"], &found["overflow"]), (&"done: thank you".into(), &false.into()));
    let csv = found["csv"].as_str().unwrap();
    let votes: Vec<_> = rows(csv);
    assert_eq!(votes.iter().map(|row| row["vote"]).collect::<Vec<_>>(), ["left", "same", "right", "left"], "{csv}");
    for row in &votes {
        assert_eq!(BTreeSet::from([row["left"], row["right"]]), BTreeSet::from(["jpeg", "kvant:e1"]), "{csv}");
    }
    f.write("votes.csv", csv.as_bytes());
    let said = f.kvant(&["rd", "votes", "votes.csv"]).ok();
    assert!(said.text().contains("jpeg against kvant:e1: better") && said.text().contains("same 1 times"), "{said:?}");
}

#[test]
fn votes_are_counted_by_pair_whatever_the_side() {
    let f = Folder::new("rd-votes");
    let row = |left: &str, right: &str, vote: &str| format!("p,1bpp,{left},{right},{vote},1.5\n");
    let header = "picture,level,left,right,vote,seconds\n";
    let seven = row("a", "b", "left").repeat(4) + &row("b", "a", "right").repeat(3);
    let three = row("a", "b", "right").repeat(2) + &row("b", "a", "left") + &row("b", "a", "same");
    f.write("one.csv", format!("{header}{seven}").as_bytes());
    f.write("two.csv", format!("\u{feff}{header}{three}").as_bytes());
    // Seven of ten: the interval is statsmodels' (0.3968 to 0.8922).
    let said = f.kvant(&["rd", "votes", "one.csv", "two.csv"]).ok();
    let line = "a against b: better 70.0 % of 10 times (95 %: 39.7 to 89.2 %), the same 1 times\n";
    assert_eq!(said.text(), line);
    f.write("bad.csv", format!("{header}{}", row("a", "b", "A")).as_bytes());
    f.kvant(&["rd", "votes", "bad.csv"]).fails(3, &["bad.csv", "line 2", "left, right, same"]);
    f.write("other.csv", b"x,y\n1,2\n");
    f.kvant(&["rd", "votes", "other.csv"]).fails(3, &["other.csv", "no column left"]);
}
