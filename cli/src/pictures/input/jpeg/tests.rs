//! JPEG files of all structures against libjpeg-turbo, and files that are not whole.

use kvant::{Limits, Resolution, ResolutionUnit};

use super::super::Inventory;
use super::super::source::SourceFile;
use super::*;
use crate::base::warning::Warning;

/// Files and pixels that `jpegs.py` made.
const PACKED: &[u8] = include_bytes!("../../../../tests/data/jpegs.bin");

struct Sample {
    name: String,
    file: Vec<u8>,
    /// By libjpeg-turbo; none where it refuses the file.
    pixels: Vec<u8>,
}

fn samples() -> Vec<Sample> {
    let unpacked = miniz_oxide::inflate::decompress_to_vec_zlib(PACKED).unwrap();
    let mut rest = unpacked.as_slice();
    let mut samples = Vec::new();
    while !rest.is_empty() {
        let lengths = [0, 4, 8].map(|at| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize);
        rest = &rest[12..];
        let [name, file, pixels] = lengths.map(|length| {
            let (field, behind) = rest.split_at(length);
            rest = behind;
            field.to_vec()
        });
        samples.push(Sample { name: String::from_utf8(name).unwrap(), file, pixels });
    }
    samples
}

fn sample(name: &str) -> Sample {
    samples().into_iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn read_with(data: &[u8], partial: bool) -> std::result::Result<(DynamicImage, Vec<Warning>), String> {
    let mut found = Inventory::default();
    let source = SourceFile { name: "x.jpg", data, limits: &Limits::default(), partial };
    let image = read(&source, &mut found).map_err(|e| e.to_string())?;
    Ok((image, found.finish(true, 1 << 20).1))
}

fn texts(warnings: &[Warning]) -> String {
    warnings.iter().filter(|w| w.code != "lossy-input").map(|w| w.text.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_structure_is_read_as_libjpeg_turbo_reads_it_or_refused() {
    let (mut read, mut refused) = (0, 0);
    for Sample { name, file, pixels } in samples() {
        match read_with(&file, false) {
            Err(text) => {
                assert!(pixels.is_empty() && text.contains("not supported"), "{name}: {text}");
                refused += 1;
            }
            Ok((image, warnings)) => {
                let found = image.into_bytes();
                assert_eq!(found.len(), pixels.len(), "{name}");
                // Inks become RGB with other roundings there.
                let most = u8::from(name.starts_with("four"));
                let off = found.iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(most), "{name}: {off:?}");
                assert_eq!(texts(&warnings).is_empty(), !name.starts_with("four"), "{name}: {warnings:?}");
                read += 1;
            }
        }
    }
    assert!(read >= 290 && refused >= 80, "{read} {refused}");
}

/// A file of one scan, one with restarts, one of a scan for each component, and progressive ones.
const WHOLE: [&str; 5] =
    ["extended", "restart", "1x1 1x1 1x1 each", "rough", "four [(2, 2), (1, 1), (1, 1), (2, 2)] jfif deep"];

fn whole_files() -> impl Iterator<Item = Sample> {
    samples().into_iter().filter(|s| WHOLE.iter().any(|name| s.name.starts_with(name)))
}

/// Where the coded data of the first scan are.
fn coded(file: &[u8]) -> std::ops::Range<usize> {
    let walk = Walk::new(file);
    let coded = walk.segments.iter().find(|s| s.marker == segments::marker::SOS).unwrap().coded;
    let start = coded.as_ptr() as usize - file.as_ptr() as usize;
    start..start + coded.len()
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    assert!(whole_files().count() >= WHOLE.len());
    for Sample { name, file, .. } in whole_files() {
        for length in 3..file.len() {
            match read_with(&file[..length], false) {
                Err(text) => assert!(text.contains("cut off"), "{name} {length}: {text}"),
                // Only the end marker is missing, and maybe bits that nothing is in.
                Ok((_, warnings)) => {
                    assert!(
                        length + 4 > file.len() && texts(&warnings).contains("without an end marker"),
                        "{name} {length}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_there_is_of_a_file_that_is_cut_off_is_taken_where_that_is_wanted() {
    for name in ["extended", "restart"] {
        let Sample { file, pixels, .. } = sample(name);
        let mut least = usize::MAX;
        for length in coded(&file).step_by(7) {
            let (image, warnings) = read_with(&file[..length], true).unwrap();
            let warning = warnings.iter().find(|w| w.code == "partial").unwrap();
            let lost: usize = warning.text.split(' ').find_map(|word| word.parse().ok()).unwrap();
            let bytes = image.width() as usize * 3;
            // Chroma of the last row that is there is smoothed with the next one's.
            let intact = (image.height() as usize - lost).saturating_sub(1) * bytes;
            assert_eq!(image.as_bytes()[..intact], pixels[..intact], "{name} {length}: {}", warning.text);
            assert!(lost <= least, "{name} {length}");
            least = lost;
        }
        assert!(least < 30);
    }
    assert!(read_with(&sample("extended").file[..100], true).unwrap_err().contains("cut off"));
}

#[test]
fn damage_that_decoding_shows_is_told() {
    for name in ["extended", "restart"] {
        let Sample { file, .. } = sample(name);
        let middle = coded(&file).start + coded(&file).len() / 2;
        // The end marker too early; a byte too many; bytes gone; restarts gone.
        let mut early = file.clone();
        early.splice(middle..middle, [0xFF, 0xD9]);
        assert!(read_with(&early, false).unwrap_err().contains("cut off or damaged"));
        let mut longer = file.clone();
        let end = file.len() - 2;
        longer.splice(end..end, [1, 2, 3]);
        assert!(texts(&read_with(&longer, false).unwrap().1).contains("3 bytes of coded pixels are left over"));
        let shorter = [&file[..middle - 20], &file[middle + 20..]].concat();
        assert!(read_with(&shorter, false).unwrap_err().contains("cut off or damaged"));
        let (image, warnings) = read_with(&shorter, true).unwrap();
        assert_eq!((image.width(), image.height()), (40, 30));
        assert!(warnings.iter().any(|w| w.code == "partial"));
    }
}

#[test]
fn a_progressive_file_without_its_last_scans_is_told() {
    let file = samples()
        .into_iter()
        .find(|s| s.name.contains("deep") && s.name.starts_with("2x2 1x1 1x1"))
        .or_else(|| samples().into_iter().find(|s| s.name.starts_with("gray (2, 2) deep 24x18")));
    let file = file.unwrap().file;
    let last = file.windows(2).rposition(|w| w == [0xFF, segments::marker::SOS]).unwrap();
    assert!(read_with(&file[..last], false).unwrap_err().contains("cut off: scans are missing"));
    let (_, warnings) = read_with(&file[..last], true).unwrap();
    assert!(warnings.iter().any(|w| w.code == "partial"));
    // Whoever wrote it may have meant it so.
    let ended = [&file[..last], &[0xFF, 0xD9]].concat();
    assert!(texts(&read_with(&ended, false).unwrap().1).contains("sharpen"));
}

/// A file with bytes put in behind the start marker.
fn with(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

fn segment(marker: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    [&[0xFF, marker][..], &(contents.len() as u16 + 2).to_be_bytes(), &contents].concat()
}

#[test]
fn a_height_behind_the_first_scan_counts_where_the_header_has_none() {
    let Sample { file, pixels, .. } = sample("gray (1, 1) one 24x18");
    let header = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    let mut late = file.clone();
    late[header + 5..header + 7].fill(0);
    let end = late.len() - 2;
    late.splice(end..end, segment(segments::marker::DNL, &[&[0, 18]]));
    assert_eq!(read_with(&late, false).unwrap().0.into_bytes(), pixels);
}

#[test]
fn processes_that_are_not_read_are_refused_by_name() {
    let Sample { file, .. } = sample("extended");
    let header = file.windows(2).position(|w| w == [0xFF, 0xC1]).unwrap();
    let refused = |at: usize, value: u8, word: &str| {
        let mut changed = file.clone();
        changed[header + at] = value;
        let text = read_with(&changed, false).unwrap_err();
        assert!(text.contains(word) && text.contains("not supported"), "{text}");
    };
    for (process, word) in [
        (0xC3, "lossless"),
        (0xC5, "hierarchical"),
        (0xC6, "hierarchical"),
        (0xC7, "hierarchical"),
        (0xC9, "arithmetic"),
        (0xCA, "arithmetic"),
        (0xCB, "lossless"),
        (0xCE, "hierarchical"),
        (0xF7, "JPEG-LS"),
    ] {
        refused(1, process, word);
    }
    refused(4, 12, "12 bits a sample");
    refused(4, 16, "16 bits a sample");
    refused(9, 2, "2 components");
}

#[test]
fn stray_bytes_between_segments_are_named() {
    let Sample { file, pixels, .. } = sample("extended");
    let (image, warnings) = read_with(&with(&file, &[vec![1, 2, 3]]), false).unwrap();
    assert_eq!(image.into_bytes(), pixels);
    assert!(texts(&warnings).contains("3 bytes"), "{warnings:?}");
}

#[test]
fn memory_for_decoding_is_within_the_limit() {
    let Sample { file, .. } = sample("extended");
    let (mut limits, mut found) = (Limits::default(), Inventory::default());
    limits.max_memory = 1000;
    let error = read(&SourceFile { name: "x", data: &file, limits: &limits, partial: false }, &mut found).unwrap_err();
    assert_eq!(error.code(), 4, "{error}");
}

/// What is said of a file with segments, and bytes behind it.
fn told(segments: &[Vec<u8>], behind: &[u8]) -> String {
    let Sample { file, pixels, .. } = sample("extended");
    let (image, warnings) = read_with(&[with(&file, segments), behind.to_vec()].concat(), false).unwrap();
    assert_eq!(image.into_bytes(), pixels);
    texts(&warnings)
}

fn bim(number: u16, contents: &[u8]) -> Vec<u8> {
    let padded = [contents, &[0][..contents.len() % 2]].concat();
    [b"8BIM", &number.to_be_bytes()[..], &[0, 0], &(contents.len() as u32).to_be_bytes(), &padded].concat()
}

#[test]
fn what_is_not_carried_is_named_once() {
    let app = |number: u8, contents: &[u8]| segment(0xE0 + number, &[contents]);
    for (segments, name) in [
        (vec![app(2, b"MPF\0II")], "an index of further pictures"),
        (vec![app(2, b"urn:iso:std:iso:ts:21496:-1\0\0\0")], "what describes a gain map"),
        (vec![app(11, b"JP\0\x01\0\0\0\x01\0\0\0\x30jumb....c2pa")], "C2PA content credentials"),
        (vec![app(5, b"SAMSUNG\0...")], "a segment of its maker (APP5 SAMSUNG)"),
        (vec![app(9, &[1, 2])], "a segment of its maker (APP9)"),
        (vec![app(13, &[b"Photoshop 3.0\0", &*bim(0x3ED, &[0; 16]), &bim(0x404, b"odd")].concat())], "IPTC"),
        (vec![app(13, &[b"Photoshop 3.0\0", &*bim(0x7D0, &[0; 26])].concat())], "a clipping path"),
        (
            vec![app(1, b"Exif\0\xffII*\0\x08\0\0\0\0\0\0\0\0\0"), app(1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")],
            "a second Exif block",
        ),
        (vec![segment(0xF5, &[b"?"])], "an unknown segment (F5)"),
    ] {
        assert_eq!(told(&segments, b""), format!("{name} is not carried"));
    }
    for silent in [
        app(0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0"),
        app(0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        app(12, b"Ducky\0\x01"),
        app(13, &[b"Photoshop 3.0\0", &*bim(0x3ED, &[0; 16]), &bim(0x404, b"")].concat()),
        app(14, b"Adobe\0\x64\0\0\0\0\x01"),
    ] {
        assert_eq!(told(&[silent], b"\0\0\0"), "");
    }
}

#[test]
fn what_follows_the_picture_is_named() {
    let second = sample("restart").file;
    let xmp = |text: &[u8]| segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", text]);
    let gain = with(&second, &[xmp(b"<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>")]);
    let depth = with(&second, &[xmp(b"<x a='urn:com:apple:photo:2017:aux:disparity'/>")]);
    assert_eq!(told(&[], &gain), "a second picture (a gain map) is not carried");
    let all = [&[0, 0], &*second, &[0; 9], &depth].concat();
    assert_eq!(told(&[], &all), "a second picture, a further picture (a depth map) are not carried");
    assert_eq!(told(&[], b"\0\0\0\x18ftypmp42"), "a video is not carried");
    assert_eq!(told(&[], b"12345"), "the rest of the file (5 bytes behind the end of the picture) is not carried");
}

#[test]
fn profiles_in_parts_are_joined_by_their_numbers_or_dropped_with_a_word() {
    let part = |number: u8, count: u8, data: &[u8]| segment(0xE2, &[b"ICC_PROFILE\0", &[number, count], data]);
    let mut icc = [0; 200];
    icc[3] = 200;
    icc[16..20].copy_from_slice(b"RGB ");
    icc[36..40].copy_from_slice(b"acsp");
    let (a, b) = icc.split_at(120);
    let of = |segments: &[Vec<u8>]| {
        let (file, mut found) = (with(&sample("extended").file, segments), Inventory::default());
        read(&SourceFile { name: "x", data: &file, limits: &Limits::default(), partial: false }, &mut found).unwrap();
        let (metadata, warnings) = found.finish(true, 1 << 20);
        (metadata.icc, texts(&warnings))
    };
    assert_eq!(of(&[part(2, 2, b), part(1, 2, a)]), (Some(icc.to_vec()), String::new()));
    for (segments, why) in [
        (vec![part(1, 2, a)], "part 2 of 2 is missing"),
        (vec![part(2, 2, b)], "part 1 of 2 is missing"),
        (vec![part(1, 2, a), part(2, 2, b), part(2, 2, b)], "part 2 of 2 comes twice"),
        (vec![part(0, 0, &icc)], "numbered wrongly"),
        (vec![part(1, 2, a), part(2, 3, b)], "numbered wrongly"),
        (vec![segment(0xE2, &[b"ICC_PROFILE\0", &[1]])], "no number"),
    ] {
        let (found, text) = of(&segments);
        assert!(found.is_none() && text.contains(why) && text.contains("ICC profile is damaged"), "{text}");
    }
}

#[test]
fn no_change_of_a_byte_makes_reading_fail_but_by_a_word() {
    let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
    let mut seed = 1u32;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for Sample { mut file, .. } in samples() {
        for _ in 0..6 {
            let at = 2 + next(file.len() - 2);
            let before = std::mem::replace(&mut file[at], next(256) as u8);
            let source = SourceFile { name: "x", data: &file, limits: &limits, partial: true };
            let mut found = Inventory::default();
            let _ = read(&source, &mut found);
            found.finish(true, 1 << 20);
            file[at] = before;
        }
    }
}

#[test]
fn comments_and_the_density_are_carried() {
    let of = |segments: &[Vec<u8>]| {
        let (file, mut found) = (with(&sample("extended").file, segments), Inventory::default());
        read(&SourceFile { name: "x", data: &file, limits: &Limits::default(), partial: false }, &mut found).unwrap();
        let (metadata, warnings) = found.finish(true, 1 << 20);
        assert_eq!(texts(&warnings), "");
        metadata
    };
    let texts = of(&[segment(0xFE, &[b"caf\xC3\xA9\0"]), segment(0xFE, &[b"caf\xE9"])]).text;
    assert_eq!(texts, [("Comment".into(), "caf\u{e9}".into()), ("Comment".into(), "caf\u{e9}".into())]);
    let density =
        |unit: u8, x: u8, y: u8| of(&[segment(0xE0, &[b"JFIF\0\x01\x01", &[unit, 0, x, 0, y, 0, 0]])]).resolution;
    let some = |x, y, unit| Some(Resolution { x, y, unit });
    assert_eq!(density(1, 240, 240), some(240, 240, ResolutionUnit::Inch));
    assert_eq!(density(2, 118, 118), some(11800, 11800, ResolutionUnit::Metre));
    assert_eq!(density(0, 2, 1), some(2, 1, ResolutionUnit::Unknown));
    assert!([(1, 72, 72), (0, 1, 1), (1, 0, 0)].iter().all(|&(unit, x, y)| density(unit, x, y).is_none()));
}
