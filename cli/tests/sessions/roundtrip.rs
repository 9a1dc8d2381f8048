//! Encoding and decoding files.

use crate::world::{Folder, colour_ppm, gray_pgm};

#[test]
fn a_picture_is_encoded_and_decoded_and_both_give_the_same_pixels() {
    let f = Folder::new("roundtrip");
    f.write("photo.ppm", &colour_ppm(90, 70));
    let said = f.kvant(&["encode", "photo.ppm", "-q", "70"]).ok();
    for words in ["photo.ppm  90x70 rgb8", "-> photo.kvt", "bpp", "q70 e5 444", "MP/s"] {
        assert!(said.text().contains(words), "{words:?} is not in {}", said.text());
    }
    assert!(f.kvant(&["info", "photo.kvt"]).ok().text().contains("photo.kvt  90x70 rgb8"));
    f.kvant(&["decode", "photo.kvt"]).ok();
    assert!(f.read("photo.png").starts_with(b"\x89PNG"));
    assert!(f.kvant(&["compare", "photo.kvt", "photo.png"]).ok().text().contains("identical"));
    assert_eq!(f.files(), ["photo.kvt", "photo.png", "photo.ppm"]);
}

#[test]
fn the_short_names_of_the_commands_work() {
    let f = Folder::new("aliases");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["enc", "a.ppm", "-o", "1.kvt"]).ok();
    f.kvant(&["c", "a.ppm", "-o", "2.kvt"]).ok();
    assert_eq!(f.read("1.kvt"), f.read("2.kvt"));
    f.kvant(&["dec", "1.kvt", "-o", "1.ppm"]).ok();
    f.kvant(&["x", "1.kvt", "-o", "2.ppm"]).ok();
    assert_eq!(f.read("1.ppm"), f.read("2.ppm"));
    f.kvant(&["metrics", "1.ppm", "2.ppm"]).ok();
}

#[test]
fn two_names_are_enough() {
    let f = Folder::new("two-names");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["encode", "a.ppm", "-q", "50"]).ok();
    f.kvant(&["a.ppm", "b.kvt", "-q", "50"]).ok();
    f.kvant(&["-q", "50", "a.ppm", "c.kvt"]).ok();
    assert!(f.read("a.kvt") == f.read("b.kvt") && f.read("a.kvt") == f.read("c.kvt"));
    assert_eq!(f.kvant_with(&["-", "d.kvt", "-q", "50"], &f.read("a.ppm")).ok().code, 0);
    f.kvant(&["d.kvt", "d.ppm"]).ok();
    assert_eq!(f.kvant(&["a.kvt", "ppm:-"]).ok().stdout, f.read("d.ppm"));
    f.kvant(&["a.ppm", "b.kvt"]).fails(1, &["b.kvt", "exists; -f"]);
    f.kvant(&["a.ppm", "b.png"]).fails(2, &["a.ppm, b.png", "kvant encode or kvant decode"]);
    f.kvant(&["a.ppm"]).fails(2, &["a.ppm", "encode"]);
    assert_eq!(f.kvant(&["missing.ppm", "b.png"]).code, 2);
    assert_eq!(f.files(), ["a.kvt", "a.ppm", "b.kvt", "c.kvt", "d.kvt", "d.ppm"]);
}

#[test]
fn one_command_encodes_decodes_back_and_measures() {
    let f = Folder::new("verify");
    f.write("photo.ppm", &colour_ppm(64, 48));
    let said = f.kvant(&["encode", "photo.ppm", "-o", "out.kvt", "--verify", "--decoded", "back.png"]).ok();
    let bytes = format!("{} bytes", f.read("out.kvt").len());
    for words in [bytes.as_str(), "bpp", "PSNR-Y", "SSIMULACRA2", "Butteraugli 3-norm", "back.png"] {
        assert!(said.text().contains(words), "{words:?} is not in {}", said.text());
    }
    assert!(f.kvant(&["compare", "out.kvt", "back.png"]).ok().text().contains("identical"));
}

#[test]
fn existing_files_are_kept_without_force() {
    let f = Folder::new("overwrite");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.write("a.kvt", b"precious");
    f.kvant(&["encode", "a.ppm"]).fails(1, &["a.kvt", "exists", "-f"]);
    assert_eq!(f.read("a.kvt"), b"precious");
    f.kvant(&["encode", "a.ppm", "-f"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "a.ppm"]).fails(1, &["a.ppm", "exists", "-f"]);
    assert_eq!(f.read("a.ppm"), colour_ppm(20, 10));
    // The decoded picture is an output like any other, and is looked at before the work.
    f.write("c.ppm", b"precious");
    f.kvant(&["encode", "a.ppm", "-o", "b.kvt", "--decoded", "c.ppm"]).fails(1, &["c.ppm", "exists"]);
    assert_eq!((f.read("c.ppm"), f.files().len()), (b"precious".to_vec(), 3));
}

#[test]
fn several_inputs_go_beside_themselves_or_into_a_folder() {
    let f = Folder::new("several");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.write("b.pgm", &gray_pgm(17, 9));
    f.kvant(&["encode", "a.ppm", "b.pgm", "-j", "2"]).ok();
    std::fs::create_dir(f.path("out")).unwrap();
    f.kvant(&["encode", "a.ppm", "b.pgm", "-o", "out"]).ok();
    assert_eq!(f.read("out/a.kvt"), f.read("a.kvt"));
    assert_eq!(f.read("out/b.kvt"), f.read("b.kvt"));
    f.kvant(&["decode", "a.kvt", "b.kvt", "-o", "out/", "--to", "qoi"]).ok();
    assert!(f.read("out/b.qoi").starts_with(b"qoif"));
    f.kvant(&["encode", "a.ppm", "out/a.qoi", "-f"]).ok();
    let inputs = ["encode", "a.ppm", "b.pgm", "-o", "one.kvt"];
    f.kvant(&inputs).fails(2, &["a.ppm and b.pgm", "one.kvt"]);
    f.kvant(&["encode", "a.ppm", "out/a.qoi", "-o", "out/", "-f"]).fails(2, &["a.ppm and out/a.qoi", "a.kvt"]);
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_cpu() {
    let f = Folder::new("determinism");
    // Four tiles of 512.
    f.write("a.ppm", &colour_ppm(530, 520));
    let common = ["encode", "a.ppm", "--tile-size", "512", "-e", "1", "-q", "30", "-o"];
    for (jobs, out) in [("1", "1.kvt"), ("2", "2.kvt"), ("3", "3.kvt"), ("0", "0.kvt")] {
        f.kvant(&[&common[..], &[out, "-j", jobs]].concat()).ok();
        assert_eq!(f.read("1.kvt"), f.read(out), "-j {jobs}");
    }
    let mut scalar = f.command(&[&common[..], &["s.kvt"]].concat());
    assert!(scalar.env("KVANT_CPU", "scalar").output().unwrap().status.success());
    assert_eq!(f.read("1.kvt"), f.read("s.kvt"));
    let mut unknown = f.command(&[&common[..], &["u.kvt"]].concat());
    let ended: crate::world::Ended = unknown.env("KVANT_CPU", "mmx").output().unwrap().into();
    ended.fails(2, &["KVANT_CPU", "mmx", "scalar"]);
}

#[test]
fn settings_reach_the_encoder() {
    let f = Folder::new("settings");
    f.write("a.ppm", &colour_ppm(90, 70));
    let size = |args: &[&str]| {
        f.kvant(&[&["encode", "a.ppm", "-f", "-o", "x.kvt", "--preset", "photo"], args].concat()).ok();
        f.read("x.kvt").len()
    };
    let default = size(&[]);
    assert_eq!(default, size(&["-q", "80", "-e", "5", "--chroma", "444", "--tune", "perceptual"]));
    assert!(size(&["-q", "30"]) < default);
    assert!(size(&["--chroma", "420"]) != default);
    assert!(f.kvant(&["info", "x.kvt"]).ok().text().contains("420"));
    assert!(size(&["--tune", "psnr"]) != default);
}

#[cfg(unix)]
#[test]
fn links_and_devices_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let f = Folder::new("links");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.write("real.kvt", b"old");
    symlink("real.kvt", f.path("link.kvt")).unwrap();
    f.kvant(&["encode", "a.ppm", "-o", "link.kvt", "-f"]).ok();
    assert!(f.path("link.kvt").is_symlink());
    assert!(f.read("real.kvt").len() > 3);
    f.kvant(&["encode", "a.ppm", "-o", "/dev/null"]).ok();
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}
