//! Standard input and output, readers that go away, interrupts.

use std::process::Stdio;

use crate::world::{Ended, Folder, colour_ppm};

#[test]
fn a_pipe_gives_what_files_give() {
    let f = Folder::new("pipe");
    let ppm = colour_ppm(60, 40);
    f.write("a.ppm", &ppm);
    f.kvant(&["encode", "a.ppm"]).ok();
    let stream = f.kvant_with(&["encode", "-", "-o", "-"], &ppm).ok();
    assert_eq!(stream.stdout, f.read("a.kvt"));
    assert!(stream.stderr.contains("standard input  60x40"), "{}", stream.stderr);
    // No name to derive one from: standard output.
    assert_eq!(f.kvant_with(&["encode", "-"], &ppm).ok().stdout, stream.stdout);
    f.kvant(&["decode", "a.kvt", "-o", "b.ppm"]).ok();
    let pixels = f.kvant_with(&["decode", "-", "-o", "ppm:-"], &stream.stdout).ok();
    assert_eq!(pixels.stdout, f.read("b.ppm"));
    f.kvant_with(&["decode", "-", "-o", "c.ppm"], &stream.stdout).ok();
    assert_eq!(f.read("c.ppm"), f.read("b.ppm"));
    assert!(f.kvant_with(&["info", "-"], &stream.stdout).ok().text().contains("60x40"));
    assert!(f.kvant_with(&["compare", "b.ppm", "-"], &stream.stdout).ok().text().contains("identical"));
    assert!(!f.path("-").exists());
}

#[test]
fn a_large_file_is_read_row_by_row_and_gives_what_a_pipe_gives() {
    let f = Folder::new("large");
    let pixels = (0..8200u32).flat_map(|y| (0..8200).map(move |x| ((x + y / 9) / 70) as u8));
    let pgm: Vec<u8> = b"P5\n8200 8200\n255\n".iter().copied().chain(pixels).collect();
    f.write("a.pgm", &pgm);
    f.kvant(&["encode", "a.pgm", "-e", "1", "-j", "2", "--preset", "photo"]).ok();
    let piped = f.kvant_with(&["encode", "-", "-e", "1", "-j", "2", "--preset", "photo", "-o", "-"], &pgm).ok();
    assert!(piped.stdout == f.read("a.kvt"));
    // What is wrong with a file is told as it is of others.
    f.write("b.pgm", &pgm[..pgm.len() - 1]);
    f.kvant(&["encode", "b.pgm", "-e", "1"]).fails(3, &["b.pgm", "cut off"]);
    f.kvant(&["encode", "a.pgm", "-f", "--max-pixels", "60000000"]).fails(4, &["a.pgm", "--max-pixels"]);
}

#[test]
#[cfg(unix)]
fn a_named_pipe_is_read_once() {
    let f = Folder::new("fifo");
    let ppm = colour_ppm(60, 40);
    f.write("a.ppm", &ppm);
    f.kvant(&["encode", "a.ppm"]).ok();
    let made = std::process::Command::new("mkfifo").arg(f.path("p.ppm")).status().unwrap();
    assert!(made.success());
    let path = f.path("p.ppm");
    let writer = std::thread::spawn(move || std::fs::write(path, ppm));
    f.kvant(&["encode", "p.ppm", "-o", "b.kvt"]).ok();
    writer.join().unwrap().unwrap();
    assert!(f.read("b.kvt") == f.read("a.kvt"));
}

#[test]
fn quiet_says_nothing() {
    let f = Folder::new("quiet");
    f.write("a.ppm", &colour_ppm(20, 10));
    for args in [&["encode", "a.ppm", "--quiet", "--verify"][..], &["decode", "a.kvt", "--quiet"]] {
        let said = f.kvant(args).ok();
        assert!(said.stdout.is_empty() && said.stderr.is_empty(), "{said:?}");
    }
    f.kvant(&["encode", "a.ppm", "--quiet"]).fails(1, &["exists"]);
}

#[test]
fn damaged_input_from_a_pipe_is_named() {
    let f = Folder::new("bad-pipe");
    f.kvant_with(&["encode", "-", "-o", "-"], b"nonsense").fails(3, &["standard input", "not a picture"]);
    f.kvant_with(&["decode", "-", "-o", "-"], b"").fails(3, &["standard input", "empty"]);
    f.kvant_with(&["encode", "-", "-", "-o", "x/"], b"").fails(2, &["once"]);
    let ended = f.kvant_with(&["encode", "-", "-o", "-", "--json"], &colour_ppm(8, 8));
    ended.fails(2, &["--json", "-o FILE"]);
    assert!(f.files().is_empty());
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let f = Folder::new("broken-pipe");
    f.write("a.ppm", &colour_ppm(300, 200));
    f.kvant(&["encode", "a.ppm", "-e", "1"]).ok();
    for args in [&["decode", "a.kvt", "-o", "ppm:-"][..], &["info", "a.kvt"], &["man"], &["completions", "bash"]] {
        let mut child = f.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended: Ended = child.wait_with_output().unwrap().into();
        assert!(!ended.stderr.contains("panicked"), "{args:?}: {ended:?}");
        assert!(ended.code == 0 || ended.code == 1, "{args:?}: {ended:?}");
    }
}

/// Whenever the interrupt comes, there is a whole file or none, and no temporary one.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_half_written_file() {
    use std::process::Command;
    use std::time::Duration;
    let f = Folder::new("interrupt");
    // Long enough at the highest effort to be interrupted within the encode.
    f.write("a.ppm", &colour_ppm(900, 700));
    let mut child = f.command(&["encode", "a.ppm", "-e", "9", "-q", "95"]).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(250));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(f.files(), ["a.ppm"]);
}
