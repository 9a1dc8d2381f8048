//! Quality metrics of pictures of any depth, with all their bits. Samples are taken for sRGB, but
//! where code points say PQ or HLG. Pictures of unequal depths are compared in 16 bits.
//!
//! A picture with alpha looks different on each page that it is laid on. Where one of two pictures
//! has alpha, both are laid on each of [`BACKGROUNDS`], and of each metric the worst score counts.

mod colours;
mod ms_ssim;
mod opaque;
mod psnr;
mod scores;

use crate::base::error::{CliError, Result};
use crate::pictures::Picture;
use opaque::OpaqueReference;

pub(crate) use scores::{Scores, Selection};

/// What pictures with alpha are laid on, by the names that reports give them.
pub(crate) const BACKGROUNDS: [(&str, [u8; 3]); 3] = [("black", [0; 3]), ("white", [255; 3]), ("gray", [128; 3])];

/// A reference with what the metrics can compute of it beforehand, for many comparisons. `Sync`.
pub(crate) struct Reference {
    picture: Picture,
    selection: Selection,
    /// One without alpha, else one on each of [`BACKGROUNDS`].
    laid: Vec<OpaqueReference>,
}

impl Reference {
    /// Prepares `picture`; gray is taken as RGB with equal channels.
    pub(crate) fn new(picture: &Picture, selection: Selection) -> Result<Self> {
        let prepare = |colour| OpaqueReference::new(&picture.over(colour), selection);
        let laid = match picture.format().has_alpha() {
            false => vec![OpaqueReference::new(picture, selection)?],
            true => BACKGROUNDS.iter().map(|(_, colour)| prepare(*colour)).collect::<Result<_>>()?,
        };
        Ok(Self { picture: picture.clone(), selection, laid })
    }

    /// Whether the scores of `picture` are the worst over [`BACKGROUNDS`].
    pub(crate) fn composites(&self, picture: &Picture) -> bool {
        self.laid.len() > 1 || picture.format().has_alpha()
    }

    /// Scores `picture`, which must have the reference's size.
    pub(crate) fn compare(&self, picture: &Picture) -> Result<Scores> {
        let [one, two] = [&self.picture, picture].map(|p| (p.width(), p.height()));
        if one != two {
            let text = format!("the pictures differ in size: {}x{} and {}x{}", one.0, one.1, two.0, two.1);
            return Err(CliError::Run(text));
        }
        if picture.depth() != self.picture.depth() {
            // Some metrics have a way of their own for 8 bits, and colours laid on each other are
            // rounded to their depth.
            return Self::new(&self.picture.in_16_bits(), self.selection)?.compare(&picture.in_16_bits());
        }
        if !self.composites(picture) {
            return self.laid[0].compare(picture);
        }
        // A reference without alpha looks the same on every background.
        let on_each = self.laid.iter().cycle().zip(BACKGROUNDS);
        let scores = on_each.map(|(reference, (_, colour))| reference.compare(&picture.over(colour)));
        scores.reduce(|a, b| Ok(a?.worse(b?))).expect("there are backgrounds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{ReadOptions, read_picture};
    use butteraugli::ButteraugliParams;
    use fast_ssim2::{PixelDescriptor, PixelSlice};
    use kvant::{Cicp, EncoderConfig, PixelFormat};

    fn picture(width: u32, height: u32, value: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| value(x, y));
        Picture::new(width, height, PixelFormat::Rgb8, data.collect())
    }

    #[test]
    fn an_exact_copy_scores_best() {
        let p = picture(16, 16, |x, y| [(x * 16) as u8, (y * 16) as u8, 90]);
        let s = Reference::new(&p, Selection::ALL).unwrap().compare(&p).unwrap();
        assert_eq!((s.ssim2, s.ba_p3, s.ba_max), (Some(100.0), Some(0.0), Some(0.0)));
        assert_eq!((s.psnr_y, s.psnr_rgb), (Some(f64::INFINITY), Some(f64::INFINITY)));
    }

    #[test]
    fn psnr_follows_its_formula() {
        let (a, b) = (picture(8, 8, |_, _| [100, 100, 100]), picture(8, 8, |_, _| [110, 100, 100]));
        let s = Reference::new(&a, Selection::ALL).unwrap().compare(&b).unwrap();
        // 20 log10(255 / (0.299 * 10)) and 10 log10(255² / (10²/3)).
        assert!((s.psnr_y.unwrap() - 38.617_380).abs() < 1e-5, "{:?}", s.psnr_y);
        assert!((s.psnr_rgb.unwrap() - 32.902_016).abs() < 1e-5, "{:?}", s.psnr_rgb);
    }

    #[test]
    fn gray_counts_as_equal_channels() {
        let gray = Picture::new(8, 8, PixelFormat::Gray8, (0..64).collect());
        let rgb = picture(8, 8, |x, y| [(y * 8 + x) as u8; 3]);
        let s = Reference::new(&gray, Selection::ALL).unwrap().compare(&rgb).unwrap();
        assert_eq!(s.ssim2, Some(100.0));
    }

    /// Where one channel alone differs, the mean over three is that of its own MS-SSIM, which a
    /// picture of that channel has, and of two exact copies.
    #[test]
    fn ms_ssim_of_three_channels_is_the_mean_of_theirs() {
        let (value, other) =
            (|x: u32, y: u32| (x * 7 + y * 13) as u8, |x: u32, y: u32| ((x * 7 + y * 13) / 24 * 24) as u8);
        let only = Selection { ms_ssim: true, ms_ssim_rgb: true, ..Selection::NONE };
        let compare = |a: &Picture, b: &Picture| Reference::new(a, only).unwrap().compare(b).unwrap();
        let gray = compare(&picture(192, 180, |x, y| [value(x, y); 3]), &picture(192, 180, |x, y| [other(x, y); 3]));
        assert!((gray.ms_ssim.unwrap() - gray.ms_ssim_rgb.unwrap()).abs() < 1e-6, "{gray:?}");
        let green = compare(
            &picture(192, 180, |x, y| [90, value(x, y), 200]),
            &picture(192, 180, |x, y| [90, other(x, y), 200]),
        );
        let mean = (2.0 + gray.ms_ssim.unwrap()) / 3.0;
        assert!((green.ms_ssim_rgb.unwrap() - mean).abs() < 1e-6 && mean < 0.999, "{green:?}");
        let small = picture(64, 64, |x, _| [x as u8; 3]);
        assert_eq!(compare(&small, &small).ms_ssim_rgb, None);
    }

    #[test]
    fn tiny_pictures_have_no_butteraugli_and_sizes_must_agree() {
        let p = picture(3, 2, |x, _| [x as u8; 3]);
        let reference = Reference::new(&p, Selection::ALL).unwrap();
        let s = reference.compare(&p).unwrap();
        assert_eq!((s.ssim2, s.ba_p3, s.ms_ssim), (Some(100.0), None, None));
        assert!(reference.compare(&picture(2, 3, |_, _| [0; 3])).is_err());
    }

    /// A photo of 8 bits.
    fn photo() -> Picture {
        let file = include_bytes!("../../../testdata/chelsea.png");
        read_picture("chelsea", file, &ReadOptions::default()).unwrap().picture
    }

    /// What remains of `picture` at a quality.
    fn coded(picture: &Picture, quality: f32) -> Picture {
        let config = EncoderConfig::default().with_quality(quality).with_effort(1);
        kvant::decode(&kvant::encode(&picture.view(), &config).unwrap()).unwrap().into()
    }

    /// In a picture of PQ as bright as one of sRGB, the same errors of light score nearly the same.
    #[test]
    fn pq_is_scored_as_the_light_that_it_is() {
        let light =
            |v: u16| if v <= 10 { f64::from(v) / 3294.6 } else { ((f64::from(v) / 255.0 + 0.055) / 1.055).powf(2.4) };
        // ST 2084 of the light of sRGB with a white of 255 cd/m², which SSIMULACRA2 takes it for.
        let pq = |v: u16| {
            let y = (light(v) * 255.0 / 10000.0).powf(2610.0 / 16384.0);
            let signal = ((3424.0 / 4096.0 + 2413.0 / 128.0 * y) / (1.0 + 2392.0 / 128.0 * y)).powf(2523.0 / 32.0);
            (signal * 65535.0).round() as u16
        };
        let bt709 = Cicp { primaries: 1, transfer: 16, matrix: 0, full_range: true };
        let wide = |p: &Picture| {
            let data = p.samples().into_iter().flat_map(|v| pq(v).to_ne_bytes()).collect();
            Picture::new(p.width(), p.height(), PixelFormat::Rgb16, data).with_cicp(Some(bt709))
        };
        let (a, b) = (photo(), coded(&photo(), 60.0));
        let only = Selection { ssim2: true, ..Selection::NONE };
        let srgb = Reference::new(&a, only).unwrap().compare(&b).unwrap().ssim2.unwrap();
        let hdr = Reference::new(&wide(&a), only).unwrap().compare(&wide(&b)).unwrap().ssim2.unwrap();
        let unknown =
            Reference::new(&wide(&a).with_cicp(None), only).unwrap().compare(&wide(&b)).unwrap().ssim2.unwrap();
        assert!((srgb - hdr).abs() < 0.05 && (srgb - unknown).abs() > 1.0, "{srgb} {hdr} {unknown}");
    }

    #[test]
    fn a_prepared_reference_gives_what_the_libraries_give_for_pictures_of_8_bits() {
        let a = photo();
        let b = coded(&a, 60.0);
        let s = Reference::new(&a, Selection::ALL).unwrap().compare(&b).unwrap();
        let (w, h) = (a.width() as usize, a.height() as usize);
        let [one, two] = [&a, &b]
            .map(|p| PixelSlice::new(p.data(), p.width(), p.height(), w * 3, PixelDescriptor::RGB8_SRGB).unwrap());
        let ssim2 = fast_ssim2::compute_ssimulacra2(&one, &two).unwrap();
        assert!((ssim2 - s.ssim2.unwrap()).abs() < 1e-6, "{ssim2} {s:?}");
        let pixels = [&a, &b].map(|p| -> Vec<_> {
            p.to_rgb().chunks_exact(3).map(|c| butteraugli::RGB8::new(c[0], c[1], c[2])).collect()
        });
        let [a, b] = pixels.each_ref().map(|p| butteraugli::ImgRef::new(p, w, h));
        let single = butteraugli::butteraugli(a, b, &ButteraugliParams::default()).unwrap();
        assert!((single.pnorm_3 - s.ba_p3.unwrap()).abs() < 1e-6 * single.pnorm_3);
        assert!((single.score - s.ba_max.unwrap()).abs() < 1e-6 * single.score);
    }

    #[test]
    fn every_metric_sees_what_coding_does_to_16_bits() {
        let narrow = photo();
        let wide = |p: &Picture| {
            let data = p.samples().into_iter().flat_map(|v| (v * 257).to_ne_bytes()).collect();
            Picture::new(p.width(), p.height(), PixelFormat::Rgb16, data)
        };
        let deep = wide(&narrow);
        let reference = Reference::new(&deep, Selection::ALL).unwrap();
        let [low, high] = [60.0, 90.0].map(|q| {
            let decoded = coded(&deep, q);
            assert_eq!(decoded.depth(), 16);
            reference.compare(&decoded).unwrap()
        });
        assert!(high.ssim2 > low.ssim2 && high.ba_p3 < low.ba_p3 && high.ba_max < low.ba_max, "{low:?} {high:?}");
        assert!(high.psnr_y > low.psnr_y && high.psnr_rgb > low.psnr_rgb && high.ms_ssim > low.ms_ssim);
        // The same values in 16 bits score nearly as in 8: SSIMULACRA2 has a table for 8 bits.
        let one = Reference::new(&narrow, Selection::ALL).unwrap().compare(&coded(&narrow, 60.0)).unwrap();
        let two = reference.compare(&wide(&coded(&narrow, 60.0))).unwrap();
        let same = |metric: fn(&Scores) -> Option<f64>, tolerance: f64| {
            assert!((metric(&one).unwrap() - metric(&two).unwrap()).abs() < tolerance, "{one:?} {two:?}");
        };
        same(|s| s.ssim2, 0.05);
        same(|s| s.ba_p3, 1e-6);
        same(|s| s.ba_max, 1e-6);
        same(|s| s.psnr_y, 1e-9);
        same(|s| s.psnr_rgb, 1e-9);
        same(|s| s.ms_ssim, 1e-6);
    }

    /// In 8 bits, 12 and 16, opaque and not, gray and not.
    #[test]
    fn the_same_values_in_another_depth_are_an_exact_copy() {
        let of = |format: PixelFormat, depth: u8| {
            let peak = (1u32 << depth) - 1;
            // Multiples of 17, which all depths have.
            let value = |i: u32| ((i * i % 7 + i) % 16 * 17 * peak / 255) as u16;
            let samples = (0..24 * 24 * format.channels() as u32).map(value);
            let data = match format.is_wide() {
                true => samples.flat_map(u16::to_ne_bytes).collect(),
                false => samples.map(|v| v as u8).collect(),
            };
            Picture::from(kvant::Image::from_data(data, 24, 24, format, depth).unwrap())
        };
        for (colour, alpha) in [(true, false), (false, false), (true, true), (false, true)] {
            let pictures = [8, 12, 16].map(|depth| of(PixelFormat::new(colour, alpha, depth > 8), depth));
            for (one, two) in [(0, 2), (2, 0), (0, 1), (1, 2)] {
                let (one, two) = (&pictures[one], &pictures[two]);
                let s = Reference::new(one, Selection::ALL).unwrap().compare(two).unwrap();
                let depths = (one.depth(), two.depth());
                assert!(one.looks_like(two), "{depths:?}");
                assert_eq!((s.ssim2, s.ba_p3, s.ba_max), (Some(100.0), Some(0.0), Some(0.0)), "{depths:?}");
                assert_eq!((s.psnr_y, s.psnr_rgb), (Some(f64::INFINITY), Some(f64::INFINITY)), "{depths:?}");
            }
        }
    }

    /// A ramp of 12 bits that is off by one everywhere differs by nothing in 8.
    #[test]
    fn a_4096th_of_the_range_is_seen() {
        let ramp = |off: u32| {
            let value = move |i: u32| (((i.min(254) * 4095 + 127) / 255 + off) as u16).to_ne_bytes();
            let data = (0..256).flat_map(move |i| [value(i); 3].concat()).collect();
            Picture::from(kvant::Image::from_data(data, 16, 16, PixelFormat::Rgb16, 12).unwrap())
        };
        let (a, b) = (ramp(0), ramp(1));
        assert_eq!(a.to_rgb(), b.to_rgb());
        let scores = Reference::new(&a, Selection::ALL).unwrap().compare(&b).unwrap();
        // 20 log10(4095)
        assert!((scores.psnr_rgb.unwrap() - 72.245_078).abs() < 1e-5, "{scores:?}");
        assert!(scores.ssim2.unwrap() < 100.0 && scores.ba_max.unwrap() > 0.0, "{scores:?}");
    }
}
