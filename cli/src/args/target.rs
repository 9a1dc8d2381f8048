//! What `kvant encode` aims at instead of a quality: a size or a score.

use clap::Args;

use super::values::{TargetSize, parse_positive, parse_target_size};

/// A size or a score to come to.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Search for the quality that gives N bytes, within 1 percent either way; k and M stand for
    /// 1000 and 1000000, % for a share of the input file
    #[arg(long, groups = ["target", "aim"], value_name = "N[k|M|%]", value_parser = parse_target_size)]
    pub(crate) target_size: Option<TargetSize>,

    /// Search for the quality that gives X bits per pixel
    #[arg(long, groups = ["target", "aim"], value_name = "X", value_parser = parse_positive)]
    pub(crate) target_bpp: Option<f64>,

    /// Search for the quality that gives an SSIMULACRA2 score of X (90 excellent, 70 high, 50
    /// medium)
    #[arg(long, groups = ["target", "aim"], value_name = "X", allow_negative_numbers = true)]
    pub(crate) target_ssimulacra2: Option<f64>,

    /// Search for the quality that gives a Butteraugli 3-norm of X (0.5 excellent, 1 high, 2
    /// medium)
    #[arg(long, groups = ["target", "aim"], value_name = "X", value_parser = parse_positive)]
    pub(crate) target_butteraugli: Option<f64>,

    /// Search for the quality that gives a PSNR of the luma of X dB
    #[arg(long, groups = ["target", "aim"], value_name = "X", value_parser = parse_positive)]
    pub(crate) target_psnr: Option<f64>,

    /// Write no more than N bytes, counted as for --target-size: at the quality that -q says or,
    /// where that takes more, at the best that does not. Where none does, nothing is written
    #[arg(long, group = "aim", value_name = "N[k|M|%]", value_parser = parse_target_size)]
    pub(crate) max_size: Option<TargetSize>,

    /// How far from the target, or below the largest size, is near enough [default: 1 (percent) of
    /// a size, 0.3 (points) of SSIMULACRA2, 0.02 of Butteraugli, 0.1 (dB) of PSNR]
    #[arg(long, requires = "aim", value_name = "X", value_parser = parse_positive)]
    pub(crate) tolerance: Option<f64>,

    /// Encode a picture at most so many times at the effort asked for. From effort 4 on up to three
    /// fast encodes look ahead for a size
    #[arg(long, requires = "aim", value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_passes: u32,
}
