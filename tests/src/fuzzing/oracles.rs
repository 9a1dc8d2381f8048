//! Target `oracles`: however a stream is decoded, the same comes of it.

use kvant::bench_api::SplitMix64;
use kvant::{CpuLevel, DecodeError, Decoder, DecoderOptions, Image, ImageViewMut, PushDecoder, Scale, Scaled};

use super::LIMITS;
use crate::check::{far_from, pixel, reduced, samples};
use crate::pictures::crop;
use crate::repaired;

/// Any bytes, with right checksums. What is done with them depends on their checksum: no way to
/// decode is a byte's choice, so that a stream is an input as it is.
pub fn oracles(data: &[u8]) {
    let stream = repaired(data);
    let options = DecoderOptions { limits: LIMITS, ..DecoderOptions::default() };
    let Ok(decoder) = Decoder::with_options(&stream, options) else { return };
    let mut chance = SplitMix64::new(stream.iter().fold(0, |sum, &byte| sum * 31 % 0x7FFF_FFED + u64::from(byte)));
    let picture = decoder.decode();
    by_levels_and_threads(&decoder, &stream, options, &picture);
    check_preview(&decoder);
    assert!(pushed(&stream, options) == picture.as_ref().ok().cloned(), "pixels depend on how the bytes come");
    let scale = [Scale::Half, Scale::Quarter, Scale::Eighth][chance.below(3)];
    let scaled = decoder.decode_scaled(scale);
    match picture {
        Ok(picture) => {
            check_scaled(&decoder, &picture, scale, scaled);
            assert!(picture.data() == with_stride(&decoder), "pixels depend on where they are written");
            assert!(
                by_rows(&decoder).as_deref() == Ok(picture.data()),
                "rows by themselves differ from the whole picture"
            );
            check_region(&decoder, &picture, &mut chance);
            check_cut(&stream[..chance.below(stream.len())], options, &picture);
        }
        Err(fault) => {
            assert!(scaled.is_err() || scaled.is_ok_and(|s| s.from_preview), "a scale hides damage");
            assert_eq!(by_rows(&decoder), Err(fault));
        }
    }
}

/// What can be shown of a stream, damaged or not, is the same at all CPU levels and on a pool.
fn by_levels_and_threads(
    decoder: &Decoder<'_>,
    stream: &[u8],
    options: DecoderOptions,
    picture: &Result<Image, DecodeError>,
) {
    let partial = decoder.decode_partial();
    let whole = partial.as_ref().ok().filter(|p| p.fault.is_none()).map(|p| &p.image);
    assert!(whole == picture.as_ref().ok(), "whether a stream is intact depends on how much is asked for");
    let others = CpuLevel::available().map(|cpu| DecoderOptions { cpu, ..options });
    for options in others.chain([DecoderOptions { threads: 0, ..options }]) {
        let other = Decoder::with_options(stream, options).expect("the same header");
        assert!(other.decode() == *picture, "pixels or errors depend on CPU level or threads: {options:?}");
        assert!(other.decode_partial() == partial, "what there is depends on CPU level or threads: {options:?}");
    }
}

fn check_preview(decoder: &Decoder<'_>) {
    let Ok(Some(preview)) = decoder.preview() else { return };
    let info = decoder.info();
    assert_eq!((preview.width(), preview.height()), (info.width.div_ceil(8), info.height.div_ceil(8)));
    assert_eq!((preview.format(), preview.depth()), (info.format, info.depth));
}

/// The picture out of pieces, which the bytes themselves choose; rows that were shown stay as they
/// are.
fn pushed(stream: &[u8], options: DecoderOptions) -> Option<Image> {
    let mut decoder = PushDecoder::new(options);
    let (mut rest, mut shown) = (stream, Vec::new());
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(rest.len().min(1 + usize::from(rest[0])));
        decoder.push(piece).ok()?;
        rest = tail;
        if let Some(image) = decoder.image() {
            let settled = decoder.rows() as usize * image.data().len() / image.height() as usize;
            assert!(image.data().starts_with(&shown), "rows that were shown change");
            shown.extend_from_slice(&image.data()[shown.len()..settled]);
        }
    }
    let picture = decoder.finish().ok()?;
    assert!(picture.data().starts_with(&shown), "rows that were shown change at the end");
    Some(picture)
}

/// The pixels, written into rows further apart than they need to be.
fn with_stride(decoder: &Decoder<'_>) -> Vec<u8> {
    let info = decoder.info();
    let row_bytes = info.width as usize * info.format.bytes_per_pixel();
    let stride = row_bytes + 5;
    let mut buffer = vec![0xa5; stride * info.height as usize];
    let mut view = ImageViewMut::new(&mut buffer, info.width, info.height, stride, info.format).expect("a valid view");
    decoder.decode_into(&mut view).expect("what decodes once decodes twice");
    assert!(buffer.chunks_exact(stride).all(|row| row[row_bytes..] == [0xa5; 5]), "bytes between rows are written");
    buffer.chunks_exact(stride).flat_map(|row| &row[..row_bytes]).copied().collect()
}

/// A reduced picture is of means, but for the preview, which may be damaged where the picture is
/// not.
fn check_scaled(decoder: &Decoder<'_>, picture: &Image, scale: Scale, scaled: Result<Scaled, DecodeError>) {
    let scaled = match scaled {
        Err(fault) if scale == Scale::Eighth && decoder.preview().as_ref() == Err(&fault) => return,
        scaled => scaled.expect("what decodes does at any scale"),
    };
    let means = scaled.from_preview || samples(&scaled.image) == reduced(picture, scale.factor() as usize);
    assert!(means, "a picture at {scale:?} is not of its means");
}

/// The rows as they settle, one after the other.
fn by_rows(decoder: &Decoder<'_>) -> Result<Vec<u8>, DecodeError> {
    let (mut next, mut pixels) = (0, Vec::new());
    decoder.decode_rows(|first, rows| {
        assert_eq!(first, next, "rows come in order");
        next += rows.height();
        (0..rows.height()).for_each(|y| pixels.extend_from_slice(rows.row(y)));
        Ok::<_, DecodeError>(())
    })?;
    Ok(pixels)
}

fn check_region(decoder: &Decoder<'_>, picture: &Image, chance: &mut SplitMix64) {
    let mut range = |all: u32| {
        let start = chance.below(all as usize) as u32;
        (start, 1 + chance.below((all - start) as usize) as u32)
    };
    let ((x, width), (y, height)) = (range(picture.width()), range(picture.height()));
    let found = decoder.decode_region(x, y, width, height).expect("a region of a picture that decodes");
    let same = found.data() == crop(picture, (x, y), (width, height)).data();
    assert!(same, "{width}x{height}+{x}+{y} differs from the whole picture");
}

/// What a stream that is cut off gives is of the picture.
fn check_cut(stream: &[u8], options: DecoderOptions, picture: &Image) {
    let Ok(partial) = Decoder::with_options(stream, options).and_then(|decoder| decoder.decode_partial()) else {
        return;
    };
    assert!(partial.fault.is_some(), "a stream of {} bytes is not known to be cut off", stream.len());
    let right = |&at: &(u32, u32)| pixel(picture, at) == pixel(&partial.image, at);
    assert!(far_from(picture, &partial.missing).iter().all(right), "pixels of {} bytes are wrong", stream.len());
}
