//! Streams that a seed makes: each choice of the one walk is picked by chance, weighted so that
//! blocks are not all tiny and levels not all huge, and steered where a feature is rare.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use kvant::bench_api::{Picked, Picks, picked};

use kvant::bench_api::SplitMix64;

/// What is settled of a stream beforehand; chance has all else.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    fields: BTreeMap<&'static str, RangeInclusive<u32>>,
    bins: BTreeMap<&'static str, u32>,
    large_levels: bool,
    dense: bool,
    sections: Vec<(u64, Vec<u8>)>,
    forbidden: Option<&'static str>,
}

impl Recipe {
    /// Nothing is settled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Field `name` (see [`Picks::field`]) is one of `values`. Besides those there is `samples`,
    /// what planes without loss show: 0 one colour, 1 few colours in runs, 2 a ramp with noise, 3
    /// nothing but noise.
    pub fn field(mut self, name: &'static str, values: RangeInclusive<u32>) -> Self {
        self.fields.insert(name, values);
        self
    }

    /// Field `name` is `value`.
    pub fn set(self, name: &'static str, value: u32) -> Self {
        self.field(name, value..=value)
    }

    /// The picture has so many pixels.
    pub fn size(self, width: u32, height: u32) -> Self {
        self.set("width", width - 1).set("height", height - 1)
    }

    /// Bins of the group `name` of contexts are 1 so often out of a hundred times.
    pub fn bins(mut self, name: &'static str, percent: u32) -> Self {
        self.bins.insert(name, percent);
        self
    }

    /// Levels are large now and then: up to the largest there are.
    pub fn large_levels(mut self) -> Self {
        self.large_levels = true;
        self
    }

    /// Blocks are many and levels too.
    pub fn dense(mut self) -> Self {
        self.dense = true;
        self
    }

    /// The file has these sections, as type and payload.
    pub fn sections(mut self, sections: Vec<(u64, Vec<u8>)>) -> Self {
        self.sections = sections;
        self
    }

    /// The stream ends where `what`, the name of an error of the decoder, comes up by chance. Other
    /// errors do not.
    pub fn forbidden(mut self, what: &'static str) -> Self {
        self.forbidden = Some(what);
        self
    }

    /// The stream of `seed`.
    pub fn make(&self, seed: u64) -> Picked {
        picked(&mut Seeded::new(self.clone(), &[], seed))
    }

    /// The stream of which `bytes` say each choice as far as they reach, two for one; then `seed`
    /// does.
    pub fn make_of(&self, bytes: &[u8], seed: u64) -> Picked {
        picked(&mut Seeded::new(self.clone(), bytes, seed))
    }
}

/// Picks by chance, within a recipe.
struct Seeded<'a> {
    recipe: Recipe,
    bytes: &'a [u8],
    random: SplitMix64,
    element: &'static str,
    /// Of a hundred levels those that are 0, and those of the others that are 1, and of the others
    /// again those above 3.
    levels: [u32; 3],
    /// How fine blocks are, in percent that are added to what splits have.
    finer: i32,
    /// Of a hundred signs those that are the expected ones.
    signs: u32,
}

impl<'a> Seeded<'a> {
    fn new(recipe: Recipe, bytes: &'a [u8], seed: u64) -> Self {
        let random = SplitMix64::new(seed);
        let mut seeded = Self { recipe, bytes, random, element: "", levels: [0; 3], finer: 0, signs: 0 };
        seeded.levels = [[90, 80, 20], [60, 60, 30], [30, 40, 50]][seeded.below(3)];
        seeded.finer = [-30, 0, 0, 20][seeded.below(4)];
        if seeded.recipe.dense {
            (seeded.levels, seeded.finer) = ([45, 45, 40], 15);
        }
        seeded.signs = [50, 70, 95][seeded.below(3)];
        seeded
    }

    /// The next bits: the upper ones are as random as the source is.
    fn next(&mut self) -> u64 {
        match self.bytes.split_first_chunk() {
            Some((&pair, rest)) => {
                self.bytes = rest;
                u64::from(u16::from_be_bytes(pair)) << 48
            }
            None => self.random.next(),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// True so often out of a hundred times.
    fn chance(&mut self, percent: u32) -> bool {
        (self.below(100) as u32) < percent
    }

    fn within(&mut self, values: &RangeInclusive<u32>) -> u32 {
        values.start() + self.below((values.end() - values.start()) as usize + 1) as u32
    }

    /// How often a bin of a group is 1, where the recipe says nothing.
    fn usual(&self, group: &str, index: u16) -> u32 {
        match group {
            "SPLIT" => {
                let area = index / 3 % 9;
                let percent = [20, 20, 25, 35, 45, 60, 70, 80, 85][usize::from(area)];
                (percent + self.finer).clamp(5, 95) as u32
            }
            "COPY" | "PALETTE" | "IDENTITY" | "LEARNED" | "OFFSET_MAGNITUDE" => 30,
            "END_CLASS" if self.recipe.dense => 88,
            "CODED" if self.recipe.dense => 70,
            "VECTOR_EXPECTED" | "END_CLASS" => 70,
            "VECTOR_ZERO" | "PALETTE_REUSE" => 35,
            "VECTOR_SIGN" => 85,
            // The first bit of the class stands for 2^8 and above.
            "VECTOR_CLASS" if index.is_multiple_of(15) => 5,
            "PALETTE_INDEX" if index.is_multiple_of(7) => 70,
            // The first bit of the number stands for modes that there are not, but for one.
            "SIMPLE_MODE" if index == 0 => 20,
            _ => 50,
        }
    }
}

impl Picks for Seeded<'_> {
    fn field(&mut self, name: &'static str, most: u32) -> u32 {
        if let Some(values) = self.recipe.fields.get(name).cloned() {
            return self.within(&values);
        }
        let small = |most: u32, usual: RangeInclusive<u32>| *usual.start()..=most.min(*usual.end());
        let values = match name {
            "width" => small(most, 0..=140),
            "height" => small(most, 0..=100),
            "cb_qp" | "cr_qp" => 40..=80,
            "qp" => 0..=most,
            "lossless" | "alpha" | "small_tiles" if !self.chance(25) => 0..=0,
            "gray" | "orientation" | "curve" if !self.chance(40) => match name {
                "curve" => 8..=8,
                _ => 0..=0,
            },
            "depth" if self.chance(50) => 0..=0,
            "margin" if self.chance(70) => 0..=0,
            _ => 0..=most,
        };
        self.within(&values)
    }

    fn sections(&mut self) -> Vec<(u64, Vec<u8>)> {
        self.recipe.sections.clone()
    }

    fn element(&mut self, name: &'static str) {
        self.element = name;
    }

    fn bin(&mut self, group: &'static str, index: u16) -> bool {
        let percent = self.recipe.bins.get(group).copied().unwrap_or_else(|| self.usual(group, index));
        self.chance(percent)
    }

    fn level(&mut self) -> u32 {
        let [zero, one, more] = self.levels;
        if self.chance(zero) {
            return 0;
        }
        if self.chance(one) {
            return 1;
        }
        let odd = u32::from(self.chance(50));
        2 + odd + if self.chance(more) { 2 } else { 0 }
    }

    fn bits(&mut self, bits: u32) -> u32 {
        // Prefixes of levels above 3.
        if bits == 1 && self.element == "levels" {
            let percent = if self.recipe.large_levels { 88 } else { 40 };
            return u32::from(self.chance(percent));
        }
        self.below(1 << bits) as u32
    }

    fn sign(&mut self) -> bool {
        self.chance(self.signs)
    }

    fn plane(&mut self, samples: &mut [u16], width: usize, most: u16) {
        let colours: Vec<u16> = (0..6).map(|_| self.below(usize::from(most) + 1) as u16).collect();
        let (kind, noise) = (self.field("samples", 3), self.below(usize::from(most / 8) + 1));
        let [dx, dy] = [0, 1].map(|_| self.below(usize::from(most / 16) + 2));
        let (mut colour, mut left) = (colours[0], 0);
        for (i, sample) in samples.iter_mut().enumerate() {
            let (x, y) = (i % width, i / width);
            *sample = match kind {
                0 => colours[0],
                1 => {
                    if left == 0 {
                        (colour, left) = (colours[self.below(6)], 1 + self.below(40));
                    }
                    left -= 1;
                    colour
                }
                2 => (usize::from(colours[0]) + x * dx + y * dy + self.below(noise + 1)).min(most.into()) as u16,
                _ => self.below(usize::from(most) + 1) as u16,
            };
        }
    }

    fn again(&mut self, what: &'static str) -> bool {
        self.recipe.forbidden != Some(what)
    }
}
