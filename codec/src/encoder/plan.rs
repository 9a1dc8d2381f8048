//! From settings to what the picture is coded with: quality to quantiser parameter, matrices,
//! rules.

use super::config::{Content, EncoderConfig, Quantiser, Tune};
use super::effort::Effort;
use super::parameters::Parameters;
use super::quantise::Rule;
use crate::colour::Chroma;
use crate::encoder::analysis::Analysis;
use crate::encoder::analysis::activity::Activity;
use crate::encoder::analysis::content::Census;
use crate::entropy::cost::COST_BITS;
use crate::error::ConfigError;
use crate::filter::Deblock;
use crate::image::view::ImageSpec;
use crate::metadata::{Cicp, Orientation};
use crate::quant::family::Family;
use crate::quant::matrix::MatrixShape;
use crate::quant::step::MAX_QP;
use crate::syntax::header::{Adaptive, PictureHeader};

/// Everything the encoder needs to know of its settings, resolved once.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) effort: Effort,
    pub(crate) parameters: Parameters,
    pub(crate) rule: Rule,
    /// How the levels of the blocks chosen are found on the trellis, where the picture has it.
    pub(crate) trellis: Option<Rule>,
    /// The trellis was asked for: the effort chooses it for photographs only.
    trellis_asked: bool,
    /// Quantiser parameter of the average picture at the quality asked for, not rounded.
    qp: f64,
    /// Lambda takes up what rounding takes away of the parameter: at qualities that are not whole,
    /// which targets lead to.
    continuous: bool,
    /// The picture is a screen.
    screen: bool,
}

/// What lambda grows by per quantiser parameter that rounding takes away. Bytes then change with
/// quality as evenly between whole parameters as over them, where a parameter is 2 to 3 %.
/// docs/TUNING.md, targets.
const LAMBDA_PER_QP: f64 = 0.14;
/// What the dead zone's rounding falls by likewise: where levels are not chosen by rate, lambda
/// moves too few bytes.
const ROUNDING_PER_QP: f64 = 0.02;
/// The rounding that gives the nearest level.
const PLAIN: f64 = 0.5;

/// Quality to quantiser parameter: (quality, parameter) points, linear between. docs/TUNING.md,
/// calibration.
const QUALITY: [(f64, f64); 13] = [
    (0.0, 353.0),
    (10.0, 335.0),
    (20.0, 323.7),
    (30.0, 315.3),
    (40.0, 304.8),
    (50.0, 294.8),
    (60.0, 281.1),
    (70.0, 266.3),
    (75.0, 254.5),
    (80.0, 239.5),
    (85.0, 220.5),
    (90.0, 189.5),
    (100.0, 40.0),
];

fn quality_to_qp(quality: f64) -> f64 {
    let i = QUALITY.iter().rposition(|p| p.0 <= quality).unwrap_or(0).min(QUALITY.len() - 2);
    let ((q0, p0), (q1, p1)) = (QUALITY[i], QUALITY[i + 1]);
    p0 + (quality - q0) * (p1 - p0) / (q1 - q0)
}

/// `quality` and what `effort` loses of the score: less of it where there is little to lose.
fn made_up(quality: f64, effort: &Effort) -> f64 {
    quality + effort.lost * ((100.0 - quality) / 30.0).min(1.0)
}

impl Plan {
    /// Resolves `config`.
    pub(crate) fn new(config: &EncoderConfig) -> Result<Self, ConfigError> {
        if !(0.0..=100.0).contains(&config.quality) {
            return Err(ConfigError::Quality(config.quality));
        }
        if !(1..=9).contains(&config.effort) {
            return Err(ConfigError::Effort(config.effort));
        }
        if config.alpha_quality > 100 {
            return Err(ConfigError::AlphaQuality(config.alpha_quality));
        }
        let effort = Effort::of(config.effort);
        let mut parameters = Parameters::of(config)?;
        parameters.fill(&effort, config.quality);
        let uniform = config.quantiser == Some(Quantiser::Uniform);
        let rule = Rule {
            optimise: match config.quantiser {
                None => effort.optimise,
                Some(Quantiser::Uniform | Quantiser::DeadZone) => false,
                Some(Quantiser::Rdoq | Quantiser::Trellis) => true,
            },
            rounding: if uniform { PLAIN } else { parameters.rounding },
            lambda: parameters.level_lambda,
            shrink: parameters.scalar_shrink().map(|s| s / 32.0),
            alone: (parameters.level_alone * f64::from(1 << COST_BITS)) as u32,
        };
        let qp =
            if parameters.qp >= 0.0 { parameters.qp } else { quality_to_qp(made_up(config.quality.into(), &effort)) };
        let trellis_asked = config.quantiser == Some(Quantiser::Trellis);
        let chosen = config.quantiser.is_none() && config.tune == Tune::Psnr && config.quality >= effort.trellis_from;
        let trellis = (trellis_asked || chosen).then(|| Rule {
            lambda: parameters.trellis_lambda(qp),
            shrink: parameters.trellis_shrink().map(|s| s / 32.0),
            ..rule
        });
        let continuous = config.quality.fract() != 0.0;
        Ok(Self { effort, rule, trellis, trellis_asked, qp, continuous, screen: false, parameters })
    }

    /// The plan for the picture of whose luma `luma` and `census` were gathered: it may be a
    /// screen, and quality means a score, for which pictures differ in the quantiser parameter that
    /// they need. `cicp` says what its samples mean.
    pub(crate) fn for_picture(
        &self,
        content: Content,
        (luma, census): (&Analysis, &Census),
        cicp: Option<Cicp>,
    ) -> Self {
        let mut plan = self.clone();
        plan.screen = match content {
            Content::Auto => census.is_screen(),
            Content::Photo => false,
            Content::Screen => true,
        };
        let activity = Activity::of(luma);
        let steepness = if plan.screen { 0.0 } else { activity.steepness(&self.parameters) };
        plan.parameters.luma_slope = (plan.parameters.luma_slope + steepness).min(63.0);
        if plan.screen {
            plan.parameters.lambda = plan.parameters.screen_lambda;
            plan.parameters.adaptive_gain = plan.parameters.screen_gain;
            plan.trellis = plan.trellis.filter(|_| self.trellis_asked);
        }
        if self.parameters.qp < 0.0 {
            if plan.trellis.is_some() {
                plan.qp += plan.parameters.trellis_qp;
            }
            // The same share of the way down from where all pictures score alike.
            let scale = ((self.qp - 180.0) / 85.0).max(0.0);
            plan.qp += activity.ease() * scale + plan.parameters.busy_qp * steepness;
            if plan.is_adaptive() && !plan.screen {
                plan.qp += activity.masking();
            }
            if plan.screen {
                plan.qp += plan.parameters.screen_qp;
            }
            plan.qp += match cicp.map(|c| c.transfer) {
                Some(Cicp::PQ) => plan.parameters.pq_qp,
                Some(Cicp::HLG) => plan.parameters.hlg_qp,
                _ => 0.0,
            };
        }
        let wanted = plan.qp.clamp(0.0, MAX_QP as f64);
        plan.qp = wanted.round();
        if self.continuous {
            let rest = wanted - plan.qp;
            let factor = 1.0 + LAMBDA_PER_QP * rest;
            plan.parameters.lambda *= factor;
            // Plain rounding has no dead zone, and stays plain.
            if plan.rule.rounding < PLAIN {
                plan.rule.rounding = (plan.rule.rounding - ROUNDING_PER_QP * rest).clamp(0.0, PLAIN);
            }
            plan.rule.lambda *= factor;
            if let Some(rule) = &mut plan.trellis {
                rule.lambda *= factor;
            }
        }
        plan
    }

    /// Whether cells have steps of their own.
    fn is_adaptive(&self) -> bool {
        self.parameters.adaptive.round() > 0.0 && (!self.screen || self.parameters.screen_gain > 0.0)
    }

    /// Whether sketches, where a picture has any, are of luma at half of its resolution.
    pub(super) fn is_sketched_lightly(&self) -> bool {
        self.parameters.adaptive_light > 0.0 && self.parameters.adaptive.round() > 0.0
    }

    /// The header for the picture of this plan.
    pub(crate) fn header(&self, config: &EncoderConfig, image: &ImageSpec<'_>) -> PictureHeader {
        let p = &self.parameters;
        let gray = !image.format().has_colour();
        let shape =
            |dc: f64, slope: f64, curve: f64| MatrixShape { dc: dc as u8, slope: slope as u8, curve: curve as i8 };
        PictureHeader {
            width: image.width(),
            height: image.height(),
            depth: image.depth(),
            full_depth: false,
            gray,
            alpha: image.format().has_alpha(),
            lossless: config.lossless,
            subsampled: !gray && !config.lossless && config.chroma == Chroma::Yuv420,
            tile_log2: config.tile_size.log2(),
            orientation: image.metadata().map_or(Orientation::Upright, |m| m.orientation),
            sections: false,
            profile: config.profile,
            screen: self.screen,
            quantiser: if self.trellis.is_some() { Family::Trellis } else { Family::Scalar },
            qp: self.qp as u16,
            chroma_qp: [p.cb_qp as i8, p.cr_qp as i8],
            matrices: [
                shape(p.luma_dc, p.luma_slope, p.luma_curve),
                shape(p.chroma_dc, p.chroma_slope, p.chroma_curve),
            ],
            shrink: if self.trellis.is_some() { p.trellis_shrink() } else { p.scalar_shrink() }.map(|s| s as i8),
            adaptive: self.is_adaptive().then_some(Adaptive { cell_log2: 5, resolution: 2 }),
            deblock: [Deblock::OFF; 2],
            classified: [0; 2],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::format::PixelFormat;
    use crate::image::plane::Plane;
    use crate::simd::{CpuLevel, Simd};

    /// The rule of a gray picture at `quality` with `quantiser`.
    fn rule(quality: f32, quantiser: Quantiser) -> Rule {
        let config = EncoderConfig::default().with_quality(quality).with_quantiser(quantiser);
        let mut luma = Analysis::default();
        luma.add(Simd::new(CpuLevel::Scalar), &Plane::new(8, 8));
        let plan = Plan::new(&config).expect("settings in range");
        plan.for_picture(Content::Photo, (&luma, &Census::default()), None).rule
    }

    #[test]
    fn plain_rounding_is_plain_at_every_quality_and_the_dead_zone_moves_between_whole_steps() {
        let (mut zones, mut plain) = (Vec::new(), Vec::new());
        for quality in [60.0, 60.1, 60.2, 60.3] {
            plain.push(rule(quality, Quantiser::Uniform));
            zones.push(rule(quality, Quantiser::DeadZone));
        }
        assert!(plain.iter().all(|rule| !rule.optimise && rule.rounding == 0.5), "{plain:?}");
        assert!(zones.iter().all(|rule| !rule.optimise && rule.rounding < 0.45), "{zones:?}");
        assert!(zones.iter().any(|rule| rule.rounding != zones[0].rounding), "{zones:?}");
    }

    #[test]
    fn screens_have_offsets_of_a_gain_of_their_own_and_none_where_it_is_zero() {
        let planned = |content, gain: f64| {
            let parameters = vec![("screen_gain".into(), gain), ("adaptive_gain".into(), 0.3)];
            let config = EncoderConfig { parameters, ..EncoderConfig::default() };
            let plan = Plan::new(&config).expect("the settings are within their ranges");
            let plan = plan.for_picture(content, (&Analysis::default(), &Census::default()), None);
            let pixel = ImageSpec::new(1, 1, PixelFormat::Rgb8).expect("a pixel is a picture");
            (plan.header(&config, &pixel).adaptive.is_some(), plan.parameters.adaptive_gain)
        };
        assert_eq!(planned(Content::Photo, 0.0), (true, 0.3));
        assert_eq!(planned(Content::Screen, 0.1), (true, 0.1));
        assert!(!planned(Content::Screen, 0.0).0);
    }

    #[test]
    fn efforts_choose_the_trellis_for_fine_steps_where_squared_error_is_all_that_counts() {
        let fine = || EncoderConfig::default().with_tune(Tune::Psnr).with_quality(92.0).with_effort(7);
        let trellis = |config: EncoderConfig| Plan::new(&config).expect("valid").trellis.is_some();
        assert!(trellis(fine()));
        assert!(trellis(fine().with_effort(6).with_quantiser(Quantiser::Trellis)));
        assert!(trellis(fine().with_effort(8).with_quality(60.0)));
        for other in [
            fine().with_quality(89.0),
            fine().with_effort(9).with_quality(59.0),
            fine().with_effort(6),
            fine().with_tune(Tune::Perceptual),
            fine().with_quantiser(Quantiser::Rdoq),
        ] {
            assert!(!trellis(other));
        }
    }

    #[test]
    fn the_trellis_stays_on_screens_where_it_is_asked_for() {
        let fine = EncoderConfig::default().with_tune(Tune::Psnr).with_quality(92.0).with_effort(7);
        let on_screen = |config: &EncoderConfig| {
            let seen = (&Analysis::default(), &Census::default());
            Plan::new(config).expect("valid").for_picture(Content::Screen, seen, None).trellis.is_some()
        };
        assert!(!on_screen(&fine));
        assert!(on_screen(&fine.with_quantiser(Quantiser::Trellis)));
    }

    #[test]
    fn a_bit_on_the_trellis_costs_more_where_steps_are_finer() {
        let p = Parameters::of(&EncoderConfig::default()).expect("valid");
        let of = |quality| p.trellis_lambda(quality_to_qp(quality));
        assert_eq!((of(60.0), of(95.0)), (p.trellis_lambda, p.trellis_lambda + p.trellis_rise));
        assert!(of(60.0) < of(88.0) && of(88.0) < of(90.0));
    }
}
