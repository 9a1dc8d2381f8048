//! The caller's limits are respected, to the pixel.

use kvant::{Chroma, Content, DecodeError, Decoder, DecoderOptions, EncodeError, Image, Limits, Metadata, PixelFormat};
use kvant_tests::check::{config, encode, psnr};
use kvant_tests::pictures::{crop, mirrored, testdata};

const SIZE: (u32, u32) = (90, 64);

fn stream() -> Vec<u8> {
    encode(&crop(&testdata("coffee.png"), (200, 100), SIZE), &config(50.0, 2, Chroma::Yuv444)).stream
}

fn decode_within(stream: &[u8], limits: Limits) -> Result<Image, DecodeError> {
    Decoder::with_options(stream, DecoderOptions { limits, ..DecoderOptions::default() })?.decode()
}

fn assert_refused(result: Result<Image, DecodeError>, expected_value: u64, expected_limit: u64) {
    match result {
        Err(DecodeError::Limit { what, value, limit }) => {
            assert_eq!((value, limit), (expected_value, expected_limit), "{what}");
        }
        other => panic!("expected a refusal by the limit {expected_limit}, got {other:?}"),
    }
}

#[test]
fn a_picture_at_the_limits_is_decoded() {
    let limits = Limits { max_pixels: 90 * 64, max_dimension: 90, ..Limits::default() };
    assert!(decode_within(&stream(), limits).is_ok());
}

#[test]
fn one_pixel_too_many_is_refused_with_both_numbers() {
    let limits = Limits { max_pixels: 90 * 64 - 1, ..Limits::default() };
    assert_refused(decode_within(&stream(), limits), 90 * 64, 90 * 64 - 1);
}

#[test]
fn a_side_too_long_is_refused_with_both_numbers() {
    let limits = Limits { max_dimension: 89, ..Limits::default() };
    assert_refused(decode_within(&stream(), limits), 90, 89);
}

#[test]
fn too_little_memory_is_refused() {
    let limits = Limits { max_memory: 1000, ..Limits::default() };
    let result = decode_within(&stream(), limits);
    assert!(matches!(result, Err(DecodeError::Limit { limit: 1000, .. })), "{result:?}");
}

#[test]
fn what_is_refused_is_known_before_memory_is_taken() {
    let stream = stream();
    let limits = Limits { max_memory: 1000, ..Limits::default() };
    let decoder = Decoder::with_options(&stream, DecoderOptions { limits, ..DecoderOptions::default() });
    let checked = decoder.and_then(|decoder| decoder.check_region(0, 0, SIZE.0, SIZE.1));
    assert_eq!(checked, decode_within(&stream, limits).map(|_| ()));
    assert!(matches!(checked, Err(DecodeError::Limit { limit: 1000, .. })), "{checked:?}");
    let cut = &stream[..stream.len() - 1];
    let checked = Decoder::new(cut).and_then(|decoder| decoder.check_region(0, 0, SIZE.0, SIZE.1));
    assert_eq!(checked, kvant::decode(cut).map(|_| ()));
    assert!(checked.is_err());
}

#[test]
fn blocks_are_read_within_the_limits_too() {
    let (stream, limits) = (stream(), Limits { max_memory: 1000, ..Limits::default() });
    let decoder = Decoder::with_options(&stream, DecoderOptions { limits, ..DecoderOptions::default() });
    let result = decoder.and_then(|d| d.blocks(|_| panic!("a block for nothing")));
    assert!(matches!(result, Err(DecodeError::Limit { limit: 1000, .. })), "{result:?}");
}

#[test]
fn the_header_alone_already_refuses_what_is_too_large() {
    let limits = Limits { max_pixels: 1, ..Limits::default() };
    let stream = stream();
    let refused = Decoder::with_options(&stream, DecoderOptions { limits, ..DecoderOptions::default() });
    assert!(matches!(refused, Err(DecodeError::Limit { .. })), "{refused:?}");
}

#[test]
fn limits_are_on_by_default() {
    let limits = DecoderOptions::default().limits;
    assert_eq!(limits, Limits::default());
    assert!(limits.max_pixels <= 1 << 28 && limits.max_dimension <= 65535);
    assert!(limits.max_memory <= 2 << 30 && limits.max_metadata <= 64 << 20);
}

fn encode_within(picture: &Image, metadata: &Metadata, limits: Limits) -> Result<Vec<u8>, EncodeError> {
    let config = config(50.0, 1, Chroma::Yuv444).with_limits(limits);
    kvant::encode(&picture.view().with_metadata(metadata), &config)
}

#[test]
fn what_no_default_reader_decodes_is_not_encoded() {
    let none = Metadata::default();
    let long = Image::new(65536, 1, PixelFormat::Gray8).expect("a picture");
    let refused = encode_within(&long, &none, Limits::default());
    assert_eq!(refused, Err(EncodeError::Limit { what: "width", value: 65536, limit: 65535 }));
    let wide = Limits { max_dimension: 1 << 17, ..Limits::default() };
    let stream = encode_within(&long, &none, wide).expect("the limits are the caller's");
    assert!(decode_within(&stream, wide).is_ok() && decode_within(&stream, Limits::default()).is_err());
}

#[test]
fn encoder_and_decoder_agree_on_every_limit() {
    let other: Vec<u8> = (0..3000u32).map(|i| ((i * i) >> 5) as u8).collect();
    let metadata = Metadata::default().with_xmp([7; 5000]).with_other(9, other);
    for lossless in [false, true] {
        let picture = crop(&testdata("coffee.png"), (200, 100), SIZE);
        let mut config =
            config(50.0, 1, Chroma::Yuv444).with_lossless(lossless).with_preview(true).with_content(Content::Screen);
        let view = picture.view().with_metadata(&metadata);
        let stream = kvant::encode(&view, &config).expect("within the default limits");
        let usual = Limits::default();
        let sides = (88..92).map(|max_dimension| Limits { max_dimension, ..usual });
        let pixels = (5758..5762).map(|max_pixels| Limits { max_pixels, ..usual });
        let memory = (8..40).map(|n| Limits { max_memory: n << 16, ..usual });
        let metadata = (2000..8000).step_by(100).map(|max_metadata| Limits { max_metadata, ..usual });
        let (mut taken, mut refused) = (0, 0);
        for limits in sides.chain(pixels).chain(memory).chain(metadata) {
            config.limits = limits;
            let options = DecoderOptions { limits, ..DecoderOptions::default() };
            let decoded = Decoder::with_options(&stream, options).and_then(|d| {
                d.metadata()?;
                d.preview()?;
                d.decode()
            });
            match kvant::encode(&view, &config) {
                Ok(same) => {
                    assert!(same == stream && decoded.is_ok(), "{limits:?}: {decoded:?}");
                    taken += 1;
                }
                Err(e) => {
                    assert!(matches!(e, EncodeError::Limit { .. }), "{limits:?}: {e:?}");
                    refused += 1;
                }
            }
        }
        assert!(taken > 10 && refused > 10, "{taken} taken, {refused} refused");
    }
}

#[test]
fn metadata_beyond_what_default_readers_unpack_is_refused() {
    let picture = Image::new(8, 8, PixelFormat::Gray8).expect("a picture");
    let refused = |metadata: Metadata| match encode_within(&picture, &metadata, Limits::default()) {
        Err(EncodeError::Limit { what: "metadata bytes", value, limit }) => (value, limit),
        other => panic!("{other:?}"),
    };
    let long = Metadata::default().with_xmp(vec![b' '; 70 << 20]);
    assert_eq!(refused(long), (70 << 20, 64 << 20));
    let mut others = Metadata::default();
    others.other = vec![(8, vec![0; 40 << 20]), (9, vec![0; 30 << 20])];
    // Type, length and checksum of both count.
    assert_eq!(refused(others), ((70 << 20) + 18, 64 << 20));
}

/// `cargo test -p kvant-tests --release --test limits -- --ignored 108_megapixels`, in two minutes
/// on a core.
#[test]
#[ignore = "slow"]
fn a_photograph_of_108_megapixels_is_decoded_within_the_default_limits() {
    let coffee = mirrored(&testdata("coffee.png"), 12000, 9000);
    let config = config(60.0, 1, Chroma::Yuv444).with_threads(0);
    let stream = kvant::encode(&coffee.view(), &config).expect("within the default limits");
    let picture = kvant::decode(&stream).expect("what is encoded is decoded");
    assert!(psnr(&picture, &coffee) > 30.0);
}
