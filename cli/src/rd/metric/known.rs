//! All metrics that there are, in the order of every table.

use std::sync::Arc;

use super::definition::{Metric, Transform};
use crate::base::error::{CliError, Result};

/// Metrics by the columns of result files.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metrics(Vec<Arc<Metric>>);

/// The columns of those that decide where nobody names others.
pub(super) const DECIDING: [&str; 3] = ["ssim2", "ba_p3", "psnr_y"];

/// Other names of columns.
const ALIASES: [(&str, &str); 7] = [
    ("ssimulacra2", "ssim2"),
    ("butteraugli", "ba_p3"),
    ("ba", "ba_p3"),
    ("butteraugli_3", "ba_p3"),
    ("butteraugli_max", "ba_max"),
    ("psnr", "psnr_y"),
    ("msssim", "ms_ssim"),
];

impl Metrics {
    /// Those that this program computes itself.
    pub(crate) fn built_in() -> Self {
        let plain = Metric {
            key: String::new(),
            name: String::new(),
            about: String::new(),
            unit: String::new(),
            transform: Transform::Rising,
            range: [None; 2],
            bands: Vec::new(),
            levels: Vec::new(),
            working_point: None,
        };
        let metric = |key: &str, name: &str, transform, unit: &str, about: &str| Metric {
            key: key.to_owned(),
            name: name.to_owned(),
            about: about.to_owned(),
            unit: unit.to_owned(),
            transform,
            ..plain.clone()
        };
        let ssim2 = Metric {
            range: [Some(30.0), Some(92.0)],
            // From low to medium, medium to high, and high to what nobody tells from the original.
            bands: vec![(30.0, 60.0), (60.0, 75.0), (75.0, 92.0)],
            levels: vec![50.0, 60.0, 70.0, 80.0, 90.0],
            working_point: Some(70.0),
            ..metric(
                "ssim2",
                "SSIMULACRA2",
                Transform::Rising,
                "",
                "models what people see; 100 is an exact copy, 90 hard to tell from the original, 70 high, 50 medium, \
                 30 low quality",
            )
        };
        let all = vec![
            ssim2,
            metric(
                "ba_p3",
                "Butteraugli-3",
                Transform::LogFalling,
                "",
                "is the difference that a viewer perceives, strong spots counting more (3-norm); 0 is an exact copy. \
                 It is compared by its logarithm",
            ),
            metric(
                "psnr_y",
                "PSNR-Y",
                Transform::Rising,
                "dB",
                "is the mean squared error of the luma, blind to what people see",
            ),
            metric("psnr_rgb", "PSNR-RGB", Transform::Rising, "dB", "counts the errors of colour too"),
            metric(
                "ba_max",
                "Butteraugli-max",
                Transform::LogFalling,
                "",
                "is the worst spot of the picture by Butteraugli",
            ),
            metric(
                "ms_ssim",
                "MS-SSIM",
                Transform::Decibel,
                "dB",
                "compares the structure of the luma at several scales, here as -10 log10(1 - MS-SSIM)",
            ),
            metric(
                "ms_ssim_rgb",
                "MS-SSIM-RGB",
                Transform::Decibel,
                "dB",
                "is the mean of the MS-SSIM of red, green and blue, as learned codecs are compared by; here as \
                 -10 log10(1 - MS-SSIM)",
            ),
        ];
        Self(all.into_iter().map(Arc::new).collect())
    }

    /// The metric that a person calls so: by its column, whatever the case and with - for _, or by
    /// another usual name.
    ///
    /// # Errors
    /// [`CliError::Usage`] names those that there are.
    pub(crate) fn named(&self, name: &str) -> Result<&Arc<Metric>> {
        let plain = name.trim().to_ascii_lowercase().replace('-', "_");
        let usual = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, key)| *key);
        self.find(usual.unwrap_or(&plain)).ok_or_else(|| {
            let known: Vec<_> = self.0.iter().map(|m| m.key.as_str()).collect();
            CliError::Usage(format!("no metric {name:?}; there are {}", known.join(", ")))
        })
    }

    /// The metric of a column.
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Metric>> {
        self.0.iter().find(|m| m.key == key)
    }

    /// All of them, in the order of tables.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Metric>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_go_by_their_columns_and_by_usual_names() {
        let metrics = Metrics::built_in();
        for metric in metrics.iter() {
            assert_eq!(&metrics.named(&metric.key).unwrap().key, &metric.key);
            assert_eq!(&metrics.named(&metric.key.to_uppercase().replace('_', "-")).unwrap().key, &metric.key);
        }
        for (alias, key) in ALIASES {
            assert!(metrics.find(alias).is_none());
            assert_eq!(metrics.named(alias).unwrap().key, key);
        }
        let fault = metrics.named("vmaf2").unwrap_err();
        assert!(fault.code() == 2 && fault.to_string().contains("ssim2, ba_p3, psnr_y"), "{fault}");
    }
}
