//! Tables and figures for papers.

use crate::world::Folder;

const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h,timing";

/// Points of `codec` on two pictures of 400x200, `percent` of some bytes each.
fn points(codec: &str, percent: u32) -> String {
    let mut csv = String::new();
    for image in ["lake", "tower"] {
        for (q, kilobytes, ssim2, ba, psnr) in
            [(10, 2, 31, 3.2, 28), (30, 4, 52, 2.1, 31), (60, 8, 71, 1.2, 35), (90, 16, 88, 0.6, 41)]
        {
            let bytes = kilobytes * 10 * percent;
            let bpp = f64::from(bytes) / 1e4;
            csv += &format!(
                "{codec},{image},{q},{bytes},{bpp:.6},{ssim2},{ba},{ba},{psnr},{psnr},0.{percent:03},0.1,400,200,call\n"
            );
        }
    }
    csv
}

/// A folder with a run of three codecs: `old_1`, `new` (10 % smaller) and `big` (25 % larger).
fn results(name: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("run")).unwrap();
    let codecs = [points("old_1", 100), points("new", 90), points("big", 125)].concat();
    f.write("run/results.csv", format!("{HEADER}\n{codecs}").as_bytes());
    f
}

#[test]
fn a_table_for_a_paper_has_every_metric_and_times() {
    let f = results("paper-table");
    let table = |args: &[&str]| f.kvant(&[&["rd", "table", "run", "--anchor", "old_1"], args].concat()).ok();
    let latex = table(&["--latex"]);
    let lines: Vec<_> = latex.text().lines().collect();
    assert_eq!(lines[2], r"\begin{tabular}{lrrrrrrrr}", "{}", latex.text());
    let heading = r"Codec & n & SSIMULACRA2 & Butteraugli-3 & PSNR-Y & PSNR-RGB & Butteraugli-max & encode & decode \\";
    assert_eq!(lines[4], heading);
    let rate = r"$\mathbf{-10.00}$ [$-10.00$, $-10.00$] & ".repeat(5);
    assert_eq!(lines[6], format!(r"new & $2$ & {rate}$\mathbf{{0.90}}$ & $\mathbf{{1.00}}$ \\"));
    assert!(lines[7].starts_with(r"big & $2$ & $+25.00$ [$+25.00$, $+25.00$] & "), "{}", lines[7]);

    let csv = table(&["--csv", "--metrics", "psnr_rgb,ssim2", "--codec", "big"]);
    let lines: Vec<_> = csv.text().lines().collect();
    let heading =
        "codec,n,psnr_rgb,psnr_rgb_low,psnr_rgb_high,psnr_rgb_p,ssim2,ssim2_low,ssim2_high,ssim2_p,encode,decode";
    assert_eq!((lines[0], lines.len()), (heading, 2));
    let figures: Vec<f64> = lines[1].split(',').skip(1).map(|f| f.parse().unwrap()).collect();
    for (figure, expected) in figures.iter().zip([2.0, 25.0, 25.0, 25.0, 0.5, 25.0, 25.0, 25.0, 0.5, 1.25, 1.0]) {
        assert!((figure - expected).abs() < 1e-3, "{csv:?}");
    }

    // At equal bytes the larger files are worse.
    let quality = table(&["--quality", "--md", "--metrics", "PSNR-RGB"]);
    let rows: Vec<_> = quality.text().lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows[0], "| codec | n | PSNR-RGB (dB) | encode | decode |");
    assert!(rows[2].starts_with("| `new` | 2 | **+0.") && rows[3].starts_with("| `big` | 2 | -1."), "{rows:?}");
}

#[test]
fn all_codecs_are_compared_with_all() {
    let f = results("paper-matrix");
    let said = f.kvant(&["rd", "table", "run", "--matrix", "psnr_y"]).ok();
    let rows: Vec<Vec<_>> = said.text().lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    // Of 90, 100 and 125: each over each, less one.
    assert_eq!(
        rows,
        [
            ["codec", "old_1", "new", "big"],
            ["old_1", "-", "+11.11", "-20.00"],
            ["new", "-10.00", "-", "-28.00"],
            ["big", "+25.00", "+38.89", "-"],
        ]
    );
}

#[test]
fn wrong_tables_are_told() {
    let f = results("paper-wrong");
    let table = |args: &[&str]| f.kvant(&[&["rd", "table", "run"], args].concat());
    assert_eq!(table(&[]).code, 2, "an anchor, or all against all");
    table(&["--anchor", "none"]).fails(2, &["no codec \"none\"", "there are old_1, new, big"]);
    table(&["--matrix", "nosuch"]).fails(2, &["no metric \"nosuch\"", "ssim2"]);
    table(&["--anchor", "new", "--metrics", "nosuch"]).fails(2, &["no metric \"nosuch\""]);
    assert_eq!(table(&["--anchor", "new", "--csv", "--latex"]).code, 2);
    f.kvant(&["rd", "table", "missing", "--anchor", "new"]).fails(3, &["missing"]);
    table(&["--anchor", "new", "--codec", "new"]).fails(1, &["nothing to compare with new"]);
    let exact = points("exact", 100).replace(",call\n", ",call,yes\n");
    f.write("exact.csv", format!("{HEADER},lossless\n{exact}").as_bytes());
    f.kvant(&["rd", "table", "exact.csv", "--matrix", "ssim2"]).fails(3, &["only points of lossless codecs"]);
    f.kvant(&["rd", "plot", "exact.csv"]).fails(3, &["only points of lossless codecs"]);
    // What can be read is there, and the rest is told.
    let ended = f.kvant(&["rd", "table", "missing", "run", "--anchor", "new"]);
    assert!(ended.code == 1 && ended.text().contains("+11.11") && ended.stderr.contains("missing"), "{ended:?}");
}

#[test]
fn figures_are_files_that_need_nothing_else_and_are_the_same_each_time() {
    let f = results("paper-plot");
    let plot = |output: &str| {
        let args = ["rd", "plot", "run", "--format", "svg,pdf,png", "--show", "Ours & <new>=new,old_1", "-o", output];
        f.kvant(&[&args[..], &["--metrics", "psnr-rgb", "--anchor", "old_1", "--title", "Ten & two"]].concat()).ok()
    };
    let said = plot("one/");
    let names: Vec<_> = said.text().lines().map(|line| line.trim_start_matches("one/")).collect();
    let stems = ["psnr_rgb", "encode", "decode"];
    let expected: Vec<_> = stems.iter().flat_map(|s| ["svg", "pdf", "png"].map(|e| format!("{s}.{e}"))).collect();
    assert_eq!(names, expected);
    plot("two/x");
    for name in &names {
        assert_eq!(f.read(&format!("one/{name}")), f.read(&format!("two/x-{name}")), "{name}");
    }
    for stem in stems {
        let svg = String::from_utf8(f.read(&format!("one/{stem}.svg"))).unwrap();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"88.000mm\""), "{svg}");
        for part in ["Ours &amp; &lt;new&gt;</text>", "old_1</text>", ">Ten &amp; two</text>"] {
            assert!(svg.contains(part), "{part} is not in {svg}");
        }
        assert!(!svg.contains("big"), "{svg}");
        let pdf = f.read(&format!("one/{stem}.pdf"));
        assert!(pdf.starts_with(b"%PDF-") && pdf.windows(14).any(|w| w == b"Roboto-Regular"), "{stem}");
        let png = f.read(&format!("one/{stem}.png"));
        // 88 mm at 300 to the inch: the width in the header.
        assert_eq!(png[16..20], 1039u32.to_be_bytes(), "{stem}");
    }
}

#[test]
fn there_is_a_figure_for_each_metric_and_each_picture() {
    let f = results("paper-plots");
    let said = f.kvant(&["rd", "plot", "run", "--per-image", "--format", "svg", "--width", "12cm"]).ok();
    let metrics = ["ssim2", "ba_p3", "psnr_y", "psnr_rgb", "ba_max"];
    let mut expected: Vec<_> = metrics.iter().map(|m| format!("plots/{m}.svg")).collect();
    expected.extend(["lake", "tower"].iter().flat_map(|i| metrics.iter().map(move |m| format!("plots/{i}-{m}.svg"))));
    expected.extend(["encode", "decode"].map(|name| format!("plots/{name}.svg")));
    assert_eq!(said.text().lines().collect::<Vec<_>>(), expected);
    assert!(
        f.read("plots/lake-ssim2.svg").starts_with(b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120.000mm\"")
    );
}

/// Means over a set, as learned codecs are published: `new` by those of its bytes on two pictures,
/// one of which takes four times those of the other.
fn with_means(name: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("run")).unwrap();
    let (mut old, mut new, mut bpp, mut psnr) = (String::new(), String::new(), Vec::new(), Vec::new());
    for (q, db) in [(1, 28.0), (2, 31.0), (3, 35.0), (4, 41.0)] {
        for (image, factor, less) in [("lake", 1.0, 0.0), ("tower", 4.0, 2.0)] {
            let rate = 0.25 * factor * f64::from(1 << q);
            old += &format!("old,{image},{q},{rate},{}\n", db - less);
            new += &format!("new,{image},{q},{},{}\n", rate * 0.9, db - less);
        }
        // The means of `old`.
        bpp.push(0.25 * 2.5 * f64::from(1 << q));
        psnr.push(db - 1.0);
    }
    f.write("run/results.csv", format!("codec,image,q,bpp,psnr_rgb\n{old}{new}").as_bytes());
    f.write("paper.json", serde_json::json!({"results": {"bpp": bpp, "psnr-rgb": psnr}}).to_string().as_bytes());
    f
}

#[test]
fn codecs_with_means_alone_stand_in_tables() {
    let f = with_means("paper-means-table");
    let table = |args: &[&str]| f.kvant(&[&["rd", "table", "run", "paper.json"], args].concat()).ok();
    let said = table(&["--anchor", "paper", "--csv"]);
    let line = |start: &str| said.text().lines().find(|l| l.starts_with(start)).unwrap_or_default().to_owned();
    let rate = |line: &str| line.split(',').nth(2).and_then(|v| v.parse::<f64>().ok()).unwrap();
    assert!(rate(&line("old")).abs() < 1e-6 && (rate(&line("new")) + 10.0).abs() < 1e-6, "{}", said.text());
    let note = "means of the set alone: new by those over its 2 pictures, paper by those that its file has";
    assert!(said.stderr.contains(note), "{}", said.stderr);
    let text = table(&["--anchor", "paper"]);
    assert!(text.text().contains("n is 1 where means of the set alone compare\n"), "{}", text.text());
    // Codecs with pictures are compared by these, and those without them are in the same table.
    let said = table(&["--anchor", "old", "--csv"]);
    let counts: Vec<_> =
        said.text().lines().skip(1).map(|l| l.split(',').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(counts, ["new 2", "paper 1"]);
    let said = table(&["--matrix", "psnr-rgb"]);
    let rows: Vec<Vec<_>> = said.text().lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[3], ["paper", "0.00", "+11.11", "-"], "{}", said.text());
    assert!(said.stderr.contains("compared by means of the set alone: paper"), "{}", said.stderr);
}

#[test]
fn figures_with_means_alone_have_arithmetic_means_of_the_others() {
    let f = with_means("paper-means-plot");
    let svg = |args: &[&str]| {
        let usual = ["rd", "plot", "run", "paper.json", "--format", "svg", "--per-image", "-o", "out/"];
        let said = f.kvant(&[&usual[..], args].concat()).ok();
        let names = ["psnr_rgb", "lake-psnr_rgb", "tower-psnr_rgb"].map(|name| format!("out/{name}.svg"));
        assert_eq!(said.text().lines().collect::<Vec<_>>(), names);
        names.map(|name| String::from_utf8(f.read(&name)).unwrap())
    };
    let caption = "Arithmetic means of scores and of bits per pixel.";
    let [set, lake, _] = svg(&[]);
    for mark in ["old q 1: 1.250 bpp, 27.00", "new q 1: 1.125 bpp, 27.00", "paper q 1: 1.250 bpp, 27.00", caption] {
        assert!(set.contains(mark), "{mark} is not in {set}");
    }
    assert!(lake.contains("old q 1: 0.500 bpp") && !lake.contains(caption), "{lake}");
    // Among codecs with pictures, means are geometric as ever.
    let [set, ..] = svg(&["--show", "old,new"]);
    assert!(set.contains("old q 1: 1.000 bpp, 27.00") && !set.contains(caption), "{set}");
}

#[test]
fn a_report_names_codecs_that_it_leaves_out_for_want_of_pictures() {
    let f = with_means("paper-means-report");
    let said = f.kvant(&["rd", "report", "run", "paper.json", "--md"]).ok();
    assert!(said.text().contains("Left out:\n\n- paper: means over a set alone"), "{}", said.text());
    let said = f.kvant(&["rd", "report", "run", "--md"]).ok();
    assert!(!said.text().contains("means over a set"), "{}", said.text());
    // Where there is nothing else, means are what is reported on.
    let said = f.kvant(&["rd", "report", "paper.json", "--md"]).ok();
    assert!(!said.text().contains("Left out"), "{}", said.text());
}

#[test]
fn wrong_figures_are_told() {
    let f = results("paper-plot-wrong");
    let plot = |args: &[&str]| f.kvant(&[&["rd", "plot", "run"], args].concat());
    plot(&["--show", "none"]).fails(2, &["no codec \"none\"", "there are old_1, new, big"]);
    plot(&["--metrics", "nosuch"]).fails(2, &["no metric \"nosuch\""]);
    plot(&["--format", "png", "--width", "1000mm", "--dpi", "2400"]).fails(2, &["too large", "20000"]);
    for wrong in [["--width", "88"], ["--width", "1mm"], ["--dpi", "0"], ["--format", "gif"]] {
        assert_eq!(plot(&wrong).code, 2, "{wrong:?}");
    }
    let one = points("b", 90).lines().take(4).collect::<Vec<_>>().join("\n");
    f.write("fewer.csv", format!("{HEADER}\n{}{one}\n", points("a", 100)).as_bytes());
    let said = f.kvant(&["rd", "plot", "fewer.csv", "--format", "svg", "--metrics", "ssim2"]).ok();
    assert!(said.stderr.contains("over the 1 of 2 pictures"), "{said:?}");
    f.write("strange.csv", format!("{HEADER}\n{}{}", points("\u{5317}", 100), points("b", 90)).as_bytes());
    let said = f.kvant(&["rd", "plot", "strange.csv", "--format", "pdf"]).ok();
    assert!(said.stderr.contains("has no \u{5317}"), "{said:?}");
}
