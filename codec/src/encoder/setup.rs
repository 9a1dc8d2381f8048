//! What the stages have of the encoder: its settings, checked, and what follows from them.

use std::sync::Arc;

use super::config::EncoderConfig;
use super::plan::Plan;
use crate::error::{ConfigError, EncodeError};
use crate::image::view::ImageSpec;
use crate::memory;
use crate::simd::Simd;
use crate::threads::Workers;

/// Settings, the plan of all pictures that they lead to, and threads.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) config: EncoderConfig,
    pub(super) plan: Plan,
    pub(super) workers: Arc<Workers>,
}

impl Setup {
    /// Checks `config`.
    pub(super) fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        let plan = Plan::new(&config)?;
        let workers = Arc::new(Workers::new(config.threads));
        Ok(Self { config, plan, workers })
    }

    /// The same at another quality and effort.
    pub(super) fn at(&self, quality: f32, effort: u8) -> Result<Self, ConfigError> {
        let config = EncoderConfig { quality, effort, ..self.config.clone() };
        Ok(Self { plan: Plan::new(&config)?, config, workers: Arc::clone(&self.workers) })
    }

    /// The level of the CPU that kernels run at.
    pub(super) fn simd(&self) -> Simd {
        Simd::new(self.config.cpu)
    }

    /// That those who keep to the limits can decode `image`.
    pub(super) fn check(&self, image: &ImageSpec<'_>) -> Result<(), EncodeError> {
        Ok(memory::check_picture(&self.plan.header(&self.config, image), &self.config.limits)?)
    }
}
