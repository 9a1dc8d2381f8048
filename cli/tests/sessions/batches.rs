//! Many pictures through one command.

use std::fs;

use crate::world::{Folder, colour_ppm};

/// `count` crops of a photograph, spread over folders within `in`; returns their paths without
/// extension.
fn photos(f: &Folder, count: u32) -> Vec<String> {
    let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/chelsea.png")).unwrap();
    let path = |i: u32| format!("{}/p{i:02}", ["in", "in/cats", "in/cats/close up"][i as usize % 3]);
    fs::create_dir_all(f.path("in/cats/close up")).unwrap();
    for i in 0..count {
        let crop = photo.crop_imm(i * 7, i * 5, 24 + i % 9, 16 + i % 7);
        crop.save(f.path(&format!("{}.{}", path(i), ["png", "jpg", "bmp", "qoi"][i as usize % 4]))).unwrap();
    }
    (0..count).map(path).collect()
}

/// All files below a folder, sorted.
fn tree(f: &Folder, folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(f.path(&folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap());
            if f.path(&name).is_dir() { folders.push(name) } else { files.push(name) }
        }
    }
    files.sort();
    files
}

#[test]
fn a_tree_of_pictures_is_encoded_and_decoded_whatever_is_broken_in_it() {
    let f = Folder::new("batch-tree");
    let mut names = photos(&f, 36);
    let whole = f.read("in/p00.png");
    f.write("in/broken.png", &whole[..whole.len() / 2]);
    f.write("in/cats/empty.jpg", b"");
    f.write("in/cats/text.png", b"no picture");
    // What is no picture by its name, hidden, or a stream, is left alone.
    f.write("in/notes.txt", b"no picture either");
    f.write("in/cats/.hidden.png", b"nor this");
    f.write("in/cats/old.kvt", b"nor this");
    let ended = f.kvant(&["encode", "-r", "in", "-o", "out/kvt", "-e", "1", "-j", "2"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let mut lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.pop(), Some("kvant: 3 of 39 files failed"));
    assert_eq!(lines.pop(), Some("kvant: warning: 9 of 39 inputs were already lossy; -v says which"));
    lines.sort();
    let starts = [
        "kvant: in/broken.png: ",
        "kvant: in/cats/empty.jpg: the file is",
        "kvant: in/cats/text.png: cut off, or not a pic",
    ];
    assert!(lines.len() == 3 && lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{lines:?}");
    let text = ended.text();
    assert!(text.contains("in/cats/p01.jpg -> out/kvt/cats/p01.kvt"), "{text}");
    assert!(text.lines().last().unwrap().starts_with("36 files  "), "{text}");
    names.sort();
    let expected = |out: &str, extension: &str| -> Vec<String> {
        names.iter().map(|name| format!("{}.{extension}", name.replacen("in", out, 1))).collect()
    };
    assert_eq!(tree(&f, "out/kvt"), expected("out/kvt", "kvt"));

    // Each is what it is alone.
    f.kvant(&["encode", "in/cats/p01.jpg", "-o", "alone.kvt", "-e", "1"]).ok();
    assert_eq!(f.read("alone.kvt"), f.read("out/kvt/cats/p01.kvt"));
    f.write("out/kvt/cats/broken.kvt", &f.read("alone.kvt")[..30]);
    let ended = f.kvant(&["decode", "-r", "out/kvt", "-o", "back/", "-j", "2"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.starts_with("kvant: out/kvt/cats/broken.kvt: "), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 2, "{ended:?}");
    assert_eq!(tree(&f, "back"), expected("back", "png"));
}

#[test]
fn what_exists_is_skipped_when_asked() {
    let f = Folder::new("batch-skip");
    let names = photos(&f, 4);
    f.kvant(&["encode", "-r", "in", "-e", "1"]).ok();
    fs::remove_file(f.path("in/cats/p01.kvt")).unwrap();
    f.write("in/p00.kvt", b"precious");
    let ended = f.kvant(&["encode", "-r", "in", "-e", "1"]);
    assert_eq!((ended.code, ended.stderr.matches("exists; -f").count()), (1, 3), "{ended:?}");
    fs::remove_file(f.path("in/cats/p01.kvt")).unwrap();
    let json = f.kvant(&["encode", "-r", "in", "-e", "1", "--skip-existing", "--json"]).ok().json();
    let status = |i: usize| json["results"][i]["status"].as_str().unwrap();
    // In the order of the names in each folder.
    assert_eq!([0, 1, 2, 3].map(status), ["skipped", "ok", "skipped", "skipped"], "{json}");
    assert_eq!(json["results"][2]["output"], "in/p00.kvt");
    assert_eq!(json["totals"], serde_json::json!({"ok": 1, "planned": 0, "skipped": 3, "failed": 0}));
    assert_eq!(f.read("in/p00.kvt"), b"precious");
    assert!(names.iter().all(|name| f.path(&format!("{name}.kvt")).exists()));
    // One file alone, too; and what is to be both overwritten and skipped is a slip.
    let said = f.kvant(&["encode", "in/p00.png", "--skip-existing"]).ok();
    assert_eq!(said.text(), "in/p00.png: skipped, in/p00.kvt exists\n");
    assert_eq!(f.kvant(&["encode", "in/p00.png", "--skip-existing", "-f"]).code, 2);
}

#[test]
fn a_dry_run_says_what_a_run_does_and_writes_nothing() {
    let f = Folder::new("batch-dry");
    photos(&f, 6);
    let before = tree(&f, "in");
    let args = ["encode", "-r", "in", "-o", "out", "-e", "1"];
    let said = f.kvant(&[&args[..], &["-n"]].concat()).ok();
    assert!(said.text().lines().last().unwrap().starts_with("6 files to write"), "{said:?}");
    assert!(!f.path("out").exists() && tree(&f, "in") == before);
    f.kvant(&args).ok();
    let planned: Vec<&str> = said.text().lines().filter_map(|l| Some(l.split_once(" -> ")?.1)).collect();
    let mut written = planned.clone();
    written.sort();
    assert_eq!(tree(&f, "out"), written);
    // What a run would not do is no plan.
    let said = f.kvant(&[&args[..], &["--dry-run"]].concat());
    assert_eq!((said.code, said.stderr.matches("exists; -f").count()), (1, 6), "{said:?}");
    f.kvant(&["encode", "-n", "missing.png"]).fails(3, &["missing.png"]);
    let json = f.kvant(&["decode", "-rn", "out", "--json"]).ok().json();
    assert_eq!((&json["results"][0]["status"], &json["totals"]["planned"]), (&"planned".into(), &6.into()));
    assert_eq!(tree(&f, "out"), written);
}

#[test]
fn inputs_that_would_share_an_output_are_refused_before_anything_is_written() {
    let f = Folder::new("batch-clash");
    for name in ["a/x.ppm", "a/y.ppm", "b/x.ppm"] {
        fs::create_dir_all(f.path(name).parent().unwrap()).unwrap();
        f.write(name, &colour_ppm(9, 8));
    }
    f.kvant(&["encode", "-r", "a", "b", "-o", "out/"]).fails(2, &["a/x.ppm and b/x.ppm", "out/x.kvt"]);
    f.kvant(&["encode", "a/y.ppm", "a/x.ppm", "b/x.ppm", "-o", "out/"]).fails(2, &["a/x.ppm and b/x.ppm", "out/x.kvt"]);
    f.kvant(&["encode", "a/y.ppm", "a/x.ppm", "-o", "out"]).fails(2, &["a/y.ppm and a/x.ppm", "to out; out/ would be"]);
    f.kvant(&["encode", "-r", "a", "a/y.ppm"]).fails(2, &["a/y.ppm and a/y.ppm"]);
    f.kvant(&["encode", "a/x.ppm", "a/../a/x.ppm"]).fails(2, &["a/x.kvt"]);
    f.kvant(&["encode", "-r", "a", "-o", "-"]).fails(2, &["a/x.ppm and a/y.ppm", "-"]);
    assert_eq!(f.files(), ["a", "b"]);
    assert_eq!(tree(&f, "a"), ["a/x.ppm", "a/y.ppm"]);
}

#[test]
fn folders_are_made_where_that_is_meant() {
    let f = Folder::new("batch-folders");
    f.write("a.ppm", &colour_ppm(20, 10));
    fs::create_dir(f.path("pictures")).unwrap();
    f.write("pictures/b.ppm", &colour_ppm(10, 20));
    f.kvant(&["encode", "a.ppm", "-o", "new/deep/"]).ok();
    f.kvant(&["encode", "a.ppm", "-o", "none/a.kvt"]).fails(1, &["none/a.kvt", "folder none does not exist"]);
    f.kvant(&["encode", "a.ppm", "-o", "a.ppm/"]).fails(1, &["a.ppm/a.kvt", "a.ppm is no folder"]);
    f.kvant(&["encode", "a.ppm", "pictures", "-r", "-o", "all"]).ok();
    assert_eq!(tree(&f, "all"), ["all/a.kvt", "all/b.kvt"]);
    assert_eq!(tree(&f, "new"), ["new/deep/a.kvt"]);
    // Without -r a folder is one of the things that cannot be read.
    f.kvant(&["encode", "pictures"]).fails(3, &["pictures", "a folder; -r"]);
    f.kvant(&["decode", "-r", "pictures"]).fails(3, &["pictures", "no file"]);
    assert_eq!(f.files(), ["a.ppm", "all", "new", "pictures"]);
}

#[test]
fn pictures_that_differ_in_their_extension_only_can_have_results_each() {
    let f = Folder::new("batch-extensions");
    fs::create_dir(f.path("in")).unwrap();
    f.write("in/a.ppm", &colour_ppm(20, 10));
    let picture = image::open(f.path("in/a.ppm")).unwrap();
    for name in ["in/a.png", "in/a.jpg", "in/b.tar.png"] {
        picture.save(f.path(name)).unwrap();
    }
    let args = ["encode", "-r", "in", "-o", "out", "-e", "1"];
    f.kvant(&args).fails(2, &["in/a.jpg and in/a.png", "out/a.kvt", "--keep-extension", "a.jpg.kvt and a.png.kvt"]);
    f.kvant(&[&args[..], &["--keep-extension"]].concat()).ok();
    assert_eq!(tree(&f, "out"), ["out/a.jpg.kvt", "out/a.png.kvt", "out/a.ppm.kvt", "out/b.tar.png.kvt"]);
    f.kvant(&["encode", "in/a.ppm", "in/a.png", "--keep-extension", "-e", "1"]).ok();
    assert!(f.read("in/a.ppm.kvt") == f.read("out/a.ppm.kvt") && f.path("in/a.png.kvt").exists());
    // Back, nothing meets an original.
    let decoded = f.kvant(&["decode", "in/a.ppm.kvt", "in/a.png.kvt", "--json"]).ok().json();
    assert_eq!(
        (&decoded["results"][0]["output"], &decoded["results"][1]["output"]),
        (&"in/a.ppm.png".into(), &"in/a.png.png".into())
    );
    f.kvant(&["decode", "-r", "out", "-o", "back", "--keep-extension", "--to", "ppm"]).ok();
    assert_eq!(tree(&f, "back")[0], "back/a.jpg.kvt.ppm");
}

/// 16x16 pixels by libwebp at quality 50.
const LOSSY_WEBP: &str = "524946464800000057454250565038203c0000003002009d012a1000100002c04c25b00274ba0003092f0c30aa0000fe\
                          f9527c683ae70e3b284345a67eb6b3de02b5a19f201ecdec1e0678079c800000";

#[test]
fn that_inputs_were_lossy_is_said_once() {
    let f = Folder::new("batch-lossy");
    f.write("a.ppm", &colour_ppm(20, 10));
    let picture = image::open(f.path("a.ppm")).unwrap();
    picture.save(f.path("a.jpg")).unwrap();
    picture.save(f.path("lossless.webp")).unwrap();
    let digits = LOSSY_WEBP.as_bytes().as_chunks::<2>().0;
    let lossy: Vec<u8> = digits.iter().map(|d| u8::from_str_radix(str::from_utf8(d).unwrap(), 16).unwrap()).collect();
    f.write("lossy.webp", &lossy);
    // The same behind a header that says what else there is: nothing.
    let header = [b"VP8X\x0a\0\0\0".as_slice(), &[0; 4], &[15, 0, 0], &[15, 0, 0]].concat();
    let mut extended = [&lossy[..12], &header, &lossy[12..]].concat();
    extended[4..8].copy_from_slice(&(lossy.len() as u32 - 8 + 18).to_le_bytes());
    f.write("extended.webp", &extended);
    let all = ["a.ppm", "a.jpg", "lossless.webp", "lossy.webp", "extended.webp"];
    let encode =
        |args: &[&str]| f.kvant(&[&["encode", "-o", "out/", "-f", "-e", "1", "--keep-extension"], args].concat()).ok();
    let said = encode(&all);
    assert_eq!(said.stderr, "kvant: warning: 3 of 5 inputs were already lossy; -v says which\n");
    let said = encode(&[&all[..], &["-v"]].concat());
    let mut lines: Vec<_> = said.stderr.lines().collect();
    lines.sort();
    let line = |name: &str| format!("kvant: {name}: warning: the input was already lossy");
    assert_eq!(lines, ["a.jpg", "extended.webp", "lossy.webp"].map(line));
    assert_eq!(encode(&["lossy.webp"]).stderr, line("lossy.webp") + "\n");
    assert!(encode(&[&all[..], &["--quiet"]].concat()).stderr.is_empty());
    let json = encode(&[&all[..], &["--json"]].concat()).json();
    let codes: Vec<_> = (0..5).map(|i| json["results"][i]["warnings"][0]["code"].as_str()).collect();
    assert_eq!(codes, [None, Some("lossy-input"), None, Some("lossy-input"), Some("lossy-input")]);
}
