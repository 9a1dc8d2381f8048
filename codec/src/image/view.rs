//! The caller's pixels: borrowed views with a stride, and an owned picture.

use crate::error::ImageError;

/// Largest width or height, in pixels.
pub(crate) const MAX_SIDE: u32 = 1 << 24;

/// How a pixel is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// One byte a pixel.
    Gray8,
    /// Three bytes a pixel: red, green, blue.
    Rgb8,
}

impl PixelFormat {
    /// Channels of a pixel: 1 or 3.
    pub const fn channels(self) -> usize {
        match self {
            Self::Gray8 => 1,
            Self::Rgb8 => 3,
        }
    }

    /// Bytes of a pixel.
    pub const fn bytes_per_pixel(self) -> usize {
        self.channels()
    }
}

fn check(len: usize, width: u32, height: u32, stride: usize, format: PixelFormat) -> Result<(), ImageError> {
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(ImageError::Dimensions { width, height });
    }
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

/// Borrowed pixels, row by row from the top, `stride` bytes apart.
#[derive(Debug, Clone, Copy)]
pub struct ImageView<'a> {
    data: &'a [u8],
    width: u32,
    height: u32,
    stride: usize,
    format: PixelFormat,
}

impl<'a> ImageView<'a> {
    /// Describes `data` as a picture of `width` x `height` pixels (each 1 to 2^24), rows `stride` bytes apart.
    ///
    /// # Errors
    /// [`ImageError`] where the size is out of range, the stride is below a row's bytes or the data is too short.
    pub fn new(
        data: &'a [u8],
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        check(data.len(), width, height, stride, format)?;
        Ok(Self { data, width, height, stride, format })
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

    /// The bytes of row `y`, without what the stride adds. Panics where `y` is not below the height.
    pub fn row(&self, y: u32) -> &'a [u8] {
        let start = y as usize * self.stride;
        &self.data[start..start + self.width as usize * self.format.bytes_per_pixel()]
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

    /// The bytes of row `y`, to write. Panics where `y` is not below the height.
    pub fn row_mut(&mut self, y: u32) -> &mut [u8] {
        let start = y as usize * self.stride;
        &mut self.data[start..start + self.width as usize * self.format.bytes_per_pixel()]
    }
}

/// An owned picture, rows without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    data: Vec<u8>,
    width: u32,
    height: u32,
    format: PixelFormat,
}

impl Image {
    /// A black picture.
    ///
    /// # Errors
    /// [`ImageError::Dimensions`] where a side is 0 or above 2^24.
    pub fn new(width: u32, height: u32, format: PixelFormat) -> Result<Self, ImageError> {
        if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
            return Err(ImageError::Dimensions { width, height });
        }
        let bytes = width as usize * height as usize * format.bytes_per_pixel();
        Ok(Self { data: vec![0; bytes], width, height, format })
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

    /// All pixels, row by row.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// All pixels, row by row, taking the buffer.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// A view of the whole picture.
    pub fn view(&self) -> ImageView<'_> {
        let stride = self.width as usize * self.format.bytes_per_pixel();
        ImageView { data: &self.data, width: self.width, height: self.height, stride, format: self.format }
    }

    /// A writable view of the whole picture.
    pub fn view_mut(&mut self) -> ImageViewMut<'_> {
        let stride = self.width as usize * self.format.bytes_per_pixel();
        ImageViewMut { data: &mut self.data, width: self.width, height: self.height, stride, format: self.format }
    }
}
