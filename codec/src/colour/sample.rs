//! Samples of pixels, in the bytes of a row.

use crate::image::format::PixelFormat;

/// A sample of a pixel as its bytes hold it.
pub(crate) trait Sample {
    const BYTES: usize;
    fn read(bytes: &[u8], at: usize) -> u16;
    fn write(bytes: &mut [u8], at: usize, value: u16);
}

/// Of one byte.
pub(crate) struct Narrow;

/// Of two bytes, in the machine's order.
pub(crate) struct Wide;

impl Sample for Narrow {
    const BYTES: usize = 1;

    #[inline(always)]
    fn read(bytes: &[u8], at: usize) -> u16 {
        bytes[at].into()
    }

    #[inline(always)]
    fn write(bytes: &mut [u8], at: usize, value: u16) {
        bytes[at] = value as u8;
    }
}

impl Sample for Wide {
    const BYTES: usize = 2;

    #[inline(always)]
    fn read(bytes: &[u8], at: usize) -> u16 {
        u16::from_ne_bytes([bytes[2 * at], bytes[2 * at + 1]])
    }

    #[inline(always)]
    fn write(bytes: &mut [u8], at: usize, value: u16) {
        bytes[2 * at..2 * at + 2].copy_from_slice(&value.to_ne_bytes());
    }
}

/// Reads a channel of a row of pixels of `format`; values above `max` count as that.
pub(crate) fn read_channel(format: PixelFormat, channel: usize, max: u16, row: &[u8], out: &mut [u16]) {
    let n = format.channels();
    for (x, to) in out.iter_mut().enumerate() {
        let at = n * x + channel;
        *to = if format.is_wide() { Wide::read(row, at) } else { Narrow::read(row, at) }.min(max);
    }
}

/// `value` of 0 to `max` as one of 0 to 65535.
pub(crate) fn widened(value: u16, max: u32) -> u16 {
    ((u32::from(value) * 65535 + max / 2) / max) as u16
}

/// Writes a channel of a row of pixels of `format`.
pub(crate) fn write_channel(format: PixelFormat, channel: usize, values: &[u16], row: &mut [u8]) {
    let n = format.channels();
    for (x, &value) in values.iter().enumerate() {
        let at = n * x + channel;
        if format.is_wide() { Wide::write(row, at, value) } else { Narrow::write(row, at, value) }
    }
}
