//! A file to read, as all formats take it.

use std::fmt::Display;

use kvant::Limits;

use super::inventory::Inventory;
use crate::base::error::{CliError, Result};
use crate::base::warning::PARTIAL;

/// What to do about a file that is not whole.
pub(super) const PARTLY: &str = "kvant encode --allow-partial takes what there is";

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub(in crate::pictures) struct SourceFile<'a> {
    /// What errors call it.
    pub(in crate::pictures) name: &'a str,
    pub(in crate::pictures) data: &'a [u8],
    /// Bounds on the picture in it.
    pub(in crate::pictures) limits: &'a Limits,
    /// Whether what there is of a damaged file is wanted.
    pub(in crate::pictures) partial: bool,
}

impl SourceFile<'_> {
    /// The file is unreadable, as `text` says.
    pub(super) fn fault(&self, text: impl Display) -> CliError {
        CliError::Input(format!("{}: {text}", self.name))
    }

    /// The picture is not whole, as `text` says: what there is of it is taken with a warning where
    /// that is wanted.
    pub(super) fn take_part(&self, text: String, found: &mut Inventory) -> Result<()> {
        if !self.partial {
            return Err(self.fault(format!("{text} ({PARTLY})")));
        }
        found.warn(PARTIAL, text);
        Ok(())
    }

    /// Refuses a picture of no pixels, and one beyond the limits.
    pub(super) fn check_dimensions(&self, (width, height): (u32, u32)) -> Result<()> {
        let Self { name, limits, .. } = self;
        if width == 0 || height == 0 {
            return Err(self.fault(format!("picture of {width}x{height} pixels: nothing to encode")));
        }
        let side = width.max(height);
        if side > limits.max_dimension {
            let limit = limits.max_dimension;
            return Err(CliError::Limit(format!(
                "{name}: picture of {width}x{height} pixels: a side of {side} exceeds the limit of {limit} (--max-dim)"
            )));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > limits.max_pixels {
            let limit = limits.max_pixels;
            return Err(CliError::Limit(format!(
                "{name}: picture of {width}x{height}: {pixels} pixels exceed the limit of {limit} (--max-pixels)"
            )));
        }
        Ok(())
    }

    /// Refuses pixels of more bytes than the limit.
    pub(super) fn check_bytes(&self, bytes: u64) -> Result<()> {
        let limit = self.limits.max_memory;
        if bytes > limit {
            let name = self.name;
            let text = format!("{name}: {bytes} bytes of pixels exceed the limit of {limit} (--max-mem)");
            return Err(CliError::Limit(text));
        }
        Ok(())
    }
}
