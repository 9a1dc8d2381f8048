//! WebP files.

use image::{DynamicImage, GenericImageView as _, ImageFormat, RgbaImage, imageops};

use super::source::SourceFile;
use super::{Inventory, library};
use crate::base::error::Result;

/// A piece of a file.
#[derive(Debug, Clone, Copy)]
struct Chunk<'a> {
    chunk_type: &'a [u8; 4],
    contents: &'a [u8],
}

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let cut = || source.fault("the file is cut off");
    let (size, body) = source.data.get(4..8).zip(source.data.get(12..)).ok_or_else(cut)?;
    // The size counts from behind itself, the contents from behind the name of the format.
    let size = number(size).saturating_sub(4);
    // Some programs leave out the last byte, which only fills up.
    let contents = body.get(..size).or((size == body.len() + 1).then_some(body)).ok_or_else(cut)?;
    let chunks = split(contents).ok_or_else(cut)?;
    found.drops_rest(body.len() - contents.len());
    notes(&chunks, found);
    let frames: Vec<_> = chunks.iter().filter(|c| c.chunk_type == b"ANMF").collect();
    let canvas = chunks.iter().find(|c| c.chunk_type == b"VP8X").and_then(|c| c.contents.get(4..10)).map(size_at);
    match frames[..] {
        [] => {
            let pixels = still(source, &chunks, found)?;
            match canvas {
                Some(canvas) if canvas != pixels.dimensions() => {
                    Err(source.fault("the picture is not of the size that the file says"))
                }
                _ => Ok(pixels),
            }
        }
        [frame] => framed(source, frame.contents, canvas, found),
        _ => Err(source.fault("an animation; a .kvt holds one picture: give single frames")),
    }
}

/// A number, least significant byte first.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | usize::from(b))
}

/// Width and height, one less in three bytes each.
fn size_at(bytes: &[u8]) -> (u32, u32) {
    (number(&bytes[..3]) as u32 + 1, number(&bytes[3..6]) as u32 + 1)
}

/// The chunks of `data`; `None` where the last is cut off.
fn split(mut data: &[u8]) -> Option<Vec<Chunk<'_>>> {
    let mut out = Vec::new();
    while !data.is_empty() {
        let (chunk_type, rest) = data.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (contents, rest) = rest.split_at_checked(number(length))?;
        out.push(Chunk { chunk_type, contents });
        // They begin at even places.
        data = rest.get(contents.len() % 2..).unwrap_or_default();
    }
    Some(out)
}

/// What chunks say besides pixels.
fn notes(chunks: &[Chunk<'_>], found: &mut Inventory) {
    for &Chunk { chunk_type, contents } in chunks {
        match chunk_type {
            b"ICCP" => found.set_icc(contents.to_vec()),
            b"EXIF" => found.set_exif(contents),
            b"XMP " => found.set_xmp(contents),
            b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" => {}
            _ => found.drops(format!("chunk {}", chunk_type.escape_ascii().to_string().trim_end())),
        }
    }
}

/// The picture of `chunks`, by a file of nothing else.
fn still(source: &SourceFile<'_>, chunks: &[Chunk<'_>], found: &mut Inventory) -> Result<DynamicImage> {
    let is_picture = |c: &&Chunk<'_>| matches!(c.chunk_type, b"VP8 " | b"VP8L");
    let picture = chunks.iter().find(is_picture).ok_or_else(|| source.fault("there is no picture in the file"))?;
    if chunks.iter().filter(is_picture).count() > 1 {
        found.drops("a second picture");
    }
    let lossy = picture.chunk_type == b"VP8 ";
    let mut body = b"WEBP".to_vec();
    let alpha = chunks.iter().find(|c| lossy && c.chunk_type == b"ALPH");
    if let (Some(alpha), Some(size)) = (alpha, picture.contents.get(6..10)) {
        let side = |at: usize| (number(&size[at..at + 2]) & 0x3fff).wrapping_sub(1) as u32;
        let sides = [side(0), side(2)].map(|side| side.to_le_bytes());
        // The flag says that there is alpha.
        push(&mut body, b"VP8X", &[&[0x10, 0, 0, 0][..], &sides[0][..3], &sides[1][..3]].concat());
        push(&mut body, b"ALPH", alpha.contents);
    }
    push(&mut body, picture.chunk_type, picture.contents);
    if lossy {
        found.already_lossy();
    }
    let file = [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat();
    library::pixels(source, &file, ImageFormat::WebP)
}

fn push(out: &mut Vec<u8>, chunk_type: &[u8; 4], contents: &[u8]) {
    out.extend(chunk_type);
    out.extend((contents.len() as u32).to_le_bytes());
    out.extend(contents);
    out.resize(out.len().next_multiple_of(2), 0);
}

/// The only frame of an animation, on a canvas that is clear around it.
fn framed(
    source: &SourceFile<'_>,
    frame: &[u8],
    canvas: Option<(u32, u32)>,
    found: &mut Inventory,
) -> Result<DynamicImage> {
    let damaged = || source.fault("the frame is damaged");
    let (head, body) = frame.split_at_checked(16).ok_or_else(damaged)?;
    let chunks = split(body).ok_or_else(damaged)?;
    notes(&chunks, found);
    let pixels = still(source, &chunks, found)?;
    let (x, y) = (2 * number(&head[..3]), 2 * number(&head[3..6]));
    let (width, height) = canvas.ok_or_else(damaged)?;
    if size_at(&head[6..12]) != pixels.dimensions()
        || x + pixels.width() as usize > width as usize
        || y + pixels.height() as usize > height as usize
    {
        return Err(damaged());
    }
    if (width, height) == pixels.dimensions() {
        return Ok(pixels);
    }
    source.check_dimensions((width, height))?;
    source.check_bytes(4 * u64::from(width) * u64::from(height))?;
    let mut whole = RgbaImage::new(width, height);
    imageops::replace(&mut whole, &pixels.into_rgba8(), x as i64, y as i64);
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, codecs::webp::WebPEncoder};
    use kvant::{Limits, Metadata, Orientation};

    use super::super::super::exif::tests::Maker;
    use super::*;
    use crate::pictures::picture::Picture;

    fn read_file(data: &[u8]) -> Result<(Picture, Metadata, String)> {
        let (picture, metadata, warnings) =
            super::super::read(&SourceFile { name: "a.webp", data, limits: &Limits::default(), partial: false })?;
        let said = warnings.iter().map(|w| &*w.text).collect::<Vec<_>>().join("; ");
        Ok((picture, metadata, said))
    }

    fn error(data: &[u8]) -> String {
        let error = read_file(data).unwrap_err();
        assert_eq!(error.code(), 3);
        error.to_string()
    }

    /// The chunk of pixels of a picture of 2 by 1.
    fn pixels() -> Vec<u8> {
        let mut file = Vec::new();
        let rgba = [10, 20, 30, 255, 200, 100, 50, 9];
        WebPEncoder::new_lossless(&mut file).encode(&rgba, 2, 1, ExtendedColorType::Rgba8).unwrap();
        let chunks = split(&file[12..]).unwrap();
        chunks.iter().find(|c| c.chunk_type == b"VP8L").unwrap().contents.to_vec()
    }

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        chunks.iter().for_each(|(chunk_type, contents)| push(&mut body, chunk_type, contents));
        [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
    }

    /// The header of a file of this size.
    fn extended(flags: u8, width: u8, height: u8) -> Vec<u8> {
        vec![flags, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0]
    }

    /// A frame of the pixels at `x` and `y`, which are even.
    fn frame(x: u8, y: u8) -> Vec<u8> {
        let mut out = vec![x / 2, 0, 0, y / 2, 0, 0, 1, 0, 0, 0, 0, 0, 100, 0, 0, 0];
        push(&mut out, b"VP8L", &pixels());
        out
    }

    /// A lossy picture of 16 by 8, whose alpha is 255 on the left and 40 on the right: by Pillow,
    /// at quality 30.
    #[rustfmt::skip]
    const LOSSY: &[u8] = &[
        82, 73, 70, 70, 108, 0, 0, 0, 87, 69, 66, 80, 86, 80, 56, 88, 10, 0, 0, 0, 16, 0, 0, 0, 15,
        0, 0, 7, 0, 0, 65, 76, 80, 72, 16, 0, 0, 0, 1, 16, 18, 16, 119, 252, 63, 40, 137, 122, 68, 76,
        128, 73, 254, 0, 86, 80, 56, 32, 54, 0, 0, 0, 176, 1, 0, 157, 1, 42, 16, 0, 8, 0, 4, 0, 104,
        37, 176, 2, 116, 1, 14, 181, 111, 104, 0, 254, 239, 103, 106, 99, 193, 131, 81, 120, 120, 11, 89, 220, 172, 117,
        235, 31, 66, 54, 19, 127, 58, 117, 150, 127, 76, 98, 239, 128, 0, 0,
    ];

    #[test]
    fn lossy_pictures_say_so_and_have_their_alpha_alone_and_in_a_frame() {
        let (alone, _, said) = read_file(LOSSY).unwrap();
        assert_eq!(said, "the input was already lossy");
        let alphas = alone.data().chunks_exact(4).map(|p| p[3]);
        assert!(alphas.enumerate().all(|(i, alpha)| alpha == if i % 16 < 8 { 255 } else { 40 }));
        let mut frame = vec![0, 0, 0, 0, 0, 0, 15, 0, 0, 7, 0, 0, 100, 0, 0, 0];
        // Behind the header of the file and the chunk VP8X.
        frame.extend(&LOSSY[30..]);
        let framed = file(&[(b"VP8X", &extended(0x12, 16, 8)), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
        assert_eq!(read_file(&framed).unwrap().0, alone);
    }

    #[test]
    fn blocks_are_kept_wherever_they_stand_and_others_are_named() {
        let exif = [b"Exif\0\0", &Maker { big: true }.sample()[..]].concat();
        let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let (head, pixels) = (extended(0x3c, 2, 1), pixels());
        let all: [(&[u8; 4], &[u8]); 5] =
            [(b"ICCP", &icc), (b"VP8L", &pixels), (b"EXIF", &exif), (b"XMP ", b"<x/>"), (b"abcd", b"?")];
        for turned in 0..all.len() {
            let mut chunks = all;
            chunks.rotate_left(turned);
            let (picture, metadata, said) = read_file(&file(&[&[(b"VP8X", &head[..])], &chunks[..]].concat())).unwrap();
            assert_eq!((picture.width(), picture.height()), (2, 1));
            assert_eq!((metadata.icc.as_ref(), metadata.xmp.as_deref()), (Some(&icc), Some(&b"<x/>"[..])));
            assert_eq!((metadata.exif.as_deref(), metadata.orientation), (Some(&exif[6..]), Orientation::Rotate90));
            assert_eq!(said, "chunk abcd is not carried");
        }
        let damaged = file(&[(b"VP8X", &head), (b"ICCP", &icc[..90]), (b"VP8L", &pixels), (b"EXIF", b"?")]);
        let (_, metadata, said) = read_file(&damaged).unwrap();
        assert!(
            metadata == Metadata::default()
                && said.contains("profile is damaged")
                && said.contains("Exif block is damaged")
        );
        let (.., said) = read_file(&[file(&[(b"VP8L", &pixels)]), b"abc".to_vec()].concat()).unwrap();
        assert_eq!(said, "the rest of the file (3 bytes behind the end of the picture) is not carried");
    }

    #[test]
    fn one_frame_is_a_picture_and_several_are_an_animation() {
        let alone = read_file(&file(&[(b"VP8L", &pixels())])).unwrap().0;
        let animated = |width, height, frames: &[Vec<u8>]| {
            let head = extended(0x12, width, height);
            let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"VP8X", &head), (b"ANIM", &[0; 6])];
            chunks.extend(frames.iter().map(|frame| (b"ANMF", &frame[..])));
            file(&chunks)
        };
        assert_eq!(read_file(&animated(2, 1, &[frame(0, 0)])).unwrap().0, alone);
        let larger = read_file(&animated(5, 4, &[frame(2, 2)])).unwrap().0;
        assert_eq!((larger.width(), larger.height()), (5, 4));
        let at = 4 * (2 * 5 + 2);
        assert_eq!(larger.data()[at..at + 8], alone.data()[..]);
        assert!(larger.data()[..at].iter().chain(&larger.data()[at + 8..]).all(|&v| v == 0));
        assert!(error(&animated(2, 1, &[frame(0, 0), frame(0, 0)])).contains("an animation"));
        assert!(error(&animated(3, 1, &[frame(2, 0)])).contains("damaged"), "it reaches out of the canvas");
        assert!(error(&animated(3, 1, &[])).contains("no picture"));
    }

    #[test]
    fn cut_files_and_odd_sizes_are_refused_in_words() {
        let whole = file(&[(b"VP8X", &extended(0, 2, 1)), (b"VP8L", &pixels()), (b"EXIF", b"II*\0")]);
        for length in 12..whole.len() {
            assert!(error(&whole[..length]).contains("cut off"), "{length}");
        }
        assert!(error(&file(&[(b"VP8X", &extended(0, 9, 1)), (b"VP8L", &pixels())])).contains("not of the size"));
    }
}
