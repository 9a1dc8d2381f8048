//! Names that would steer a terminal, break a line or are no text.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use crate::world::{Ended, Folder, colour_ppm};

const NAME: &str = "x\u{1b}[31mred\nkvant: all is well\u{202e}";
const SHOWN: &str = "x\\u{1b}[31mred\\nkvant: all is well\\u{202e}";

/// That nothing printed does more than begin lines.
#[track_caller]
fn checked(ended: Ended) -> Ended {
    let said = String::from_utf8_lossy(&ended.stdout) + ended.stderr.as_str();
    assert!(!said.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{said:?}");
    assert!(said.lines().all(|line| !line.starts_with("kvant: all is well")), "{said:?}");
    ended
}

#[test]
fn names_steer_nothing_wherever_they_are_printed() {
    let f = Folder::new("names-escaped");
    let (picture, stream) = (format!("{NAME}.ppm"), format!("{NAME}.kvt"));
    f.write(&picture, &colour_ppm(20, 12));
    f.write("bad\n.ppm", b"junk");
    let said = checked(f.kvant(&["encode", &picture, "--verify", "-v"]).ok());
    assert!(said.text().contains(&format!("{SHOWN}.ppm  20x12")) && said.text().contains(&format!("-> {SHOWN}.kvt")));
    let lines: [(i32, &[&str]); 15] = [
        (1, &["encode", &picture]),
        (3, &["encode", "bad\n.ppm"]),
        (1, &["encode", &picture, "bad\n.ppm", "-f"]),
        (2, &["encode", &picture, "-o", &picture]),
        (2, &["encode", &picture, "-o", "y\u{1b}.png"]),
        (0, &["encode", &picture, "-f", "-q", "100"]),
        (3, &["encode", "none\u{1b}.ppm"]),
        (3, &["decode", &picture, "-f"]),
        (0, &["decode", &stream, "-f", "--to", "ppm"]),
        (2, &["decode", &stream, "-o", "x.\u{1b}"]),
        (0, &["info", &stream, "-v"]),
        (0, &["compare", &picture, &stream, "-m", "psnr"]),
        (2, &["encode", "-\u{1b}[31m"]),
        (2, &["encode", &picture, "-q", "\u{1b}[31m"]),
        (2, &[&picture]),
    ];
    for (code, args) in lines {
        assert_eq!(checked(f.kvant(args)).code, code, "{args:?}");
    }
    let said = checked(f.kvant(&["encode", "-r", ".", "-o", "out\u{1b}/"]));
    assert!(said.code == 1 && said.stderr.contains("bad\\n.ppm: cut off, or not a picture"), "{said:?}");
    checked(f.kvant(&["rd", "run", "-i", "none\n"]));
    // JSON has its own way, and loses nothing.
    let json = checked(f.kvant(&["encode", &picture, "-f", "--json"]).ok()).json();
    let result = &json["results"][0];
    assert_eq!((&result["input"], &result["output"]), (&picture.into(), &stream.into()));
    assert_eq!((result.get("input_hex"), result.get("output_hex")), (None, None));
}

#[test]
fn names_that_are_no_text_are_told_in_hexadecimal() {
    let f = Folder::new("names-bytes");
    let name = |bytes: &[u8]| f.path("").join(OsStr::from_bytes(bytes));
    fs::create_dir(f.path("in")).unwrap();
    // File systems that take text only have no such names.
    if fs::write(name(b"in/\xe9\n.ppm"), colour_ppm(9, 8)).is_err() {
        return;
    }
    fs::write(name(b"in/\xe8\n.ppm"), colour_ppm(9, 8)).unwrap();
    let json = f.kvant(&["encode", "-r", "in", "--json"]).ok().json();
    let hex = |i: usize, key: &str| json["results"][i][key].as_str().unwrap().to_owned();
    assert_eq!([hex(0, "input_hex"), hex(1, "input_hex")], ["696e2fe80a2e70706d", "696e2fe90a2e70706d"]);
    assert_eq!(hex(1, "output_hex"), "696e2fe90a2e6b7674");
    assert_eq!((hex(0, "input"), hex(1, "output")), ("in/\u{fffd}\n.ppm".into(), "in/\u{fffd}\n.kvt".into()));
    let said = checked(f.kvant(&["encode", "-r", "in", "-n", "-f"]).ok());
    assert!(said.text().contains("in/\\xe9\\n.ppm -> in/\\xe9\\n.kvt\n"), "{said:?}");
}
