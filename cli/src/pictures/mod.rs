//! Pictures in memory, and the file formats they come from and go to.

mod alpha;
mod read;
mod write;

use std::borrow::Cow;

use kvant::{ImageView, PixelFormat};

use crate::error::{CliError, Result};
pub(crate) use read::{
    Loaded, ReadOptions, Transparency, Warning, decode_error, display_name, read_bytes, read_picture,
};
pub(crate) use write::{OutputFormat, write_picture};

/// An 8-bit picture, gray or RGB, rows without gaps; with a plane of alpha where some pixel is not opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    format: PixelFormat,
    data: Vec<u8>,
    /// One value a pixel, 0 transparent to 255 opaque; never all opaque.
    alpha: Option<Vec<u8>>,
}

impl Picture {
    /// Takes pixels; `data` holds exactly the bytes of `width` x `height` pixels, neither of them zero.
    pub(crate) fn new(width: u32, height: u32, format: PixelFormat, data: Vec<u8>) -> Self {
        assert_eq!(data.len(), width as usize * height as usize * format.bytes_per_pixel());
        Self { width, height, format, data, alpha: None }
    }

    /// With `alpha`, one value a pixel; full opacity is no alpha.
    pub(crate) fn with_alpha(mut self, alpha: Vec<u8>) -> Self {
        assert_eq!(alpha.len() as u64, self.pixels());
        self.alpha = alpha.iter().any(|a| *a != 255).then_some(alpha);
        self
    }

    /// Opacity of each pixel, where some pixel is not opaque.
    pub(crate) fn alpha(&self) -> Option<&[u8]> {
        self.alpha.as_deref()
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
    ///
    /// # Errors
    /// [`CliError::Run`] where there is alpha, which streams do not carry.
    pub(crate) fn view(&self) -> Result<ImageView<'_>> {
        if self.alpha.is_some() {
            return Err(CliError::Run(
                "the picture has transparent pixels, which this version does not store".to_owned(),
            ));
        }
        let stride = self.width as usize * self.format.bytes_per_pixel();
        ImageView::new(&self.data, self.width, self.height, stride, self.format)
            .map_err(|e| CliError::Run(e.to_string()))
    }

    /// The colours as RGB, without the alpha; gray becomes three equal channels.
    pub(crate) fn to_rgb(&self) -> Cow<'_, [u8]> {
        match self.format.channels() {
            1 => Cow::Owned(self.data.iter().flat_map(|&v| [v; 3]).collect()),
            _ => Cow::Borrowed(&self.data),
        }
    }
}

impl From<kvant::Image> for Picture {
    fn from(image: kvant::Image) -> Self {
        Self::new(image.width(), image.height(), image.format(), image.into_data())
    }
}

/// What reports call a pixel format's channels.
pub(crate) fn channels_name(format: PixelFormat) -> &'static str {
    if format.channels() == 1 { "gray" } else { "rgb" }
}
