//! Strips and tiles that are JPEG pictures.

use super::super::jpeg::{self, EmbeddedPicture};
use super::super::source::SourceFile;
use crate::base::error::Result;

/// How large a strip or tile is.
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Rows that are wanted.
    pub(super) rows: usize,
    /// Samples of a pixel.
    pub(super) samples: usize,
}

/// The rows of a strip or tile, which is all of `source`; `tables` go before its own.
///
/// The channels are as they are stored: the tags of the file say what they mean. `left_over`
/// becomes true where what is coded goes on behind them.
pub(super) fn rows(
    source: &SourceFile<'_>,
    tables: Option<&[u8]>,
    size: &Size,
    left_over: &mut bool,
) -> Result<Vec<u8>> {
    // Both have a start and an end of picture of their own.
    let tables = tables.and_then(|tables| tables.strip_suffix(&[0xff, 0xd9]));
    let data = match (tables, source.data.strip_prefix(&[0xff, 0xd8])) {
        (Some(tables), Some(picture)) => [tables, picture].concat(),
        _ => source.data.to_vec(),
    };
    let EmbeddedPicture { size: (w, h), channels, samples, whole, more } =
        jpeg::stored(&SourceFile { data: &data, ..*source })?;
    if channels != size.samples || w != size.width || !(size.rows as u64..=size.height.into()).contains(&h.into()) {
        let Size { width, rows, samples, .. } = size;
        let found = format!("a JPEG picture of {w}x{h} pixels of {channels} channels");
        return Err(source.fault(format!("{found}, where {width}x{rows} of {samples} belong")));
    }
    if !whole {
        return Err(source.fault("the file is cut off or damaged: the JPEG data are not whole"));
    }
    *left_over |= more;
    let bytes = size.rows * size.width as usize * size.samples;
    samples.get(..bytes).map(<[u8]>::to_vec).ok_or_else(|| source.fault("damaged: pixels are missing"))
}
