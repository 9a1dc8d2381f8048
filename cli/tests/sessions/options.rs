//! How options may be written, and what is said where they are not understood.

use crate::world::{Folder, colour_ppm};

#[test]
fn of_an_option_that_is_given_twice_the_last_one_counts() {
    let f = Folder::new("options-twice");
    f.write("a.ppm", &colour_ppm(40, 30));
    f.kvant(&["encode", "a.ppm", "-o", "80.kvt", "-q", "80", "-e", "1"]).ok();
    let args = ["encode", "-q", "50", "-f", "-e", "9", "a.ppm", "-q", "80", "-o", "x.kvt", "-e1", "-o", "y.kvt", "-f"];
    f.kvant(&args).ok();
    assert!(f.read("y.kvt") == f.read("80.kvt") && !f.path("x.kvt").exists());
    f.kvant(&[
        "a.ppm", "y.kvt", "--force", "-f", "-q", "10", "-q", "80", "-e", "1", "--chroma", "420", "--chroma", "444",
    ])
    .ok();
    assert!(f.read("y.kvt") == f.read("80.kvt"));
    f.kvant(&["decode", "y.kvt", "--to", "ppm", "--to", "png", "--crop", "1x1", "--crop", "2x2", "--json", "--json"])
        .ok();
    assert_eq!(image::open(f.path("y.png")).unwrap().width(), 2);
    // Lists grow, and what excludes each other still does.
    let json = f.kvant(&["compare", "a.ppm", "y.kvt", "-m", "psnr-y", "-m", "ssimulacra2", "--json"]).ok().json();
    let metrics = json["results"][0]["metrics"].as_object().unwrap();
    assert_eq!(metrics.keys().collect::<Vec<_>>(), ["psnr_y", "ssimulacra2"]);
    assert_eq!(f.kvant(&["encode", "a.ppm", "-f", "--json", "--jsonl"]).code, 2);
}

#[test]
fn names_may_begin_with_a_dash() {
    let f = Folder::new("options-dash");
    f.write("-snow.ppm", &colour_ppm(20, 12));
    f.kvant(&["--", "-snow.ppm", "y.kvt"]).ok();
    f.kvant(&["-e", "1", "--", "-snow.ppm", "-y.kvt"]).ok();
    f.kvant(&["--", "-y.kvt", "-y.png"]).ok();
    f.kvant(&["y.kvt", "-f", "--", "-y.png"]).ok();
    f.kvant(&["encode", "./-snow.ppm", "-o", "z.kvt"]).ok();
    f.kvant(&["encode", "-o", "w.kvt", "--", "-snow.ppm"]).ok();
    assert!(f.read("z.kvt") == f.read("y.kvt") && f.read("w.kvt") == f.read("y.kvt"));
    // Without, it looks like options: -s is answered here, -x and -q by the parser.
    f.kvant(&["encode", "-snow.ppm"]).fails(2, &["./-snow.ppm", "--"]);
    for name in ["-xnow.ppm", "-qnow.ppm", "-enow.ppm", "--now.ppm"] {
        let said = f.kvant(&["encode", name]);
        assert!(said.code == 2 && said.stderr.contains(&format!("is given as ./{name}, or behind --")), "{said:?}");
    }
    let said = f.kvant(&["encode", "a.ppm", "--output=x.kvt", "--no-such-flag"]);
    assert!(said.code == 2 && !said.stderr.contains("behind --"), "{said:?}");
}

#[test]
fn shells_complete_the_names_of_formats_and_scales() {
    let f = Folder::new("options-completion");
    let script = f.kvant(&["completions", "bash"]).ok();
    let values = |option: &str| {
        let (_, rest) = script.text().split_once(&format!("                {option})\n")).unwrap();
        rest.lines().next().unwrap().trim().to_owned()
    };
    for (option, words) in [("--to", "png ppm pgm pnm pam tiff bmp webp qoi jpg"), ("--scale", "1/2 1/4 1/8")] {
        assert!(values(option).contains(words), "{option}: {}", values(option));
    }
    // Other ways to write them are understood as before.
    f.write("a.ppm", &colour_ppm(20, 12));
    f.kvant(&["encode", "a.ppm"]).ok();
    for (format, file) in [("TIF", "a.tiff"), ("jpeg", "a.jpg"), ("PNG", "a.png")] {
        f.kvant(&["decode", "a.kvt", "--to", format]).ok();
        assert!(f.path(file).exists(), "{file}");
    }
}
