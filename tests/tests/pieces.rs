//! Pictures in pieces: reduced tile by tile, out of damaged files, out of bytes as they come.

use std::sync::OnceLock;

use kvant::bench_api::SplitMix64;
use kvant::{
    Chroma, Content, DecodeError, Decoder, DecoderOptions, EncoderConfig, Image, ImageViewMut, Limits, Metadata,
    PixelFormat, Profile, PushDecoder, Scale, TileSize,
};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, far_from, first_difference, pixel, reduced, samples};
use kvant_tests::pictures::{crop, from_fn, mirrored, testdata};
use kvant_tests::synth::{Kind, picture};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn encode(picture: &Image, change: impl FnOnce(EncoderConfig) -> EncoderConfig) -> Vec<u8> {
    let config = config(70.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
    kvant::encode(&picture.view(), &change(config)).expect("valid settings")
}

/// Streams of several tiles, the last ones cut at odd places, and of one.
fn streams() -> &'static [(&'static str, Vec<u8>)] {
    static STREAMS: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    STREAMS.get_or_init(made)
}

fn made() -> Vec<(&'static str, Vec<u8>)> {
    let coffee = mirrored(&testdata("coffee.png"), 1037, 551);
    let deep = picture(Kind::Gradient, 520, 300, PixelFormat::Rgba16, 4);
    let fast = |c: EncoderConfig| c.with_chroma(Chroma::Yuv420).with_profile(Profile::Fast);
    let screen = |c: EncoderConfig| c.with_content(Content::Screen).with_effort(3);
    vec![
        ("six tiles, low quality", encode(&coffee, |c| c.with_quality(15.0))),
        ("4:2:0 and a preview", encode(&coffee, |c| c.with_chroma(Chroma::Yuv420).with_preview(true))),
        ("deep, with alpha", encode(&deep, |c| c.with_preview(true))),
        ("lossless", encode(&crop(&coffee, (0, 0), (515, 20)), |c| c.with_lossless(true))),
        ("gray, a tile wide", encode(&mirrored(&testdata("camera.png"), 130, 1030), |c| c)),
        ("one tile", encode(&crop(&coffee, (30, 40), (203, 141)), |c| c.with_preview(true))),
        ("one tile, low quality", encode(&crop(&coffee, (0, 0), (450, 300)), |c| c.with_quality(30.0))),
        ("one tile, 4:2:0 and fast", encode(&crop(&coffee, (9, 0), (300, 370)), fast)),
        ("one tile, deep, with alpha", encode(&crop(&deep, (0, 0), (200, 300)), |c| c)),
        ("one tile of a screen", encode(&picture(Kind::Screen, 300, 190, PixelFormat::Rgb8, 5), screen)),
        ("one lossless tile", encode(&crop(&coffee, (30, 40), (97, 61)), |c| c.with_lossless(true))),
    ]
}

#[test]
fn reduced_decoding_is_decoding_and_reducing() {
    for (what, stream) in streams() {
        let whole = kvant::decode(stream).expect("an intact stream");
        for threads in [1, 3] {
            let options = DecoderOptions { threads, ..DecoderOptions::default() };
            let decoder = Decoder::with_options(stream, options).expect("an intact stream");
            for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
                let found = decoder.decode_scaled(scale).expect("an intact stream");
                assert_eq!(found.from_preview, scale == Scale::Eighth && decoder.info().preview.is_some(), "{what}");
                assert_eq!(
                    (found.image.width(), found.image.height()),
                    (scale.of(whole.width()), scale.of(whole.height()))
                );
                assert_eq!((found.image.format(), found.image.depth()), (whole.format(), whole.depth()));
                let expected = match found.from_preview {
                    true => samples(&decoder.preview().expect("intact").expect("a preview")),
                    false => reduced(&whole, scale.factor() as usize),
                };
                assert!(samples(&found.image) == expected, "{what} at {scale:?} on {threads} threads");
            }
        }
    }
}

#[test]
fn reduced_decoding_refuses_damage_and_keeps_to_limits() {
    let mut stream = streams()[0].1.clone();
    let limits = Limits { max_memory: 1 << 20, ..Limits::default() };
    let options = DecoderOptions { limits, ..DecoderOptions::default() };
    let refused = Decoder::with_options(&stream, options).and_then(|d| d.decode_scaled(Scale::Half));
    assert!(matches!(refused, Err(DecodeError::Limit { limit: 0x10_0000, .. })), "{refused:?}");
    let at = stream.len() - 100;
    stream[at] ^= 1;
    assert!(Decoder::new(&stream).and_then(|d| d.decode_scaled(Scale::Half)).is_err());
}

#[test]
fn a_damaged_tile_is_missing_and_the_others_are_there() {
    for (what, intact) in streams().iter().filter(|s| !s.0.starts_with("one ")) {
        let whole = kvant::decode(intact).expect("an intact stream");
        assert_eq!(
            Decoder::new(intact).and_then(|d| d.decode_partial()).map(|p| (p.image, p.fault)),
            Ok((whole.clone(), None))
        );
        let mut stream = intact.clone();
        let at = stream.len() - 6;
        stream[at] ^= 0x10;
        let decoder = Decoder::new(&stream).expect("an intact header");
        let found = decoder.decode_partial().expect("most is there");
        let [missing] = &found.missing[..] else { panic!("{what}: {:?}", found.missing) };
        assert_eq!(missing.tile + 1, decoder.info().tiles, "{what}");
        assert_eq!((missing.x + missing.width, missing.y + missing.height), (whole.width(), whole.height()), "{what}");
        assert_eq!(Some(&missing.fault), found.fault.as_ref());
        let same = far_from(&whole, &found.missing);
        assert!(!same.is_empty() && same.iter().all(|&at| pixel(&whole, at) == pixel(&found.image, at)), "{what}");
        assert_eq!(found.from_preview, decoder.info().preview.is_some(), "{what}");
        let filling = pixel(&found.image, (whole.width() - 1, whole.height() - 1));
        if !found.from_preview {
            let half = 1u32 << (whole.depth() - 1);
            let format = whole.format();
            assert!(
                !format.has_alpha() && !format.is_wide() && filling.iter().all(|&v| u32::from(v) == half),
                "{what}"
            );
        }
    }
}

#[test]
fn a_preview_fills_gaps_with_what_belongs_there() {
    let mut stream = streams()[1].1.clone();
    let whole = kvant::decode(&stream).expect("an intact stream");
    let at = stream.len() - 6;
    stream[at] ^= 0x10;
    let found = Decoder::new(&stream).and_then(|d| d.decode_partial()).expect("most is there");
    let missing = &found.missing[0];
    let part = |picture: &Image| crop(picture, (missing.x, missing.y), (missing.width, missing.height));
    let gray =
        Image::from_data(vec![128; part(&whole).data().len()], missing.width, missing.height, PixelFormat::Rgb8, 8);
    let error = kvant_tests::check::mse(&part(&found.image), &part(&whole));
    assert!(error * 4.0 < kvant_tests::check::mse(&gray.expect("a picture"), &part(&whole)), "{error}");
}

#[test]
fn damage_before_the_tiles_leaves_them_as_they_are() {
    let picture = mirrored(&testdata("coffee.png"), 520, 70);
    let metadata = Metadata::default().with_icc(b"a profile").with_exif(b"some Exif");
    let config = config(70.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
    let mut stream = kvant::encode(&picture.view().with_metadata(&metadata), &config).expect("valid settings");
    let whole = kvant::decode(&stream).expect("an intact stream");
    let at = stream.windows(9).position(|w| w == b"some Exif").expect("it is not packed");
    stream[at] ^= 1;
    let decoder = Decoder::new(&stream).expect("an intact header");
    assert!(decoder.decode().is_err() && decoder.metadata().is_err());
    let found = decoder.decode_partial().expect("all pixels are there");
    assert!(found.missing.is_empty() && found.image == whole && found.fault.is_some());
    let intact = decoder.intact_metadata().expect("the profile is intact");
    assert_eq!((intact.icc, intact.exif), (metadata.icc, None));
}

#[test]
fn a_stream_that_is_cut_off_gives_what_came_before() {
    for (what, stream) in streams() {
        let whole = kvant::decode(stream).expect("an intact stream");
        let mut least = u64::MAX;
        let mut random = SplitMix64::new(1);
        let mut cuts: Vec<usize> = (0..12 / every(3)).map(|_| random.below(stream.len())).collect();
        cuts.push(stream.len() - 5);
        cuts.sort_unstable();
        for cut in cuts {
            let found = match Decoder::new(&stream[..cut]).and_then(|d| d.decode_partial()) {
                Ok(found) => found,
                Err(e) => {
                    assert!(least == u64::MAX, "{what} cut to {cut} gives nothing, less gives something: {e}");
                    continue;
                }
            };
            assert!(found.fault.is_some(), "{what} cut to {cut}");
            let area: u64 = found.missing.iter().map(|m| u64::from(m.width) * u64::from(m.height)).sum();
            assert!(area <= least, "{what} cut to {cut}: {area} pixels missing, {least} with fewer bytes");
            least = area;
            let right = |&at: &(u32, u32)| pixel(&whole, at) == pixel(&found.image, at);
            assert!(far_from(&whole, &found.missing).iter().all(right), "{what} cut to {cut}");
        }
        assert!(least < u64::from(whole.width()) * u64::from(whole.height()), "{what}: nothing but the preview");
    }
}

#[test]
fn a_lossless_tile_that_is_cut_off_gives_its_upper_rows() {
    let coffee = crop(&testdata("coffee.png"), (200, 100), (90, 70));
    for (what, picture) in [
        ("photograph", coffee),
        ("gray", crop(&testdata("camera.png"), (200, 60), (90, 70))),
        ("few colours", picture(Kind::Screen, 120, 90, PixelFormat::Rgb8, 5)),
        ("drawing with alpha", picture(Kind::Screen, 120, 90, PixelFormat::Rgba8, 2)),
        ("deep", picture(Kind::Gradient, 90, 60, PixelFormat::Rgb16, 4)),
    ] {
        let stream = encode(&picture, |c| c.with_lossless(true));
        let height = picture.height();
        let mut last = height;
        for cut in [4, 5, 8, stream.len() / 100 + 9, stream.len() / 20 + 9] {
            let found = Decoder::new(&stream[..stream.len() - cut]).and_then(|d| d.decode_partial());
            let found = found.unwrap_or_else(|e| panic!("{what} without the last {cut} bytes: {e}"));
            assert!(matches!(found.fault, Some(DecodeError::DamagedOrCut { .. })), "{what}: {:?}", found.fault);
            let rows = found.missing.first().map_or(height, |m| m.y);
            assert!(rows > 0 && rows <= last, "{what} without the last {cut} bytes: {rows} rows");
            last = rows;
            let bytes = rows as usize * picture.data().len() / height as usize;
            assert!(found.image.data()[..bytes] == picture.data()[..bytes], "{what} without the last {cut} bytes");
        }
        assert!(last < height, "{what}: a twentieth of the data is some rows at least");
    }
}

#[test]
fn a_lossless_tile_without_its_last_channels_has_its_shades() {
    // Gray stored as colours: all that is left of the others says that they are the same.
    let gray = crop(&testdata("camera.png"), (200, 60), (90, 70));
    let pixels = gray.data().iter().flat_map(|&v| [v; 3]).collect();
    let same = Image::from_data(pixels, 90, 70, PixelFormat::Rgb8, 8).expect("as many bytes as pixels");
    let coffee = crop(&testdata("coffee.png"), (200, 100), (90, 70));
    let flat = |picture: &Image| from_fn(picture.width(), picture.height(), PixelFormat::Rgb8, |_, _| [128; 3]);
    for (what, picture, cut) in [("gray", same, 100), ("colours", coffee, 60)] {
        let stream = encode(&picture, |c| c.with_lossless(true));
        let cut = Decoder::new(&stream[..stream.len() * cut / 100 - 9]).and_then(|d| d.decode_partial());
        let found = cut.unwrap_or_else(|e| panic!("{what}: {e}"));
        let [missing] = &found.missing[..] else { panic!("{what}: {:?}", found.missing) };
        assert!(missing.shades > 20 && missing.shades <= missing.height, "{what}: {missing:?}");
        let part = |picture: &Image| crop(picture, (0, 0), (90, missing.y + missing.shades));
        let error = kvant_tests::check::mse(&part(&found.image), &part(&picture));
        let without = kvant_tests::check::mse(&flat(&part(&picture)), &part(&picture));
        assert!(if what == "gray" { error == 0.0 } else { error < without }, "{what}: {error}, {without} without");
        let below = missing.y + missing.shades;
        assert!(below == 70 || pixel(&found.image, (50, below)) == [128; 3], "{what}");
    }
}

#[test]
fn a_file_that_is_cut_off_is_said_to_be() {
    for (what, stream) in streams() {
        for cut in [1, 3, 4, 5, stream.len() / 100 + 5, stream.len() / 2, stream.len() - 50] {
            let error = kvant::decode(&stream[..stream.len() - cut]).expect_err("it is cut off").to_string();
            assert!(error.contains("cut off"), "{what} without the last {cut} bytes: {error}");
            let mut decoder = PushDecoder::default();
            decoder.push(&stream[..stream.len() - cut]).expect("all is well so far");
            let error = decoder.finish().expect_err("it is cut off").to_string();
            assert!(error.contains("cut off"), "{what} without the last {cut} bytes, pushed: {error}");
        }
    }
}

#[test]
fn every_way_to_decode_all_of_a_picture_gives_the_same() {
    for (what, stream) in streams() {
        let whole = kvant::decode(stream).expect("an intact stream");
        let decoder = Decoder::new(stream).expect("an intact stream");
        let (width, height) = (whole.width(), whole.height());
        assert!(decoder.decode_region(0, 0, width, height).as_ref() == Ok(&whole), "{what}");
        let partial = decoder.decode_partial().expect("an intact stream");
        assert!(partial.image == whole && partial.missing.is_empty() && partial.fault.is_none(), "{what}");
        // Rows further apart than they need to be.
        let stride = width as usize * whole.format().bytes_per_pixel() + 7;
        let mut buffer = vec![9; stride * height as usize];
        let mut view = ImageViewMut::new(&mut buffer, width, height, stride, whole.format()).expect("large enough");
        decoder.decode_into(&mut view).expect("an intact stream");
        for (found, expected) in buffer.chunks_exact(stride).zip(whole.data().chunks_exact(stride - 7)) {
            assert!(found[..stride - 7] == *expected && found[stride - 7..] == [9; 7], "{what}");
        }
    }
}

/// Pushes `stream` in pieces that end at `ends`, and checks on the way what the decoder says.
fn push(stream: &[u8], ends: &[usize], options: DecoderOptions) -> Result<Image, DecodeError> {
    let whole = Decoder::new(stream).and_then(|d| d.decode());
    let mut decoder = PushDecoder::new(options);
    let mut start = 0;
    let (mut tiles, mut rows) = (0, 0);
    for end in ends.iter().copied().chain([stream.len()]) {
        decoder.push(&stream[start..end])?;
        start = end;
        assert!(decoder.tiles() >= tiles && decoder.rows() >= rows, "what is there stays");
        (tiles, rows) = (decoder.tiles(), decoder.rows());
        if let (Ok(whole), Some(image)) = (&whole, decoder.image()) {
            let settled = rows as usize * image.data().len() / image.height() as usize;
            assert!(image.data()[..settled] == whole.data()[..settled], "{rows} rows of {end} bytes");
        }
    }
    assert_eq!(decoder.info().is_some(), Decoder::new(stream).is_ok());
    assert!(
        decoder.info().is_none_or(|info| info.tiles == 1 || (tiles, rows) == (info.tiles, info.height))
            || whole.is_err()
    );
    decoder.finish()
}

#[test]
fn what_is_there_is_told_as_soon_as_it_is() {
    let stream = &streams()[1].1;
    let whole = Decoder::new(stream).expect("an intact stream");
    let preview_end = whole.info().preview.as_ref().expect("a preview").end as usize + 4;
    let mut decoder = PushDecoder::default();
    let mut first = [None; 4];
    for (i, byte) in stream.iter().enumerate() {
        decoder.push(&[*byte]).expect("an intact stream");
        // Asking decodes the preview: not at each byte.
        let asked = i < 60 || i + 1 == preview_end || i == preview_end;
        let there = [
            decoder.info().is_some(),
            asked && decoder.preview().expect("an intact preview").is_some(),
            asked && decoder.metadata().expect("intact").is_some(),
            decoder.tiles() > 0,
        ];
        first.iter_mut().zip(there).filter(|(_, there)| *there).for_each(|(first, _)| _ = first.get_or_insert(i + 1));
    }
    let [info, preview, metadata, tile] = first.map(|f| f.expect("it came"));
    assert!(info < 40, "{info}");
    // The end of the sections is a byte.
    assert_eq!((preview, metadata), (preview_end, preview_end + 1));
    assert!(tile < stream.len() / 2, "{tile} of {}", stream.len());
    assert!(decoder.finish() == kvant::decode(stream));
}

/// Streams of one tile that has loss.
fn one_tile() -> impl Iterator<Item = &'static (&'static str, Vec<u8>)> {
    streams().iter().filter(|(what, _)| what.starts_with("one tile"))
}

#[test]
fn bytes_one_at_a_time_give_the_same_picture() {
    for (what, stream) in one_tile() {
        let ends: Vec<usize> = (1..stream.len()).collect();
        let found = push(stream, &ends, DecoderOptions::default());
        assert!(found == kvant::decode(stream), "{what}");
    }
}

#[test]
fn rows_of_the_only_tile_are_there_before_its_end() {
    for (what, stream) in one_tile() {
        for threads in [1, 3] {
            let mut decoder = PushDecoder::new(DecoderOptions::default().with_threads(threads));
            let (mut rows, mut seen) = (0, Vec::new());
            for (i, piece) in stream.chunks(stream.len().div_ceil(50)).enumerate() {
                decoder.push(piece).expect("an intact stream");
                if decoder.rows() > rows {
                    rows = decoder.rows();
                    seen.push((2 * i + 2, rows));
                }
            }
            let height = decoder.info().expect("a header").height;
            // All but the last row of blocks, and what the filters change above it.
            let last = (height - 1) / 64 * 64;
            assert_eq!(rows, last - 24, "{what}: {seen:?}");
            // Alpha, which comes first, may be most of the bytes.
            let least = if what.contains("alpha") { 2 } else { height.div_ceil(64) as usize - 1 };
            assert!(seen.len() >= least.min(3), "{what}: {seen:?}");
            assert_eq!(decoder.tiles(), 0, "{what}");
        }
    }
}

#[test]
fn a_lossless_tile_waits_for_its_end() {
    let (_, stream) = streams().iter().find(|s| s.0 == "one lossless tile").expect("it is there");
    let mut decoder = PushDecoder::default();
    decoder.push(stream).expect("an intact stream");
    assert!(decoder.image().is_none() && decoder.rows() == 0);
    assert!(decoder.finish() == kvant::decode(stream));
}

#[test]
fn what_a_broken_download_brought_is_there() {
    let mut random = SplitMix64::new(5);
    for (what, stream) in streams() {
        for _ in 0..6 / every(2) {
            let cut = random.below(stream.len());
            let mut decoder = PushDecoder::default();
            stream[..cut].chunks(97).for_each(|piece| decoder.push(piece).expect("intact so far"));
            let rows = decoder.rows();
            let found = decoder.into_partial();
            assert!(found == Decoder::new(&stream[..cut]).and_then(|d| d.decode_partial()), "{what} cut to {cut}");
            let missing = found.ok().and_then(|partial| partial.missing.first().map(|missing| missing.y));
            assert!(missing.unwrap_or(0) >= rows, "{what} cut to {cut}: {rows} rows were shown");
        }
        let mut damaged = stream.clone();
        damaged[stream.len() * 2 / 3] ^= 0x55;
        let mut decoder = PushDecoder::default();
        // What is known to be wrong may be known before the end.
        let _ = damaged.chunks(1000).try_for_each(|piece| decoder.push(piece));
        let known = decoder.into_partial().map(|partial| partial.fault);
        assert!(!matches!(known, Ok(None)), "{what}");
    }
}

#[test]
fn damage_to_the_only_tile_is_an_error_at_its_end_at_the_latest() {
    for (what, stream) in one_tile() {
        for at in [stream.len() / 2, stream.len() * 9 / 10, stream.len() - 2] {
            let mut damaged = stream.clone();
            damaged[at] ^= 1;
            let mut decoder = PushDecoder::default();
            let pushed = damaged.chunks(50).try_for_each(|piece| decoder.push(piece));
            let fault = decoder.finish().expect_err("it is damaged");
            assert!(pushed.is_ok() || pushed == Err(fault), "{what} damaged at {at}");
        }
        let mut longer = PushDecoder::default();
        longer.push(stream).and_then(|()| longer.push(&[0])).expect("nobody knows where it ends");
        assert!(matches!(longer.finish(), Err(DecodeError::DamagedOrCut { .. })), "{what}");
    }
}

#[test]
fn what_is_wrong_is_told_and_stays() {
    let stream = &streams()[0].1;
    let mut decoder = PushDecoder::default();
    assert_eq!(decoder.push(b"GIF89a"), Err(DecodeError::NotKvant));
    assert_eq!(decoder.push(stream), Err(DecodeError::NotKvant));
    assert_eq!(decoder.finish(), Err(DecodeError::NotKvant));
    let mut longer = PushDecoder::default();
    longer.push(stream).expect("an intact stream");
    assert!(longer.push(&[0]).is_err(), "bytes after the end");
    let mut short = PushDecoder::default();
    short.push(&stream[..stream.len() - 1]).expect("intact so far");
    assert!(matches!(short.finish(), Err(DecodeError::Truncated { .. })));
    let limits = Limits { max_memory: 1000, ..Limits::default() };
    let mut limited = PushDecoder::new(DecoderOptions { limits, ..DecoderOptions::default() });
    assert!(matches!(limited.push(stream), Err(DecodeError::Limit { limit: 1000, .. })));
    assert_eq!(PushDecoder::default().finish(), kvant::decode(&[]));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_split_of_the_bytes_gives_the_same_picture(
        which in 0..streams().len(),
        threads in 1..=2usize,
        ends in prop::collection::vec(0.0..=1.0f64, 0..12),
        damage in prop::option::of((0.0..1.0f64, 1..=255u8)),
    ) {
        let (what, mut stream) = streams()[which].clone();
        if let Some((at, bits)) = damage {
            let at = (at * stream.len() as f64) as usize;
            stream[at] ^= bits;
        }
        let mut ends: Vec<usize> = ends.iter().map(|end| (end * stream.len() as f64) as usize).collect();
        ends.sort_unstable();
        let found = push(&stream, &ends, DecoderOptions { threads, ..DecoderOptions::default() });
        match (found, kvant::decode(&stream)) {
            (Ok(found), Ok(expected)) => prop_assert_eq!(first_difference(&found, &expected), None, "{}", what),
            (found, expected) => prop_assert_eq!(found.is_ok(), expected.is_ok(), "{}", what),
        }
    }
}
