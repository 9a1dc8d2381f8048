//! What is in `cli/share`: how desktops and `file` know a stream.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::world::{Folder, colour_ppm};

const SHARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/share");
const TYPE: &str = "image/x-kvant";

/// What a program of the system prints; `None` where it is not installed.
fn run(program: &str, args: &[&str]) -> Option<String> {
    match Command::new(program).args(args).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {output:?}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            println!("{program} is not installed: skipped");
            None
        }
        Err(e) => panic!("{program}: {e}"),
    }
}

fn stream(f: &Folder) -> Vec<u8> {
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["encode", "a.ppm"]).ok();
    f.read("a.kvt")
}

#[test]
fn both_files_have_the_signature_of_streams() {
    let f = Folder::new("signature");
    let stream = stream(&f);
    let signature = format!("\\x{:02x}{}", stream[0], std::str::from_utf8(&stream[1..4]).unwrap());
    for name in ["kvant.xml", "kvant.magic"] {
        let text = fs::read_to_string(Path::new(SHARE).join(name)).unwrap();
        assert!(text.contains(&signature) && text.contains(TYPE), "{name} lacks {signature} or {TYPE}");
    }
}

#[test]
fn file_knows_a_stream_and_its_draft() {
    let f = Folder::new("file");
    let draft = stream(&f)[4];
    // By its content, not by its name.
    fs::rename(f.path("a.kvt"), f.path("a.bin")).unwrap();
    let (magic, path) = (format!("{SHARE}/kvant.magic"), f.path("a.bin"));
    let path = path.to_str().unwrap();
    if let Some(said) = run("file", &["-b", "-m", &magic, path]) {
        assert_eq!(said, format!("Kvant image data, draft {draft}\n"));
        assert_eq!(run("file", &["-b", "--mime-type", "-m", &magic, path]).unwrap(), format!("{TYPE}\n"));
    }
}

#[test]
fn the_mime_database_takes_the_type() {
    let f = Folder::new("mime");
    fs::create_dir(f.path("packages")).unwrap();
    fs::copy(format!("{SHARE}/kvant.xml"), f.path("packages/kvant.xml")).unwrap();
    if run("update-mime-database", &[f.path("").to_str().unwrap()]).is_some() {
        let globs = String::from_utf8(f.read("globs2")).unwrap();
        assert!(globs.lines().any(|line| line == format!("50:{TYPE}:*.kvt")), "{globs}");
        let (magic, signature) = (f.read("magic"), &stream(&f)[..4]);
        assert!(magic.windows(4).any(|w| w == signature), "{magic:?}");
    }
}
