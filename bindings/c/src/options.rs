//! Settings. Fields may be added at the end: each struct says how long it is.

use codec::{Chroma, Content, DecoderOptions, EncoderConfig, Limits, Metadata, Orientation, Profile, TileSize, Tune};

use crate::boundary::{self, Growing};
use crate::error::{Error, Failure, Status};

/// The encoder finds out what a picture shows.
pub const KVANT_CONTENT_AUTO: u32 = 0;
/// A photograph.
pub const KVANT_CONTENT_PHOTO: u32 = 1;
/// A screenshot, a drawing, text.
pub const KVANT_CONTENT_SCREEN: u32 = 2;

/// The encoder minimises what people see of differences.
pub const KVANT_TUNE_PERCEPTUAL: u32 = 0;
/// The encoder minimises squared error.
pub const KVANT_TUNE_PSNR: u32 = 1;

/// Entropy coding for size.
pub const KVANT_PROFILE_MIXED: u32 = 0;
/// Entropy coding for the speed of decoding.
pub const KVANT_PROFILE_FAST: u32 = 1;

const CONTENTS: [Content; 3] = [Content::Auto, Content::Photo, Content::Screen];
const TUNES: [Tune; 2] = [Tune::Perceptual, Tune::Psnr];
const PROFILES: [Profile; 2] = [Profile::Mixed, Profile::Fast];

/// More threads than any machine has.
const MOST_THREADS: u32 = 1024;

/// How to encode. `kvant_encode_options_init` sets the defaults, and each field is changed behind
/// that. Fields may be added at the end.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct EncodeOptions {
    /// Bytes of this struct; set by `kvant_encode_options_init`.
    pub size: usize,
    /// 0 (smallest) to 100 (finest quantiser, not lossless); about the mean SSIMULACRA2 score of
    /// photographs. Default 80.
    pub quality: f32,
    /// 1 (fastest) to 9 (smallest). Default 5.
    pub effort: u32,
    /// Not 0 to keep every pixel exactly; quality does not count then. Default 0.
    pub lossless: u32,
    /// Quality of the alpha: 100 (the default) is lossless, below it has fewer different values.
    pub alpha_quality: u32,
    /// Not 0 to keep the colours of fully transparent pixels. Default 0.
    pub exact: u32,
    /// Not 0 for a preview of 1/8 each way near the front of the stream. Default 0.
    pub preview: u32,
    /// Chroma sampling: 444 (the default) or 420.
    pub chroma: u32,
    /// Width and height of a tile: 512 or 1024 (the default).
    pub tile_size: u32,
    /// What the picture shows: `KVANT_CONTENT_...`. Default: found out.
    pub content: u32,
    /// What to minimise: `KVANT_TUNE_...`. Default: what people see.
    pub tune: u32,
    /// Entropy coding: `KVANT_PROFILE_...`. Default: for size.
    pub profile: u32,
    /// Threads: 1 (the default) for the caller's own, 0 for as many as the machine has, which are
    /// kept until the process ends, else so many, up to 1024, for this call. The bytes of the
    /// stream do not depend on it.
    pub threads: u32,
    /// How the pixels are turned when they are shown, 1 to 8 as in Exif. Default 1, as they are.
    pub orientation: u32,
    /// Largest width and height that decoders may be asked for: 65535 by default.
    pub max_dimension: u32,
    /// Most pixels that decoders may be asked for: 2^28 by default.
    pub max_pixels: u64,
    /// Most bytes of memory that decoders may be asked for: 2 GiB by default.
    pub max_memory: u64,
    /// Most bytes of metadata that decoders may be asked for: 64 MiB by default.
    pub max_metadata: u64,
    /// An ICC profile; NULL for none.
    pub icc: *const u8,
    /// Its bytes.
    pub icc_size: usize,
    /// An Exif block from its byte order mark on, "II" or "MM"; NULL for none.
    pub exif: *const u8,
    /// Its bytes.
    pub exif_size: usize,
    /// An XMP packet; NULL for none.
    pub xmp: *const u8,
    /// Its bytes.
    pub xmp_size: usize,
    /// Code points of the colours, 4 bytes as in the chunk cICP of PNG: primaries, transfer,
    /// matrix, and 1 for the full range; NULL for none.
    pub cicp: *const u8,
    /// Its bytes: 4.
    pub cicp_size: usize,
}

/// How to decode. `kvant_decode_options_init` sets the defaults, and each field is changed behind
/// that. Fields may be added at the end.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DecodeOptions {
    /// Bytes of this struct; set by `kvant_decode_options_init`.
    pub size: usize,
    /// Threads: 1 (the default) for the caller's own, 0 for as many as the machine has, which are
    /// kept until the process ends, else so many, up to 1024, for this call. The pixels do not
    /// depend on it.
    pub threads: u32,
    /// Largest width and height in pixels: 65535 by default.
    pub max_dimension: u32,
    /// Most pixels of a picture: 2^28 by default.
    pub max_pixels: u64,
    /// Most bytes of working memory: 2 GiB by default. Neither the stream nor the caller's buffer
    /// counts.
    pub max_memory: u64,
    /// Most bytes of metadata, packed and unpacked: 64 MiB by default.
    pub max_metadata: u64,
}

// SAFETY: it has numbers and raw pointers only.
unsafe impl Growing for EncodeOptions {
    const WHAT: &'static str = "encode options";
    const FIRST: usize = std::mem::offset_of!(Self, cicp_size) + size_of::<usize>();
}

// SAFETY: it has numbers only.
unsafe impl Growing for DecodeOptions {
    const WHAT: &'static str = "decode options";
    const FIRST: usize = std::mem::offset_of!(Self, max_metadata) + size_of::<u64>();
}

impl Default for EncodeOptions {
    fn default() -> Self {
        let config = EncoderConfig::default();
        Self {
            size: size_of::<Self>(),
            quality: config.quality,
            effort: config.effort.into(),
            lossless: config.lossless.into(),
            alpha_quality: config.alpha_quality.into(),
            exact: config.exact.into(),
            preview: config.preview.into(),
            chroma: number(config.chroma.name()),
            tile_size: number(config.tile_size.name()),
            content: place(&CONTENTS, config.content),
            tune: place(&TUNES, config.tune),
            profile: place(&PROFILES, config.profile),
            threads: config.threads as u32,
            orientation: 1,
            max_dimension: config.limits.max_dimension,
            max_pixels: config.limits.max_pixels,
            max_memory: config.limits.max_memory,
            max_metadata: config.limits.max_metadata,
            icc: std::ptr::null(),
            icc_size: 0,
            exif: std::ptr::null(),
            exif_size: 0,
            xmp: std::ptr::null(),
            xmp_size: 0,
            cicp: std::ptr::null(),
            cicp_size: 0,
        }
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        let DecoderOptions { limits, threads, .. } = DecoderOptions::default();
        Self {
            size: size_of::<Self>(),
            threads: threads as u32,
            max_dimension: limits.max_dimension,
            max_pixels: limits.max_pixels,
            max_memory: limits.max_memory,
            max_metadata: limits.max_metadata,
        }
    }
}

/// The number that a name is.
pub(crate) fn number(name: &str) -> u32 {
    name.parse().unwrap_or_default()
}

/// The place of `value` in `all`.
fn place<T: PartialEq>(all: &[T], value: T) -> u32 {
    all.iter().position(|other| *other == value).unwrap_or_default() as u32
}

/// What stands in `all` at this place.
fn nth<T: Copy>(what: &str, all: &[T], place: u32) -> Result<T, Failure> {
    all.get(place as usize).copied().ok_or_else(|| Failure::argument(format!("{place} is no {what}")))
}

/// A number that the crate has in a byte.
fn byte(what: &str, value: u32) -> Result<u8, Failure> {
    value.try_into().map_err(|_| Failure::argument(format!("{what} {value} is out of range")))
}

fn threads_of(threads: u32) -> Result<usize, Failure> {
    match threads > MOST_THREADS {
        true => Err(Failure::argument(format!("{threads} threads are more than {MOST_THREADS}"))),
        false => Ok(threads as usize),
    }
}

impl EncodeOptions {
    /// What the encoder's settings are by these.
    pub(crate) fn config(&self) -> Result<EncoderConfig, Failure> {
        let limits = Limits {
            max_pixels: self.max_pixels,
            max_dimension: self.max_dimension,
            max_memory: self.max_memory,
            max_metadata: self.max_metadata,
        };
        Ok(EncoderConfig::default()
            .with_quality(self.quality)
            .with_effort(byte("effort", self.effort)?)
            .with_lossless(self.lossless != 0)
            .with_alpha_quality(byte("alpha quality", self.alpha_quality)?)
            .with_exact(self.exact != 0)
            .with_preview(self.preview != 0)
            .with_chroma(self.chroma.to_string().parse::<Chroma>().map_err(Failure::argument)?)
            .with_tile_size(self.tile_size.to_string().parse::<TileSize>().map_err(Failure::argument)?)
            .with_content(nth("content", &CONTENTS, self.content)?)
            .with_tune(nth("tuning", &TUNES, self.tune)?)
            .with_profile(nth("profile", &PROFILES, self.profile)?)
            .with_threads(threads_of(self.threads)?)
            .with_limits(limits))
    }

    /// What the stream says of the picture besides its pixels.
    ///
    /// # Safety
    /// `icc`, `exif`, `xmp` and `cicp` are NULL or have as many bytes as is said of them.
    pub(crate) unsafe fn metadata(&self) -> Result<Metadata, Failure> {
        let orientation = byte("orientation", self.orientation)?;
        let orientation = Orientation::from_exif(orientation)
            .ok_or_else(|| Failure::argument(format!("orientation {orientation} is outside 1 to 8")))?;
        let given = |what, data: *const u8, size| {
            // SAFETY: it is not NULL, and the caller vouches for its bytes.
            (!data.is_null()).then(|| unsafe { boundary::bytes(what, data, size) }).transpose()
        };
        let mut metadata = Metadata::default().with_orientation(orientation);
        metadata.icc = given("icc", self.icc, self.icc_size)?.map(<[u8]>::to_vec);
        metadata.exif = given("exif", self.exif, self.exif_size)?.map(<[u8]>::to_vec);
        metadata.xmp = given("xmp", self.xmp, self.xmp_size)?.map(<[u8]>::to_vec);
        metadata.cicp = match given("cicp", self.cicp, self.cicp_size)? {
            None => None,
            Some(&[primaries, transfer, matrix, full]) if full <= 1 => {
                Some(codec::Cicp { primaries, transfer, matrix, full_range: full == 1 })
            }
            Some(_) => return Err(Failure::argument("cicp has 4 bytes, of which the last is 0 or 1")),
        };
        Ok(metadata)
    }
}

impl DecodeOptions {
    /// What the decoder's settings are by these.
    pub(crate) fn decoder(&self) -> Result<DecoderOptions, Failure> {
        let limits = Limits {
            max_pixels: self.max_pixels,
            max_dimension: self.max_dimension,
            max_memory: self.max_memory,
            max_metadata: self.max_metadata,
        };
        Ok(DecoderOptions::default().with_limits(limits).with_threads(threads_of(self.threads)?))
    }
}

/// Options of the caller's, or the defaults where it gives none.
///
/// # Safety
/// `options` is NULL or points to options whose first field is the number of bytes that can be read
/// there.
pub(crate) unsafe fn given<T: Growing + Default>(options: *const T) -> Result<T, Failure> {
    if options.is_null() {
        return Ok(T::default());
    }
    // SAFETY: the caller vouches for it.
    unsafe { boundary::take(options, T::default()) }
}

/// Sets `options` to the defaults. `size` is `sizeof *options`. Returns a status: an error where
/// `options` is NULL, or `size` is smaller than the struct ever was.
///
/// # Safety
/// `options` is NULL or has `size` bytes that can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_encode_options_init(options: *mut EncodeOptions, size: usize) -> Status {
    boundary::guard(std::ptr::null_mut::<Error>(), || {
        // SAFETY: the caller vouches for `size` bytes.
        unsafe { boundary::put(options, size, &EncodeOptions { size, ..EncodeOptions::default() }) }
    })
}

/// Sets `options` to the defaults. `size` is `sizeof *options`. Returns a status: an error where
/// `options` is NULL, or `size` is smaller than the struct ever was.
///
/// # Safety
/// `options` is NULL or has `size` bytes that can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_decode_options_init(options: *mut DecodeOptions, size: usize) -> Status {
    boundary::guard(std::ptr::null_mut::<Error>(), || {
        // SAFETY: the caller vouches for `size` bytes.
        unsafe { boundary::put(options, size, &DecodeOptions { size, ..DecodeOptions::default() }) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_crate() {
        let config = EncodeOptions::default().config().unwrap();
        assert_eq!(config, EncoderConfig::default());
        assert_eq!(DecodeOptions::default().decoder().unwrap(), DecoderOptions::default());
        // SAFETY: no metadata are given.
        assert_eq!(unsafe { EncodeOptions::default().metadata() }, Ok(Metadata::default()));
    }

    #[test]
    fn numbers_stand_for_what_their_names_say() {
        let name = |options: EncodeOptions| {
            let config = options.config().unwrap();
            [config.content.name(), config.tune.name(), config.profile.name(), config.chroma.name()]
        };
        let base = EncodeOptions::default();
        let (content, tune, profile) = (KVANT_CONTENT_PHOTO, KVANT_TUNE_PSNR, KVANT_PROFILE_FAST);
        let changed = EncodeOptions { content, tune, profile, chroma: 420, ..base };
        assert_eq!(name(changed), ["photo", "psnr", "fast", "420"]);
        assert_eq!(name(EncodeOptions { content: KVANT_CONTENT_SCREEN, ..base })[0], "screen");
        assert_eq!((KVANT_CONTENT_AUTO, KVANT_TUNE_PERCEPTUAL, KVANT_PROFILE_MIXED), (0, 0, 0));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refused = |change: fn(&mut EncodeOptions)| {
            let mut options = EncodeOptions::default();
            change(&mut options);
            options.config().expect_err("it is out of range").text
        };
        assert_eq!(refused(|o| o.chroma = 422), "'422' is no chroma sampling; there are 444, 420");
        assert_eq!(refused(|o| o.effort = 300), "effort 300 is out of range");
        assert_eq!(refused(|o| o.content = 3), "3 is no content");
        assert_eq!(refused(|o| o.threads = 1025), "1025 threads are more than 1024");
    }
}
