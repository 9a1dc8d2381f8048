//! Pictures that take no more bytes without loss than with it, as drawings, gradients and dithers
//! do: they are coded so.

use std::collections::HashSet;

use super::config::{Content, EncoderConfig};
use super::encoded::Encoded;
use super::input::alpha;
use super::lossless;
use super::progress::Progress;
use super::setup::Setup;
use crate::colour::read_channel;
use crate::container::Section;
use crate::encoder::input::alpha::Hidden;
use crate::error::EncodeError;
use crate::image::view::{Image, ImageView};
use crate::memory;

/// Pixels that are looked at, about: of larger pictures strips of rows.
const PIXELS: usize = 1 << 16;
/// Rows of a strip.
const STRIP: usize = 16;
/// Colours of a picture that is drawn whatever it looks like: of dithers.
const FEW_COLOURS: usize = 64;
/// How much more than the bytes that there may be a survey may count.
const SLACK: u64 = 2;
/// Colours that are counted.
const COLOURS: usize = 1024;

/// `image` without loss, with `sections`, where it looks drawn and that takes no more than `most`
/// bytes. Colours that nothing shows are what takes fewest bytes, unless they are to be kept.
pub(super) fn exact(
    setup: &Setup,
    image: &ImageView<'_>,
    sections: &[Section],
    most: usize,
    progress: &Progress<'_>,
) -> Result<Option<Encoded>, EncodeError> {
    let config = &setup.config;
    if config.content == Content::Photo || setup.plan.parameters.graphics < 1.0 {
        return Ok(None);
    }
    // Those who can take the lossy stream need not have the memory for this one.
    let lossless = EncoderConfig { lossless: true, ..config.clone() };
    if memory::check_picture(&setup.plan.header(&lossless, image.spec()), &config.limits).is_err() {
        return Ok(None);
    }
    let hide = |with| if config.exact { Ok(None) } else { alpha::hide(image, with) };
    // What programs leave under transparent pixels: black, white, or what is beside them.
    let black = hide(Hidden::Black)?;
    if !looks_drawn(&black.as_ref().map_or(*image, Image::view), most) {
        return Ok(None);
    }
    let candidates = match black {
        Some(black) => [Some(black), hide(Hidden::White)?, hide(Hidden::Beside)?],
        None => [Some(Image::of(image)?), None, None],
    };
    let mut best: Option<Encoded> = None;
    for reconstruction in candidates.into_iter().flatten() {
        let most = best.as_ref().map_or(most, |b| b.stream.len() - 1);
        let view = reconstruction.view().with_metadata_of(image.spec());
        if let Some(stream) = lossless::encode(setup, &view, sections, most, progress)? {
            best = Some(Encoded { stream, reconstruction, lossless: true });
        }
    }
    Ok(best)
}

/// Whether three in five pixels are what those around them lead to expect, or there are few
/// colours, and the rest may fit into `most` bytes. Of a photograph it takes a glance at its first
/// rows to say no.
fn looks_drawn(image: &ImageView<'_>, most: usize) -> bool {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut survey = Survey::new(width);
    // Every so many strips, so that there are about `PIXELS` pixels.
    let every = (width * height).div_ceil(PIXELS);
    let strips = (0..height).step_by(STRIP * every);
    for start in strips {
        for y in start..height.min(start + STRIP) {
            survey.row(image, y);
            if every as u64 * survey.bits() > SLACK * 8 * most as u64 {
                return false;
            }
        }
    }
    5 * survey.unexpected < 2 * survey.pixels || survey.colours.len() <= FEW_COLOURS
}

/// A pixel's colours; of gray all three are alike.
type Pixel = [i32; 3];

/// Pixels that a row has beside the picture's on either side.
const MARGIN: usize = 4;

/// A row of pixels, and each as one number.
#[derive(Debug, Clone)]
struct Row {
    pixels: Vec<Pixel>,
    keys: Vec<u64>,
}

/// What a look at some rows of a picture gave. Expected is what the median of left, upper and their
/// sum less the upper left says, or what came last where colours, or differences, around were the
/// same. The rest is counted at the length of its differences, or, of few colours, at half of what
/// it takes to name one. docs/TUNING.md, graphics.
#[derive(Debug)]
struct Survey {
    /// The row at hand, last, and those above.
    rows: [Row; 3],
    samples: Vec<u16>,
    /// The pixel that came last, by a hash of four around it, and by one of fourteen.
    near: Vec<u64>,
    far: Vec<u64>,
    /// The difference from the left one likewise, by differences around, for each channel.
    steps: Vec<Pixel>,
    colours: HashSet<u64>,
    pixels: usize,
    unexpected: usize,
    /// Of what was not expected.
    length: u64,
}

impl Survey {
    fn new(width: usize) -> Self {
        let side = width + 2 * MARGIN;
        let row = Row { pixels: vec![[0; 3]; side], keys: vec![0; side] };
        Self {
            rows: [row.clone(), row.clone(), row],
            samples: vec![0; width],
            near: vec![u64::MAX; 1 << TABLE],
            far: vec![u64::MAX; 1 << TABLE],
            steps: vec![[i32::MAX; 3]; 1 << TABLE],
            colours: HashSet::new(),
            pixels: 0,
            unexpected: 0,
            length: 0,
        }
    }

    /// About what the pixels so far take.
    fn bits(&self) -> u64 {
        match self.colours.len() {
            0..COLOURS => {
                let name = u64::from(self.colours.len().max(1).next_power_of_two().ilog2());
                self.length.min(self.unexpected as u64 * name / 2)
            }
            _ => self.length,
        }
    }

    /// Looks at row `y`.
    fn row(&mut self, image: &ImageView<'_>, y: usize) {
        self.rows.rotate_left(1);
        let (format, width) = (image.format(), image.width() as usize);
        let max = ((1u32 << image.depth()) - 1) as u16;
        let [_, above, now] = &mut self.rows;
        for c in 0..3 {
            let channel = if format.has_colour() { c } else { 0 };
            read_channel(format, channel, max, image.row(y as u32), &mut self.samples);
            let pixels = now.pixels[MARGIN..].iter_mut().zip(&self.samples);
            pixels.for_each(|(pixel, &sample)| pixel[c] = i32::from(sample));
        }
        let end = MARGIN + width;
        let before = if self.pixels == 0 { now.pixels[MARGIN] } else { above.pixels[MARGIN] };
        let last = now.pixels[end - 1];
        now.pixels[..MARGIN].fill(before);
        now.pixels[end..].fill(last);
        let key = |p: &Pixel| p.iter().fold(0, |key, &sample| key << 16 | sample as u64);
        now.keys.iter_mut().zip(&now.pixels).for_each(|(to, pixel)| *to = key(pixel));
        if self.pixels == 0 {
            let now = now.clone();
            self.rows = [now.clone(), now.clone(), now];
        }
        for x in MARGIN..end {
            self.pixel(x);
        }
        self.pixels += width;
    }

    fn pixel(&mut self, x: usize) {
        let [second, above, now] = &self.rows;
        let key = now.keys[x];
        if self.colours.len() < COLOURS {
            self.colours.insert(key);
        }
        let near = hash(&now.keys[x - 1..x], &above.keys[x - 1..x + 2], &[]);
        let far = hash(&now.keys[x - 4..x], &above.keys[x - 3..x + 4], &second.keys[x - 1..x + 2]);
        let near = std::mem::replace(&mut self.near[near], key) == key;
        let far = std::mem::replace(&mut self.far[far], key) == key;
        if near || far {
            // The steps learn nothing: they are for what has no such repeats.
            return;
        }
        let (pixel, left, further) = (now.pixels[x], now.pixels[x - 1], now.pixels[x - 2]);
        let [upper_left, upper, upper_right] = [above.pixels[x - 1], above.pixels[x], above.pixels[x + 1]];
        let mut rest = [0; 3];
        for c in 0..3 {
            let (w, n, nw) = (left[c], upper[c], upper_left[c]);
            let around = [w - nw, n - nw, upper_right[c] - n, w - further[c]].map(|d| d as u64);
            let step = &mut self.steps[hash(&around, &[], &[])][c];
            let median = (w + n - nw).clamp(w.min(n), w.max(n));
            let expected = std::mem::replace(step, pixel[c] - w) == pixel[c] - w || pixel[c] == median;
            rest[c] = if expected { 0 } else { pixel[c] - median };
        }
        if rest != [0; 3] {
            self.unexpected += 1;
            let [r, g, b] = rest;
            let beside = |v: i32| if v == 0 { 0 } else { length(v - g).max(1) };
            self.length += length(g) + beside(r) + beside(b);
        }
    }
}

/// Bits of a hash.
const TABLE: u32 = 14;

/// Bits of a number and its sign; 0 for 0.
fn length(v: i32) -> u64 {
    let magnitude = v.unsigned_abs();
    u64::from(u32::BITS - magnitude.leading_zeros() + u32::from(magnitude > 0))
}

/// Of what is around, in three parts.
fn hash(left: &[u64], above: &[u64], second: &[u64]) -> usize {
    let mix = |h: u64, &v: &u64| (h ^ v).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    (left.iter().chain(above).chain(second).fold(0, mix) >> (u64::BITS - TABLE)) as usize
}
