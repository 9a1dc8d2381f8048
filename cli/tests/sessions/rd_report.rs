//! The report of the laboratory: as a file, and in a browser.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::{Folder, colour_ppm};

pub(crate) const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h,timing";

/// Points of `codec` on two pictures of 192x160: at each of five qualities `factor` times the same
/// bytes.
pub(crate) fn points(codec: &str, factor: f64, seconds: f64) -> String {
    let mut lines = String::new();
    for image in ["one", "two"] {
        for i in 0..5 {
            let (i, bytes) = (f64::from(i), factor * 1000.0 * f64::powi(2.0, i));
            let bpp = bytes * 8.0 / (192.0 * 160.0);
            lines += &format!(
                "{codec},{image},{},{bytes},{bpp:.6},{},{},{},{},{},{seconds},0.01,192,160,call\n",
                20.0 + 15.0 * i,
                40.0 + 10.0 * i,
                3.0 - 0.5 * i,
                9.0 - i,
                25.0 + 3.0 * i,
                24.0 + 3.0 * i
            );
        }
    }
    lines
}

/// A folder of results of our codec, which takes four fifths of the bytes of a JPEG, with its
/// pictures and its record.
fn results(name: &str) -> Folder {
    let f = Folder::new(name);
    fs::create_dir(f.path("out")).unwrap();
    let (ours, peer) = (points("kvant:e1", 0.8, 0.2), points("jpeg", 1.0, 0.1));
    f.write("out/results.csv", format!("{HEADER}\n{ours}{peer}").as_bytes());
    let mut record = serde_json::json!({
        "schema": "kvant.rd.run/1",
        "runs": [{
            "tool": "kvant 0.0.0", "commit": "abc", "command": ["kvant", "rd", "run", "<b>"], "started": "2026-01-02T03:04:05Z",
            "workers": 1, "machine": {"cpu": "abacus", "cores": 7, "system": "wood"}, "peers": null,
        }],
        "codecs": [
            {"name": "kvant:e1", "spec": "kvant:e1", "version": "some other", "timing": "call"},
            {"name": "jpeg", "spec": "jpeg", "version": "jpeg-encoder 0.7.1", "timing": "call"},
        ],
        "pictures": [],
        "problems": ["three.ppm: damaged"],
    });
    for name in ["one", "two"] {
        let file = format!("{name}.ppm");
        f.write(&file, &colour_ppm(192, 160));
        let location = f.path(&file).to_string_lossy().into_owned();
        record["pictures"].as_array_mut().unwrap().push(serde_json::json!({"name": name, "location": location}));
    }
    f.write("out/run.json", record.to_string().as_bytes());
    f
}

fn page(f: &Folder) -> String {
    String::from_utf8(f.read("out/report.html")).unwrap()
}

#[test]
fn a_report_opens_with_what_it_comes_to_and_needs_nothing_but_itself() {
    let f = results("rd-report");
    let said = f.kvant(&["rd", "report", "out", "--generations", "2", "--crops", "1"]).ok();
    let verdict = "At equal SSIMULACRA2, kvant:e1 files are 20.0 % smaller than those of jpeg (2 pictures";
    assert!(said.text().starts_with(verdict), "{}", said.text());
    let page = page(&f);
    for part in [
        verdict,
        "It encodes in 200 ms and decodes in 10 ms a 192x160 picture (jpeg: 100 ms and 10 ms).",
        "three.ppm: damaged",
        "Generation loss",
        "Where it does worst, and best",
        "abacus, 7 cores, wood",
        "kvant rd run &#60;b&#62;",
        "its points were measured with some other",
    ] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    for outside in ["http:", "https:", "src=\"/", "@import", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside} is in the page");
    }
    assert_eq!(f.files(), ["one.ppm", "out", "two.ppm"]);

    // What codecs were run for is kept: the second report does not run them again, and is the same.
    let said = f.kvant(&["rd", "report", "out", "--generations", "2", "--crops", "1", "-o", "again.html"]).ok();
    assert_eq!(said.stderr, "");
    assert_eq!(String::from_utf8(f.read("again.html")).unwrap(), page);
    assert!(f.path("out/generations.csv").is_file() && f.path("out/crops.json").is_file());
}

#[test]
fn generation_loss_is_measured_only_where_it_is_asked_for() {
    let f = results("rd-report-unasked");
    f.kvant(&["rd", "report", "out", "--crops", "0"]).ok();
    assert!(!page(&f).contains("Generation loss") && !f.path("out/generations.csv").exists());
    let run = |more: &[&str]| {
        f.kvant(&[&["rd", "run", "-i", "one.ppm", "-c", "kvant:e1,jpeg", "-q", "40,70", "-o", "run"], more].concat())
    };
    run(&[]).ok();
    assert!(f.path("run/report.html").is_file() && !f.path("run/generations.csv").exists());
    let said = run(&["--generations", "2"]).ok();
    assert!(said.stderr.contains("generation loss on 1 picture: 2 chains of 2 encodes, 4 in all"), "{}", said.stderr);
    assert_eq!(f.read("run/generations.csv").iter().filter(|b| **b == b'\n').count(), 1 + 2 * 2);
    run(&["--generations", "many"]).fails_with(2);
    run(&["--generations", "2", "--no-report"]).fails_with(2);
}

#[cfg(unix)]
#[test]
fn an_interrupted_report_goes_on_in_the_middle_of_a_chain() {
    let f = results("rd-report-interrupt");
    f.write("two.ppm", &colour_ppm(160, 192));
    let args = ["rd", "report", "out", "--crops", "0", "--generations", "40"];
    let mut child = f.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let rows = || fs::read_to_string(f.path("out/generations.csv")).unwrap_or_default();
    let start = Instant::now();
    while rows().lines().count() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "no row came");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let kept = rows();
    let kept: Vec<_> = kept.lines().skip(1).collect();
    assert!((2..4 * 40).contains(&kept.len()), "{} rows", kept.len());
    f.kvant(&args).ok();
    let after = rows();
    assert_eq!(after.lines().count(), 1 + 4 * 40);
    assert!(kept.iter().all(|row| after.lines().any(|line| line == *row)), "what was kept is as it was");
}

#[test]
fn pictures_that_are_gone_are_named_and_left_out() {
    let f = results("rd-report-gone");
    fs::remove_file(f.path("two.ppm")).unwrap();
    f.kvant(&["rd", "report", "out", "--generations", "2", "--crops", "2"]).ok();
    let page = page(&f);
    assert!(page.matches("two.ppm: cannot read").count() >= 2, "once for the crops, once for the generations");
    assert!(page.contains("data:image/png;base64,"));
}

#[test]
fn json_and_markdown_have_the_figures() {
    let f = results("rd-report-json");
    let json = f.kvant(&["rd", "report", "out", "--json", "--generations", "2", "--crops", "1"]).ok().json();
    assert_eq!(json["schema"], "kvant.rd.report/1");
    assert_eq!((&json["codec"], &json["anchor"]), (&"kvant:e1".into(), &"jpeg".into()));
    // The files of the points have six decimals.
    let mean = json["comparisons"][0]["summaries"][0]["mean"].as_f64().unwrap();
    assert!((mean + 20.0).abs() < 1e-2, "{mean}");
    let at_70 = &json["speed"][0];
    assert!((at_70["bytes_percent"].as_f64().unwrap() + 20.0).abs() < 1e-2, "{at_70}");
    // 192x160 pixels in 0.2 s.
    assert!((at_70["enc_mps"].as_f64().unwrap() - 0.1536).abs() < 1e-9, "{at_70}");
    assert_eq!(json["generations"]["codecs"][0]["ssim2"].as_array().unwrap().len(), 2);
    assert_eq!(json["crops"]["pictures"][0]["windows"][0]["window"]["w"], 160);
    let md = f.kvant(&["rd", "report", "out", "--md", "--generations", "0"]).ok();
    assert!(md.text().starts_with("**At equal SSIMULACRA2, kvant:e1 files are 20.0 % smaller"), "{}", md.text());
    assert!(md.text().contains("| `kvant:e1` |") && md.text().contains("three.ppm: damaged"), "{}", md.text());
    assert!(!f.path("out/report.html").exists());
}

/// A document shows one or the other, as its reader's theme is.
#[test]
fn a_chart_is_two_files_that_need_nothing_else() {
    let f = results("rd-report-chart");
    let said = f.kvant(&["rd", "report", "out", "--chart", "c", "--show", "Ours & others=kvant:e1,jpeg"]).ok();
    assert_eq!(said.text(), "c-light.svg\nc-dark.svg\n");
    let [light, dark] = ["c-light.svg", "c-dark.svg"].map(|file| String::from_utf8(f.read(file)).unwrap());
    for svg in [&light, &dark] {
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.ends_with("</svg>\n"), "{svg}");
        // A curve of each codec and its line in the legend.
        assert_eq!(svg.matches("class=\"line\"").count(), 4);
        assert!(svg.contains("Ours &amp; others</text>") && svg.contains("jpeg</text>"), "{svg}");
        assert!(!svg.contains("var(") && svg.matches("http").count() == 1, "{svg}");
    }
    assert_ne!(light, dark);
    let unknown = f.kvant(&["rd", "report", "out", "--chart", "c", "--show", "Ours=webp"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("there are kvant:e1, jpeg"), "{}", unknown.stderr);
    assert_eq!(f.kvant(&["rd", "report", "out", "--show", "jpeg"]).code, 2);
}

#[test]
fn a_chart_is_of_the_pictures_that_all_its_codecs_have() {
    let f = Folder::new("rd-report-chart-sets");
    let (ours, peer) = (points("kvant:e1", 0.8, 0.2), points("jpeg", 1.0, 0.1));
    let without = |lines: &str, image: &str| {
        let others = lines.lines().filter(|line| !line.contains(&format!(",{image},")));
        others.map(|line| format!("{line}\n")).collect::<String>()
    };
    // Pictures that one codec alone has come first and last: with all others the curves would be
    // different ones.
    let alone = |lines: &str, image: &str| without(lines, "two").replace(",one,", image).replace("2000,", "9000,");
    f.write("common.csv", format!("{HEADER}\n{}{}", without(&ours, "one"), without(&peer, "one")).as_bytes());
    let (first, last, peers) = (alone(&ours, ",a,"), alone(&ours, ",z,"), alone(&peer, ",b,"));
    f.write("more.csv", format!("{HEADER}\n{first}{ours}{last}{peers}{}", without(&peer, "one")).as_bytes());
    for name in ["common", "more"] {
        f.kvant(&["rd", "report", &format!("{name}.csv"), "--chart", name]).ok();
    }
    assert_eq!(f.read("more-light.svg"), f.read("common-light.svg"));
    f.write("apart.csv", format!("{HEADER}\n{first}{peers}").as_bytes());
    f.kvant(&["rd", "report", "apart.csv", "--chart", "apart"]).fails(3, &["apart", "no picture in common"]);
}

#[cfg(unix)]
#[test]
fn a_report_is_written_over_none_of_its_inputs() {
    use std::os::unix::fs::symlink;
    let f = results("rd-report-inputs");
    let before = f.read("out/results.csv");
    symlink("out/results.csv", f.path("z-dark.svg")).unwrap();
    f.kvant(&["rd", "report", "out", "--chart", "z"]).fails(2, &["z-dark.svg", "inputs are never overwritten"]);
    f.kvant(&["rd", "report", "z-dark.svg", "--chart", "z"]).fails(2, &["z-dark.svg", "never overwritten"]);
    assert!(!f.path("z-light.svg").exists(), "none of two files is written where one cannot be");
    f.kvant(&["rd", "report", "out", "-o", "out/results.csv"]).fails(2, &["never overwritten"]);
    symlink("run.json", f.path("out/report.html")).unwrap();
    f.kvant(&["rd", "report", "out", "--generations", "0", "--crops", "0"])
        .fails(2, &["run.json", "never overwritten"]);
    assert_eq!(f.read("out/results.csv"), before);
    serde_json::from_slice::<serde_json::Value>(&f.read("out/run.json")).unwrap();
}

#[test]
fn bad_files_among_several_are_named_and_the_rest_goes_on() {
    let f = results("rd-report-bad");
    f.write("bad.csv", b"codec,image\nx,y\n");
    f.write("more.csv", format!("{HEADER}\n{}{}", points("webp", 1.1, 0.3), points("jpeg", 2.0, 9.0)).as_bytes());
    let report =
        |args: &[&str]| f.kvant(&[&["rd", "report", "out", "--generations", "0", "--crops", "0"], args].concat());
    let said = report(&["--points", "bad.csv", "--points", "more.csv"]);
    assert_eq!(said.code, 1, "{said:?}");
    let fault = "bad.csv: line 1: no column";
    assert!(said.stderr.contains(fault) && page(&f).contains(fault), "{}", said.stderr);
    assert!(said.stderr.contains("10 points are there more than once"), "{}", said.stderr);
    // Stored points take part, and of points that are there twice the later count: 1.1 and 0.8
    // times over twice.
    assert!(page(&f).contains("\u{2212}45.0 %") && page(&f).contains("\u{2212}60.0 %"));
    // 0.8 times the bytes of a JPEG over 1.1 times: 27.3 % fewer.
    assert!(page(&f).contains("27.3 % smaller than webp (2 pictures)"));
    report(&["--anchor", "none"]).fails(2, &["none", "kvant:e1, jpeg"]);
    f.kvant(&["rd", "report", "bad.csv"]).fails(3, &["bad.csv", "no column"]);
    f.kvant(&["rd", "report", "missing"]).fails(3, &["missing"]);
}

/// What a person does with the page, and what is then to be seen, written into the page as JSON.
const SCRIPT: &str = include_str!("rd_report.js");

pub(crate) fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}

/// `page` with a `script` that runs once its pictures are loaded: the browser writes a document when
/// that event has been handled, however busy the machine is.
pub(crate) fn driven(page: &str, script: &str) -> String {
    let (before, after) = page.rsplit_once("</body>").expect("a page has a body");
    format!("{before}<script>addEventListener(\"load\", () => {{\n{script}}});</script></body>{after}")
}

/// The page's document after its script, in a window of `width` pixels.
pub(crate) fn dump(browser: &PathBuf, f: &Folder, file: &str, width: u32) -> String {
    let profile = f.path("profile");
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", profile.to_string_lossy())).arg(format!("--window-size={width},900"));
    command.arg(format!("file://{}", f.path(file).to_string_lossy())).stdin(Stdio::null());
    let output = command.output().expect("the browser runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a page's script has left in it.
pub(crate) fn found(dom: &str) -> serde_json::Value {
    let json = dom.split("<pre id=\"found\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let json = json.unwrap_or_else(|| panic!("nothing found in {} bytes of {dom}", dom.len()));
    serde_json::from_str(&json.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")).unwrap()
}

#[test]
fn labels_can_be_read_on_a_phone() {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no chromium or chrome on the PATH");
        return;
    };
    let f = results("rd-report-labels");
    // Scores so near to each other that the axis has ticks with decimals.
    let near = |codec: &str, factor: f64| {
        let lines = points(codec, factor, 0.1);
        let near = lines.lines().enumerate().map(|(i, line)| {
            let mut fields: Vec<_> = line.split(',').map(str::to_owned).collect();
            fields[8] = format!("{:.2}", 36.1 + 0.4 * (i % 5) as f64);
            fields.join(",") + "\n"
        });
        near.collect::<String>()
    };
    let (ours, peer) = (near("kvant:e1", 0.8), near("jpeg", 1.0));
    f.write("near.csv", format!("{HEADER}\n{ours}{peer}").as_bytes());
    f.kvant(&["rd", "report", "near.csv", "-o", "near.html"]).ok();
    f.kvant(&["rd", "report", "out", "--crops", "0", "--generations", "2", "-o", "whole.html"]).ok();
    for name in ["near.html", "whole.html"] {
        let page = String::from_utf8(f.read(name)).unwrap();
        let script = include_str!("rd_labels.js");
        f.write("driven.html", driven(&page, script).as_bytes());
        let found = found(&dump(&browser, &f, "driven.html", 500));
        assert!(found["plots"].as_u64() > Some(4), "{found}");
        for fault in ["outside", "small", "over"] {
            assert_eq!(found[fault], serde_json::json!([]), "{name}: {fault}: {found}");
        }
        assert_eq!(found["overflow"], false, "{found}");
    }
}

#[test]
fn in_a_browser_the_plots_are_there_and_the_toggles_work() {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no chromium or chrome on the PATH");
        return;
    };
    let f = results("rd-report-browser");
    f.kvant(&["rd", "report", "out", "--generations", "2", "--crops", "1"]).ok();
    f.write("driven.html", driven(&page(&f), SCRIPT).as_bytes());
    for width in [1280, 500] {
        let found = found(&dump(&browser, &f, "driven.html", width));
        let plots = &found["plots"];
        assert_eq!((&plots["curves"], &plots["speed"]), (&3.into(), &2.into()), "{found}");
        // Three metrics for each of two pictures, two for the generations.
        assert_eq!((&plots["pictures"], &plots["generations"]), (&6.into(), &2.into()), "{found}");
        // A line and five marks in each of three plots.
        assert_eq!(found["marks"], 18, "{found}");
        assert!(found["widths"].as_array().unwrap().iter().all(|w| w.as_f64().unwrap() > 250.0), "{found}");
        let pieces = found["pieces"].as_array().unwrap();
        assert!(pieces.len() >= 4 && pieces.iter().all(|w| *w == 160), "{found}");
        for true_of in ["originals", "before", "hidden", "others", "again"] {
            assert_eq!(found[true_of], true, "{true_of}: {found}");
        }
        assert_eq!((&found["light"], &found["dark"]), (&"rgb(255, 255, 255)".into(), &"rgb(20, 23, 26)".into()));
        assert_eq!(found["first"], serde_json::json!([true, false]), "{found}");
        assert_eq!(found["second"], serde_json::json!([false, true]), "{found}");
        assert_eq!(found["overflow"], false, "the page is wider than the window: {found}");
    }
}

#[test]
fn on_paper_the_page_is_light_and_whole() {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no chromium or chrome on the PATH");
        return;
    };
    let f = results("rd-report-print");
    f.kvant(&["rd", "report", "out", "--crops", "0"]).ok();
    let script = include_str!("rd_print.js");
    f.write("driven.html", driven(&page(&f), script).as_bytes());
    let found = found(&dump(&browser, &f, "driven.html", 1000));
    assert_eq!(found["ground"], "rgb(255, 255, 255)", "the dark theme is for screens: {found}");
    assert_eq!((found["closed"].as_u64() > Some(0), &found["shown"]), (true, &true.into()), "{found}");
    assert_eq!((&found["headings"], &found["hidden"]), (&serde_json::json!(["avoid"]), &true.into()), "{found}");
}
