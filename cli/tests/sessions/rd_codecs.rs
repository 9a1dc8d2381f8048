//! The codecs that `kvant rd` knows, as users see and describe them.

use crate::world::Folder;

/// A codec that copies, by programs named with their folders.
const COPY: &str = r#"[copy]
about = "nothing but a copy"
encode = ["/bin/sh", "-c", "cp $0 $1; : $2", "{in}", "{out}", "{q}"]
decode = ["/bin/cp", "{in}", "{out}"]
version = ["/bin/sh", "-c", "echo copy 1.0"]
extension = "bin"
qualities = [10, 20]
range = [0, 100]
"#;

/// The paragraph of `codec` in the list `text`.
fn paragraph<'a>(text: &'a str, codec: &str) -> Vec<&'a str> {
    let mut lines = text.lines().skip_while(|l| l.split(' ').next() != Some(codec));
    let first = lines.next().unwrap_or_else(|| panic!("no {codec} in {text}"));
    [first].into_iter().chain(lines.take_while(|l| l.starts_with(' '))).collect()
}

#[test]
fn the_list_tells_what_there_is_and_why_the_rest_is_missing() {
    let f = Folder::new("rd-list");
    f.write("my.toml", COPY.as_bytes());
    let output = f.command(&["rd", "list", "--peers", "my.toml"]).env("PATH", "").output().unwrap();
    let said = crate::world::Ended::from(output).ok();
    let find = |codec, word: &str| {
        let lines = paragraph(said.text(), codec);
        assert!(lines.iter().any(|l| l.contains(word)), "{codec}: no {word} in {lines:?}");
    };
    find("kvant", env!("CARGO_PKG_VERSION"));
    find("kvant", "15,25,35,45,55,65,75,85,92");
    find("jpeg", "version    jpeg-encoder 0.");
    find("png", "qualities  none: lossless");
    // Figures bring along another version: the list has the one that the manifest asks for.
    let manifest = include_str!("../../../Cargo.toml");
    let version = manifest.split("\npng = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    find("png", &format!("version    png {}", version.rsplit_once('.').unwrap().0));
    find("copy", "nothing but a copy");
    find("copy", "version    copy 1.0");
    find("copy", "10,20 (of 0 to 100)");
    for (codec, program) in [("jxl", "cjxl"), ("avif", "avifenc"), ("cwebp", "cwebp"), ("py-jxl", "python3")] {
        find(codec, &format!("missing    {program} is not installed"));
    }
}

#[test]
fn the_shipped_descriptions_are_a_file_to_start_from() {
    let f = Folder::new("rd-show-peers");
    let shipped = f.kvant(&["rd", "list", "--show-peers"]).ok();
    f.write("mine.toml", shipped.text().replace("JPEG XL by libjxl's tools", "mine").as_bytes());
    let output = f.command(&["rd", "list", "--peers", "mine.toml"]).env("PATH", "").output().unwrap();
    let said = crate::world::Ended::from(output).ok();
    assert!(paragraph(said.text(), "jxl")[0].contains("mine; e is effort"));
}

#[test]
fn a_description_that_is_wrong_is_refused_with_its_line() {
    let f = Folder::new("rd-bad-peers");
    let list = ["rd", "list", "--peers", "my.toml"];
    f.kvant(&list).fails(3, &["my.toml"]);
    f.write("my.toml", COPY.replace("{q}", "{quality}").as_bytes());
    f.kvant(&list)
        .fails(3, &["my.toml: line 3: copy: unknown placeholder {quality}", "{in}, {out}, {q}, {threads}, {here}"]);
    f.write("my.toml", COPY.replace("about", "abuot").as_bytes());
    f.kvant(&list).fails(3, &["my.toml: line 2", "abuot", "about"]);
    f.write("my.toml", b"[copy\n");
    f.kvant(&list).fails(3, &["my.toml: line 1"]);
}

#[test]
fn ranges_of_qualities_are_rounded_for_codecs_that_take_whole_numbers() {
    let f = Folder::new("rd-whole");
    f.write("one.ppm", &crate::world::colour_ppm(24, 16));
    let args = ["rd", "run", "--no-report", "-i", "one.ppm", "-c", "jpeg,kvant:e1", "--metrics", "psnr", "-o", "out"];
    let said = f.kvant(&[&args[..], &["-q", "20..70/4,37"]].concat()).ok();
    let note = "kvant: jpeg: qualities are whole numbers: 36.67 became 37, 53.33 became 53\n";
    assert_eq!(said.stderr.matches(note).count(), 1, "{}", said.stderr);
    assert!(!said.stderr.contains("kvant:e1: qualities"), "{}", said.stderr);
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    let mut jpeg: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("jpeg,one,")?.split(',').next()).collect();
    jpeg.sort();
    assert_eq!((jpeg, text.lines().count()), (vec!["20", "37", "53", "70"], 1 + 4 + 5));
}

/// What a codec without alpha is scored by, from three files that are laid over the backgrounds
/// here.
#[test]
fn a_codec_without_alpha_gets_the_picture_on_black_white_and_gray() {
    use image::{Rgb, RgbImage};

    let f = Folder::new("rd-laid");
    std::fs::create_dir(f.path("set")).unwrap();
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut clear = image::open(testdata.join("coffee.png")).unwrap().crop_imm(200, 100, 200, 180).into_rgba8();
    for (x, _, pixel) in clear.enumerate_pixels_mut() {
        pixel.0[3] = (x * 2).saturating_sub(60).min(255) as u8;
    }
    clear.save(f.path("set/clear.png")).unwrap();
    for (name, back) in [("black", 0), ("white", 255), ("gray", 128)] {
        let on = RgbImage::from_fn(200, 180, |x, y| {
            let [r, g, b, a] = clear.get_pixel(x, y).0.map(u32::from);
            Rgb([r, g, b].map(|v| ((v * a + back * (255 - a)) as f64 / 255.0).round() as u8))
        });
        on.save(f.path(&format!("set/{name}.png"))).unwrap();
    }
    f.kvant(&["rd", "run", "--no-report", "-i", "set", "-c", "jpeg,kvant:e1", "-q", "50,80", "-o", "out"]).ok();
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    let field = |codec: &str, image: &str, column: &str| {
        let row = rows.iter().find(|r| r[..3] == [codec, image, "50"]).unwrap();
        row[columns.iter().position(|c| *c == column).unwrap()]
    };
    let number = |image: &str, column: &str| field("jpeg", image, column).parse::<f64>().unwrap();
    let of_three = |column: &str| ["black", "white", "gray"].map(|image| number(image, column));
    let three = of_three("bytes");
    assert!(three[0] != three[1] && number("clear", "bytes") == (three.iter().sum::<f64>() / 3.0).round());
    for (column, worst) in [
        ("ssim2", f64::min as fn(f64, f64) -> f64),
        ("ba_p3", f64::max),
        ("ba_max", f64::max),
        ("psnr_y", f64::min),
        ("psnr_rgb", f64::min),
        ("ms_ssim", f64::min),
    ] {
        let expected = of_three(column).into_iter().reduce(worst).unwrap();
        assert!((number("clear", column) - expected).abs() < 2e-6, "{column}: {} {expected}", number("clear", column));
    }
    assert!((number("clear", "bpp") - number("clear", "bytes") * 8.0 / 36000.0).abs() < 1e-6);
    assert!(number("clear", "enc_s") > 0.0 && number("clear", "dec_s") > 0.0);
    let laid = [("jpeg", "clear"), ("jpeg", "gray"), ("kvant:e1", "clear")].map(|(c, i)| field(c, i, "alpha"));
    assert_eq!(laid, ["laid", "", ""]);

    // Crops and generation loss compare both codecs on the same ground.
    let said = f.kvant(&["rd", "report", "out", "--json", "--codec", "kvant:e1", "--anchor", "jpeg"]);
    assert!(said.code == 0 && !said.text().contains("transparent pixels"), "{said:?}");
}

/// The interrupt comes while a program is running.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_temporary_folder() {
    use std::process::Command;
    use std::time::{Duration, Instant};

    let f = Folder::new("rd-list-interrupt");
    std::fs::create_dir(f.path("tmp")).unwrap();
    f.write("my.toml", COPY.replace("echo copy 1.0", ": > started; exec sleep 5").as_bytes());
    let mut command = f.command(&["rd", "list", "--peers", "my.toml"]);
    let mut child = command.env("PATH", "/bin:/usr/bin").env("TMPDIR", f.path("tmp")).spawn().unwrap();
    let start = Instant::now();
    while !f.path("started").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "the program was not started");
        std::thread::sleep(Duration::from_millis(10));
    }
    let temporary = || std::fs::read_dir(f.path("tmp")).unwrap().count();
    assert_eq!(temporary(), 1);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!((child.wait().unwrap().code(), temporary()), (Some(130), 0));
}
