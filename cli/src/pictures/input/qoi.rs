//! QOI files.

use image::{DynamicImage, ImageFormat};

use super::colours::Calibration;
use super::source::SourceFile;
use super::{Inventory, library};
use crate::base::error::Result;

/// Where the header says what samples mean.
const COLOUR_SPACE: usize = 13;
/// It says this of samples that are light; alpha is in any case.
const LINEAR: u8 = 1;
/// What a file ends with.
const END: &[u8] = b"\0\0\0\0\0\0\0\x01";

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let pixels = library::pixels(source, source.data, ImageFormat::Qoi)?;
    if source.data[COLOUR_SPACE] == LINEAR {
        found.set_calibration(Calibration { gamma: Some(1.0), points: None }, true);
    }
    let end = source.data.windows(END.len()).rposition(|w| w == END).map_or(source.data.len(), |at| at + END.len());
    found.drops_rest(source.data.len() - end);
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder as _};
    use kvant::{Cicp, Limits};

    use super::*;

    #[test]
    fn linear_light_becomes_code_points_and_bytes_behind_the_end_are_named() {
        let mut file = Vec::new();
        let encoder = image::codecs::qoi::QoiEncoder::new(&mut file);
        encoder.write_image(&[1, 2, 3, 4, 5, 6], 2, 1, ExtendedColorType::Rgb8).unwrap();
        let kept = |data: &[u8]| {
            let source = SourceFile { name: "a.qoi", data, limits: &Limits::default(), partial: false };
            let (_, metadata, warnings) = super::super::read(&source).unwrap();
            (metadata.cicp, warnings.into_iter().map(|w| w.text).collect::<String>())
        };
        file[COLOUR_SPACE] = 0;
        assert_eq!(kept(&file), (None, String::new()));
        file[COLOUR_SPACE] = LINEAR;
        let linear = Cicp { primaries: 1, transfer: 8, matrix: 0, full_range: true };
        assert_eq!(kept(&file), (Some(linear), String::new()));
        file.extend(b"abc");
        assert!(kept(&file).1.contains("3 bytes behind the end"));
        let short = &file[..file.len() - 5];
        let source = SourceFile { name: "a.qoi", data: short, limits: &Limits::default(), partial: false };
        assert_eq!(super::super::read(&source).unwrap_err().code(), 3);
    }
}
