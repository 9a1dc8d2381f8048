//! PNG files.

use image::{DynamicImage, ImageFormat};
use kvant::Cicp;

use super::{Inventory, Source, library};
use crate::error::Result;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &Source<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    if is_animated(source.data) {
        return Err(source.fault("an animation; a .kvt holds one picture: give single frames"));
    }
    let pixels = library::read(source, ImageFormat::Png, found)?;
    found.metadata.cicp = cicp(source.data);
    Ok(pixels)
}

/// Chunks before the pixels, as (type, contents), as far as the file is whole.
fn chunks(file: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = file.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let (kind, tail) = tail.split_first_chunk::<4>()?;
        let (contents, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        // Behind the checksum.
        rest = tail.get(4..)?;
        (kind != b"IDAT").then_some((kind, contents))
    })
}

fn find<'a>(file: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    chunks(file).find(|(k, _)| *k == kind).map(|(_, contents)| contents)
}

/// Whether a file has more than one frame.
fn is_animated(file: &[u8]) -> bool {
    let frames = find(file, b"acTL").and_then(|contents| contents.first_chunk::<4>());
    frames.is_some_and(|frames| u32::from_be_bytes(*frames) > 1)
}

/// The code points of its colours.
fn cicp(file: &[u8]) -> Option<Cicp> {
    match *find(file, b"cICP")? {
        [primaries, transfer, matrix, range @ (0 | 1)] => {
            Some(Cicp { primaries, transfer, matrix, full_range: range == 1 })
        }
        _ => None,
    }
}

/// Contents of the chunk that says `c` of a file, whose pixels are RGB or gray.
pub(in super::super) fn cicp_chunk(c: &Cicp) -> Vec<u8> {
    vec![c.primaries, c.transfer, 0, c.full_range.into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let chunk = |(kind, contents): &(&[u8; 4], &[u8])| {
            [&(contents.len() as u32).to_be_bytes()[..], &kind[..], contents, &[0; 4]].concat()
        };
        [vec![0; 8], chunks.iter().flat_map(chunk).collect()].concat()
    }

    #[test]
    fn chunks_before_the_pixels_are_found_in_files_of_any_length() {
        let whole = file(&[(b"IHDR", &[1; 13]), (b"cICP", &[9, 16, 0, 1]), (b"acTL", &[0, 0, 0, 2]), (b"IDAT", &[])]);
        assert_eq!(cicp(&whole), Some(Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true }));
        assert!(is_animated(&whole));
        for length in 0..whole.len() {
            // Up to the end of the chunk's checksum.
            assert_eq!(cicp(&whole[..length]).is_some(), length >= 8 + 25 + 16, "{length}");
        }
        assert!(cicp(&file(&[(b"IDAT", &[]), (b"cICP", &[9, 16, 0, 1])])).is_none());
        assert!(cicp(&file(&[(b"cICP", &[9, 16, 0, 2])])).is_none() && cicp(&file(&[(b"cICP", &[9])])).is_none());
    }
}
