//! Round trips and comparisons that every test file needs.

use kvant::{Chroma, CpuLevel, Decoder, DecoderOptions, Encoded, Encoder, EncoderConfig, Image, Missing};

/// Default settings but for these three; no picture is coded without loss, however little that
/// takes.
pub fn config(quality: f32, effort: u8, chroma: Chroma) -> EncoderConfig {
    let config = EncoderConfig::default().with_quality(quality).with_effort(effort).with_chroma(chroma);
    config.with_parameter("graphics", 0.0)
}

/// Encodes `picture`; its settings are valid, so nothing may go wrong.
pub fn encode(picture: &Image, config: &EncoderConfig) -> Encoded {
    Encoder::new(config.clone())
        .expect("valid settings")
        .encode_full(&picture.view())
        .unwrap_or_else(|e| panic!("{} with {config:?}: {e}", describe(picture)))
}

/// Decodes `stream` with `threads` on `cpu`; it is intact, so nothing may go wrong.
pub fn decode(stream: &[u8], threads: usize, cpu: CpuLevel) -> Image {
    let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
    Decoder::with_options(stream, options)
        .and_then(|decoder| decoder.decode())
        .unwrap_or_else(|e| panic!("an intact stream of {} bytes: {e}", stream.len()))
}

/// Encodes `picture` and asserts that the decoder gives the encoder's reconstruction, of the
/// picture's shape; where everything or the alpha is lossless, that it is exact.
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

/// The place of the first pixel that differs, `None` for equal pictures. A difference in shape
/// counts at (0, 0).
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

/// The pixels of `picture` that none of `missing` is within 24 of.
pub fn far_from(picture: &Image, missing: &[Missing]) -> Vec<(u32, u32)> {
    let near = |m: &Missing, x: u32, y: u32| {
        (m.x.saturating_sub(24)..m.x + m.width + 24).contains(&x)
            && (m.y.saturating_sub(24)..m.y + m.height + 24).contains(&y)
    };
    let all = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
    all.filter(|&(x, y)| !missing.iter().any(|m| near(m, x, y))).collect()
}

/// The bytes of the pixel in column `x` and row `y`.
pub fn pixel(picture: &Image, (x, y): (u32, u32)) -> &[u8] {
    let bytes = picture.format().bytes_per_pixel();
    &picture.data()[(y as usize * picture.width() as usize + x as usize) * bytes..][..bytes]
}

/// The means of squares of `factor` x `factor` pixels, colours weighted by alpha: plainly, for
/// comparison.
pub fn reduced(picture: &Image, factor: usize) -> Vec<u16> {
    let (channels, values) = (picture.format().channels(), samples(picture));
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let alpha = picture.format().has_alpha();
    let mut out = Vec::new();
    for (y, x) in (0..height).step_by(factor).flat_map(|y| (0..width).step_by(factor).map(move |x| (y, x))) {
        let rows = y..(y + factor).min(height);
        let square = rows.flat_map(|y| (x..(x + factor).min(width)).map(move |x| (y * width + x) * channels));
        let pixels: Vec<&[u16]> = square.map(|i| &values[i..i + channels]).collect();
        for c in 0..channels {
            let weight = |p: &[u16]| if alpha && c + 1 < channels { u64::from(p[channels - 1]) } else { 1 };
            let (sum, weights) =
                pixels.iter().fold((0, 0), |(sum, all), p| (sum + weight(p) * u64::from(p[c]), all + weight(p)));
            out.push(if weights == 0 { 0 } else { ((2 * sum + weights) / (2 * weights)) as u16 });
        }
    }
    out
}
