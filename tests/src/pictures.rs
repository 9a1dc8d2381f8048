//! Real pictures from `testdata/` and what is cut and mirrored out of them.

use std::fs;

use kvant::{Image, PixelFormat};

use crate::root;

/// The picture `name` of `testdata/`, as 8-bit gray or RGB.
pub fn testdata(name: &str) -> Image {
    let path = root().join("testdata").join(name);
    let file = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let picture = image::load_from_memory(&file).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (width, height) = (picture.width(), picture.height());
    match picture.color().channel_count() {
        1 => from_bytes(width, height, PixelFormat::Gray8, picture.to_luma8().as_raw()),
        _ => from_bytes(width, height, PixelFormat::Rgb8, picture.to_rgb8().as_raw()),
    }
}

/// A picture from its pixels, row by row without gaps.
pub fn from_bytes(width: u32, height: u32, format: PixelFormat, pixels: &[u8]) -> Image {
    let mut picture = Image::new(width, height, format).expect("test pictures have valid sizes");
    let row_bytes = width as usize * format.bytes_per_pixel();
    assert_eq!(pixels.len(), row_bytes * height as usize, "pixels of a {width}x{height} {format:?} picture");
    for (y, row) in (0..height).zip(pixels.chunks_exact(row_bytes)) {
        picture.view_mut().row_mut(y).copy_from_slice(row);
    }
    picture
}

/// A picture whose pixel at (x, y) is `pixel(x, y)`, its first channel for gray. Alpha follows the
/// third channel, and is all or nothing where that is near an end; samples of two bytes have the
/// value in both, but for the lowest bits.
pub fn from_fn(width: u32, height: u32, format: PixelFormat, mut pixel: impl FnMut(u32, u32) -> [u8; 3]) -> Image {
    let mut pixels = Vec::with_capacity(width as usize * height as usize * format.bytes_per_pixel());
    let mut push = |value: u8| match format.is_wide() {
        true => pixels.extend(((u16::from(value) * 257) ^ u16::from(value & 7)).to_ne_bytes()),
        false => pixels.push(value),
    };
    for y in 0..height {
        for x in 0..width {
            let channels = pixel(x, y);
            channels[..if format.has_colour() { 3 } else { 1 }].iter().for_each(|&value| push(value));
            if format.has_alpha() {
                push(match channels[2] {
                    0..64 => 0,
                    192.. => 255,
                    value => value,
                });
            }
        }
    }
    from_bytes(width, height, format, &pixels)
}

/// `picture`, whose samples have two bytes, with `depth` bits a sample: the high ones.
pub fn with_depth(picture: &Image, depth: u8) -> Image {
    let shift = picture.depth() - depth;
    let samples = picture.data().as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b) >> shift);
    let data = samples.flat_map(u16::to_ne_bytes).collect();
    Image::from_data(data, picture.width(), picture.height(), picture.format(), depth).expect("a depth of two bytes")
}

/// The `width` x `height` pixels of `picture` from (x, y) on.
pub fn crop(picture: &Image, (x, y): (u32, u32), (width, height): (u32, u32)) -> Image {
    let source = picture.view();
    let bytes = picture.format().bytes_per_pixel();
    let columns = x as usize * bytes..(x + width) as usize * bytes;
    let pixels: Vec<u8> = (y..y + height).flat_map(|row| &source.row(row)[columns.clone()]).copied().collect();
    from_bytes(width, height, picture.format(), &pixels)
}

/// `picture` continued to `width` x `height` by mirroring it at its edges, or cut where it is
/// larger.
pub fn mirrored(picture: &Image, width: u32, height: u32) -> Image {
    let reflect = |at: u32, size: u32| {
        let phase = at % (2 * size);
        phase.min(2 * size - 1 - phase)
    };
    let source = picture.view();
    let channels = picture.format().channels();
    from_fn(width, height, picture.format(), |x, y| {
        let start = reflect(x, picture.width()) as usize * channels;
        let pixel = &source.row(reflect(y, picture.height()))[start..start + channels];
        [pixel[0], pixel[channels / 2], pixel[channels - 1]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirroring_repeats_the_edge_pixel_and_turns_back() {
        let ramp = from_fn(3, 1, PixelFormat::Gray8, |x, _| [x as u8; 3]);
        assert_eq!(mirrored(&ramp, 8, 2).data(), [0, 1, 2, 2, 1, 0, 0, 1, 0, 1, 2, 2, 1, 0, 0, 1]);
    }

    #[test]
    fn a_crop_has_the_pixels_of_its_place() {
        let picture = from_fn(5, 4, PixelFormat::Rgb8, |x, y| [x as u8, y as u8, 9]);
        assert_eq!(crop(&picture, (3, 2), (2, 2)).data(), [3, 2, 9, 4, 2, 9, 3, 3, 9, 4, 3, 9]);
    }
}
