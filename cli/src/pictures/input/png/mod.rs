//! PNG files. Only chunks that make pixels go to the decoder: what else a file holds cannot cost
//! the picture.

mod chunks;
mod header;
mod notes;

use image::{DynamicImage, ImageFormat};
use kvant::{Cicp, ImageSpec, PixelFormat};

use self::chunks::{Chunk, SIGNATURE, Split, first, split};
use self::header::{Header, PALETTE};
use self::notes::Notes;
use super::source::SourceFile;
use super::{Inventory, library};
use crate::base::error::{CliError, Result};

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let PixelFile { file, .. } = pixel_file(source, found)?;
    match library::pixels(source, &file, ImageFormat::Png) {
        Err(CliError::Input(_)) if source.partial => library::rows(source, &file, ImageFormat::Png, found),
        pixels => pixels,
    }
}

/// What the file is that begins with `data`, where its samples are stored as they are, row by row,
/// without transparency.
pub(super) fn plain(data: &[u8]) -> Option<ImageSpec<'static>> {
    let header = first(data.strip_prefix(SIGNATURE)?).filter(|chunk| chunk.chunk_type == b"IHDR")?.contents;
    let side = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
    let [depth @ (8 | 16), colour @ (0 | 2), 0, 0, 0] = *header.get(8..)? else { return None };
    ImageSpec::new(side(0)?, side(4)?, PixelFormat::new(colour == 2, false, depth == 16)).ok()
}

/// A file of what makes pixels and nothing else.
pub(super) struct PixelFile {
    pub(super) file: Vec<u8>,
    /// Some values of samples, or colours of the palette, are transparent.
    pub(super) transparent: bool,
}

/// What makes the pixels of a file, and what there is besides.
pub(super) fn pixel_file(source: &SourceFile<'_>, found: &mut Inventory) -> Result<PixelFile> {
    let Split { chunks, rest, ended } = split(source)?;
    let header = Header::of(&chunks).ok_or_else(|| source.fault("the file does not begin with a header"))?;
    if is_animated(&chunks) {
        return Err(source.fault("an animation; a .kvt holds one picture: give single frames"));
    }
    if let Some(chunk) = chunks.iter().find(|c| c.is_critical() && !PIXELS.contains(&c.chunk_type)) {
        let name = chunk.name();
        return Err(source.fault(format!("the picture cannot be read without its chunk {name}, which is not known")));
    }
    let (mut file, mut transparent) = (SIGNATURE.to_vec(), false);
    for chunk in pixel_chunks(&chunks, header, found) {
        file.extend(chunk.whole);
        transparent |= chunk.chunk_type == b"tRNS";
    }
    Notes::take(&chunks, header, source.limits.max_metadata, found);
    if ended {
        found.drops_rest(rest.len());
    } else {
        file.extend(rest);
    }
    Ok(PixelFile { file, transparent })
}

/// Chunks without which there are no pixels.
const PIXELS: [&[u8; 4]; 4] = [b"IHDR", b"PLTE", b"IDAT", b"IEND"];

/// What the decoder gets, in an order that it knows. Transparency that is damaged or out of place
/// is left out.
fn pixel_chunks<'c, 'f: 'c>(
    chunks: &'c [Chunk<'f>],
    header: Header,
    found: &mut Inventory,
) -> impl Iterator<Item = Chunk<'f>> + use<'c, 'f> {
    let data = chunks.iter().position(|c| c.chunk_type == b"IDAT").unwrap_or(chunks.len());
    let palette = chunks[..data].iter().find(|c| c.chunk_type == b"PLTE").filter(|_| header.has_colour());
    let entries = palette.map_or(0, |p| p.contents.len() / 3);
    let mut transparency = None;
    for (at, chunk) in chunks.iter().enumerate().filter(|(_, c)| c.chunk_type == b"tRNS") {
        let length = chunk.contents.len();
        let fits = match header.colour {
            0 => length == 2,
            2 => length == 6,
            PALETTE => (1..=entries).contains(&length),
            _ => false,
        };
        if !chunk.intact || !fits || at > data || transparency.is_some() {
            found.damaged("a chunk that says which pixels are transparent (tRNS)");
        } else {
            transparency = Some(*chunk);
        }
    }
    if palette.is_some() && header.colour != PALETTE {
        found.drops("a suggested palette (PLTE)");
    }
    let palette = palette.filter(|_| header.colour == PALETTE).copied();
    let rest = chunks.iter().skip(1).filter(|c| matches!(c.chunk_type, b"IDAT" | b"IEND")).copied();
    chunks.first().copied().into_iter().chain(palette).chain(transparency).chain(rest)
}

/// Whether a file has more than one frame.
fn is_animated(chunks: &[Chunk<'_>]) -> bool {
    let before = chunks.iter().take_while(|c| c.chunk_type != b"IDAT");
    let frames = before.filter(|c| c.chunk_type == b"acTL").find_map(|c| c.contents.first_chunk::<4>());
    frames.is_some_and(|frames| u32::from_be_bytes(*frames) > 1)
}

/// Contents of the chunk that says `c` of a file, whose pixels are RGB or gray.
pub(in super::super) fn cicp_chunk(c: &Cicp) -> Vec<u8> {
    vec![c.primaries, c.transfer, 0, c.full_range.into()]
}

/// Files for the tests of all that is in here.
#[cfg(test)]
pub(super) mod tests {
    use image::{ExtendedColorType, ImageEncoder as _};
    use kvant::{Limits, Metadata, Orientation};

    use super::super::super::exif::tests::Maker;
    use super::*;
    use crate::base::warning::Warning;
    use crate::pictures::picture::Picture;

    /// A chunk.
    pub(in super::super) fn chunk(chunk_type: &[u8; 4], contents: &[u8]) -> Vec<u8> {
        let body = [&chunk_type[..], contents].concat();
        [&(contents.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
    }

    /// A file of 3 by 2 pixels, RGB or gray, with chunks before the pixels and behind them.
    pub(in super::super) fn file(colour: bool, before: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let (colour_type, channels) = if colour { (ExtendedColorType::Rgb8, 3) } else { (ExtendedColorType::L8, 1) };
        let pixels: Vec<u8> = (0..6 * channels).map(|v| v * 12).collect();
        image::codecs::png::PngEncoder::new(&mut file).write_image(&pixels, 3, 2, colour_type).unwrap();
        let end = file.len() - 12;
        file.splice(end..end, behind.iter().copied());
        file.splice(33..33, before.iter().copied());
        file
    }

    pub(in super::super) fn read_file(data: &[u8]) -> Result<(Picture, Metadata, Vec<Warning>)> {
        super::super::read(&SourceFile { name: "a.png", data, limits: &Limits::default(), partial: false })
    }

    /// What is carried of a file, and all that is said of it.
    pub(in super::super) fn kept(data: &[u8]) -> (Metadata, String) {
        let (picture, metadata, warnings) = read_file(data).unwrap();
        assert_eq!((picture.width(), picture.height()), (3, 2));
        (metadata, warnings.iter().map(|w| &*w.text).collect::<Vec<_>>().join("; "))
    }

    fn error(data: &[u8]) -> String {
        let error = read_file(data).unwrap_err();
        assert_eq!(error.code(), 3, "{error}");
        error.to_string()
    }

    #[test]
    fn exif_and_xmp_are_kept_before_and_behind_the_pixels() {
        let sample = Maker { big: false }.sample();
        let xmp = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], b"<x/>"].concat();
        for prefix in [&b""[..], b"Exif\0\0"] {
            let chunks = [chunk(b"eXIf", &[prefix, &sample].concat()), chunk(b"iTXt", &xmp)].concat();
            for file in [file(true, &chunks, &[]), file(true, &[], &chunks)] {
                let (metadata, said) = kept(&file);
                assert_eq!((metadata.exif.as_ref(), metadata.xmp.as_deref()), (Some(&sample), Some(&b"<x/>"[..])));
                assert_eq!((metadata.orientation, &*said), (Orientation::Rotate90, ""));
            }
        }
    }

    #[test]
    fn damage_of_other_chunks_costs_no_pixel() {
        let plain = read_file(&file(true, &[], &[])).unwrap().0;
        let chunk_types: [&[u8; 4]; 18] = [
            b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"pHYs", b"tIME", b"sBIT",
            b"bKGD", b"mDCV", b"cLLI", b"tRNS", b"acTL", b"abCd",
        ];
        for chunk_type in chunk_types {
            for contents in [&b""[..], b"\0", b"x\0\0\xff\xff\xff", &[0xff; 40]] {
                // Twice, and with a wrong checksum.
                let whole = [chunk(chunk_type, contents), chunk(chunk_type, contents)].concat();
                let mut broken = chunk(chunk_type, contents);
                *broken.last_mut().unwrap() ^= 1;
                for chunks in [whole, broken] {
                    let animated = chunk_type == b"acTL" && contents.len() >= 4;
                    for file in [file(true, &chunks, &[]), file(true, &[], &chunks)] {
                        match read_file(&file) {
                            Ok((picture, metadata, warnings)) => {
                                assert_eq!(picture.data(), plain.data());
                                // One frame, or a rendering intent, says nothing more than there
                                // is.
                                let silent = matches!(chunk_type, b"acTL" | b"sRGB") || metadata != Metadata::default();
                                assert!(silent || !warnings.is_empty(), "{chunk_type:?} {contents:?}");
                            }
                            Err(e) => assert!(animated && e.to_string().contains("animation"), "{chunk_type:?}: {e}"),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn transparency_counts_where_it_is_right_before_the_pixels() {
        let clear = chunk(b"tRNS", &[0, 12]);
        let alpha = |file: &[u8]| read_file(file).unwrap().0.format().has_alpha();
        assert!(alpha(&file(false, &clear, &[])) && !alpha(&file(false, &[], &clear)));
        assert!(kept(&file(false, &[], &clear)).1.contains("tRNS"));
        assert!(kept(&file(false, &chunk(b"tRNS", &[0, 1, 2]), &[])).1.contains("tRNS"));
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_words() {
        assert!(error(&file(true, &chunk(b"ABCD", &[1]), &[])).contains("its chunk ABCD, which is not known"));
        assert!(error(&file(true, &chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), &[])).contains("animation"));
        let whole = file(true, &chunk(b"tEXt", b"a\0b"), &[]);
        assert!(error(&[&whole[..8], &whole[33..]].concat()).contains("header"));
        for length in 8..whole.len() {
            assert!(error(&whole[..length]).contains("the file is cut off"), "{length}");
        }
        assert!(kept(&[&whole[..], b"more"].concat()).1.contains("4 bytes behind the end of the picture"));
    }
}
