//! Pictures made from a seed, the same on every machine.

use kvant::{Image, PixelFormat};

use crate::pictures::from_fn;
use kvant::bench_api::SplitMix64;

/// What a made picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Independent uniform samples: the worst case for every coder.
    Noise,
    /// A ramp of any slope and direction, in each channel its own.
    Gradient,
    /// Dark strokes one and two pixels wide on a light ground.
    Text,
    /// One colour.
    Flat,
    /// Black and white squares of 1 to 8 pixels.
    Checker,
    /// Windows of one colour with glyphs of three shades that come again and again, anywhere.
    Screen,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Noise, Self::Gradient, Self::Text, Self::Flat, Self::Checker, Self::Screen];
}

/// The picture of `kind` that `seed` gives.
pub fn picture(kind: Kind, width: u32, height: u32, format: PixelFormat, seed: u64) -> Image {
    let mut random = SplitMix64::new(seed);
    match kind {
        Kind::Noise => from_fn(width, height, format, |_, _| bytes(&mut random)),
        Kind::Gradient => {
            let (from, dx, dy) = (bytes(&mut random), bytes(&mut random), bytes(&mut random));
            let ramp = |c: usize, x: u32, y: u32| {
                let slope = |step: u8, at: u32| (i64::from(step) - 128) * i64::from(at) / 16;
                (i64::from(from[c]) + slope(dx[c], x) + slope(dy[c], y)).clamp(0, 255) as u8
            };
            from_fn(width, height, format, |x, y| [0, 1, 2].map(|c| ramp(c, x, y)))
        }
        Kind::Text => {
            let (paper, ink) = (bytes(&mut random).map(|v| v | 0xc0), bytes(&mut random).map(|v| v & 0x3f));
            from_fn(width, height, format, |x, y| {
                let glyph = SplitMix64::new(seed ^ u64::from(x / 7) ^ (u64::from(y / 11) << 32)).next();
                let stroke = glyph >> (x % 7 / 2 * 5 + y % 11 / 2) & 1 == 1;
                if stroke && x % 7 != 6 && y % 11 < 9 { ink } else { paper }
            })
        }
        Kind::Flat => {
            let colour = bytes(&mut random);
            from_fn(width, height, format, |_, _| colour)
        }
        Kind::Screen => screen(width, height, format, &mut random),
        Kind::Checker => {
            let side = 1 + random.below(8) as u32;
            from_fn(
                width,
                height,
                format,
                |x, y| if (x / side + y / side).is_multiple_of(2) { [0; 3] } else { [255; 3] },
            )
        }
    }
}

/// Glyphs of an alphabet of four over windows, all of random places, sizes and colours.
fn screen(width: u32, height: u32, format: PixelFormat, random: &mut SplitMix64) -> Image {
    let (w, h) = (width as usize, height as usize);
    let mut pixels = vec![bytes(random); w * h];
    let glyphs: Vec<[u64; 2]> = (0..4).map(|_| [random.next(), random.next()]).collect();
    for _ in 0..3 {
        let (x, y, colour) = (random.below(w), random.below(h), bytes(random));
        let (right, bottom) = (x + 1 + random.below(w - x), y + 1 + random.below(h - y));
        (y..bottom).for_each(|y| pixels[y * w + x..y * w + right].fill(colour));
    }
    let ink = bytes(random);
    for _ in 0..w * h / 150 {
        let (glyph, x0, y0) = (glyphs[random.below(4)], random.below(w), random.below(h));
        for i in 0..64 {
            let (x, y) = (x0 + i % 8, y0 + i / 8);
            let shade = glyph[0] >> i & 1 | (glyph[1] >> i & 1) << 1;
            if x < w && y < h && shade > 0 {
                pixels[y * w + x] = ink.map(|v| v / shade as u8);
            }
        }
    }
    from_fn(width, height, format, |x, y| pixels[y as usize * w + x as usize])
}

/// Three random bytes.
fn bytes(random: &mut SplitMix64) -> [u8; 3] {
    let [a, b, c, ..] = random.next().to_le_bytes();
    [a, b, c]
}
