//! The caller's limits are respected, to the pixel.

use kvant::{Chroma, DecodeError, Decoder, DecoderOptions, Image, Limits};
use kvant_tests::check::{config, encode};
use kvant_tests::pictures::{crop, testdata};

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
