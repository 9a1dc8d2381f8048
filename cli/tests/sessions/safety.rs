//! What must not be lost: inputs, and what existing files are allowed to whom.

use std::fs;

use crate::world::{Ended, Folder, colour_ppm};

/// A folder with pictures and streams of many names, links among them.
fn pictures(test: &str) -> Folder {
    let f = Folder::new(test);
    f.write("a.ppm", &colour_ppm(20, 12));
    f.write("b.ppm", &colour_ppm(12, 20));
    f.kvant(&["encode", "a.ppm", "-o", "s.kvt", "--quiet"]).ok();
    // A picture under the name that another one's result would have.
    f.write("b.kvt", &colour_ppm(9, 9));
    fs::create_dir(f.path("out")).unwrap();
    for (original, hard) in [("a.ppm", "hard.kvt"), ("a.ppm", "hard.png"), ("a.ppm", "out/a.kvt"), ("s.kvt", "s.png")] {
        fs::hard_link(f.path(original), f.path(hard)).unwrap();
    }
    #[cfg(unix)]
    for (original, link) in [("a.ppm", "link.kvt"), ("a.ppm", "link.png"), ("link.png", "far.ppm"), ("s.kvt", "t.png")]
    {
        std::os::unix::fs::symlink(original, f.path(link)).unwrap();
    }
    f
}

/// All that is in the folder.
fn contents(f: &Folder) -> Vec<(String, Vec<u8>)> {
    let mut files = f.files();
    files.push("out/a.kvt".to_owned());
    files.retain(|name| f.path(name).is_file());
    files.into_iter().map(|name| (name.clone(), f.read(&name))).collect()
}

#[track_caller]
fn refused(f: &Folder, args: &[&str], words: &[&str]) {
    let before = contents(f);
    for force in [true, false] {
        let force: &[&str] = if force && args[0] != "rd" { &[args[0], "-f"] } else { &args[..1] };
        f.kvant(&[force, &args[1..]].concat()).fails(2, &[words, &["inputs are never overwritten"]].concat());
        assert!(contents(f) == before, "{args:?} {force:?}");
    }
}

#[test]
fn an_input_is_no_output_by_any_name_or_option() {
    let f = pictures("safety-names");
    let absolute = f.path("a.ppm").to_str().unwrap().to_owned();
    for output in ["a.ppm", "./a.ppm", "out/../a.ppm", &absolute, "hard.kvt"] {
        refused(&f, &["encode", "a.ppm", "-o", output], &["input"]);
        refused(&f, &["encode", &absolute, "-o", output, "--json"], &["input"]);
    }
    let said = f.kvant(&["a.ppm", "hard.kvt", "-f"]);
    said.fails(2, &["hard.kvt: this is the input a.ppm, and inputs are never overwritten"]);
    refused(&f, &["encode", "-o", "a.ppm", "--", "a.ppm"], &["a.ppm"]);
    refused(&f, &["encode", "a.ppm", "-o", "out"], &["out/a.kvt"]);
    refused(&f, &["encode", "a.ppm", "-o", "out/", "-n"], &["out/a.kvt"]);
    // The name that is derived.
    refused(&f, &["encode", "b.kvt"], &["b.kvt: this is an input"]);
    for picture in ["a.ppm", "./a.ppm", "hard.png"] {
        refused(&f, &["encode", "a.ppm", "-o", "x.kvt", "--decoded", picture], &[picture]);
    }
    refused(&f, &["decode", "s.kvt", "-o", "./s.kvt", "--to", "png"], &["s.kvt"]);
    refused(&f, &["decode", "s.kvt"], &["s.png: this is the input s.kvt"]);
    refused(&f, &["decode", "s.kvt", "-o", "png:s.png"], &["s.png"]);
    refused(&f, &["info", "s.kvt", "--blocks", "s.png"], &["s.png"]);
    assert!(!f.path("x.kvt").exists());
}

#[cfg(unix)]
#[test]
fn an_input_is_no_output_through_a_link() {
    let f = pictures("safety-links");
    for (input, output) in
        [("a.ppm", "link.kvt"), ("link.png", "a.ppm"), ("far.ppm", "link.kvt"), ("far.ppm", "far.ppm")]
    {
        refused(&f, &["encode", input, "-o", output], &[output]);
    }
    refused(&f, &["encode", "a.ppm", "-o", "x.kvt", "--decoded", "far.ppm"], &["far.ppm: this is the input a.ppm"]);
    refused(&f, &["decode", "s.kvt", "-o", "t.png"], &["t.png"]);
    refused(&f, &["info", "t.png", "--blocks", "s.png"], &["s.png: this is the input t.png"]);
    // A link that leads elsewhere is followed as ever.
    std::os::unix::fs::symlink("b.kvt", f.path("free.kvt")).unwrap();
    f.kvant(&["encode", "a.ppm", "-o", "free.kvt", "-f"]).ok();
    assert!(f.read("b.kvt") == f.read("s.kvt") && f.path("free.kvt").is_symlink());
}

#[test]
fn an_input_of_another_file_of_a_batch_is_no_output_either() {
    let f = pictures("safety-batch");
    refused(&f, &["encode", "a.ppm", "b.ppm", "b.kvt"], &["b.kvt"]);
    refused(&f, &["encode", "b.ppm", "a.ppm", "out/a.kvt", "-o", "out", "--jsonl"], &["out/a.kvt"]);
    // Whatever a shell makes of a star: results that are there are left alone, and so are they as
    // inputs.
    f.write("out/c.ppm", &colour_ppm(7, 7));
    let said = f.kvant(&["encode", "out/a.kvt", "out/c.ppm", "--skip-existing", "--json"]).ok().json();
    assert_eq!(said["totals"], serde_json::json!({"ok": 1, "planned": 0, "skipped": 1, "failed": 0}));
    // Two names of one place are one place.
    let words = ["a.ppm and b.ppm would both be written to out/b.kvt"];
    fs::rename(f.path("out/a.kvt"), f.path("out/b.kvt")).unwrap();
    fs::hard_link(f.path("out/b.kvt"), f.path("out/a.kvt")).unwrap();
    fs::remove_file(f.path("a.ppm")).unwrap();
    f.write("a.ppm", &colour_ppm(20, 12));
    f.kvant(&["encode", "a.ppm", "b.ppm", "-o", "out", "-f"]).fails(2, &words);
    f.kvant(&["encode", "a.ppm", "-o", "hard.png.d", "--decoded", "hard.png", "-f", "-q", "5"]).ok();
    fs::hard_link(f.path("hard.png"), f.path("hard.kvt.2")).unwrap();
    let args = ["encode", "a.ppm", "-o", "hard.kvt.2", "--decoded", "hard.png", "-f"];
    f.kvant(&args).fails(2, &["the stream and the decoded picture would both be written to hard.png"]);
}

#[test]
fn results_of_the_laboratory_are_not_written_over_what_it_reads() {
    let f = pictures("safety-rd");
    fs::create_dir(f.path("run")).unwrap();
    f.write("run/results.csv", b"codec,image\n");
    let before = f.read("run/results.csv");
    refused(&f, &["rd", "report", "run/results.csv", "-o", "./run/results.csv"], &["results.csv"]);
    refused(&f, &["rd", "merge", "run", "-o", "run", "-f"], &["results.csv"]);
    assert_eq!(f.read("run/results.csv"), before);
    // A run puts the shipped peers into its folder.
    fs::create_dir_all(f.path("lab/peers")).unwrap();
    f.write("lab/peers/peers.toml", b"# mine\n");
    refused(&f, &["rd", "run", "-i", "a.ppm", "-o", "lab", "--peers", "lab/peers/peers.toml"], &["peers.toml"]);
    assert_eq!(f.read("lab/peers/peers.toml"), b"# mine\n");
}

#[cfg(unix)]
#[test]
fn streams_of_the_shell_are_inputs_and_outputs_too() {
    use std::process::Stdio;
    let f = pictures("safety-streams");
    let before = contents(&f);
    let append = || fs::File::options().append(true).open(f.path("a.ppm")).unwrap();
    let read = || fs::File::open(f.path("a.ppm")).unwrap();
    let mut to_itself = f.command(&["encode", "a.ppm", "-o", "-"]);
    let ended: Ended = to_itself.stdout(append()).stderr(Stdio::piped()).output().unwrap().into();
    ended.fails(2, &["standard output: this is the input a.ppm"]);
    let mut from_itself = f.command(&["encode", "-", "-o", "a.ppm", "-f"]);
    let ended: Ended = from_itself.stdin(read()).output().unwrap().into();
    ended.fails(2, &["a.ppm", "never overwritten"]);
    assert!(contents(&f) == before);
    // Neither a device nor a pipe is a file that could be lost.
    let mut piped = f.command(&["encode", "-", "-o", "/dev/stdout", "--quiet"]);
    let ended: Ended = piped.stdin(read()).output().unwrap().into();
    assert!(ended.ok().stdout == f.read("s.kvt"));
    f.kvant(&["encode", "a.ppm", "-o", "/dev/null"]).ok();
    let json = f.kvant_with(&["encode", "/dev/stdin", "-o", "/dev/null", "--json"], &f.read("a.ppm")).ok().json();
    assert_eq!(json["results"][0]["bytes_out"], f.read("s.kvt").len());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn mode(f: &Folder, name: &str) -> u32 {
        fs::metadata(f.path(name)).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(f: &Folder, name: &str, mode: u32) {
        fs::set_permissions(f.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_file_that_is_overwritten_keeps_its_mode() {
        let f = pictures("safety-modes");
        for bits in [0o600, 0o640, 0o666, 0o400] {
            for name in ["x.kvt", "x.png", "y.png", "z.png"] {
                f.write(name, b"old");
                set_mode(&f, name, bits);
            }
            f.kvant(&["encode", "b.ppm", "-o", "x.kvt", "--decoded", "x.png", "-f"]).ok();
            f.kvant(&["decode", "x.kvt", "-o", "y.png", "-f"]).ok();
            f.kvant(&["info", "x.kvt", "--blocks", "z.png", "-f"]).ok();
            for name in ["x.kvt", "x.png", "y.png", "z.png"] {
                assert_eq!(mode(&f, name), bits, "{name}");
                assert_ne!(f.read(name), b"old", "{name}");
                fs::remove_file(f.path(name)).unwrap();
            }
        }
        // Through a link that of the file; a new one has that of any new file.
        f.write("x.kvt", b"old");
        set_mode(&f, "x.kvt", 0o604);
        std::os::unix::fs::symlink("x.kvt", f.path("to-x.kvt")).unwrap();
        f.kvant(&["encode", "b.ppm", "-o", "to-x.kvt", "-f"]).ok();
        f.kvant(&["encode", "b.ppm", "-o", "new.kvt"]).ok();
        f.write("any", b"");
        assert_eq!((mode(&f, "x.kvt"), mode(&f, "new.kvt")), (0o604, mode(&f, "any")));
    }

    /// As far as the system lets anybody give files away.
    #[test]
    fn a_file_that_is_overwritten_keeps_its_owner() {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let f = pictures("safety-owner");
        f.write("x.kvt", b"old");
        set_mode(&f, "x.kvt", 0o640);
        if chown(f.path("x.kvt"), Some(12345), Some(23456)).is_err() {
            return;
        }
        f.kvant(&["encode", "b.ppm", "-o", "x.kvt", "-f"]).ok();
        let found = fs::metadata(f.path("x.kvt")).unwrap();
        assert_eq!((found.uid(), found.gid(), mode(&f, "x.kvt")), (12345, 23456, 0o640));
    }

    #[test]
    fn times_and_mode_come_along_when_asked() {
        let f = pictures("safety-preserve");
        let (taken, seen) = (Duration::new(1_200_000_000, 123_456_000), Duration::new(1_300_000_000, 0));
        let times = |name: &str| {
            let metadata = fs::metadata(f.path(name)).unwrap();
            [metadata.modified(), metadata.accessed()]
                .map(|t| t.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap())
        };
        let set = fs::FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + taken);
        let set = set.set_accessed(SystemTime::UNIX_EPOCH + seen);
        set_mode(&f, "b.ppm", 0o640);
        fs::File::options().write(true).open(f.path("b.ppm")).unwrap().set_times(set).unwrap();
        f.kvant(&["encode", "b.ppm", "-o", "p.kvt", "--decoded", "p.png", "--preserve"]).ok();
        fs::File::options().write(true).open(f.path("p.kvt")).unwrap().set_times(set).unwrap();
        f.kvant(&["decode", "p.kvt", "-p", "-o", "q.png"]).ok();
        // Over a file too, whose mode is another one.
        f.write("r.png", b"old");
        fs::File::options().write(true).open(f.path("p.kvt")).unwrap().set_times(set).unwrap();
        f.kvant(&["decode", "p.kvt", "-pf", "-o", "r.png"]).ok();
        for name in ["p.kvt", "p.png", "q.png", "r.png"] {
            assert_eq!((times(name)[0], mode(&f, name)), (taken, 0o640), "{name}");
        }
        assert_eq!((times("p.png")[1], times("r.png")[1]), (seen, seen));
        f.kvant(&["encode", "b.ppm", "-o", "new.kvt"]).ok();
        assert!(times("new.kvt")[0] > taken);
        for args in [&["encode", "-", "-o", "n.kvt"][..], &["encode", "a.ppm", "-o", "-"]] {
            f.kvant_with(&[args, &["-p"]].concat(), &f.read("a.ppm")).fails(2, &["--preserve", "files"]);
        }
    }
}

#[test]
fn a_stream_gets_no_name_of_another_format() {
    let f = Folder::new("safety-extensions");
    f.write("a.ppm", &colour_ppm(20, 12));
    for name in ["b.png", "b.JPG", "b.jpeg", "b.webp", "b.tif", "b.gif", "b.avif", "b.jxl", "b.heic", "b.ppm"] {
        let words = [name, "the name says", ".kvt"];
        f.kvant(&["encode", "a.ppm", "-o", name, "-f"]).fails(2, &words);
        f.kvant_with(&["encode", "-", "-o", name], &f.read("a.ppm")).fails(2, &words);
    }
    assert_eq!(f.files(), ["a.ppm"]);
    for name in ["b.bin", "b", "b.KVT", "b.png.kvt", "b.2"] {
        f.kvant(&["encode", "a.ppm", "-o", name]).ok();
    }
    // A picture whose format is named has any name that is asked for, and a warning.
    let warned = |args: &[&str]| {
        let said = f.kvant(&[&["decode", "b.KVT", "-f"], args].concat()).ok().stderr;
        assert!(said.is_empty() || (said.lines().count() == 1 && said.contains("its name does not say")), "{said:?}");
        !said.is_empty()
    };
    assert!(
        warned(&["--to", "png", "-o", "c.jpg"])
            && warned(&["-o", "ppm:c.png"])
            && warned(&["--to", "png", "-o", "c.kvt"])
    );
    assert!(warned(&["--to", "png", "-o", "c.gif"]));
    assert!(!warned(&["--to", "ppm", "-o", "c.pnm"]) && !warned(&["--to", "jpg", "-o", "c.JPEG"]));
    assert!(!warned(&["--to", "png", "-o", "c.bin"]) && !warned(&["--to", "tiff", "-o", "c.tif"]));
}

#[test]
fn damage_behind_rows_that_were_written_leaves_nothing_of_them() {
    let f = Folder::new("safety-rows");
    f.write("a.ppm", &colour_ppm(40, 1100));
    f.kvant(&["encode", "a.ppm", "-o", "a.kvt", "-e", "1", "--tile-size", "512", "--quiet"]).ok();
    let mut stream = f.read("a.kvt");
    let last = stream.len() - 9;
    stream[last] ^= 1;
    f.write("a.kvt", &stream);
    f.write("old.ppm", b"kept");
    let before = f.files();
    for output in ["a.png", "b.ppm", "old.ppm", "-"] {
        let ended = f.kvant(&["decode", "a.kvt", "-o", output, "-f"]).fails(3, &["a.kvt", "checksum"]);
        assert!(ended.stdout.is_empty() && f.files() == before, "{output}: {:?}", f.files());
    }
    assert_eq!(f.read("old.ppm"), b"kept");
}
