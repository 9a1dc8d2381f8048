//! What is in `cli/share`: how desktops, `file` and ImageMagick know a stream, and show it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::process::Command;

use crate::world::{Folder, colour_ppm};

const SHARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/share");
const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/astronaut.png");
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

/// `PATH` with the folder of the command before it.
fn path() -> OsString {
    let folder = Path::new(env!("CARGO_BIN_EXE_kvant")).parent().unwrap().to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([folder].into_iter().chain(env::split_paths(&others))).unwrap()
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

/// As file managers run it: names of any form, an output that is there already.
#[cfg(unix)]
#[test]
fn the_thumbnailer_makes_thumbnails() {
    let f = Folder::new("thumbnailer");
    let entry = fs::read_to_string(Path::new(SHARE).join("kvant.thumbnailer")).unwrap();
    let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    assert_eq!((value("MimeType="), value("TryExec=")), ("image/x-kvant;", "kvant"));
    f.kvant(&["encode", PHOTO, "-o", "a photo's.kvt", "-e", "1", "-q", "50"]).ok();
    f.write("thumbnail", b"");
    let quoted = |name: &str| format!("'{}'", f.path(name).to_str().unwrap().replace('\'', r"'\''"));
    for side in [128, 256, 512, 1024] {
        // Tumbler reads what it has opened before.
        let mut opened = fs::File::open(f.path("thumbnail")).unwrap();
        let line = value("Exec=").replace("%s", &side.to_string());
        let line = line.replace("%i", &quoted("a photo's.kvt")).replace("%o", &quoted("thumbnail"));
        let output = Command::new("sh").args(["-c", &line]).env("PATH", path()).output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
        let mut file = Vec::new();
        opened.read_to_end(&mut file).unwrap();
        let thumbnail = image::load_from_memory_with_format(&file, image::ImageFormat::Png).unwrap();
        assert_eq!(thumbnail.width(), side.min(512));
    }
}

/// ImageMagick with the delegates of `cli/share`; `None` where it is not installed.
fn magick(f: &Folder, args: &[&str]) -> Option<()> {
    // That of version 7, and Debian's name of that of version 6.
    for program in ["magick", "convert-im6.q16"] {
        let mut command = Command::new(program);
        command.args(args).current_dir(f.path("")).env("PATH", path()).env("MAGICK_CONFIGURE_PATH", SHARE);
        match command.output() {
            Ok(output) => {
                assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
                return Some(());
            }
            Err(e) => assert_eq!(e.kind(), ErrorKind::NotFound, "{program}: {e}"),
        }
    }
    println!("ImageMagick is not installed: skipped");
    None
}

#[test]
fn imagemagick_reads_and_writes_streams() {
    let f = Folder::new("imagemagick");
    f.kvant(&["encode", PHOTO, "-o", "a.kvt", "-e", "1", "-q", "50"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "a.png"]).ok();
    if magick(&f, &["a.kvt", "read.png"]).is_none() {
        return;
    }
    let pixels = |name: &str| image::open(f.path(name)).unwrap();
    assert!(pixels("read.png").to_rgb8() == pixels("a.png").to_rgb8());
    magick(&f, &["a.png", "-quality", "30", "it's 30.kvt"]);
    magick(&f, &["a.png", "-quality", "90", "90.kvt"]);
    let bytes = |name: &str| f.read(name).len();
    assert!(2 * bytes("it's 30.kvt") < bytes("90.kvt"));
    f.kvant(&["compare", "a.png", "90.kvt", "--fail-under", "psnr-y=38"]).ok();
    // Alpha and 16 bits.
    let deep = image::ImageBuffer::from_fn(64, 48, |x, y| image::Rgba([x as u16 * 901, 33_333, 7, 40_001 + y as u16]));
    image::DynamicImage::ImageRgba16(deep).save(f.path("deep.png")).unwrap();
    magick(&f, &["deep.png", "-quality", "100", "deep.kvt"]);
    magick(&f, &["deep.kvt", "deep-read.png"]);
    let (from, to) = (pixels("deep.png").to_rgba16(), pixels("deep-read.png"));
    assert_eq!(to.color(), image::ColorType::Rgba16);
    for (a, b) in from.pixels().zip(to.to_rgba16().pixels()) {
        assert!(a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 700), "{a:?} {b:?}");
    }
}
