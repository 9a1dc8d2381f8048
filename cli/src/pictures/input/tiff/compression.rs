//! Bytes of a strip or tile, unpacked.

use std::io::{ErrorKind, Read};

use fax::decoder::{DecodeStatus, Group3Decoder, Group4Decoder, pels};
use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode};

use super::layout::Compression;

/// Why packed bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnpackFault {
    /// They end too early.
    Short,
    /// They mean nothing.
    Damaged(String),
}

/// Fills `out` with rows of `width` pixels, as `packed` says; what it says beyond that is padding.
///
/// # Errors
/// Where it does not say enough.
pub(super) fn unpack(compression: Compression, packed: &[u8], width: u32, out: &mut [u8]) -> Result<(), UnpackFault> {
    match compression {
        Compression::None => {
            out.copy_from_slice(packed.get(..out.len()).ok_or(UnpackFault::Short)?);
            Ok(())
        }
        Compression::Lzw => lzw(packed, out),
        Compression::Deflate => ZlibDecoder::new(packed).read_exact(out).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => UnpackFault::Short,
            _ => UnpackFault::Damaged(e.to_string()),
        }),
        Compression::PackBits => pack_bits(packed, out),
        Compression::Group3 => group3(packed, width, out),
        Compression::Group4 => group4(packed, width, out),
        Compression::Jpeg => Err(UnpackFault::Damaged("JPEG data have no rows of bytes".to_owned())),
    }
}

fn lzw(mut packed: &[u8], out: &mut [u8]) -> Result<(), UnpackFault> {
    if packed.first() == Some(&0) && packed.get(1).is_some_and(|byte| byte & 1 == 1) {
        return Err(UnpackFault::Damaged("LZW of the time before TIFF 6.0 is not supported".to_owned()));
    }
    let options = decode::Configuration::with_tiff_size_switch(BitOrder::Msb, 8).with_yield_on_full_buffer(true);
    let mut decoder = options.build();
    let mut at = 0;
    while at < out.len() {
        let step = decoder.decode_bytes(packed, &mut out[at..]);
        packed = &packed[step.consumed_in..];
        at += step.consumed_out;
        match step.status {
            Ok(LzwStatus::Ok) => {}
            Ok(_) if at == out.len() => {}
            Ok(_) => return Err(UnpackFault::Short),
            Err(e) => return Err(UnpackFault::Damaged(e.to_string())),
        }
    }
    Ok(())
}

fn pack_bits(packed: &[u8], out: &mut [u8]) -> Result<(), UnpackFault> {
    let (mut bytes, mut rest) = (packed.iter(), out);
    while !rest.is_empty() {
        let head = *bytes.next().ok_or(UnpackFault::Short)? as i8;
        let run = match head {
            0.. => head as usize + 1,
            -127.. => (1 - isize::from(head)) as usize,
            // Nothing.
            _ => continue,
        };
        // Runs may go over the end of a row, and those of careless writers over the last.
        let (now, later) = rest.split_at_mut(run.min(rest.len()));
        match head {
            0.. => {
                let copied = bytes.as_slice().get(..now.len()).ok_or(UnpackFault::Short)?;
                now.copy_from_slice(copied);
                bytes = bytes.as_slice()[run.min(bytes.len())..].iter();
            }
            _ => now.fill(*bytes.next().ok_or(UnpackFault::Short)?),
        }
        rest = later;
    }
    Ok(())
}

/// Sides of fax pictures are of 16 bits.
fn narrow(width: u32) -> Result<u16, UnpackFault> {
    u16::try_from(width)
        .map_err(|_| UnpackFault::Damaged("fax rows of more than 65535 pixels are not supported".to_owned()))
}

/// A row of bits, 1 where it is black, from the places where its colour changes.
fn put_row(row: &mut [u8], changes: &[u16], width: u16) {
    row.fill(0);
    for (x, colour) in pels(changes, width).enumerate() {
        if colour == fax::Color::Black {
            row[x / 8] |= 0x80 >> (x % 8);
        }
    }
}

fn group3(packed: &[u8], width: u32, out: &mut [u8]) -> Result<(), UnpackFault> {
    let width = narrow(width)?;
    let damaged = || UnpackFault::Damaged("fax codes".to_owned());
    // The last row has no end of line where the writer took it for granted.
    let bytes = packed.iter().copied().chain([0, 16]).map(Ok::<_, std::convert::Infallible>);
    let mut decoder = Group3Decoder::new(bytes).map_err(|_| damaged())?;
    for row in out.chunks_exact_mut(usize::from(width).div_ceil(8)) {
        let status = decoder.advance().map_err(|_| UnpackFault::Short)?;
        match decoder.transitions() {
            [] => return Err(UnpackFault::Short),
            changes if changes.last() != Some(&width) => {
                return Err(if status == DecodeStatus::End { UnpackFault::Short } else { damaged() });
            }
            changes => put_row(row, changes, width),
        }
    }
    Ok(())
}

fn group4(packed: &[u8], width: u32, out: &mut [u8]) -> Result<(), UnpackFault> {
    let width = narrow(width)?;
    let bytes = packed.iter().copied().map(Ok::<_, std::convert::Infallible>);
    let mut decoder = Group4Decoder::new(bytes, width).map_err(|_| UnpackFault::Short)?;
    for row in out.chunks_exact_mut(usize::from(width).div_ceil(8)) {
        match decoder.advance() {
            Ok(DecodeStatus::Incomplete) => put_row(row, decoder.transition(), width),
            Ok(DecodeStatus::End) => return Err(UnpackFault::Short),
            Err(_) => return Err(UnpackFault::Damaged("fax codes".to_owned())),
        }
    }
    Ok(())
}
