//! What files do not say themselves and others tell: sizes of pictures, and with them bytes and
//! bits per pixel.

use std::collections::BTreeMap;

use crate::base::error::{CliError, Result};
use crate::pictures::has_picture_extension;
use crate::rd::points::Point;

/// Completes the points of all files that are looked at together. A picture that one file calls by
/// its name and another by that of its file is one. What has bytes alone gets bits per pixel, by
/// the size that any point of the picture has; where none has one, all count as pictures of one
/// pixel, since only ratios matter then.
///
/// # Errors
/// [`CliError::Input`] names a picture of which some points have bytes alone and others bits per
/// pixel alone.
pub(crate) fn settle(points: &mut [Point]) -> Result<()> {
    let names: Vec<String> = points.iter().map(|p| p.image.clone()).collect();
    for point in points.iter_mut() {
        let stem = point.image.rsplit_once('.').filter(|_| has_picture_extension(point.image.as_ref()));
        if let Some((stem, _)) = stem.filter(|(stem, _)| names.iter().any(|name| name == stem)) {
            point.image = stem.to_owned();
        }
    }
    let mut pictures: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
    for point in points.iter() {
        pictures.entry(&point.image).or_default().push(point);
    }
    let mut sizes: BTreeMap<String, f64> = BTreeMap::new();
    for (image, points) in pictures {
        let known = points.iter().find_map(|p| p.pixels());
        let told = points.iter().filter(|p| !p.bpp.is_nan()).find_map(|p| Some(p.bytes? as f64 * 8.0 / p.bpp));
        let is_open = points.iter().any(|p| p.bpp.is_nan());
        let pixels = known.or(told.filter(|pixels| pixels.is_finite() && *pixels > 0.0));
        match pixels {
            Some(pixels) => _ = sizes.insert(image.to_owned(), pixels),
            None if is_open && points.iter().all(|p| p.bpp.is_nan()) => _ = sizes.insert(image.to_owned(), 1.0),
            None if is_open => {
                let what = "some points have bytes alone and others bits per pixel alone; w and h would tell";
                return Err(CliError::Input(format!("picture {image}: {what}")));
            }
            None => {}
        }
    }
    for point in points.iter_mut() {
        let Some(pixels) = sizes.get(&point.image) else {
            continue;
        };
        if let (true, Some(bytes)) = (point.bpp.is_nan(), point.bytes) {
            point.bpp = bytes as f64 * 8.0 / pixels;
        } else if point.bytes.is_none() && point.bpp > 0.0 {
            point.bytes = Some((point.bpp * pixels / 8.0).round() as u64);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::metric::Metrics;
    use crate::rd::point_file::parse_csv;

    fn settled(text: &str) -> Result<Vec<Point>> {
        let mut points = parse_csv(text, &Metrics::built_in()).unwrap();
        settle(&mut points).map(|()| points)
    }

    #[test]
    fn the_size_of_a_picture_comes_from_whoever_knows_it() {
        let points = settled(
            "codec,image,bytes,bpp,w,h,psnr_y\na,x,1000,,,,30\nb,x,500,0.5,100,80,30\nc,x.png,,0.25,,,30\nd,y.png,10,,,,30\n",
        )
        .unwrap();
        let found: Vec<_> = points.iter().map(|p| (p.image.as_str(), p.bytes, p.bpp)).collect();
        let expected =
            [("x", Some(1000), 1.0), ("x", Some(500), 0.5), ("x", Some(250), 0.25), ("y.png", Some(10), 80.0)];
        assert_eq!(found, expected);
        // Bytes and bits per pixel of one point tell the number of pixels, too.
        let points = settled("codec,image,bytes,bpp,psnr_y\na,x,1000,,30\nb,x,500,0.5,30\n").unwrap();
        assert_eq!(points[0].bpp, 1.0);
    }

    #[test]
    fn bytes_alone_and_bits_alone_do_not_compare() {
        let fault = settled("codec,image,bytes,bpp,psnr_y\na,x,1000,,30\nb,x,,0.5,30\n").unwrap_err();
        assert!(fault.code() == 3 && fault.to_string().contains("picture x: some points have bytes alone"), "{fault}");
    }
}
