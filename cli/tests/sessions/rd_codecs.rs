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
    f.kvant(&list).fails(3, &["my.toml: line 3: copy: unknown placeholder {quality}", "{in}, {out}, {q}, {here}"]);
    f.write("my.toml", COPY.replace("about", "abuot").as_bytes());
    f.kvant(&list).fails(3, &["my.toml: line 2", "abuot", "about"]);
    f.write("my.toml", b"[copy\n");
    f.kvant(&list).fails(3, &["my.toml: line 1"]);
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
