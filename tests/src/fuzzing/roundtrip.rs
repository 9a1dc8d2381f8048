//! Target `roundtrip`: the decoder gives what the encoder reconstructed, for any settings and any
//! small picture.

use arbitrary::{Arbitrary, Result, Unstructured};
use kvant::{Chroma, Content, CpuLevel, EncoderConfig, Image, PixelFormat, Profile, Quantiser, TileSize, Tune};

use crate::check::round_trip;
use crate::pictures::from_bytes;

/// See the module.
pub fn roundtrip(data: &[u8]) {
    if let Ok(Case { picture, config }) = Case::arbitrary_take_rest(Unstructured::new(data)) {
        round_trip(&picture, &config);
    }
}

/// A small picture and settings for it.
#[derive(Debug)]
struct Case {
    picture: Image,
    config: EncoderConfig,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let config = arbitrary_config(u)?;
        let format = *u.choose(&PixelFormat::ALL)?;
        // A square-ish picture, or a strip that crosses the edges of tiles.
        let (wide, high) = *u.choose(&[(72, 72), (72, 72), (72, 72), (1100, 3), (3, 1100)])?;
        let (width, height) = (u.int_in_range(1..=wide)?, u.int_in_range(1..=high)?);
        let size = width as usize * height as usize * format.bytes_per_pixel();
        // What bytes are left, over and over: short inputs give textures.
        let texture = if u.is_empty() { &[128] } else { u.bytes(u.len())? };
        let pixels: Vec<u8> = texture.iter().copied().cycle().take(size).collect();
        Ok(Self { picture: from_bytes(width, height, format, &pixels), config })
    }
}

fn arbitrary_config(u: &mut Unstructured<'_>) -> Result<EncoderConfig> {
    Ok(EncoderConfig::default()
        .with_quality(f32::from(u.int_in_range(0..=400u16)?) / 4.0)
        // Low efforts more often: they are faster.
        .with_effort(*u.choose(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9])?)
        .with_chroma(*u.choose(&Chroma::ALL)?)
        .with_tile_size(*u.choose(&TileSize::ALL)?)
        .with_profile(*u.choose(&Profile::ALL)?)
        .with_tune(*u.choose(&Tune::ALL)?)
        .with_content(*u.choose(&Content::ALL)?)
        .with_quantiser(*u.choose(&[
            None,
            Some(Quantiser::Uniform),
            Some(Quantiser::DeadZone),
            Some(Quantiser::Rdoq),
            Some(Quantiser::Trellis),
        ])?)
        .with_cpu(*u.choose(&CpuLevel::available().collect::<Vec<_>>())?)
        .with_threads(u.int_in_range(1..=2)?)
        .with_lossless(u.ratio(1, 8)?)
        .with_alpha_quality(*u.choose(&[100, 60, 0])?)
        .with_exact(u.arbitrary()?)
        .with_preview(u.ratio(1, 4)?))
}
