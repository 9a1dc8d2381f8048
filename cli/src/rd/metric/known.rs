//! All metrics that there are, in the order of every table.

use std::path::Path;
use std::sync::Arc;

use super::definition::{Metric, Transform};
use super::program::{self, MetricProgram};
use crate::base::error::{CliError, Result};

/// Metrics by the columns of result files.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    all: Vec<Arc<Metric>>,
    /// Those that are programs.
    programs: Vec<MetricProgram>,
}

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

impl Default for Metrics {
    /// Those that this program knows.
    fn default() -> Self {
        Self::shipped()
    }
}

/// Whether a column of results says something else.
fn reserved(column: &str) -> bool {
    ["codec", "image", "q", "bytes", "bpp", "enc_s", "dec_s", "w", "h", "timing", "key", "lossless", "scale"]
        .contains(&column)
}

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
        Self { all: all.into_iter().map(Arc::new).collect(), programs: Vec::new() }
    }

    /// All that this program knows, and those of the user's file, which win. To run those that it
    /// brings along, [`Metrics::install`] must have put their files into `folder`.
    ///
    /// # Errors
    /// [`CliError::Input`] where the user's file is at fault, [`CliError::Usage`] where it gives a
    /// metric the column of another thing.
    pub(crate) fn known(folder: &Path, more: Option<&Path>) -> Result<Self> {
        let mut metrics = Self::built_in();
        let shipped = program::shipped(folder)?;
        let own = more.map_or(Ok(Vec::new()), program::read)?;
        if let Some(taken) = own.iter().map(|p| &p.metric.key).find(|key| metrics.find(key).is_some() || reserved(key))
        {
            return Err(CliError::Usage(format!("no metric can be called {taken}: that is a column already")));
        }
        for program in shipped.into_iter().chain(own) {
            metrics.add(&program.metric);
            metrics.programs.retain(|p| p.metric.key != program.metric.key);
            metrics.programs.push(program);
        }
        Ok(metrics)
    }

    /// Those that this program knows, to read results by.
    pub(crate) fn shipped() -> Self {
        Self::known(Path::new(""), None).expect("what is shipped is right")
    }

    /// Writes the files of the metrics that this program brings along into `folder`.
    pub(crate) fn install(folder: &Path) -> Result<()> {
        program::install(folder)
    }

    /// Adds a metric; one of the same column goes.
    pub(crate) fn add(&mut self, metric: &Arc<Metric>) {
        match self.all.iter_mut().find(|m| m.key == metric.key) {
            Some(have) => *have = Arc::clone(metric),
            None => self.all.push(Arc::clone(metric)),
        }
    }

    /// The program of a metric, where it is one.
    pub(crate) fn program(&self, metric: &Metric) -> Option<&MetricProgram> {
        self.programs.iter().find(|p| p.metric.key == metric.key)
    }

    /// All that are programs.
    pub(crate) fn programs(&self) -> &[MetricProgram] {
        &self.programs
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
            let known: Vec<_> = self.all.iter().map(|m| m.key.as_str()).collect();
            CliError::Usage(format!("no metric {name:?}; there are {}", known.join(", ")))
        })
    }

    /// The metric of a column.
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Metric>> {
        self.all.iter().find(|m| m.key == key)
    }

    /// All of them, in the order of tables.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Metric>> {
        self.all.iter()
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
        let shipped = Metrics::shipped();
        assert_eq!(shipped.named("VMAF").unwrap().key, "vmaf");
        assert!(shipped.program(shipped.find("iw_ssim").unwrap()).is_some() && metrics.find("vmaf").is_none());
        let fault = metrics.named("vmaf2").unwrap_err();
        assert!(fault.code() == 2 && fault.to_string().contains("ssim2, ba_p3, psnr_y"), "{fault}");
    }
}
