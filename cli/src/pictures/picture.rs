//! A picture in memory.

use std::borrow::Cow;

use kvant::{Cicp, Image, ImageSpec, ImageView, PixelFormat};

/// A picture, gray or RGB, of 8 to 16 bits a sample; with alpha only where some pixel is not
/// opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    image: Image,
    /// What its samples mean, where somebody said so. Metrics and the encoder look at it; a file is
    /// written with what the metadata say.
    cicp: Option<Cicp>,
}

impl Picture {
    /// Takes pixels; `data` holds exactly the bytes of `width` x `height` pixels, neither of them
    /// zero.
    pub(crate) fn new(width: u32, height: u32, format: PixelFormat, data: Vec<u8>) -> Self {
        let depth = if format.is_wide() { 16 } else { 8 };
        Image::from_data(data, width, height, format, depth).expect("the data is that of the picture").into()
    }

    /// A copy of some rows of a picture without alpha.
    pub(crate) fn of_rows(rows: &ImageView<'_>) -> Self {
        let data = (0..rows.height()).flat_map(|y| rows.row(y)).copied().collect();
        let image = Image::from_data(data, rows.width(), rows.height(), rows.format(), rows.depth());
        Self { image: image.expect("rows are a picture"), cicp: None }
    }

    /// The same, whose samples mean what code points say.
    pub(crate) fn with_cicp(self, cicp: Option<Cicp>) -> Self {
        Self { cicp, ..self }
    }

    /// What the samples mean, where somebody said so.
    pub(crate) fn cicp(&self) -> Option<Cicp> {
        self.cicp
    }

    pub(crate) fn width(&self) -> u32 {
        self.image.width()
    }

    pub(crate) fn height(&self) -> u32 {
        self.image.height()
    }

    pub(crate) fn format(&self) -> PixelFormat {
        self.image.format()
    }

    /// Bits of a sample.
    pub(crate) fn depth(&self) -> u8 {
        self.image.depth()
    }

    /// `rgb` or `gray`, with `a` or `+alpha`.
    pub(crate) fn channels(&self) -> &'static str {
        channels_name(self.format())
    }

    /// All bytes of the pixels.
    pub(crate) fn data(&self) -> &[u8] {
        self.image.data()
    }

    /// What it is, its pixels apart.
    pub(crate) fn spec(&self) -> ImageSpec<'static> {
        *self.image.spec()
    }

    /// Width times height.
    pub(crate) fn pixels(&self) -> u64 {
        self.image.spec().pixels()
    }

    /// What a library call takes.
    pub(crate) fn view(&self) -> ImageView<'_> {
        self.image.view()
    }

    /// The largest value of a sample.
    pub(crate) fn max(&self) -> u16 {
        ((1u32 << self.depth()) - 1) as u16
    }

    /// All samples, channel by channel within each pixel.
    pub(crate) fn samples(&self) -> Vec<u16> {
        let data = self.image.data();
        match self.format().is_wide() {
            true => data.as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b)).collect(),
            false => data.iter().map(|&b| b.into()).collect(),
        }
    }

    /// The same with samples of 8 bits.
    pub(crate) fn narrowed(&self) -> Cow<'_, Self> {
        if !self.format().is_wide() {
            return Cow::Borrowed(self);
        }
        let max = u32::from(self.max());
        let data = self.samples().into_iter().map(|v| ((u32::from(v) * 255 + max / 2) / max) as u8).collect();
        let format = PixelFormat::new(self.format().has_colour(), self.format().has_alpha(), false);
        Cow::Owned(Self::new(self.width(), self.height(), format, data).with_cicp(self.cicp))
    }

    /// The colours as 8-bit RGB, without the alpha; gray becomes three equal channels.
    pub(crate) fn to_rgb(&self) -> Cow<'_, [u8]> {
        if self.format() == PixelFormat::Rgb8 {
            return Cow::Borrowed(self.image.data());
        }
        let narrow = self.narrowed();
        let pixels = narrow.image.data().chunks_exact(narrow.format().channels());
        Cow::Owned(match narrow.format().has_colour() {
            true => pixels.flat_map(|p| [p[0], p[1], p[2]]).collect(),
            false => pixels.flat_map(|p| [p[0]; 3]).collect(),
        })
    }

    /// The colours as RGB with all their bits, without the alpha; gray becomes three equal
    /// channels.
    pub(crate) fn rgb_samples(&self) -> Vec<u16> {
        let samples = self.samples();
        if (self.format().has_colour(), self.format().has_alpha()) == (true, false) {
            return samples;
        }
        let pixels = samples.chunks_exact(self.format().channels());
        match self.format().has_colour() {
            true => pixels.flat_map(|p| [p[0], p[1], p[2]]).collect(),
            false => pixels.flat_map(|p| [p[0]; 3]).collect(),
        }
    }

    /// Without its alpha, whatever that says.
    fn opaque(&self) -> Self {
        let (from, bytes) = (self.format(), self.format().bytes_per_sample());
        let to = PixelFormat::new(from.has_colour(), false, from.is_wide());
        let pixels = self.image.data().chunks_exact(from.bytes_per_pixel());
        let data = pixels.flat_map(|p| &p[..p.len() - bytes]).copied().collect();
        let image = Image::from_data(data, self.width(), self.height(), to, self.depth());
        Self { image: image.expect("as many pixels as before"), cicp: self.cicp }
    }
}

impl From<Image> for Picture {
    /// Full opacity is no alpha.
    fn from(image: Image) -> Self {
        let picture = Self { image, cicp: None };
        if !picture.format().has_alpha() {
            return picture;
        }
        let (max, channels) = (picture.max(), picture.format().channels());
        let opaque = picture.samples().chunks_exact(channels).all(|p| p[channels - 1] == max);
        if opaque { picture.opaque() } else { picture }
    }
}

/// What reports call a pixel format's channels.
pub(crate) fn channels_name(format: PixelFormat) -> &'static str {
    match (format.has_colour(), format.has_alpha()) {
        (false, false) => "gray",
        (false, true) => "gray+alpha",
        (true, false) => "rgb",
        (true, true) => "rgba",
    }
}
