//! Colours that are not sRGB: which of profile and code points counts, and what `decode --to-srgb`
//! makes of them.

use image::RgbImage;
use moxcms::ColorProfile;

use crate::png::Png;
use crate::world::Folder;

fn iccp(icc: &[u8]) -> ([u8; 4], Vec<u8>) {
    (*b"iCCP", [&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(icc, 6)].concat())
}

fn png() -> Png {
    Png { width: 20, height: 10, colour: 2, depth: 8, interlaced: false, transparent: false }
}

/// A folder with `name`.kvt, without loss, of a PNG file with `chunks`.
fn coded(f: &Folder, name: &str, png: &Png, chunks: &[([u8; 4], Vec<u8>)]) {
    let file = format!("{name}.png");
    f.write(&file, &png.file(chunks));
    f.kvant(&["encode", &file, "-q", "lossless", "--quiet"]).ok();
}

fn chunk(f: &Folder, name: &str, kind: &[u8; 4]) -> Option<Vec<u8>> {
    let file = img_parts::png::Png::from_bytes(f.read(name).into()).unwrap();
    file.chunk_by_type(*kind).map(|c| c.contents().to_vec())
}

/// The pixels with `--to-srgb`, of a file that then says nothing of colours.
fn srgb(f: &Folder, name: &str) -> RgbImage {
    let (from, to) = (format!("{name}.kvt"), format!("{name}-srgb.png"));
    f.kvant(&["decode", &from, "-o", &to, "--to-srgb"]).ok();
    assert_eq!([b"iCCP", b"cICP"].map(|kind| chunk(f, &to, kind)), [None, None], "{name}");
    image::open(f.path(&to)).unwrap().into_rgb8()
}

#[test]
fn profiles_and_code_points_are_converted_where_asked_for() {
    let f = Folder::new("colours-to-srgb");
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    coded(&f, "plain", &png(), &[]);
    coded(&f, "profile", &png(), &[iccp(&p3)]);
    coded(&f, "points", &png(), &[(*b"cICP", vec![12, 13, 0, 1])]);
    coded(&f, "pq", &Png { depth: 16, ..png() }, &[(*b"cICP", vec![9, 16, 0, 1])]);
    coded(&f, "gray", &Png { colour: 0, ..png() }, &[iccp(&ColorProfile::new_gray_with_gamma(1.0).encode().unwrap())]);
    let plain = srgb(&f, "plain");
    assert_eq!(plain, image::open(f.path("plain.png")).unwrap().into_rgb8());
    let (profile, points) = (srgb(&f, "profile"), srgb(&f, "points"));
    // The colorants of the profile are rounded to 16 bits.
    assert!(profile.iter().zip(points.iter()).all(|(a, b)| a.abs_diff(*b) <= 2));
    assert_ne!(profile, plain);
    // Its transfer is that of sRGB: what is gray stays.
    let gray = |p: &image::Rgb<u8>| p[0] == p[1] && p[1] == p[2];
    assert!(plain.pixels().zip(profile.pixels()).filter(|(p, _)| gray(p)).all(|(a, b)| a == b));
    srgb(&f, "pq");
    assert_eq!(image::open(f.path("pq-srgb.png")).unwrap().color(), image::ColorType::Rgb16);
    // Linear light looks brighter once encoded.
    let linear = image::open(f.path("gray.png")).unwrap().into_luma8();
    srgb(&f, "gray");
    let shown = image::open(f.path("gray-srgb.png")).unwrap();
    assert_eq!(shown.color(), image::ColorType::L8);
    assert!(shown.into_luma8().iter().zip(linear.iter()).all(|(a, b)| a >= b));
}

#[test]
fn code_points_count_before_a_profile_in_what_is_shown_and_in_pngs() {
    let f = Folder::new("colours-both");
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    coded(&f, "profile", &png(), &[iccp(&p3)]);
    coded(&f, "both", &png(), &[iccp(&p3), (*b"cICP", vec![1, 13, 0, 1])]);
    coded(&f, "unspecified", &png(), &[iccp(&p3), (*b"cICP", vec![2, 2, 0, 1])]);
    let plain = image::open(f.path("both.png")).unwrap().into_rgb8();
    assert_eq!(srgb(&f, "both"), plain);
    assert_eq!(srgb(&f, "unspecified"), srgb(&f, "profile"));
    // A reader of PNG ignores the profile beside code points of any value.
    for (name, points) in [("both", Some(vec![1, 13, 0, 1])), ("unspecified", None)] {
        f.kvant(&["decode", &format!("{name}.kvt"), "-o", "back.png", "-f"]).ok();
        assert_eq!(chunk(&f, "back.png", b"cICP"), points, "{name}");
        assert!(chunk(&f, "back.png", b"iCCP").is_some(), "{name}");
    }
}

#[test]
fn what_cannot_be_converted_is_an_input_that_is_damaged_and_decodes_as_it_is() {
    let f = Folder::new("colours-broken");
    let mut broken = ColorProfile::new_display_p3().encode().unwrap();
    // Header and table of tags are whole, the tags are not.
    let tags = 132 + 12 * usize::from(broken[131]);
    broken[tags..].fill(0xee);
    coded(&f, "broken", &png(), &[iccp(&broken)]);
    coded(&f, "points", &png(), &[(*b"cICP", vec![9, 77, 0, 1])]);
    coded(&f, "limited", &png(), &[(*b"cICP", vec![9, 16, 0, 0])]);
    for (name, word) in [("broken", "ICC profile"), ("points", "transfer 77"), ("limited", "limited range")] {
        let from = format!("{name}.kvt");
        f.kvant(&["decode", &from, "-o", "out.png", "--to-srgb"]).fails(3, &[&from, word]);
        assert!(!f.path("out.png").exists());
        f.kvant(&["decode", &from, "-o", "as-it-is.png", "-f"]).ok();
    }
}
