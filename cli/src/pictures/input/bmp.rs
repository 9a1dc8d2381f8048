//! BMP files.

use std::ops::Range;

use image::{DynamicImage, ImageFormat};
use kvant::ResolutionUnit;

use super::colours::Calibration;
use super::source::SourceFile;
use super::{Inventory, library};
use crate::base::error::Result;

/// Where the information header begins.
const INFO: usize = 14;
/// Bytes of information headers that say more than sizes, colours, and a profile.
const PLAIN: usize = 40;
const V4: usize = 108;
const V5: usize = 124;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let pixels = library::pixels(source, source.data, ImageFormat::Bmp)?;
    // Those that were there must be, or there would be no pixels.
    _ = notes(source.data, pixels.color().has_color(), found);
    Ok(pixels)
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// What the headers say besides pixels.
fn notes(data: &[u8], colour: bool, found: &mut Inventory) -> Option<()> {
    let (size, pixels) = (number(data, 2)? as usize, number(data, 10)? as usize);
    let header = number(data, INFO)? as usize;
    let profile = profile_place(data, header);
    // Some programs write no size, others one without the profile.
    let end = size.max(profile.as_ref().map_or(0, |place| place.end));
    if (pixels + 1..data.len()).contains(&end) {
        found.drops_rest(data.len() - end);
    }
    if header < PLAIN {
        return Some(());
    }
    let (x, y) = (number(data, INFO + 24)?, number(data, INFO + 28)?);
    if let (1.., 1..) = (x as i32, y as i32) {
        found.set_resolution(x, y, ResolutionUnit::Metre);
    }
    if header < V4 {
        return Some(());
    }
    match &number(data, INFO + 56)?.to_be_bytes() {
        [0, 0, 0, 0] => calibrated(data, colour, found)?,
        b"MBED" => match profile.and_then(|place| data.get(place)) {
            Some(icc) => found.set_icc(icc.to_vec()),
            None => found.profile_damaged(),
        },
        b"LINK" => found.drops("an ICC profile in another file"),
        b"sRGB" | b"Win " => {}
        _ => found.drops("a colour space of no known kind"),
    }
    Some(())
}

/// Where a profile is, of a file with one.
fn profile_place(data: &[u8], header: usize) -> Option<Range<usize>> {
    if header < V5 || data.get(INFO + 56..INFO + 60)? != b"DEBM" {
        return None;
    }
    let start = INFO.saturating_add(number(data, INFO + 112)? as usize);
    Some(start..start.saturating_add(number(data, INFO + 116)? as usize))
}

/// Takes the end points and the gamma of red, green and blue; where they are zero, they say
/// nothing.
fn calibrated(data: &[u8], colour: bool, found: &mut Inventory) -> Option<()> {
    let mut calibration = Calibration::default();
    let fixed = |at: usize, one: f64| Some(f64::from(number(data, at)?) / one);
    let point = |i: usize| -> Option<[f64; 3]> {
        let at = INFO + 60 + 12 * i;
        Some([fixed(at, 2f64.powi(30))?, fixed(at + 4, 2f64.powi(30))?, fixed(at + 8, 2f64.powi(30))?])
    };
    let points = [point(0)?, point(1)?, point(2)?];
    if points.iter().flatten().any(|&v| v > 0.0) {
        let sum = |p: &[f64; 3]| p.iter().sum::<f64>();
        let place = |p: &[f64; 3]| [p[0] / sum(p), p[1] / sum(p)];
        // Some give light, the sum of which is white, others only its colour.
        let white = match points.iter().all(|p| (sum(p) - 1.0).abs() < 0.01) {
            true => [0.3127, 0.329],
            false => place(&[0, 1, 2].map(|c| points.iter().map(|p| p[c]).sum())),
        };
        let [[rx, ry], [gx, gy], [bx, by]] = [0, 1, 2].map(|i| place(&points[i]));
        calibration.points = Some([white[0], white[1], rx, ry, gx, gy, bx, by]);
    }
    let gammas = [fixed(INFO + 96, 65536.0)?, fixed(INFO + 100, 65536.0)?, fixed(INFO + 104, 65536.0)?];
    if gammas.iter().all(|&g| g > 0.0) {
        if gammas.iter().any(|g| (g - gammas[0]).abs() > 0.01) {
            found.drops("a gamma for each colour");
        } else {
            calibration.gamma = Some(gammas[0]);
        }
    }
    found.set_calibration(calibration, colour);
    Some(())
}

#[cfg(test)]
mod tests {
    use kvant::{Limits, Metadata, Resolution};

    use super::*;

    fn kept(data: &[u8]) -> (Metadata, String) {
        let (_, metadata, warnings) =
            super::super::read(&SourceFile { name: "a.bmp", data, limits: &Limits::default(), partial: false })
                .unwrap();
        (metadata, warnings.iter().map(|w| &*w.text).collect::<Vec<_>>().join("; "))
    }

    /// A file of one pixel with a header of version 5, of `space`, with `ends` and `gamma` and a
    /// profile.
    fn file(space: &[u8; 4], ends: [u32; 9], gamma: [u32; 3], icc: &[u8]) -> Vec<u8> {
        let mut out = b"BM".to_vec();
        let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
        let all = 14 + 124 + 4;
        out.extend(words(&[(all + icc.len()) as u32, 0, 14 + 124, 124, 1, 1, 1 | 24 << 16, 0, 4, 2835, 3937, 0, 0]));
        out.extend(words(&[0, 0, 0, 0, u32::from_be_bytes(*space)]));
        out.extend([words(&ends), words(&gamma), words(&[4, 128, icc.len() as u32, 0])].concat());
        out.extend([9, 8, 7, 0]);
        out.extend(icc);
        out
    }

    #[test]
    fn a_profile_is_kept_and_a_link_is_named() {
        let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let (metadata, said) = kept(&file(b"MBED", [0; 9], [0; 3], &icc));
        assert_eq!((metadata.icc.as_ref(), &*said), (Some(&icc), ""));
        let mut short = file(b"MBED", [0; 9], [0; 3], &icc);
        short[2..6].copy_from_slice(&142u32.to_le_bytes());
        assert_eq!(kept(&short), (metadata.clone(), said), "the size of the file may leave out the profile");
        let unit = ResolutionUnit::Metre;
        assert_eq!(metadata.resolution, Some(Resolution { x: 2835, y: 3937, unit }));
        let (metadata, said) = kept(&file(b"MBED", [0; 9], [0; 3], &icc[..200]));
        assert!(metadata.icc.is_none() && said.contains("profile is damaged"), "{said}");
        assert!(kept(&file(b"LINK", [0; 9], [0; 3], b"c:\\a.icc")).1.contains("profile in another file"));
        for plain in [b"sRGB", b"Win ", b"\0\0\0\0"] {
            let (metadata, said) = kept(&file(plain, [0; 9], [0; 3], &[]));
            assert!(metadata.cicp.is_none() && metadata.icc.is_none() && said.is_empty());
        }
        let longer = [file(b"sRGB", [0; 9], [0; 3], &[]), vec![1, 2]].concat();
        assert!(kept(&longer).1.contains("2 bytes behind the end"));
    }

    #[test]
    fn calibrated_colours_become_code_points_or_a_profile() {
        let ends = |values: [f64; 9]| values.map(|v| (v * 2f64.powi(30)) as u32);
        let p3 = ends([0.68, 0.32, 0.0, 0.265, 0.69, 0.045, 0.15, 0.06, 0.79]);
        // The same as light: the columns of the matrix from RGB to XYZ.
        let light = ends([0.48657, 0.22897, 0.0, 0.26567, 0.69174, 0.04511, 0.19822, 0.07929, 1.04394]);
        let gamma = |v: f64| [(v * 65536.0) as u32; 3];
        let points = |ends, gamma| {
            let (metadata, said) = kept(&file(b"\0\0\0\0", ends, gamma, &[]));
            assert!(said.is_empty(), "{said}");
            (metadata.cicp.map(|c| (c.primaries, c.transfer)), metadata.icc.is_some())
        };
        assert_eq!(points(p3, gamma(2.2)), (Some((12, 4)), false));
        assert_eq!(points(light, gamma(1.0)), (Some((12, 8)), false));
        assert_eq!(points([0; 9], gamma(1.8)), (None, true));
        let odd = kept(&file(b"\0\0\0\0", p3, [65536, 70000, 80000], &[]));
        assert!(odd.0.cicp.is_some() && odd.1.contains("gamma for each colour"));
    }
}
