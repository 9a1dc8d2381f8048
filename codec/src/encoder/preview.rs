//! The sections of a stream, among them its preview: the picture at an eighth of its size, as a
//! stream of its own.

use super::config::EncoderConfig;
use super::pipeline;
use super::progress::Progress;
use super::setup::Setup;
use crate::colour::{Chroma, Scale, reduce};
use crate::container::{Section, section_bytes};
use crate::encoder::input::source::PlaneSource;
use crate::entropy::Profile;
use crate::error::EncodeError;
use crate::image::view::{Image, ImageSpec, ImageView, ImageViewMut};
use crate::metadata::{Metadata, Orientation, section};

/// High, as long as it takes about 1 % of the bytes of the picture at quality 80. A row of
/// docs/TUNING.md.
const QUALITY: f32 = 60.0;
/// Fewer values save most of what alpha takes; these are more than a glance can tell apart.
const ALPHA_QUALITY: u8 = 75;

/// What goes into the sections of the stream of `image`.
pub(super) fn sections_of(
    config: &EncoderConfig,
    image: &ImageView<'_>,
    progress: &Progress<'_>,
) -> Result<Vec<Section>, EncodeError> {
    let eighth = |small: &mut ImageViewMut<'_>| {
        reduce(image, Scale::Eighth, small, (0, 0));
        Ok(())
    };
    sections(config, image.spec(), eighth, progress)
}

/// The same, where `eighth` writes the picture at an eighth of its size.
pub(super) fn sections(
    config: &EncoderConfig,
    image: &ImageSpec<'_>,
    eighth: impl FnOnce(&mut ImageViewMut<'_>) -> Result<(), EncodeError>,
    progress: &Progress<'_>,
) -> Result<Vec<Section>, EncodeError> {
    let mut sections = image.metadata().map_or(Ok(Vec::new()), |m| m.sections(&config.limits))?;
    if config.preview {
        let at = sections.partition_point(|s| s.0 < section::PREVIEW);
        let side = |side| Scale::Eighth.of(side);
        let (width, height) = (side(image.width()), side(image.height()));
        let mut small = Image::with_depth(width, height, image.format(), image.depth())?;
        eighth(&mut small.view_mut())?;
        let orientation = image.metadata().map_or_else(Default::default, |m| m.orientation);
        sections.insert(at, (section::PREVIEW, preview(config, &small, orientation, progress)?));
    }
    config.limits.check_metadata(section_bytes(&sections))?;
    Ok(sections)
}

/// The stream of the preview `small`: in the profile and with the chroma that decode fast.
fn preview(
    config: &EncoderConfig,
    small: &Image,
    orientation: Orientation,
    progress: &Progress<'_>,
) -> Result<Vec<u8>, EncodeError> {
    let config = EncoderConfig {
        quality: QUALITY,
        alpha_quality: ALPHA_QUALITY.min(config.alpha_quality),
        chroma: Chroma::Yuv420,
        profile: Profile::Fast,
        preview: false,
        effort: config.effort,
        content: config.content,
        threads: config.threads,
        cpu: config.cpu,
        limits: config.limits,
        ..EncoderConfig::default()
    };
    let metadata = Metadata { orientation, ..Metadata::default() };
    let (setup, view) = (Setup::new(config)?, small.view().with_metadata(&metadata));
    setup.check(view.spec())?;
    let progress = Progress::new(Some(progress), view.spec(), false);
    // Never without loss, even where it looks drawn: that is slow to decode.
    Ok(pipeline::code(&setup, PlaneSource::of(&setup, &view), &[], &progress, false)?.stream)
}
