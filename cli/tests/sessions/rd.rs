//! The measuring program.

use crate::world::{Folder, colour_ppm, gray_pgm};

const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h";

#[test]
fn a_run_writes_points_that_the_tables_read() {
    let f = Folder::new("rd");
    std::fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(64, 48));
    f.write("set/two.pgm", &gray_pgm(48, 40));
    f.write("set/notes.txt", b"not a picture, and not taken for one");
    let run = |args: &[&str]| f.kvant(&[&["rd", "run", "-i", "set", "-q", "30,60,90", "-e", "2"], args].concat()).ok();
    let said = run(&["-o", "new.csv", "-j", "2"]);
    assert_eq!(said.stderr.lines().count(), 6, "a line a job: {}", said.stderr);
    assert!(said.text().contains("SSIM2-q"), "{}", said.text());

    let csv = String::from_utf8(f.read("new.csv")).unwrap();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), (HEADER, 7));
    assert!(lines[1].starts_with("kvant_e2,one,30,") && lines[1].ends_with(",64,48"), "{}", lines[1]);
    assert!(lines[6].starts_with("kvant_e2,two,90,") && lines[6].ends_with(",48,40"), "{}", lines[6]);

    // Against itself, nothing changes; `--anchor` and `--against` say so in their own ways.
    let said = run(&["--name", "again", "--anchor", "new.csv", "--against", "new.csv"]);
    assert!(said.text().contains("BD-rate of again in %"), "{}", said.text());
    assert!(said.text().contains("mean +0.000"), "{}", said.text());

    f.write(
        "both.csv",
        format!("{csv}{}", csv.replace(HEADER, "").replace("kvant_e2", "other").trim_start()).as_bytes(),
    );
    let said = f.kvant(&["rd", "bd", "both.csv", "--anchor", "other"]).ok();
    assert!(said.text().contains("kvant_e2") && said.text().contains("+0.00"), "{}", said.text());
    f.kvant(&["rd", "bd", "both.csv", "--anchor", "none"]).fails(2, &["none", "other"]);
}

#[test]
fn parts_of_a_run_can_be_left_out() {
    let f = Folder::new("rd-parts");
    for name in ["a.ppm", "b.ppm", "c.ppm"] {
        f.write(name, &colour_ppm(24, 16));
    }
    let args = ["rd", "run", "-i", ".", "-q", "50", "-e", "1", "--metrics", "psnr", "-o", "out.csv"];
    f.kvant(&[&args[..], &["--every", "2"]].concat()).ok();
    let csv = String::from_utf8(f.read("out.csv")).unwrap();
    let images: Vec<_> = csv.lines().skip(1).map(|l| l.split(',').nth(1).unwrap()).collect();
    assert_eq!(images, ["a", "c"]);
    let fields: Vec<_> = csv.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(fields[5..8], ["", "", ""]);
    assert!(fields[8].parse::<f64>().is_ok());
    f.kvant(&[&args[..], &["--limit", "1"]].concat()).ok();
    assert_eq!(String::from_utf8(f.read("out.csv")).unwrap().lines().count(), 2);
}

#[test]
fn settings_are_checked_before_the_work() {
    let f = Folder::new("rd-settings");
    f.write("a.ppm", &colour_ppm(24, 16));
    let run = |args: &[&str]| f.kvant(&[&["rd", "run", "-i", "a.ppm", "-q", "50"], args].concat());
    run(&["--set", "chroma=420", "--set", "effort=1"]).ok();
    run(&["--set", "chroma=422"]).fails(2, &["chroma", "444, 420"]);
    run(&["--set", "no_such_parameter=1"]).fails(2, &["no_such_parameter"]);
    run(&["--anchor", "missing.csv"]).fails(3, &["missing.csv"]);
    f.kvant(&["rd", "run", "-i", "a.ppm", "-q", "101"]).fails(2, &["101"]);
    f.kvant(&["rd", "run", "-i", "missing.ppm", "-q", "50"]).fails(3, &["missing.ppm"]);
}
