//! The caller's pixels: what a picture is, borrowed views with a stride, and an owned picture.

use std::cmp::Ordering;
use std::ops::Range;

use super::error::ImageError;
use crate::image::format::PixelFormat;
use crate::image::plane::Rect;
use crate::metadata::Metadata;

/// Largest width or height, in pixels.
pub(crate) const MAX_SIDE: u32 = 1 << 24;

/// Checks bits of a sample: 8 for bytes, 9 to 16 for two of them.
fn check_depth(format: PixelFormat, depth: u8) -> Result<(), ImageError> {
    let least = if format.is_wide() { 9 } else { 8 };
    if (least..=format.full_depth()).contains(&depth) { Ok(()) } else { Err(ImageError::Depth { depth, format }) }
}

/// Whether a picture can have these sides.
fn check_sides(width: u32, height: u32) -> Result<(), ImageError> {
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) { Ok(()) } else { Err(ImageError::Dimensions { width, height }) }
}

/// Bytes of `width` x `height` pixels, where a buffer can have `most`.
fn pixel_bytes(width: u32, height: u32, format: PixelFormat, most: usize) -> Result<usize, ImageError> {
    check_sides(width, height)?;
    let bytes = format.bytes_of(width, height);
    usize::try_from(bytes).ok().filter(|&bytes| bytes <= most).ok_or(ImageError::TooLarge { bytes })
}

fn check(len: usize, width: u32, height: u32, stride: usize, format: PixelFormat) -> Result<(), ImageError> {
    check_sides(width, height)?;
    let row_bytes = width as usize * format.bytes_per_pixel();
    if stride < row_bytes {
        return Err(ImageError::Stride { stride, row_bytes });
    }
    let needed = stride.checked_mul(height as usize - 1).and_then(|n| n.checked_add(row_bytes)).unwrap_or(usize::MAX);
    if len < needed {
        return Err(ImageError::BufferTooSmall { len, needed });
    }
    Ok(())
}

/// What a picture is, its pixels apart: size, format, bits of a sample, and what a stream should
/// say of it besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageSpec<'a> {
    width: u32,
    height: u32,
    format: PixelFormat,
    depth: u8,
    metadata: Option<&'a Metadata>,
}

impl<'a> ImageSpec<'a> {
    /// A picture of `width` x `height` pixels, each 1 to 2^24, whose samples fill their bytes.
    ///
    /// # Errors
    /// [`ImageError::Dimensions`] where a side is out of range.
    pub fn new(width: u32, height: u32, format: PixelFormat) -> Result<Self, ImageError> {
        check_sides(width, height)?;
        Ok(Self { width, height, format, depth: format.full_depth(), metadata: None })
    }

    /// The same picture, its samples of `depth` bits: values 0 to 2^depth - 1, larger ones count as
    /// the largest.
    ///
    /// # Errors
    /// [`ImageError::Depth`] where `depth` is not 8 for samples of a byte, 9 to 16 for those of
    /// two.
    pub fn with_depth(self, depth: u8) -> Result<Self, ImageError> {
        check_depth(self.format, depth)?;
        Ok(Self { depth, ..self })
    }

    /// The same picture, with what a stream should say of it besides.
    #[must_use]
    pub fn with_metadata(self, metadata: &'a Metadata) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    /// What a stream will say of the picture besides its pixels.
    pub fn metadata(&self) -> Option<&'a Metadata> {
        self.metadata
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Bits of a sample, 8 to 16.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// Width times height.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Bytes of a row of pixels.
    pub(crate) fn row_bytes(&self) -> usize {
        self.width as usize * self.format.bytes_per_pixel()
    }
}

/// Borrowed pixels, row by row from the top, `stride` bytes apart.
#[derive(Debug, Clone, Copy)]
pub struct ImageView<'a> {
    data: &'a [u8],
    stride: usize,
    spec: ImageSpec<'a>,
}

impl<'a> ImageView<'a> {
    /// Describes `data` as a picture of `width` x `height` pixels (each 1 to 2^24), rows `stride`
    /// bytes apart.
    ///
    /// # Errors
    /// [`ImageError`] where the size is out of range, the stride is below a row's bytes or the data
    /// is too short.
    pub fn new(
        data: &'a [u8],
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        check(data.len(), width, height, stride, format)?;
        Ok(Self { data, stride, spec: ImageSpec::new(width, height, format)? })
    }

    /// As [`ImageView::new`], for rows without gaps.
    ///
    /// # Errors
    /// [`ImageError::Dimensions`] and [`ImageError::BufferTooSmall`].
    pub fn packed(data: &'a [u8], width: u32, height: u32, format: PixelFormat) -> Result<Self, ImageError> {
        Self::new(data, width, height, (width as usize).saturating_mul(format.bytes_per_pixel()), format)
    }

    /// As [`ImageSpec::with_depth`].
    ///
    /// # Errors
    /// As [`ImageSpec::with_depth`].
    pub fn with_depth(self, depth: u8) -> Result<Self, ImageError> {
        Ok(Self { spec: self.spec.with_depth(depth)?, ..self })
    }

    /// As [`ImageSpec::with_metadata`].
    #[must_use]
    pub fn with_metadata(self, metadata: &'a Metadata) -> Self {
        Self { spec: self.spec.with_metadata(metadata), ..self }
    }

    /// The same pixels, with what is to be said of another picture.
    pub(crate) fn with_metadata_of(self, other: &ImageSpec<'a>) -> Self {
        Self { spec: ImageSpec { metadata: other.metadata, ..self.spec }, ..self }
    }

    /// What the picture is, its pixels apart.
    pub fn spec(&self) -> &ImageSpec<'a> {
        &self.spec
    }

    /// What a stream will say of the picture besides its pixels.
    pub fn metadata(&self) -> Option<&'a Metadata> {
        self.spec.metadata
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.spec.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.spec.height
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.spec.format
    }

    /// Bits of a sample, 8 to 16.
    pub fn depth(&self) -> u8 {
        self.spec.depth
    }

    /// Some of its rows.
    pub(crate) fn rows(self, rows: Range<usize>) -> Self {
        let start = rows.start * self.stride;
        let spec = ImageSpec { height: rows.len() as u32, ..self.spec };
        Self { data: &self.data[start..], spec, ..self }
    }

    /// The bytes of row `y`, without what the stride adds. Panics where `y` is not below the
    /// height.
    pub fn row(&self, y: u32) -> &'a [u8] {
        // The data may go on behind the last row: that of a part has the rest of the picture.
        assert!(y < self.spec.height, "row {y} of {}", self.spec.height);
        let start = y as usize * self.stride;
        &self.data[start..start + self.spec.row_bytes()]
    }
}

/// Borrowed pixels to write to; shape as [`ImageView`].
#[derive(Debug)]
pub struct ImageViewMut<'a> {
    data: &'a mut [u8],
    width: u32,
    height: u32,
    stride: usize,
    format: PixelFormat,
}

impl<'a> ImageViewMut<'a> {
    /// As [`ImageView::new`], for a buffer that will be written.
    ///
    /// # Errors
    /// As [`ImageView::new`].
    pub fn new(
        data: &'a mut [u8],
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        check(data.len(), width, height, stride, format)?;
        Ok(Self { data, width, height, stride, format })
    }

    /// As [`ImageViewMut::new`], for rows without gaps.
    ///
    /// # Errors
    /// [`ImageError::Dimensions`] and [`ImageError::BufferTooSmall`].
    pub fn packed(data: &'a mut [u8], width: u32, height: u32, format: PixelFormat) -> Result<Self, ImageError> {
        Self::new(data, width, height, (width as usize).saturating_mul(format.bytes_per_pixel()), format)
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The pixels of `rect`, which lies in the picture.
    pub(crate) fn part(&mut self, rect: Rect) -> ImageViewMut<'_> {
        let start = rect.y * self.stride + rect.x * self.format.bytes_per_pixel();
        let (width, height) = (rect.w as u32, rect.h as u32);
        ImageViewMut { data: &mut self.data[start..], width, height, stride: self.stride, format: self.format }
    }

    /// The first `count` of its rows.
    pub(crate) fn first_rows(self, count: usize) -> Self {
        Self { height: count as u32, ..self }
    }

    /// The bytes of row `y`, to write. Panics where `y` is not below the height.
    pub fn row_mut(&mut self, y: u32) -> &mut [u8] {
        assert!(y < self.height, "row {y} of {}", self.height);
        let start = y as usize * self.stride;
        &mut self.data[start..start + self.width as usize * self.format.bytes_per_pixel()]
    }
}

/// An owned picture, rows without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    data: Vec<u8>,
    /// Without metadata.
    spec: ImageSpec<'static>,
}

impl Image {
    /// A black picture.
    ///
    /// # Errors
    /// [`ImageError::Dimensions`] where a side is 0 or above 2^24, [`ImageError::TooLarge`] where
    /// the pixels are more than can be addressed.
    pub fn new(width: u32, height: u32, format: PixelFormat) -> Result<Self, ImageError> {
        let (spec, bytes) =
            (ImageSpec::new(width, height, format)?, pixel_bytes(width, height, format, isize::MAX as usize)?);
        Ok(Self { data: vec![0; bytes], spec })
    }

    /// A black picture whose samples have `depth` bits.
    ///
    /// # Errors
    /// As [`Image::new`]; [`ImageError::Depth`] as [`ImageView::with_depth`].
    pub fn with_depth(width: u32, height: u32, format: PixelFormat, depth: u8) -> Result<Self, ImageError> {
        check_depth(format, depth)?;
        let Self { data, spec } = Self::new(width, height, format)?;
        Ok(Self { data, spec: spec.with_depth(depth)? })
    }

    /// Takes over `data`, the bytes of `width` x `height` pixels whose samples have `depth` bits.
    ///
    /// # Errors
    /// As [`Image::with_depth`]; [`ImageError::BufferTooSmall`] and [`ImageError::Mismatch`] where
    /// `data` has too few bytes or too many.
    pub fn from_data(
        data: Vec<u8>,
        width: u32,
        height: u32,
        format: PixelFormat,
        depth: u8,
    ) -> Result<Self, ImageError> {
        check_depth(format, depth)?;
        let (len, needed) = (data.len(), pixel_bytes(width, height, format, isize::MAX as usize)?);
        match len.cmp(&needed) {
            Ordering::Less => Err(ImageError::BufferTooSmall { len, needed }),
            Ordering::Greater => Err(ImageError::Mismatch),
            Ordering::Equal => Ok(Self { data, spec: ImageSpec::new(width, height, format)?.with_depth(depth)? }),
        }
    }

    /// What the picture is, its pixels apart; it has no metadata.
    pub fn spec(&self) -> &ImageSpec<'static> {
        &self.spec
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.spec.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.spec.height
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.spec.format
    }

    /// Bits of a sample, 8 to 16.
    pub fn depth(&self) -> u8 {
        self.spec.depth
    }

    /// All pixels, row by row.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// All pixels, row by row, taking the buffer.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// A copy of the pixels of `view`; samples above the depth's largest become that.
    pub(crate) fn of(view: &ImageView<'_>) -> Result<Self, ImageError> {
        let mut out = Self::with_depth(view.width(), view.height(), view.format(), view.depth())?;
        let ImageSpec { format, depth, .. } = out.spec;
        let max = (1u32 << depth) - 1;
        for (y, to) in (0..).zip(out.data.chunks_exact_mut(out.spec.row_bytes())) {
            to.copy_from_slice(view.row(y));
            if depth < format.full_depth() {
                for sample in to.as_chunks_mut().0 {
                    *sample = u16::from_ne_bytes(*sample).min(max as u16).to_ne_bytes();
                }
            }
        }
        Ok(out)
    }

    /// All bytes of the pixels.
    pub(crate) fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// A view of the whole picture.
    pub fn view(&self) -> ImageView<'_> {
        ImageView { data: &self.data, stride: self.spec.row_bytes(), spec: self.spec }
    }

    /// A writable view of the whole picture.
    pub fn view_mut(&mut self) -> ImageViewMut<'_> {
        let ImageSpec { width, height, format, .. } = self.spec;
        ImageViewMut { data: &mut self.data, width, height, stride: self.spec.row_bytes(), format }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_no_row_behind_its_last() {
        let mut image = Image::new(4, 6, PixelFormat::Rgb8).unwrap();
        let beyond = |read: &mut dyn FnMut()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).is_err();
        assert!(beyond(&mut || _ = image.view().rows(1..3).row(2)));
        assert!(beyond(&mut || _ = image.view_mut().first_rows(2).row_mut(2)));
        let part = Rect { x: 1, y: 1, w: 2, h: 2 };
        assert_eq!(image.view_mut().part(part).row_mut(1).len(), 6);
        assert!(beyond(&mut || _ = image.view_mut().part(part).row_mut(2)));
    }

    #[test]
    fn pixels_beyond_the_address_space_are_refused() {
        let half = i32::MAX as usize;
        let bytes = |width, height| pixel_bytes(width, height, PixelFormat::Rgb8, half);
        assert_eq!(bytes(1 << 15, 21845), Ok(32768 * 21845 * 3));
        // The product of the sides is 2^32, which 32 bits take for nothing.
        assert_eq!(bytes(1 << 16, 1 << 16), Err(ImageError::TooLarge { bytes: 3 << 32 }));
        assert_eq!(bytes(1 << 24, 1 << 24), Err(ImageError::TooLarge { bytes: 3 << 48 }));
        assert_eq!(bytes(0, 5), Err(ImageError::Dimensions { width: 0, height: 5 }));
        assert_eq!(bytes(5, (1 << 24) + 1), Err(ImageError::Dimensions { width: 5, height: (1 << 24) + 1 }));
    }
}
