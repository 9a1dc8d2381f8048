//! Strips and tiles that are JPEG pictures.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::compression::Fault;

/// As many rows of a strip or tile of this size, whose pixels have so many samples; `tables` go before its own.
///
/// The channels are as they are stored: the tags of the file say what they mean.
pub(super) fn rows(
    packed: &[u8],
    tables: Option<&[u8]>,
    (width, height): (usize, usize),
    rows: usize,
    samples: usize,
) -> Result<Vec<u8>, Fault> {
    // Both have a start and an end of picture of their own.
    let tables = tables.and_then(|tables| tables.strip_suffix(&[0xff, 0xd9]));
    let data = match (tables, packed.strip_prefix(&[0xff, 0xd8])) {
        (Some(tables), Some(picture)) => [tables, picture].concat(),
        _ => packed.to_vec(),
    };
    let options = DecoderOptions::default().set_max_width(65535).set_max_height(65535).set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    let fault = |e: zune_jpeg::errors::DecodeErrors| Fault::Damaged(format!("{e:?}"));
    decoder.decode_headers().map_err(fault)?;
    let stored = decoder.input_colorspace().ok_or_else(|| Fault::Damaged("no colours".to_owned()))?;
    let (w, h) = decoder.dimensions().ok_or(Fault::Short)?;
    if stored.num_components() != samples || w != width || !(rows..=height).contains(&h) {
        let channels = stored.num_components();
        let found = format!("a JPEG picture of {w}x{h} pixels of {channels} channels");
        return Err(Fault::Damaged(format!("{found}, where {width}x{height} of {samples} belong")));
    }
    decoder.set_options(options.jpeg_set_out_colorspace(stored));
    let pixels = decoder.decode().map_err(fault)?;
    Ok(pixels.chunks_exact(w * samples).take(rows).flatten().copied().collect())
}
