//! The numbers behind quality and tuning, with names under which experiments may change them.

use super::config::{EncoderConfig, Tune};
use super::effort::{Effort, Filters, Sketches};
use crate::error::ConfigError;

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident: $default:expr, $min:expr, $max:expr;)*) => {
        /// Numbers that tune the encoder. They change bytes, never the format.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct Parameters {
            $($(#[$doc])* pub(crate) $name: f64,)*
        }

        impl Parameters {
            /// The defaults for perceived quality.
            const PERCEPTUAL: Self = Self { $($name: $default,)* };

            /// Changes a parameter by its name.
            fn set(&mut self, name: &str, value: f64) -> Result<(), ConfigError> {
                match name {
                    $(stringify!($name) => {
                        if !($min..=$max).contains(&value) {
                            let (min, max) = ($min, $max);
                            return Err(ConfigError::Parameter { name: stringify!($name), value, min, max });
                        }
                        self.$name = value;
                        Ok(())
                    })*
                    _ => Err(ConfigError::UnknownParameter(name.to_owned())),
                }
            }
        }
    };
}

parameters! {
    /// Quantiser parameter instead of the one that quality gives; negative for none.
    qp: -1.0, -1.0, 447.0;
    /// Price of a bit in squared steps, in the choice of blocks, modes and transforms.
    lambda: 0.066, 0.0, 2.0;
    /// The same in pictures of screens.
    screen_lambda: 0.09, 0.0, 2.0;
    /// The same in the choice of levels.
    level_lambda: 0.06, 0.0, 2.0;
    /// Bits that a level with none around it is taken to cost besides, in that choice.
    level_alone: 0.25, 0.0, 2.0;
    /// The same on the trellis, and what is added where steps are fine: none of it up to quality
    /// 85, all from 92 on.
    trellis_lambda: 0.07, 0.0, 2.0;
    trellis_rise: 0.05, 0.0, 2.0;
    /// What is added to the quantiser parameter with the trellis, for the same scores.
    trellis_qp: 3.0, -64.0, 64.0;
    /// Price of a bit of a mode against transformed difference in steps.
    rank_lambda: 0.45, 0.0, 4.0;
    /// In a layout: what a block costs besides, and below what a sample costs a block is not
    /// divided further, both in squared steps.
    layout_block: 0.3, 0.0, 64.0;
    layout_stop: 0.005, 0.0, 8.0;
    /// Rounding of the dead-zone quantiser.
    rounding: 0.39, 0.0, 0.5;
    /// Reconstruction points towards zero, in 1/32 step.
    shrink1: 1.0, -8.0, 7.0;
    shrink2: 1.0, -8.0, 7.0;
    shrink3: 0.0, -8.0, 7.0;
    /// The same of the points on the trellis: half a step, a step, above.
    trellis_shrink1: 0.0, -8.0, 7.0;
    trellis_shrink2: 0.0, -8.0, 7.0;
    trellis_shrink3: 0.0, -8.0, 7.0;
    /// Matrix of luma: weight at frequency 0 in 1/32, less 1.
    luma_dc: 26.0, 0.0, 31.0;
    /// Rise in 1/64 per unit of frequency.
    luma_slope: 6.0, 0.0, 63.0;
    luma_curve: 0.0, -8.0, 7.0;
    /// What the rise gains in busy photographs: per octave that the variance of their fine detail is
    /// above `busy_from`, and at most. docs/TUNING.md, busy pictures.
    busy_slope: 1.0, 0.0, 32.0;
    busy_from: 4.5, -2.0, 14.0;
    busy_most: 3.0, 0.0, 63.0;
    /// What is added to the quantiser parameter per unit of that, for the same scores.
    busy_qp: -1.6, -8.0, 8.0;
    chroma_dc: 22.0, 0.0, 31.0;
    chroma_slope: 21.0, 0.0, 63.0;
    chroma_curve: 0.0, -8.0, 7.0;
    /// QP offset of chroma, in 1/8 octave.
    cb_qp: 5.0, -64.0, 63.0;
    cr_qp: 5.0, -64.0, 63.0;
    /// Sketches that adaptive quantisation learns from, where the score is lost; 0: one step for
    /// the whole picture; negative: as many as the effort has.
    adaptive: -1.0, -1.0, 8.0;
    /// 1: they are of luma alone, at half of its resolution; negative: where the effort has them
    /// so.
    adaptive_light: -1.0, -1.0, 1.0;
    /// Octaves of step per octave of loss per level, for all sketches together; negative: those of
    /// the effort.
    adaptive_gain: -1.0, -1.0, 3.0;
    /// The same in pictures of screens; 0: one step for the whole picture.
    screen_gain: 0.15, 0.0, 3.0;
    /// What squared error of luma counts in the loss, where all the rest counts 1.
    adaptive_error: 0.4, 0.0, 10.0;
    /// What is added to loss and levels of each cell, in terms of the picture's mean.
    adaptive_floor: 0.1, 0.0, 10.0;
    /// Share that the cells around have in a cell's ratio of the two.
    adaptive_smoothing: 0.3, 0.0, 1.0;
    /// Largest offset either way, in octaves.
    adaptive_finer: 1.0, 0.0, 2.0;
    adaptive_coarser: 0.5, 0.0, 2.0;
    /// Rounding of the sketches' quantiser.
    sketch_rounding: 0.25, 0.0, 0.5;
    /// 1: chroma follows the luma tree wherever the format lets it.
    shared_tree: 0.0, 0.0, 1.0;
    /// What is added to the quantiser parameter in pictures of screens.
    screen_qp: -6.0, -64.0, 64.0;
    /// The same in pictures whose code points say PQ or HLG: their steps are larger for the eye.
    /// docs/TUNING.md, PQ and HLG.
    pq_qp: -26.0, -64.0, 64.0;
    hlg_qp: -13.0, -64.0, 64.0;
    /// 1: pictures that take no more bytes without loss are coded so.
    graphics: 1.0, 0.0, 1.0;
    /// 1: these tools are tried in pictures of screens.
    copies: 1.0, 0.0, 1.0;
    palettes: 1.0, 0.0, 1.0;
    identity: 1.0, 0.0, 1.0;
    /// Most probable directions that are tried from further lines.
    lines: 3.0, 0.0, 6.0;
    /// 1: learned modes are tried.
    learned: 1.0, 0.0, 1.0;
    /// 1: the strengths of the filters come from the quantiser parameter; negative: where the
    /// effort has them so.
    filter_rule: -1.0, -1.0, 1.0;
    /// Strength of deblocking, 0 to 15; negative for the best by squared error.
    deblock: -1.0, -1.0, 15.0;
    deblock_sharpness: 2.0, 0.0, 7.0;
    /// Strength of the classified filter in eighths; negative for the best by masked squared error.
    classified: -1.0, -1.0, 8.0;
    classified_chroma: -1.0, -1.0, 8.0;
    /// Share of the best strength that is taken.
    classified_share: 1.0, 0.0, 2.0;
    /// Variance (8-bit samples) at which an error counts half in the choice; 0: all count alike.
    classified_mask: 64.0, 0.0, 65536.0;
}

impl Parameters {
    /// Price of a bit on the trellis of a picture whose quality has the quantiser parameter `qp`.
    pub(crate) fn trellis_lambda(&self, qp: f64) -> f64 {
        self.trellis_lambda + self.trellis_rise * ((220.0 - qp) / 60.0).clamp(0.0, 1.0)
    }

    /// Reconstruction points of the scalar quantiser towards zero, whole, in 1/32 step.
    pub(crate) fn scalar_shrink(&self) -> [f64; 3] {
        [self.shrink1, self.shrink2, self.shrink3].map(f64::round)
    }

    /// Those of the trellis.
    pub(crate) fn trellis_shrink(&self) -> [f64; 3] {
        [self.trellis_shrink1, self.trellis_shrink2, self.trellis_shrink3].map(f64::round)
    }

    /// Takes from `effort` what nothing else sets at `quality`.
    pub(super) fn fill(&mut self, effort: &Effort, quality: f32) {
        let fill = |value: &mut f64, own: f64| *value = if *value < 0.0 { own } else { *value };
        let sketches = if quality >= effort.thorough_from { Sketches::THOROUGH } else { effort.sketches };
        let Sketches { count, light, gain } = sketches;
        fill(&mut self.adaptive, count.into());
        fill(&mut self.adaptive_light, u8::from(light).into());
        fill(&mut self.adaptive_gain, gain);
        fill(&mut self.filter_rule, u8::from(effort.filters == Filters::Rule).into());
    }

    /// The parameters that `config` stands for.
    pub(crate) fn of(config: &EncoderConfig) -> Result<Self, ConfigError> {
        let mut p = Self::PERCEPTUAL;
        if config.tune == Tune::Psnr {
            let flat = ["luma_dc", "chroma_dc"].map(|n| (n, 31.0));
            let none = [
                "luma_slope",
                "chroma_slope",
                "busy_slope",
                "luma_curve",
                "chroma_curve",
                "adaptive",
                "classified_mask",
            ]
            .map(|n| (n, 0.0));
            // Where no error is masked, a bit must save more of it. docs/TUNING.md, trellis.
            let prices = ["lambda", "level_lambda"].map(|n| (n, 0.08));
            for (name, value) in flat.into_iter().chain(none).chain(prices) {
                p.set(name, value)?;
            }
        }
        for (name, value) in &config.parameters {
            p.set(name, *value)?;
        }
        Ok(p)
    }
}
