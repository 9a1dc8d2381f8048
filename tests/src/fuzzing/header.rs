//! Target `header`: any bytes, with and without right checksums, give an error or a header within
//! the limits.

use kvant::{Decoder, DecoderOptions, Limits};

use crate::repaired;

/// See the module.
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
        check_metadata(&decoder, &limits);
    }
}

fn check_metadata(decoder: &Decoder<'_>, limits: &Limits) {
    let Ok(metadata) = decoder.metadata() else { return };
    let blocks = [&metadata.icc, &metadata.exif, &metadata.xmp];
    let texts: usize = metadata.text.iter().map(|(keyword, text)| keyword.len() + text.len()).sum();
    let bytes = blocks.into_iter().flatten().map(|block| block.len() as u64).sum::<u64>() + texts as u64;
    assert!(bytes <= limits.max_metadata, "{bytes} bytes of metadata");
}
