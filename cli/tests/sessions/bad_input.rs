//! Input that cannot be used: one clear line, the right exit code, no file left behind.

use crate::world::{Folder, colour_ppm, gray_pgm};

#[test]
fn inputs_that_are_no_picture() {
    let f = Folder::new("no-picture");
    f.write("text.png", b"this is not a picture\n");
    f.write("empty.png", b"");
    f.write("zero.ppm", b"P6\n0 0\n255\n");
    f.write("cut.ppm", &colour_ppm(20, 10)[..200]);
    std::fs::create_dir(f.path("folder")).unwrap();
    let before = f.files();
    f.kvant(&["encode", "missing.png"]).fails(3, &["missing.png"]);
    f.kvant(&["encode", "text.png"]).fails(3, &["text.png", "not a picture", "PNG"]);
    f.kvant(&["encode", "empty.png"]).fails(3, &["empty.png", "empty"]);
    f.kvant(&["encode", "zero.ppm"]).fails(3, &["zero.ppm"]);
    f.kvant(&["encode", "cut.ppm"]).fails(3, &["cut.ppm"]);
    f.kvant(&["encode", "folder"]).fails(3, &["folder"]);
    f.kvant(&["decode", "text.png", "-o", "x.png"]).fails(3, &["text.png", "not a kvant stream"]);
    f.kvant(&["info", "text.png"]).fails(3, &["text.png", "not a kvant stream"]);
    f.kvant(&["compare", "text.png", "text.png"]).fails(3, &["text.png"]);
    assert_eq!(f.files(), before);
}

#[test]
fn pictures_of_every_format_cut_short() {
    let f = Folder::new("cut");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.kvant(&["encode", "a.ppm"]).ok();
    for format in ["png", "bmp", "tiff", "qoi", "webp", "jpg"] {
        let (name, cut) = (format!("whole.{format}"), format!("cut.{format}"));
        f.kvant(&["decode", "a.kvt", "-o", &name]).ok();
        let data = f.read(&name);
        // Within the header or directory: some decoders forgive what is missing later.
        f.write(&cut, &data[..16]);
        f.kvant(&["encode", &cut, "-o", "x.kvt"]).fails(3, &[&cut]);
    }
    assert!(!f.path("x.kvt").exists());
}

#[test]
fn what_there_is_of_a_cut_picture_is_encoded_where_that_is_wanted() {
    let f = Folder::new("cut-allowed");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.kvant(&["encode", "a.ppm"]).ok();
    for format in ["jpg", "png"] {
        let (whole, name) = (format!("whole.{format}"), format!("cut.{format}"));
        f.kvant(&["decode", "a.kvt", "-o", &whole]).ok();
        let data = f.read(&whole);
        f.write(&name, &data[..data.len() * 3 / 4]);
        f.kvant(&["encode", &name, "-o", "x.kvt"]).fails(3, &[&name, "cut off", "--allow-partial"]);
        assert!(!f.path("x.kvt").exists());
        let ended = f.kvant(&["encode", &name, "-o", "x.kvt", "--allow-partial", "--quiet"]);
        ended.fails(5, &[&name, "cut off", "of 48 rows"]);
        let json = f.kvant(&["info", "x.kvt", "--json"]).ok().json();
        assert_eq!(json["results"][0]["height"], 48);
        std::fs::remove_file(f.path("x.kvt")).unwrap();
        // A whole file is none of this.
        f.kvant(&["encode", &whole, "-o", "x.kvt", "--allow-partial"]).ok();
        std::fs::remove_file(f.path("x.kvt")).unwrap();
    }
    f.write("cut.bmp", b"BM");
    f.kvant(&["encode", "cut.bmp", "--allow-partial"]).fails(3, &["cut.bmp"]);
}

#[test]
fn damaged_streams() {
    let f = Folder::new("damaged");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.kvant(&["encode", "a.ppm"]).ok();
    let good = f.read("a.kvt");
    for length in [1, 4, 5, 10, good.len() / 2, good.len() - 1] {
        f.write("cut.kvt", &good[..length]);
        f.kvant(&["decode", "cut.kvt"]).fails(3, &["cut.kvt"]);
        f.kvant(&["info", "--check", "cut.kvt"]).fails(3, &["cut.kvt"]);
    }
    for at in [0, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        f.write("bad.kvt", &bad);
        f.kvant(&["decode", "bad.kvt"]).fails(3, &["bad.kvt"]);
        f.kvant(&["compare", "a.ppm", "bad.kvt"]).fails(3, &["bad.kvt"]);
    }
    assert_eq!(f.files(), ["a.kvt", "a.ppm", "bad.kvt", "cut.kvt"]);
}

#[test]
fn a_stream_of_a_future_draft_is_named_as_such() {
    let f = Folder::new("future");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["encode", "a.ppm"]).ok();
    let mut stream = f.read("a.kvt");
    // The draft number follows the signature of four bytes.
    stream[4] = 200;
    f.write("future.kvt", &stream);
    for command in [&["decode", "future.kvt"][..], &["info", "future.kvt"], &["compare", "a.ppm", "future.kvt"]] {
        f.kvant(command).fails(3, &["future.kvt", "draft 200"]);
    }
    assert!(!f.path("future.png").exists());
}

#[test]
fn limits_have_their_own_code() {
    let f = Folder::new("limits");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.write("g.pgm", &gray_pgm(64, 48));
    f.kvant(&["encode", "a.ppm", "-o", "good.kvt"]).ok();
    let before = f.files();
    f.kvant(&["encode", "a.ppm", "--max-pixels", "3071"]).fails(4, &["a.ppm", "64x48", "3072", "3071"]);
    f.kvant(&["encode", "a.ppm", "--max-dim", "63"]).fails(4, &["a.ppm", "64", "63"]);
    f.kvant(&["encode", "g.pgm", "--max-mem", "1K"]).fails(4, &["g.pgm", "1024"]);
    f.kvant(&["decode", "good.kvt", "--max-pixels", "3071"]).fails(4, &["good.kvt", "3072", "3071"]);
    f.kvant(&["info", "good.kvt", "--max-dim", "63"]).fails(4, &["good.kvt", "63"]);
    f.kvant(&["compare", "a.ppm", "good.kvt", "--max-pixels", "3071"]).fails(4, &["a.ppm", "3071"]);
    assert_eq!(f.files(), before);
    f.kvant(&["encode", "a.ppm", "--max-pixels", "3K", "--max-dim", "64"]).ok();
}

#[test]
fn a_limit_is_said_with_the_option_that_moves_it() {
    let f = Folder::new("limit-options");
    f.write("a.ppm", &colour_ppm(64, 48));
    f.kvant(&["encode", "a.ppm"]).ok();
    for file in ["a.ppm", "a.kvt"] {
        for (option, value, limit) in
            [("--max-dim", "63", "63"), ("--max-pixels", "3071", "3071"), ("--max-mem", "8K", "8192")]
        {
            f.kvant(&["compare", file, file, option, value]).fails(4, &[file, limit, option]);
        }
    }
    f.kvant(&["decode", "a.kvt", "--max-mem", "8K"]).fails(4, &["a.kvt", "8192", "--max-mem"]);
    f.kvant(&["encode", "a.ppm", "--verify", "-f", "--max-mem", "20K"]).fails(4, &["a.ppm", "20480", "--max-mem"]);
}

#[test]
fn a_picture_too_large_for_a_format_is_refused_by_the_format_limit() {
    let f = Folder::new("format-limits");
    f.write("wide.pgm", &[b"P5\n16384 1\n255\n".as_slice(), &[90; 16384]].concat());
    f.write("high.pgm", &[b"P5\n1 65536\n255\n".as_slice(), &[90; 65536]].concat());
    f.kvant(&["encode", "wide.pgm", "-e", "1", "-o", "wide.kvt"]).ok();
    f.kvant(&["encode", "high.pgm", "-e", "1"]).fails(4, &["high.pgm", "65536", "65535", "--max-dim"]);
    f.kvant(&["encode", "high.pgm", "-e", "1", "--max-dim", "65536"]).ok();
    f.kvant(&["decode", "wide.kvt", "-o", "x.webp"])
        .fails(1, &["wide.kvt: webp", "16383 pixels a side", "16384x1", "--scale"]);
    let args = ["encode", "wide.pgm", "-e", "1", "-o", "y.kvt", "--decoded", "x.webp"];
    f.kvant(&args).fails(1, &["x.webp: webp", "16383", "16384x1"]);
    f.kvant(&["decode", "high.kvt"]).fails(4, &["high.kvt", "65536", "65535", "--max-dim"]);
    let args = ["decode", "high.kvt", "--max-dim", "70000", "-o", "x.jpg"];
    f.kvant(&args).fails(1, &["high.kvt: jpg", "65535 pixels a side", "1x65536"]);
    assert!(f.files().iter().all(|name| !name.starts_with(['x', 'y'])));
    // What is asked for counts.
    f.kvant(&["decode", "wide.kvt", "-o", "x.webp", "--scale", "1/2"]).ok();
    f.kvant(&["decode", "wide.kvt", "-f", "-o", "x.webp", "--crop", "16383x1"]).ok();
    f.kvant(&["decode", "high.kvt", "--max-dim", "70000", "-o", "x.png"]).ok();
}

#[test]
fn messages_of_libraries_are_one_plain_line() {
    let f = Folder::new("plain-messages");
    f.write("a.ppm", &colour_ppm(9, 8));
    image::open(f.path("a.ppm")).unwrap().save(f.path("a.png")).unwrap();
    let png = f.read("a.png");
    // Behind the header: a chunk that must be understood, and is not.
    let mut checked = crc32fast::Hasher::new();
    checked.update(b"ABCD");
    let chunk = [&[0; 4], b"ABCD".as_slice(), &checked.finalize().to_be_bytes()].concat();
    f.write("chunk.png", &[&png[..33], &chunk, &png[33..]].concat());
    let said = f.kvant(&["encode", "chunk.png"]).fails(3, &["chunk.png", "ABCD"]);
    assert!(!said.stderr.contains(['{', '}']), "{said:?}");
}

#[test]
fn outputs_that_cannot_be_written() {
    let f = Folder::new("no-output");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["encode", "a.ppm", "-o", "none/a.kvt"]).fails(1, &["none/a.kvt", "folder none does not exist"]);
    f.kvant(&["encode", "a.ppm", "-o", "x.kvt", "--decoded", "none/a.png"]).fails(1, &["none", "does not exist"]);
    f.kvant(&["encode", "a.ppm", "--decoded", "a.gif"]).fails(2, &["a.gif", "png"]);
    f.kvant(&["encode", "a.ppm", "-o", "a.kvt"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "a.gif"]).fails(2, &["a.gif", "png"]);
    f.kvant(&["decode", "a.kvt", "-o", "a.pgm"]).fails(1, &["a.kvt", "pgm", "gray"]);
    assert_eq!(f.files(), ["a.kvt", "a.ppm"]);
}

#[test]
fn a_stream_is_not_encoded_again() {
    let f = Folder::new("again");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["encode", "a.ppm"]).ok();
    f.kvant(&["encode", "a.kvt", "-o", "b.kvt"]).fails(3, &["a.kvt", "kvant decode"]);
}

#[test]
fn wrong_command_lines_end_with_code_2() {
    let f = Folder::new("usage");
    f.write("a.ppm", &colour_ppm(20, 10));
    for args in [
        &["encode"][..],
        &["encode", "a.ppm", "-q", "101"],
        &["encode", "a.ppm", "-q", "high"],
        &["encode", "a.ppm", "-q", "NaN"],
        &["encode", "a.ppm", "-e", "0"],
        &["encode", "a.ppm", "-e", "10"],
        &["encode", "a.ppm", "--chroma", "422"],
        &["encode", "a.ppm", "--background", "red?"],
        &["encode", "a.ppm", "--no-such-flag"],
        &["decode", "a.kvt", "--to", "gif"],
        &["compare", "a.ppm"],
        &["compare", "a.ppm", "a.ppm", "-m", "vmaf"],
        &["compare", "a.ppm", "a.ppm", "--fail-under", "ssimulacra2"],
        &["frobnicate", "a.ppm"],
    ] {
        let ended = f.kvant(args);
        assert_eq!(ended.code, 2, "{args:?}: {ended:?}");
        assert!(!ended.stderr.is_empty() && ended.stdout.is_empty(), "{args:?}: {ended:?}");
    }
    assert_eq!(f.files(), ["a.ppm"]);
}

#[test]
fn habits_from_other_encoders_are_answered() {
    let f = Folder::new("habits");
    f.write("a.ppm", &colour_ppm(20, 10));
    for args in [&["-s", "6", "a.ppm"][..], &["a.ppm", "--speed=6"], &["-s6", "a.ppm"], &["a.ppm", "-s"]] {
        f.kvant(&[&["encode"], args].concat()).fails(2, &["-e"]);
    }
    for args in [&["-d", "1.0", "a.ppm"][..], &["a.ppm", "--distance=1"], &["a.ppm", "-d"]] {
        f.kvant(&[&["encode"], args].concat()).fails(2, &["-q"]);
    }
}
