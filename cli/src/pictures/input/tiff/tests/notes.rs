//! What files say besides pixels.

use kvant::{Cicp, Orientation, Resolution, ResolutionUnit};

use super::super::directory::{Directory, File};
use super::*;

/// The profile of a picture in colour, of so many bytes.
fn profile(bytes: usize) -> Vec<u8> {
    let mut icc: Vec<u8> = (0..bytes).map(|i| (i * i / 3) as u8).collect();
    icc[..4].copy_from_slice(&(bytes as u32).to_be_bytes());
    icc[16..20].copy_from_slice(b"RGB ");
    icc[36..40].copy_from_slice(b"acsp");
    icc[128..132].fill(0);
    icc
}

fn page(writer: Writer) -> Page {
    rgb().page(writer, |x, y, s| (x + y + s) as u64)
}

#[test]
fn profiles_and_packets_of_any_size_are_carried_with_small_pictures() {
    for (writer, bytes) in Writer::all().flat_map(|w| [132, 3144, 500_000].map(|bytes| (w, bytes))) {
        let spec = Spec { width: 1, height: 1, ..rgb() };
        let page = spec.page(writer, |_, _, _| 7).with(tags::ICC, Value::Bytes(profile(bytes)));
        let page = page.with(tags::XMP, Value::Bytes(vec![b' '; bytes]));
        let (_, metadata, said) = read(&writer.file(&[page])).unwrap();
        assert!(metadata.icc == Some(profile(bytes)) && metadata.xmp == Some(vec![b' '; bytes]) && said.is_empty());
    }
}

#[test]
fn blocks_that_the_file_ends_before_are_named() {
    let page = page(Writer::default()).with(tags::ICC, Value::Bytes(profile(600)));
    let page = page.with(tags::XMP, Value::Bytes(vec![b' '; 600])).with(tags::ARTIST, Value::Text("someone"));
    let mut file = Writer::default().file(&[page]);
    // Each of the three lies elsewhere now.
    for tag in [tags::ICC, tags::XMP, tags::ARTIST] {
        let entry = file.windows(4).rposition(|w| w[..2] == tag.to_le_bytes() && [2, 7].contains(&w[2])).unwrap();
        file[entry + 8..entry + 12].copy_from_slice(&0x00ff_ffff_u32.to_le_bytes());
    }
    let (_, metadata, said) = read(&file).unwrap();
    assert!(metadata.icc.is_none() && metadata.xmp.is_none() && metadata.exif.is_none());
    for text in ["the ICC profile is damaged", "a part of Exif, XMP are damaged and dropped"] {
        assert!(said.contains(text), "{said}");
    }
}

#[test]
fn exif_is_rebuilt_with_the_directories_below_it() {
    let text = |tag, text| (tag, Value::Text(text));
    for writer in Writer::all() {
        let below = vec![
            (0x829a, Value::Fraction(vec![[1, 125]])),
            (0x927c, Value::Bytes(b"what the maker knows".to_vec())),
            (tags::INTEROPERABILITY, Value::Below(vec![text(1, "R98")])),
        ];
        let positions = vec![text(1, "N"), (2, Value::Fraction(vec![[47, 1], [11, 1], [1, 3]]))];
        let page = page(writer)
            .with(tags::ORIENTATION, Value::Short(vec![6]))
            .with(tags::ARTIST, Value::Text("someone"))
            .with(tags::EXIF, Value::Below(below))
            .with(tags::GPS, Value::Below(positions));
        let (_, metadata, said) = read(&writer.file(&[page])).unwrap();
        assert_eq!((metadata.orientation, &*said), (Orientation::from_exif(6).unwrap(), ""));
        let block = metadata.exif.unwrap();
        let turned = image::metadata::Orientation::from_exif_chunk(&block).map(|o| o.to_exif());
        assert_eq!(turned, Some(6));
        let holds = |block: &[u8], part: &[u8]| block.windows(part.len()).any(|w| w == part);
        let third = [writer.number(1, 4), writer.number(3, 4)].concat();
        for part in [&b"someone\0"[..], b"what the maker knows", b"R98\0", &third, &writer.number(125, 4)] {
            assert!(holds(&block, part), "{writer:?} {part:?}");
        }
        assert_eq!(block[..2], if writer.big_endian { *b"MM" } else { *b"II" });
        let inside = File::new(&block).unwrap();
        let first = inside.directory(inside.first().unwrap()).unwrap();
        assert_eq!(first.next, Some(0));
        let below = |directory: &Directory<'_>, tag| inside.directory(directory.number(tag).unwrap().unwrap()).unwrap();
        let exif = below(&first, tags::EXIF);
        assert_eq!(exif.fractions(0x829a), Some(vec![1.0 / 125.0]));
        assert_eq!(below(&exif, tags::INTEROPERABILITY).entries[&1].bytes(), Some(&b"R98\0"[..]));
        assert_eq!(below(&first, tags::GPS).fractions(2), Some(vec![47.0, 11.0, 1.0 / 3.0]));
    }
}

#[test]
fn there_is_no_exif_where_there_is_nothing_to_say() {
    let page = page(Writer::default()).with(tags::ORIENTATION, Value::Short(vec![3]));
    let (_, metadata, said) = read_page(page).unwrap();
    assert_eq!((metadata.exif, metadata.orientation.to_exif(), &*said), (None, 3, ""));
}

#[test]
fn resolutions_are_carried_in_units_that_hold_them() {
    let cases = [
        (300, 1, 2, Some((300, ResolutionUnit::Inch))),
        (145, 2, 2, Some((2854, ResolutionUnit::Metre))),
        (100, 1, 3, Some((10000, ResolutionUnit::Metre))),
        (300, 1, 1, None),
        (0, 0, 2, None),
    ];
    for (above, below, unit, expected) in cases {
        let value = Value::Fraction(vec![[above, below]]);
        let page = page(Writer::default()).with(tags::X_RESOLUTION, value.clone()).with(tags::Y_RESOLUTION, value);
        let (_, metadata, said) = read_page(page.with(tags::RESOLUTION_UNIT, Value::Short(vec![unit]))).unwrap();
        assert_eq!(metadata.resolution, expected.map(|(x, unit)| Resolution { x, y: x, unit }));
        assert!(said.is_empty());
    }
}

#[test]
fn primaries_become_code_points_where_there_is_no_profile() {
    let fractions = |values: &[u32]| Value::Fraction(values.iter().map(|&v| [v, 10000]).collect());
    // Of P3, in the white of daylight.
    let page = page(Writer::default())
        .with(tags::WHITE_POINT, fractions(&[3127, 3290]))
        .with(tags::PRIMARY_CHROMATICITIES, fractions(&[6800, 3200, 2650, 6900, 1500, 600]));
    let (_, metadata, said) = read_page(page.clone()).unwrap();
    let p3 = Cicp { primaries: 12, transfer: 4, matrix: 0, full_range: true };
    assert_eq!((metadata.cicp, &*said), (Some(p3), ""));
    let (_, metadata, _) = read_page(page.clone().with(tags::ICC, Value::Bytes(profile(400)))).unwrap();
    assert!(metadata.cicp.is_none() && metadata.icc.is_some());
    let (.., said) = read_page(page.with(tags::TRANSFER_FUNCTION, Value::Short(vec![0; 256]))).unwrap();
    assert_eq!(said, "a set of primaries, a transfer function are not carried");
}

#[test]
fn one_warning_names_what_is_not_carried() {
    let page = page(Writer::default())
        .with(tags::IPTC, Value::Bytes(vec![7; 9]))
        .with(tags::PHOTOSHOP, Value::Bytes(b"8BIM".to_vec()))
        .with(33550, Value::Fraction(vec![[1, 1]; 3]))
        .with(42112, Value::Text("<GDALMetadata/>"))
        .with(65000, Value::Short(vec![1]))
        .with(65001, Value::Short(vec![1]));
    let (.., said) = read_page(page).unwrap();
    assert_eq!(said, "GeoTIFF, IPTC, a Photoshop block, GDAL metadata, 2 private tags are not carried");
}

#[test]
fn positions_paths_and_ranges_of_samples_are_named_where_they_say_something() {
    let range = "a range of sample values is not carried";
    let position = "a position on the page is not carried";
    let fraction = |above| Value::Fraction(vec![[above, 1]]);
    let short = |value| Value::Short(vec![value; 3]);
    let cases = [
        (tags::X_POSITION, fraction(5), position),
        (tags::Y_POSITION, fraction(5), position),
        (tags::Y_POSITION, fraction(0), ""),
        (343, Value::Bytes(vec![1; 40]), "a clipping path is not carried"),
        (tags::MIN_SAMPLE_VALUE, short(0), ""),
        (tags::MIN_SAMPLE_VALUE, short(16), range),
        (tags::MAX_SAMPLE_VALUE, short(255), ""),
        (tags::MAX_SAMPLE_VALUE, short(235), range),
        (tags::S_MIN_SAMPLE_VALUE, short(16), range),
        (tags::S_MAX_SAMPLE_VALUE, short(255), ""),
        (tags::S_MAX_SAMPLE_VALUE, fraction(1), range),
    ];
    for (tag, value, expected) in cases {
        let (.., said) = read_page(page(Writer::default()).with(tag, value.clone())).unwrap();
        assert_eq!(said, expected, "{tag} {value:?}");
    }
}

#[test]
fn exif_whose_values_share_their_bytes_is_not_built_beyond_the_limit() {
    let below = (0..60_000).map(|tag| (tag, Value::BytesAt { count: 1_000_000, at: 0 })).collect();
    let page = page(Writer::default()).with(tags::ICC, Value::Bytes(vec![0; 1_000_000]));
    let (_, metadata, said) = read_page(page.with(tags::EXIF, Value::Below(below))).unwrap();
    assert!(metadata.exif.is_none());
    assert!(said.ends_with("Exif (beyond 67108864 bytes of metadata) is not carried"), "{said}");
}
