//! What a run of the laboratory keeps: coded files and decoded pictures.

use std::fs;

use crate::world::{Folder, colour_ppm, gray_pgm};

fn set(name: &str) -> Folder {
    let f = Folder::new(name);
    fs::create_dir(f.path("set")).unwrap();
    f.write("set/one.ppm", &colour_ppm(64, 48));
    f.write("set/two.pgm", &gray_pgm(48, 40));
    f
}

const RUN: [&str; 10] = ["rd", "run", "--no-report", "-i", "set", "-c", "kvant:e1,jpeg", "-q", "40,80", "-o"];

/// The files below a folder, as paths from it, sorted.
fn tree(f: &Folder, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(f.path(folder)) else {
        return found;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() { found.extend(tree(f, &name)) } else { found.push(name) }
    }
    found.sort();
    found
}

fn bytes(f: &Folder, row: &str) -> u64 {
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    let line = text.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{row} is not in {text}"));
    line.split(',').nth(3).unwrap().parse().unwrap()
}

#[test]
fn coded_files_and_decoded_pictures_are_kept_where_they_are_asked_for() {
    let f = set("rd-keep");
    f.kvant(&[&RUN[..], &["out", "--keep", "coded,decoded"]].concat()).ok();
    let files = [
        "out/files/jpeg/one-q40.jpg",
        "out/files/jpeg/one-q80.jpg",
        "out/files/jpeg/two-q40.jpg",
        "out/files/jpeg/two-q80.jpg",
        "out/files/kvant_e1/one-q40.kvt",
        "out/files/kvant_e1/one-q80.kvt",
        "out/files/kvant_e1/two-q40.kvt",
        "out/files/kvant_e1/two-q80.kvt",
    ];
    assert_eq!(tree(&f, "out/files"), files);
    assert_eq!(tree(&f, "out/decoded").len(), 8);
    assert_eq!(f.read("out/files/kvant_e1/one-q80.kvt").len() as u64, bytes(&f, "kvant:e1,one,80,"));
    // A file is what any decoder of its format takes, and the picture is what that gives.
    f.kvant(&["decode", "out/files/kvant_e1/one-q80.kvt", "-o", "again.png"]).ok();
    let open = |name: &str| image::open(f.path(name)).unwrap().into_rgb8();
    assert_eq!(open("again.png"), open("out/decoded/kvant_e1/one-q80.png"));
    assert_eq!(open("out/files/jpeg/two-q40.jpg"), open("out/decoded/jpeg/two-q40.png"));
}

#[test]
fn points_that_are_there_are_coded_again_for_their_files_and_stay_as_they_are() {
    let f = set("rd-keep-later");
    f.kvant(&[&RUN[..], &["out"]].concat()).ok();
    let rows = f.read("out/results.csv");
    assert!(tree(&f, "out/files").is_empty());
    let said = f.kvant(&[&RUN[..], &["out", "--keep", "coded"]].concat()).ok();
    assert!(said.stderr.contains("8 of 8 measurements are there already"), "{}", said.stderr);
    assert!(said.stderr.contains("8 measurements that are there are coded again for their files"), "{}", said.stderr);
    assert_eq!((tree(&f, "out/files").len(), f.read("out/results.csv") == rows), (8, true));
    // What is missing or cut short is made, the rest is left alone.
    fs::remove_file(f.path("out/files/jpeg/one-q40.jpg")).unwrap();
    f.write("out/files/kvant_e1/two-q40.kvt", b"cut");
    let said = f.kvant(&[&RUN[..], &["out", "--keep", "coded"]].concat()).ok();
    assert!(said.stderr.contains("2 measurements that are there are coded again"), "{}", said.stderr);
    assert_eq!(f.read("out/files/kvant_e1/two-q40.kvt").len() as u64, bytes(&f, "kvant:e1,two,40,"));
    // A row that no encoder here measured gets no file.
    let text = String::from_utf8(rows).unwrap();
    let size = bytes(&f, "jpeg,one,40,");
    f.write("out/results.csv", text.replace(&format!("jpeg,one,40,{size},"), "jpeg,one,40,1,").as_bytes());
    let said = f.kvant(&[&RUN[..], &["out", "--keep", "coded,decoded"]].concat());
    assert!(said.code == 1 && said.stderr.contains("not those that were measured"), "{said:?}");
    assert_eq!(tree(&f, "out/decoded").len(), 7);
}

#[test]
fn no_file_of_an_earlier_measurement_stays_with_a_new_one() {
    let f = set("rd-keep-stale");
    f.kvant(&[&RUN[..], &["out", "--keep", "coded,decoded"]].concat()).ok();
    f.write("set/one.ppm", &colour_ppm(32, 24));
    f.kvant(&[&RUN[..], &["out"]].concat()).ok();
    let kept = [tree(&f, "out/files"), tree(&f, "out/decoded")].concat();
    assert!(kept.len() == 8 && kept.iter().all(|name| name.contains("two-")), "{kept:?}");
}

/// A codec without alpha is given such a picture over black, white and gray.
#[test]
fn of_a_picture_with_alpha_all_that_was_coded_is_kept() {
    let f = Folder::new("rd-keep-alpha");
    fs::create_dir(f.path("set")).unwrap();
    let clear = image::RgbaImage::from_fn(48, 40, |x, y| image::Rgba([x as u8 * 5, y as u8 * 6, 90, x as u8 * 5]));
    clear.save(f.path("set/clear.png")).unwrap();
    let keep = [&RUN[..], &["out", "--keep", "coded,decoded"]].concat();
    f.kvant(&keep).ok();
    let of_jpeg = ["black", "gray", "white"].map(|on| format!("out/files/jpeg/clear-on-{on}-q40.jpg"));
    let files = tree(&f, "out/files");
    assert!(of_jpeg.iter().all(|file| files.contains(file)), "{files:?}");
    assert!(files.contains(&"out/files/kvant_e1/clear-q80.kvt".to_owned()) && files.len() == 3 * 2 + 2, "{files:?}");
    let corner = |on: &str| {
        image::open(f.path(&format!("out/decoded/jpeg/clear-on-{on}-q80.png"))).unwrap().into_luma8()[(0, 20)].0[0]
    };
    assert!(corner("black") < 40 && corner("white") > 215, "the left side is clear");
    let said = f.kvant(&keep).ok();
    assert!(!said.stderr.contains("coded again"), "{}", said.stderr);
}

#[test]
fn what_cannot_be_kept_apart_is_refused_before_the_work() {
    let f = set("rd-keep-names");
    let run = |keep: &str, codecs: &str| {
        f.kvant(&["rd", "run", "--no-report", "-i", "set", "-q", "40", "-o", "out", "--keep", keep, "-c", codecs])
    };
    run("coded", "kvant:e1,kvant_e1=kvant:e2").fails(2, &["kvant:e1", "kvant_e1"]);
    run("coded", "a=jpeg,A=kvant:e1").fails(2, &["\"A\"", "\"a\""]);
    run("everything", "jpeg").fails_with(2);
    assert!(!f.path("out/results.csv").exists());
}
