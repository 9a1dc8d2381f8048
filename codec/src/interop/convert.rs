//! Pictures, colours and orientations of this crate as those of the `image` crate, and the other
//! way round.

use image::error::{ImageFormatHint, UnsupportedError, UnsupportedErrorKind};
use image::metadata::{CicpColorPrimaries as Primaries, CicpTransferCharacteristics as Transfer};
use image::{ColorType, DynamicImage, ExtendedColorType, ImageBuffer, ImageError, ImageResult};

use crate::colour::widened;
use crate::image::format::PixelFormat;
use crate::image::view::Image;
use crate::metadata::{Cicp, Metadata, Orientation};

/// The primaries that the `image` crate knows.
const PRIMARIES: [Primaries; 12] = [
    Primaries::SRgb,
    Primaries::Unspecified,
    Primaries::RgbM,
    Primaries::RgbB,
    Primaries::Bt601,
    Primaries::Rgb240m,
    Primaries::GenericFilm,
    Primaries::Rgb2020,
    Primaries::Xyz,
    Primaries::SmpteRp431,
    Primaries::SmpteRp432,
    Primaries::Industry22,
];

/// The transfer functions that it knows.
const TRANSFERS: [Transfer; 17] = [
    Transfer::Bt709,
    Transfer::Unspecified,
    Transfer::Bt470M,
    Transfer::Bt470BG,
    Transfer::Bt601,
    Transfer::Smpte240m,
    Transfer::Linear,
    Transfer::Log100,
    Transfer::LogSqrt,
    Transfer::Iec61966_2_4,
    Transfer::Bt1361,
    Transfer::SRgb,
    Transfer::Bt2020_10bit,
    Transfer::Bt2020_12bit,
    Transfer::Smpte2084,
    Transfer::Smpte428,
    Transfer::Bt2100Hlg,
];

/// What the `image` crate calls pixels of `format`.
pub(super) fn colour_type(format: PixelFormat) -> ColorType {
    match format {
        PixelFormat::Gray8 => ColorType::L8,
        PixelFormat::GrayAlpha8 => ColorType::La8,
        PixelFormat::Rgb8 => ColorType::Rgb8,
        PixelFormat::Rgba8 => ColorType::Rgba8,
        PixelFormat::Gray16 => ColorType::L16,
        PixelFormat::GrayAlpha16 => ColorType::La16,
        PixelFormat::Rgb16 => ColorType::Rgb16,
        PixelFormat::Rgba16 => ColorType::Rgba16,
    }
}

/// The format of pixels that the `image` crate calls `colour`, in what `hint` says.
///
/// # Errors
/// [`ImageError::Unsupported`] where there is none.
pub(super) fn pixel_format(colour: ExtendedColorType, hint: ImageFormatHint) -> ImageResult<PixelFormat> {
    let found = PixelFormat::ALL.into_iter().find(|&format| ExtendedColorType::from(colour_type(format)) == colour);
    found.ok_or_else(|| {
        let kind = UnsupportedErrorKind::Color(colour);
        ImageError::Unsupported(UnsupportedError::from_format_and_kind(hint, kind))
    })
}

/// Scales samples of 9 to 15 bits to 16, the only deeper ones that the `image` crate knows.
pub(super) fn fill(data: &mut [u8], depth: u8) {
    if (9..16).contains(&depth) {
        let max = (1 << depth) - 1;
        for sample in data.as_chunks_mut().0 {
            *sample = widened(u16::from_ne_bytes(*sample), max).to_ne_bytes();
        }
    }
}

/// Samples of 9 to 15 bits are scaled to 16, the only deeper ones that the `image` crate knows.
impl From<Image> for DynamicImage {
    fn from(mut image: Image) -> Self {
        let (width, height, depth) = (image.width(), image.height(), image.depth());
        fill(image.data_mut(), depth);
        let made = match image.format() {
            PixelFormat::Gray8 => ImageBuffer::from_raw(width, height, image.into_data()).map(Self::ImageLuma8),
            PixelFormat::GrayAlpha8 => ImageBuffer::from_raw(width, height, image.into_data()).map(Self::ImageLumaA8),
            PixelFormat::Rgb8 => ImageBuffer::from_raw(width, height, image.into_data()).map(Self::ImageRgb8),
            PixelFormat::Rgba8 => ImageBuffer::from_raw(width, height, image.into_data()).map(Self::ImageRgba8),
            PixelFormat::Gray16 => ImageBuffer::from_raw(width, height, image.to_u16()).map(Self::ImageLuma16),
            PixelFormat::GrayAlpha16 => ImageBuffer::from_raw(width, height, image.to_u16()).map(Self::ImageLumaA16),
            PixelFormat::Rgb16 => ImageBuffer::from_raw(width, height, image.to_u16()).map(Self::ImageRgb16),
            PixelFormat::Rgba16 => ImageBuffer::from_raw(width, height, image.to_u16()).map(Self::ImageRgba16),
        };
        made.expect("there are as many samples as the format has")
    }
}

/// All but pictures of floating point.
impl TryFrom<&DynamicImage> for Image {
    type Error = ImageError;

    fn try_from(image: &DynamicImage) -> ImageResult<Self> {
        let format = pixel_format(image.color().into(), ImageFormatHint::Unknown)?;
        let data = image.as_bytes().to_vec();
        Ok(Self::from_data(data, image.width(), image.height(), format, format.full_depth())
            .map_err(crate::error::EncodeError::from)?)
    }
}

impl Cicp {
    /// What the samples of `image` mean; `None` for sRGB, which is what they mean where nothing is
    /// said.
    pub fn of_dynamic(image: &DynamicImage) -> Option<Self> {
        let space = image.color_space();
        let cicp =
            Self { primaries: space.primaries as u8, transfer: space.transfer as u8, matrix: 0, full_range: true };
        (space != image::metadata::Cicp::SRGB).then_some(cicp)
    }

    /// Says of `image` that its samples mean this. No pixel is changed. Primaries and transfers
    /// that the `image` crate does not know are left as they are.
    pub fn set_dynamic(self, image: &mut DynamicImage) {
        if let Some(primaries) = PRIMARIES.into_iter().find(|&p| p as u8 == self.primaries) {
            image.set_rgb_primaries(primaries);
        }
        if let Some(transfer) = TRANSFERS.into_iter().find(|&t| t as u8 == self.transfer) {
            image.set_transfer_function(transfer);
        }
    }
}

impl From<Orientation> for image::metadata::Orientation {
    fn from(orientation: Orientation) -> Self {
        Self::from_exif(orientation.to_exif()).unwrap_or(Self::NoTransforms)
    }
}

/// `image` upright and in its colours: as a viewer shows what was decoded of a stream that says
/// `metadata`.
///
/// ```
/// use kvant::Decoder;
/// # let picture = image::DynamicImage::new_rgb8(8, 4);
/// # let view = kvant::Image::try_from(&picture)?;
/// # let metadata = kvant::Metadata::default().with_orientation(kvant::Orientation::Rotate90);
/// # let stream = kvant::encode(&view.view().with_metadata(&metadata), &kvant::EncoderConfig::default())?;
///
/// let decoder = Decoder::new(&stream)?;
/// let shown = kvant::interop::to_dynamic(decoder.decode()?, &decoder.metadata()?);
/// assert_eq!((shown.width(), shown.height()), (4, 8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_dynamic(image: Image, metadata: &Metadata) -> DynamicImage {
    let mut out = DynamicImage::from(image);
    if let Some(cicp) = metadata.cicp {
        cicp.set_dynamic(&mut out);
    }
    out.apply_orientation(metadata.orientation.into());
    out
}

/// `image` as this crate has it, and what it says besides pixels: what its samples mean.
///
/// # Errors
/// [`ImageError::Unsupported`] for pictures of floating point.
pub fn from_dynamic(image: &DynamicImage) -> ImageResult<(Image, Metadata)> {
    Ok((Image::try_from(image)?, Metadata::default().with_cicp(Cicp::of_dynamic(image))))
}
