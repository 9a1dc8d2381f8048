//! What a file says of its picture besides pixels: colours, orientation, and what cameras and
//! editors noted.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod section;

use crate::names::names;

/// What a stream says of its picture besides the pixels. Profile, Exif, XMP and texts are kept byte
/// for byte; nothing in them is acted upon.
///
/// ```
/// use kvant::{Cicp, Metadata, Orientation};
///
/// let metadata = Metadata::default()
///     .with_orientation(Orientation::Rotate90)
///     .with_cicp(Cicp { primaries: 9, transfer: Cicp::PQ, matrix: 0, full_range: true })
///     .with_text("Author", "Ada");
/// assert_eq!(metadata.text.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// How the pixels are turned when the picture is shown.
    pub orientation: Orientation,
    /// What the sample values mean, as code points.
    pub cicp: Option<Cicp>,
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// An Exif block, from its byte order mark on (`II` or `MM`).
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// Texts, as (keyword, text), such as those of a PNG file. Zero characters in them are left
    /// out.
    pub text: Vec<(String, String)>,
    /// How large the picture is meant to be.
    pub resolution: Option<Resolution>,
    /// Sections of types that this library does not know, as (type, payload): carried over. Types
    /// are those from 8 on, each once; streams have them in ascending order.
    pub other: Vec<(u64, Vec<u8>)>,
}

/// Code points of ITU-T H.273 for the meaning of sample values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cicp {
    /// Colour primaries: 1 for BT.709 and sRGB, 9 for BT.2020, 12 for Display P3.
    pub primaries: u8,
    /// Transfer characteristics: 13 for sRGB, [`Cicp::PQ`], [`Cicp::HLG`].
    pub transfer: u8,
    /// Matrix coefficients of the source; pixels are RGB or gray whatever it says, so it is 0 as a
    /// rule.
    pub matrix: u8,
    /// Whether the source's samples used their full range.
    pub full_range: bool,
}

/// How many pixels there are to a length, of the picture as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// Columns in a unit.
    pub x: u32,
    /// Rows in a unit.
    pub y: u32,
    /// What they are counted in.
    pub unit: ResolutionUnit,
}

/// What a resolution is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolutionUnit {
    /// A length that nobody knows: only the shape of pixels is said.
    Unknown = 0,
    /// Metres.
    Metre = 1,
    /// Inches.
    Inch = 2,
}

/// How stored pixels are turned when they are shown, numbered as in Exif.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// As they are.
    #[default]
    Upright = 1,
    /// Left and right exchanged.
    FlipHorizontal = 2,
    /// Turned by 180 degrees.
    Rotate180 = 3,
    /// Top and bottom exchanged.
    FlipVertical = 4,
    /// Rows and columns exchanged.
    Transpose = 5,
    /// Turned clockwise by 90 degrees.
    Rotate90 = 6,
    /// Rows and columns exchanged, then turned by 180 degrees.
    Transverse = 7,
    /// Turned clockwise by 270 degrees.
    Rotate270 = 8,
}

names! {
    Orientation, "orientation";
    Upright = "upright",
    FlipHorizontal = "flip-horizontal",
    Rotate180 = "rotate-180",
    FlipVertical = "flip-vertical",
    Transpose = "transpose",
    Rotate90 = "rotate-90",
    Transverse = "transverse",
    Rotate270 = "rotate-270",
}

names! {
    ResolutionUnit, "unit of a resolution";
    Unknown = "unknown",
    Metre = "metre",
    Inch = "inch",
}

impl Orientation {
    /// The orientation of this number in Exif, 1 to 8.
    pub fn from_exif(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Its number in Exif.
    pub fn to_exif(self) -> u8 {
        self as u8
    }

    /// Whether width and height are exchanged.
    pub fn swaps_sides(self) -> bool {
        self.to_exif() >= 5
    }
}

impl Metadata {
    /// The same for pixels that are turned so when they are shown.
    #[must_use]
    pub fn with_orientation(self, orientation: Orientation) -> Self {
        Self { orientation, ..self }
    }

    /// The same with code points for the meaning of samples, or without.
    #[must_use]
    pub fn with_cicp(self, cicp: impl Into<Option<Cicp>>) -> Self {
        Self { cicp: cicp.into(), ..self }
    }

    /// The same with an ICC profile.
    #[must_use]
    pub fn with_icc(self, icc: impl Into<Vec<u8>>) -> Self {
        Self { icc: Some(icc.into()), ..self }
    }

    /// The same with an Exif block, from its byte order mark on.
    #[must_use]
    pub fn with_exif(self, exif: impl Into<Vec<u8>>) -> Self {
        Self { exif: Some(exif.into()), ..self }
    }

    /// The same with an XMP packet.
    #[must_use]
    pub fn with_xmp(self, xmp: impl Into<Vec<u8>>) -> Self {
        Self { xmp: Some(xmp.into()), ..self }
    }

    /// The same with one text more.
    #[must_use]
    pub fn with_text(mut self, keyword: impl Into<String>, text: impl Into<String>) -> Self {
        self.text.push((keyword.into(), text.into()));
        self
    }

    /// The same with a resolution, or without.
    #[must_use]
    pub fn with_resolution(self, resolution: impl Into<Option<Resolution>>) -> Self {
        Self { resolution: resolution.into(), ..self }
    }

    /// The same with one section more of a type that this library does not know:
    /// [`other`](Metadata::other).
    #[must_use]
    pub fn with_other(mut self, kind: u64, payload: impl Into<Vec<u8>>) -> Self {
        self.other.push((kind, payload.into()));
        self
    }
}

impl Cicp {
    /// The transfer of SMPTE ST 2084, perceptual quantisation.
    pub const PQ: u8 = 16;
    /// The transfer of ARIB STD-B67, hybrid log-gamma.
    pub const HLG: u8 = 18;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientations_have_the_numbers_of_exif() {
        for (i, orientation) in Orientation::ALL.into_iter().enumerate() {
            assert_eq!(orientation.to_exif() as usize, i + 1);
            assert_eq!(Orientation::from_exif(orientation.to_exif()), Some(orientation));
        }
        assert_eq!([0, 9].map(Orientation::from_exif), [None, None]);
    }
}
