//! Lossless planes on real pictures.

use kvant::bench_api::{SplitMix64, decode_lossless, encode_lossless};
use kvant::{CpuLevel, Image};
use kvant_tests::pictures::{crop, testdata};

/// The channels of a picture, at 8 bits.
fn planes(picture: &Image) -> Vec<Vec<u16>> {
    let channels = picture.format().channels();
    (0..channels).map(|k| picture.data().iter().skip(k).step_by(channels).map(|&s| s.into()).collect()).collect()
}

/// Bytes of the planes, which come back.
fn round_trip(planes: &[Vec<u16>], width: usize, depth: u32) -> usize {
    let cpu = CpuLevel::detect();
    let data = encode_lossless(cpu, planes, width, depth);
    let height = planes[0].len() / width;
    let back = decode_lossless(cpu, &data, (width, height), planes.len(), depth);
    assert!(back.as_deref() == Ok(planes), "{width}x{height}: {:?}", back.err());
    data.len()
}

#[test]
fn crops_of_pictures_come_back_whatever_their_size() {
    for name in ["astronaut.png", "camera.png", "coffee.png", "text.png"] {
        let picture = testdata(name);
        for (at, size) in [((3, 5), (1, 1)), ((90, 40), (67, 45)), ((17, 100), (130, 9)), ((0, 0), (5, 100))] {
            round_trip(&planes(&crop(&picture, at, size)), size.0 as usize, 8);
        }
    }
}

#[test]
fn photographs_take_less_than_their_pngs() {
    for name in ["astronaut.png", "camera.png", "chelsea.png"] {
        let picture = crop(&testdata(name), (100, 50), (200, 200));
        let format = if picture.format().channels() == 1 { image::ColorType::L8 } else { image::ColorType::Rgb8 };
        let mut png = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new_with_quality(
            &mut png,
            image::codecs::png::CompressionType::Best,
            image::codecs::png::FilterType::Adaptive,
        );
        image::ImageEncoder::write_image(encoder, picture.data(), 200, 200, format.into()).expect("a PNG");
        let bytes = round_trip(&planes(&picture), 200, 8);
        assert!(bytes * 100 < png.len() * 85, "{name}: {bytes} bytes, as PNG {}", png.len());
    }
}

#[test]
fn masks_cut_from_a_picture_cost_their_edges() {
    let picture = crop(&testdata("camera.png"), (0, 0), (400, 400));
    let luma = &planes(&picture)[0];
    let hard: Vec<u16> = luma.iter().map(|&v| if v < 100 { 255 } else { 0 }).collect();
    let edges = hard.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let bytes = round_trip(&[hard], 400, 8);
    // An edge pixel moves by a few bits from row to row.
    assert!(bytes * 8 < edges * 5, "{bytes} bytes for {edges} edges");
}

#[test]
fn deeper_samples_of_a_picture_cost_their_further_bits() {
    let picture = crop(&testdata("camera.png"), (100, 100), (150, 150));
    let eight = planes(&picture);
    let bytes = round_trip(&eight, 150, 8);
    // The lower byte is noise.
    let mut random = SplitMix64::new(1);
    let mut noise = || random.below(256) as u16;
    let sixteen: Vec<Vec<u16>> = eight.iter().map(|p| p.iter().map(|&v| v << 8 | noise()).collect()).collect();
    let deeper = round_trip(&sixteen, 150, 16);
    assert!(deeper < bytes + 150 * 150 * 11 / 10, "{bytes} and {deeper} bytes");
}
