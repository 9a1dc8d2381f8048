//! What a file says besides pixels: each tag is carried, or named.

use std::ops::RangeInclusive;

use kvant::{Orientation, ResolutionUnit};

use super::super::Inventory;
use super::super::colours::Calibration;
use super::directory::Directory;
use super::layout::{Colours, SampleLayout};
use super::{exif, tags};
use crate::pictures::note::METRES_AN_INCH;

const DEFAULT_GAMMA: f64 = 2.2;
/// Tags that only say how pixels are stored, that have no meaning any more, or that are looked at
/// elsewhere.
const KNOWN: [RangeInclusive<u16>; 18] = [
    254..=266,
    273..=274,
    277..=279,
    282..=284,
    288..=289,
    292..=293,
    296..=297,
    301..=301,
    317..=327,
    330..=332,
    338..=339,
    342..=342,
    346..=347,
    512..=521,
    529..=532,
    559..=559,
    tags::EXIF..=tags::EXIF,
    tags::GPS..=tags::GPS,
];

/// What of the picture's directory is not pixels; errors are warnings here.
pub(super) fn take(directory: &Directory<'_>, layout: &SampleLayout, found: &mut Inventory) {
    let orientation = directory.number(tags::ORIENTATION).ok().flatten().and_then(|v| u8::try_from(v).ok());
    found.metadata.orientation = orientation.and_then(Orientation::from_exif).unwrap_or_default();
    take_resolution(directory, found);
    let has_profile = directory.has(tags::ICC);
    if !has_profile {
        take_primaries(directory, layout, found);
    }
    let mut private = 0;
    for (&tag, entry) in &directory.entries {
        match tag {
            tags::ICC => match entry.bytes() {
                Some(icc) => found.set_icc(icc.to_vec()),
                None => found.profile_damaged(),
            },
            tags::XMP => match entry.bytes() {
                Some(packet) => found.set_xmp(packet),
                None => found.damaged("XMP"),
            },
            // A profile says it better.
            tags::TRANSFER_FUNCTION if !has_profile => found.drops("a transfer function"),
            tags::MIN_SAMPLE_VALUE | tags::MAX_SAMPLE_VALUE | tags::S_MIN_SAMPLE_VALUE | tags::S_MAX_SAMPLE_VALUE => {
                if narrows(directory, tag, layout) {
                    found.drops("a range of sample values");
                }
            }
            tags::X_POSITION | tags::Y_POSITION => {
                if directory.fractions(tag).is_none_or(|all| all.iter().any(|&v| v > 0.0)) {
                    found.drops("a position on the page");
                }
            }
            290 | 291 => found.drops("a gray response curve"),
            333 | 336 | 337 => found.drops("a list of inks"),
            343..=345 => found.drops("a clipping path"),
            tags::IPTC => found.drops("IPTC"),
            tags::PHOTOSHOP => found.drops("a Photoshop block"),
            tags::PHOTOSHOP_LAYERS => found.drops("a stack of Photoshop layers"),
            33550 | 33922 | 34264 | 34735..=34737 => found.drops("GeoTIFF"),
            42112 | 42113 => found.drops("GDAL metadata"),
            _ if exif::describes(tag) || KNOWN.iter().any(|range| range.contains(&tag)) => {}
            _ => private += 1,
        }
    }
    if private > 0 {
        found.drops(if private == 1 { "1 private tag".to_owned() } else { format!("{private} private tags") });
    }
}

/// Whether a tag says another least or largest value than a sample can have; of floating point that
/// is 0 and 1.
fn narrows(directory: &Directory<'_>, tag: u16, layout: &SampleLayout) -> bool {
    let full = match tag {
        tags::MIN_SAMPLE_VALUE | tags::S_MIN_SAMPLE_VALUE => 0.0,
        _ if layout.floating => 1.0,
        // A number of 16 bits.
        tags::MAX_SAMPLE_VALUE => f64::from(layout.bits.min(16)).exp2() - 1.0,
        _ => (u64::MAX >> (64 - layout.bits)) as f64,
    };
    directory.reals(tag).is_none_or(|all| all.iter().any(|&v| v != full))
}

/// Pixels to a length: in inches where they are whole, else in metres.
fn take_resolution(directory: &Directory<'_>, found: &mut Inventory) {
    let of = |tag| directory.fractions(tag).and_then(|all| all.first().copied()).unwrap_or(0.0);
    let (x, y) = (of(tags::X_RESOLUTION), of(tags::Y_RESOLUTION));
    let whole = x.fract() == 0.0 && y.fract() == 0.0;
    let (unit, factor) = match directory.number_or(tags::RESOLUTION_UNIT, 2) {
        Ok(2) if whole => (ResolutionUnit::Inch, 1.0),
        Ok(2) => (ResolutionUnit::Metre, 1.0 / METRES_AN_INCH),
        Ok(3) => (ResolutionUnit::Metre, 100.0),
        _ if whole => (ResolutionUnit::Unknown, 1.0),
        // The shape of a pixel as a fraction of whole numbers.
        _ => (ResolutionUnit::Unknown, 1000.0),
    };
    let [x, y] = [x, y].map(|v| (v * factor).round() as u32);
    found.set_resolution(x, y, unit);
}

/// Colours by their primaries, and the gamma that is meant where no curve is there (TIFF 6.0 §20).
fn take_primaries(directory: &Directory<'_>, layout: &SampleLayout, found: &mut Inventory) {
    let points = match (directory.fractions(tags::WHITE_POINT), directory.fractions(tags::PRIMARY_CHROMATICITIES)) {
        (Some(white), Some(primaries)) => <[f64; 8]>::try_from([white, primaries].concat()).ok(),
        _ => None,
    };
    let has = |tag| directory.has(tag);
    match points {
        Some(_) if !has(tags::TRANSFER_FUNCTION) => {
            let colour = !matches!(layout.colours, Colours::Gray { .. });
            found.set_calibration(Calibration { gamma: Some(DEFAULT_GAMMA), points }, colour);
        }
        _ if has(tags::WHITE_POINT) || has(tags::PRIMARY_CHROMATICITIES) => found.drops("a set of primaries"),
        _ => {}
    }
}
