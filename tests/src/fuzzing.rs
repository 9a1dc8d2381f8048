//! The bodies of the fuzz targets: the targets in `fuzz/` call them, and a stable test replays findings through them.

use arbitrary::{Arbitrary, Result, Unstructured};
use kvant::{
    Chroma, Content, CpuLevel, DecodeError, Decoder, DecoderOptions, EncoderConfig, Image, ImageViewMut, Limits,
    PixelFormat, Profile, PushDecoder, Quantiser, Scale, TileSize, Tune,
};

use crate::check::round_trip;
use crate::pictures::from_bytes;
use crate::repaired;

/// Small enough for many runs a second, large enough for several tiles in a row.
const LIMITS: Limits =
    Limits { max_pixels: 1 << 14, max_dimension: 1 << 13, max_memory: 64 << 20, max_metadata: 1 << 20 };

/// Target `decode`: any bytes give an error or a picture; the same one on every CPU level, number of threads and way to
/// receive it.
pub fn decode(data: &[u8]) {
    decode_one(data);
    let repaired = repaired(data);
    if repaired != data {
        decode_one(&repaired);
    }
}

fn decode_one(data: &[u8]) {
    let options = DecoderOptions { limits: LIMITS, ..DecoderOptions::default() };
    let Ok(decoder) = Decoder::with_options(data, options) else { return };
    let picture = decoder.decode();
    if let Ok(Some(preview)) = decoder.preview() {
        let info = decoder.info();
        assert_eq!((preview.width(), preview.height()), (info.width.div_ceil(8), info.height.div_ceil(8)));
        assert_eq!((preview.format(), preview.depth()), (info.format, info.depth));
    }
    // The same by every other way.
    let partial = decoder.decode_partial().ok().filter(|p| p.fault.is_none()).map(|p| p.image);
    assert!(partial.as_ref() == picture.as_ref().ok(), "whether a stream is intact depends on how much is asked for");
    let scaled = decoder.decode_scaled(Scale::Half);
    assert_eq!(scaled.is_ok(), picture.is_ok(), "whether a stream decodes depends on the scale");
    assert!(pushed(data, options).ok().as_ref() == picture.as_ref().ok(), "pixels depend on how the bytes come");
    if let Ok(metadata) = decoder.metadata() {
        let blocks = [&metadata.icc, &metadata.exif, &metadata.xmp];
        let texts: usize = metadata.text.iter().map(|(keyword, text)| keyword.len() + text.len()).sum();
        let bytes = blocks.into_iter().flatten().map(|block| block.len() as u64).sum::<u64>() + texts as u64;
        assert!(bytes <= LIMITS.max_metadata, "{bytes} bytes of metadata");
    }
    let plain = DecoderOptions { threads: 2, cpu: CpuLevel::Scalar, ..options };
    let scalar = Decoder::with_options(data, plain).and_then(|decoder| decoder.decode());
    assert_eq!(picture.is_ok(), scalar.is_ok(), "whether a stream decodes depends on CPU level or threads");
    let (Ok(picture), Ok(scalar)) = (picture, scalar) else { return };
    assert!(picture == scalar, "pixels depend on CPU level or threads");
    assert!(picture == decode_with_stride(&decoder), "pixels depend on where they are written");
}

/// The picture out of pieces, which the bytes themselves choose.
fn pushed(data: &[u8], options: DecoderOptions) -> std::result::Result<Image, DecodeError> {
    let mut decoder = PushDecoder::new(options);
    let mut rest = data;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(rest.len().min(1 + usize::from(rest[0])));
        decoder.push(piece)?;
        rest = tail;
    }
    decoder.finish()
}

fn decode_with_stride(decoder: &Decoder<'_>) -> Image {
    let info = decoder.info();
    let row_bytes = info.width as usize * info.format.bytes_per_pixel();
    let stride = row_bytes + 5;
    let mut buffer = vec![0xa5; stride * info.height as usize];
    let mut view = ImageViewMut::new(&mut buffer, info.width, info.height, stride, info.format).expect("a valid view");
    decoder.decode_into(&mut view).expect("what decodes once decodes twice");
    let pixels: Vec<u8> = buffer.chunks_exact(stride).flat_map(|row| &row[..row_bytes]).copied().collect();
    from_bytes(info.width, info.height, info.format, &pixels)
}

/// Target `header`: any bytes give an error or a header within the limits, with and without right checksums.
pub fn header(data: &[u8]) {
    for stream in [data, &repaired(data)] {
        let limits = Limits::default();
        let options = DecoderOptions { limits, ..DecoderOptions::default() };
        let Ok(decoder) = Decoder::with_options(stream, options) else { continue };
        let info = decoder.info();
        assert!((1..=limits.max_dimension).contains(&info.width) && (1..=limits.max_dimension).contains(&info.height));
        assert!(u64::from(info.width) * u64::from(info.height) <= limits.max_pixels);
        let across = |side: u32| u64::from(side.div_ceil(info.tile_size));
        assert_eq!(u64::from(info.tiles), across(info.width) * across(info.height));
        assert!(info.header_bytes <= stream.len() as u64);
    }
}

/// Target `roundtrip`: the decoder gives what the encoder reconstructed, for any settings and any small picture.
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
    let mut config = EncoderConfig::default();
    config.quality = f32::from(u.int_in_range(0..=400u16)?) / 4.0;
    // Low efforts more often: they are faster.
    config.effort = *u.choose(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9])?;
    config.chroma = *u.choose(&[Chroma::Yuv444, Chroma::Yuv420])?;
    config.tile_size = *u.choose(&[TileSize::T512, TileSize::T1024])?;
    config.profile = *u.choose(&[Profile::Mixed, Profile::Fast])?;
    config.tune = *u.choose(&[Tune::Perceptual, Tune::Psnr])?;
    config.content = *u.choose(&[Content::Auto, Content::Photo, Content::Screen])?;
    config.quantiser =
        *u.choose(&[None, Some(Quantiser::DeadZone), Some(Quantiser::Rdoq), Some(Quantiser::Trellis)])?;
    config.cpu = *u.choose(&[CpuLevel::Scalar, CpuLevel::detect()])?;
    config.threads = u.int_in_range(1..=2)?;
    config.lossless = u.ratio(1, 8)?;
    config.alpha_quality = *u.choose(&[100, 60, 0])?;
    config.exact = u.arbitrary()?;
    config.preview = u.ratio(1, 4)?;
    Ok(config)
}
