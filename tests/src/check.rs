//! Round trips and comparisons that every test file needs.

use kvant::{Chroma, CpuLevel, Decoder, DecoderOptions, Encoded, Encoder, EncoderConfig, Image};

/// Default settings but for these three; no picture is coded without loss, however little that takes.
pub fn config(quality: f32, effort: u8, chroma: Chroma) -> EncoderConfig {
    let mut config = EncoderConfig::default();
    config.quality = quality;
    config.effort = effort;
    config.chroma = chroma;
    config.parameters = vec![("graphics".to_owned(), 0.0)];
    config
}

/// Encodes `picture`; its settings are valid, so nothing may go wrong.
pub fn encode(picture: &Image, config: &EncoderConfig) -> Encoded {
    Encoder::new(config.clone())
        .expect("valid settings")
        .encode_full(&picture.view(), None)
        .unwrap_or_else(|e| panic!("{} with {config:?}: {e}", describe(picture)))
}

/// Decodes `stream` with `threads` on `cpu`; it is intact, so nothing may go wrong.
pub fn decode(stream: &[u8], threads: usize, cpu: CpuLevel) -> Image {
    let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
    Decoder::with_options(stream, options)
        .and_then(|decoder| decoder.decode())
        .unwrap_or_else(|e| panic!("an intact stream of {} bytes: {e}", stream.len()))
}

/// Encodes `picture` and asserts that the decoder gives the encoder's reconstruction, of the picture's shape; where
/// everything or the alpha is lossless, that it is exact.
pub fn round_trip(picture: &Image, config: &EncoderConfig) -> Encoded {
    let encoded = encode(picture, config);
    let decoded = decode(&encoded.stream, 1, CpuLevel::detect());
    let shape = |p: &Image| (p.width(), p.height(), p.format(), p.depth());
    let what = || format!("{} with {config:?}", describe(picture));
    assert_eq!(shape(&decoded), shape(picture), "shape of the decoded picture, {}", what());
    if let Some(at) = first_difference(&encoded.reconstruction, &decoded) {
        panic!("{}: decoder and encoder differ first at pixel {at:?}", what());
    }
    if config.lossless {
        assert!(decoded == *picture, "{}: not lossless", what());
    }
    if config.alpha_quality == 100 {
        assert!(alpha(&decoded) == alpha(picture), "{}: the alpha is not exact", what());
    }
    encoded
}

/// The value of each sample.
pub fn samples(picture: &Image) -> Vec<u16> {
    match picture.format().is_wide() {
        true => picture.data().as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b)).collect(),
        false => picture.data().iter().map(|&b| b.into()).collect(),
    }
}

/// The alpha of each pixel; nothing where there is none.
pub fn alpha(picture: &Image) -> Vec<u16> {
    let channels = picture.format().channels();
    let pixels = samples(picture);
    if picture.format().has_alpha() {
        pixels.chunks_exact(channels).map(|p| p[channels - 1]).collect()
    } else {
        Vec::new()
    }
}

/// The place of the first pixel that differs, `None` for equal pictures. A difference in shape counts at (0, 0).
pub fn first_difference(a: &Image, b: &Image) -> Option<(u32, u32)> {
    let shape = |p: &Image| (p.width(), p.height(), p.format(), p.depth());
    if shape(a) != shape(b) {
        return Some((0, 0));
    }
    let at = a.data().iter().zip(b.data()).position(|(a, b)| a != b)? / a.format().bytes_per_pixel();
    Some((at as u32 % a.width(), at as u32 / a.width()))
}

/// Mean squared error over all samples of two pictures of one shape.
pub fn mse(a: &Image, b: &Image) -> f64 {
    assert_eq!(a.data().len(), b.data().len(), "pictures of one shape");
    let (a, b) = (samples(a), samples(b));
    let sum: u64 = a.iter().zip(&b).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum();
    sum as f64 / a.len() as f64
}

/// Peak signal-to-noise ratio over all samples, in dB.
pub fn psnr(a: &Image, b: &Image) -> f64 {
    let max = f64::from((1u32 << a.depth()) - 1);
    10.0 * (max * max / mse(a, b)).log10()
}

/// Size and format, for messages.
pub fn describe(picture: &Image) -> String {
    format!("{}x{} {:?} of {} bits", picture.width(), picture.height(), picture.format(), picture.depth())
}
