//! Files that are not whole, and files of what is not supported.

use super::*;

#[test]
fn a_file_cut_anywhere_is_refused_or_warned_of() {
    for compression in [1, 5, 8, 32773] {
        for (writer, tiled) in Writer::all().flat_map(|w| [(w, false), (w, true)]) {
            let spec = Spec { compression, tiled, ..rgb() };
            let page = spec.page(writer, |x, y, s| (x * y + s) as u64).with(tags::ARTIST, Value::Text("someone"));
            let file = writer.file(&[page]);
            for length in 4..file.len() {
                match read(&file[..length]) {
                    Ok((.., said)) => assert!(said.contains("cut off"), "{length} of {}", file.len()),
                    Err(said) => assert!(said.contains("cut off"), "{length} of {}: {said}", file.len()),
                }
            }
        }
    }
}

#[test]
fn a_directory_in_front_shows_which_strip_is_missing() {
    // The strips moved behind the directory.
    let mut page = gray().page(Writer::default(), |x, _, _| x as u64);
    let strips = std::mem::take(&mut page.chunks);
    let lengths: Vec<u32> = strips.iter().map(|strip| strip.len() as u32).collect();
    let page = page.with(tags::STRIP_BYTE_COUNTS, Value::Long(lengths.clone()));
    let length =
        Writer::default().file(&[page.clone().with(tags::STRIP_OFFSETS, Value::Long(vec![0; 3]))]).len() as u32;
    let offsets = (0..3).map(|i| length + lengths[..i].iter().sum::<u32>()).collect();
    let mut file = Writer::default().file(&[page.with(tags::STRIP_OFFSETS, Value::Long(offsets))]);
    file.extend(strips.concat());
    assert!(read(&file).is_ok());
    let said = read(&file[..file.len() - 1]).unwrap_err();
    assert!(said.contains("the file is cut off: strip 3 of 3 is not whole"), "{said}");
    let said = read(&file[..length as usize]).unwrap_err();
    assert!(said.contains("strip 1 of 3"), "{said}");
}

#[test]
fn strips_that_say_too_little_are_refused_though_the_file_goes_on() {
    for compression in [1, 5, 8, 32773] {
        let page = Spec { compression, ..gray() }.page(Writer::default(), |x, y, _| (x * 37 + y * 91) as u64);
        for (missing, strip) in [(1, 0), (4, 1), (2, 2)] {
            let mut page = page.clone();
            let length = page.chunks[strip].len();
            // What ends a stream may be missing, if the pixels are there.
            let missing = if compression == 1 || compression == 32773 { missing } else { length / 2 };
            page.chunks[strip].truncate(length - missing);
            let said = read_page(page).unwrap_err();
            assert!(said.contains(&format!("strip {} of 3", strip + 1)), "{compression}: {said}");
        }
        let mut none = page;
        none.chunks[1].clear();
        assert!(read_page(none).unwrap_err().contains("cut off: strip 2 of 3"));
    }
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let page = rgb().page(Writer::default(), |x, y, s| (x + y + s) as u64);
    let cases: [(u16, &[u16], &str); 14] = [
        (tags::PHOTOMETRIC, &[8], "CIELab"),
        (tags::PHOTOMETRIC, &[9], "ICCLab"),
        (tags::PHOTOMETRIC, &[32803], "raw camera data"),
        (tags::PHOTOMETRIC, &[34892], "raw camera data"),
        (tags::PHOTOMETRIC, &[32845], "LogLuv"),
        (tags::COMPRESSION, &[50000], "Zstandard compression"),
        (tags::COMPRESSION, &[6], "old-style JPEG"),
        (tags::COMPRESSION, &[34887], "LERC"),
        (tags::COMPRESSION, &[2], "modified Huffman"),
        (tags::SAMPLE_FORMAT, &[2, 2, 2], "signed samples"),
        (tags::SAMPLE_FORMAT, &[1, 1, 3], "different kinds"),
        (tags::BITS_PER_SAMPLE, &[5, 6, 5], "different depths (5, 6, 5 bits)"),
        (tags::BITS_PER_SAMPLE, &[48, 48, 48], "48 bits"),
        (tags::SAMPLES_PER_PIXEL, &[2], "pixels of 2 samples"),
    ];
    for (tag, values, name) in cases {
        let said = read_page(page.clone().with(tag, Value::Short(values.to_vec()))).unwrap_err();
        assert!(said.starts_with("x: ") && said.contains(name) && said.lines().count() == 1, "{said}");
    }
    let nothing = page.clone().without(tags::PHOTOMETRIC);
    assert!(read_page(nothing).unwrap_err().contains("PhotometricInterpretation"));
    let no_size = page.without(tags::IMAGE_LENGTH);
    assert!(read_page(no_size).unwrap_err().contains("the size of the picture"));
}

#[test]
fn damaged_files_are_refused_in_peace() {
    let page = Spec { compression: 5, ..rgb() }.page(Writer::default(), |x, y, s| (x + y + s) as u64);
    let file = Writer::default().file(&[page]);
    // Every byte of header and directory in turn, and the strips' some.
    for at in 0..file.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut file = file.clone();
            file[at] = value;
            if let Err(said) = read(&file) {
                assert!(said.lines().count() == 1, "{said}");
            }
        }
    }
    // A directory that leads to itself.
    let mut circle = file.clone();
    let at = circle[4..8].to_vec();
    let link = circle.len() - 4;
    circle[link..].copy_from_slice(&at);
    assert!(read(&circle).unwrap().2.contains("damaged behind its first directory"));
}

#[test]
fn more_samples_a_pixel_than_the_tag_can_say_are_refused() {
    let writer = Writer { big: true, ..Writer::default() };
    for (samples, planar) in [65536, 1 << 31, 1 << 61, u64::MAX].into_iter().flat_map(|n| [(n, 1), (n, 2)]) {
        let page = rgb().page(writer, |x, _, _| x as u64).with(tags::SAMPLES_PER_PIXEL, Value::Long8(vec![samples]));
        let page = page.with(tags::PLANAR_CONFIGURATION, Value::Short(vec![planar]));
        let said = read(&writer.file(&[page])).unwrap_err();
        assert!(said.contains(&format!("pixels of {samples} samples, where 65535 are the most")), "{said}");
    }
}

/// A picture whose strips or tiles all lie at the same place.
fn shared((width, height): (usize, usize), (across, down): (u32, u32), compression: u16, packed: Vec<u8>) -> Page {
    let count = width.div_ceil(across as usize) * height.div_ceil(down as usize);
    let page = Spec { width: 1, height: 1, compression, ..gray() }.page(Writer::default(), |_, _, _| 7);
    let long = |value: usize| Value::Long(vec![value as u32]);
    let bytes = packed.len() as u32;
    Page { chunks: vec![packed], ..page }
        .with(tags::IMAGE_WIDTH, long(width))
        .with(tags::IMAGE_LENGTH, long(height))
        .with(tags::TILE_WIDTH, Value::Long(vec![across]))
        .with(tags::TILE_LENGTH, Value::Long(vec![down]))
        // Behind the header.
        .with(tags::TILE_OFFSETS, Value::Long(vec![8; count]))
        .with(tags::TILE_BYTE_COUNTS, Value::Long(vec![bytes; count]))
}

#[test]
fn only_rows_within_the_picture_are_unpacked() {
    for compression in [1, 5, 8, 32773] {
        let packed = Spec { width: 1, height: 1, compression, ..gray() }.page(Writer::default(), |_, _, _| 7).chunks;
        let (image, ..) = read_page(shared((300, 1), (1, 1 << 30), compression, packed.concat())).unwrap();
        assert_eq!(image.samples(), [7; 300], "{compression}");
    }
}

#[test]
fn tiles_that_would_take_far_more_than_the_picture_are_refused() {
    let said = read_page(shared((1, 65535), (1 << 20, 1), 8, vec![0; 20])).unwrap_err();
    assert!(said.contains("tiles of 1048576x1 pixels of 1 samples are not supported"), "{said}");
    let said = read_page(shared((1, 65535), (1, 1), 32773, vec![0x80; 100_000])).unwrap_err();
    assert!(said.contains("damaged: tiles of 6553500000 bytes in a file of"), "{said}");
    // A small picture in a tile of an ordinary size.
    let spec = Spec { width: 1, height: 1, tiled: true, ..rgb() };
    assert!(read_page(spec.page(Writer::default(), |_, _, _| 7)).is_ok());
}
