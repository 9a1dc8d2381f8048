//! Pictures in memory, and the file formats they come from and go to.

mod read;
mod write;

use std::borrow::Cow;

use kvant::{ImageView, PixelFormat};

pub(crate) use read::{Loaded, ReadOptions, Warning, decode_error, display_name, read_bytes, read_picture};
pub(crate) use write::{OutputFormat, write_picture};

/// An 8-bit picture, gray or RGB, rows without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    format: PixelFormat,
    data: Vec<u8>,
}

impl Picture {
    /// Takes pixels; `data` holds exactly the bytes of `width` x `height` pixels, neither of them zero.
    pub(crate) fn new(width: u32, height: u32, format: PixelFormat, data: Vec<u8>) -> Self {
        assert_eq!(data.len(), width as usize * height as usize * format.bytes_per_pixel());
        Self { width, height, format, data }
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// `rgb` or `gray`.
    pub(crate) fn channels(&self) -> &'static str {
        channels_name(self.format)
    }

    /// Width times height.
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// What a library call takes.
    pub(crate) fn view(&self) -> std::result::Result<ImageView<'_>, kvant::ImageError> {
        let stride = self.width as usize * self.format.bytes_per_pixel();
        ImageView::new(&self.data, self.width, self.height, stride, self.format)
    }

    /// The pixels as RGB; gray becomes three equal channels.
    pub(crate) fn to_rgb(&self) -> Cow<'_, [u8]> {
        match self.format.channels() {
            1 => Cow::Owned(self.data.iter().flat_map(|&v| [v; 3]).collect()),
            _ => Cow::Borrowed(&self.data),
        }
    }
}

impl From<kvant::Image> for Picture {
    fn from(image: kvant::Image) -> Self {
        Self { width: image.width(), height: image.height(), format: image.format(), data: image.into_data() }
    }
}

/// What reports call a pixel format's channels.
pub(crate) fn channels_name(format: PixelFormat) -> &'static str {
    if format.channels() == 1 { "gray" } else { "rgb" }
}
