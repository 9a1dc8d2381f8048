//! Streams to pixels, and to what else they say.

use codec::{Decoder, ImageViewMut, PixelFormat, Scale};

use crate::Bytes;
use crate::boundary::{self, Growing};
use crate::error::{Error, Failure, KVANT_ERROR_NO_PREVIEW, Status};
use crate::options::{self, DecodeOptions};
use crate::pixels::{self, Buffer, Format};

/// What the header of a stream says. Fields may be added at the end.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Info {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The picture's own format. Into it, and into those that hold as much, pixels can be decoded.
    pub format: Format,
    /// Channels of a pixel of that format, 1 to 4, alpha among them.
    pub channels: u32,
    /// Bytes of a pixel of that format.
    pub bytes_per_pixel: u32,
    /// Bits of a sample of the source, 8 to 16.
    pub depth: u32,
    /// How the decoded pixels are turned when they are shown, 1 to 8 as in Exif. Width and height
    /// are those of the decoded pixels.
    pub orientation: u32,
    /// Whether the pixels are exact: 1 or 0.
    pub lossless: u32,
    /// Chroma sampling: 444 or 420.
    pub chroma: u32,
    /// Draft of the format.
    pub draft: u32,
    /// Width and height of a tile, in pixels.
    pub tile_size: u32,
    /// Number of tiles.
    pub tiles: u32,
    /// Width of the preview in pixels; 0 where there is none.
    pub preview_width: u32,
    /// Height of the preview in pixels; 0 where there is none.
    pub preview_height: u32,
    /// Bytes from the start of the stream that decoding the preview needs; 0 where there is none.
    pub preview_needs: u64,
}

// SAFETY: it has numbers only.
unsafe impl Growing for Info {
    const WHAT: &'static str = "info";
    const FIRST: usize = std::mem::offset_of!(Info, preview_needs) + size_of::<u64>();
}

impl Info {
    fn of(decoder: &Decoder<'_>) -> Self {
        let info = decoder.info();
        let side_of_preview = |side| if info.preview.is_some() { Scale::Eighth.of(side) } else { 0 };
        Self {
            width: info.width,
            height: info.height,
            format: pixels::number_of(info.format),
            channels: info.format.channels() as u32,
            bytes_per_pixel: info.format.bytes_per_pixel() as u32,
            depth: info.depth.into(),
            orientation: info.orientation.to_exif().into(),
            lossless: info.lossless.into(),
            chroma: options::number(info.chroma.name()),
            draft: info.draft.into(),
            tile_size: info.tile_size,
            tiles: info.tiles,
            preview_width: side_of_preview(info.width),
            preview_height: side_of_preview(info.height),
            preview_needs: info.preview_needs().unwrap_or(0),
        }
    }
}

/// A decoder of the caller's stream.
///
/// # Safety
/// `data` is NULL or has `size` bytes that nobody writes to for `'a`; `options` is as
/// [`options::given`] asks.
unsafe fn open<'a>(data: *const u8, size: usize, options: *const DecodeOptions) -> Result<Decoder<'a>, Failure> {
    // SAFETY: the caller vouches for both.
    let (data, options) = unsafe { (boundary::bytes("data", data, size)?, options::given(options)?) };
    Ok(Decoder::with_options(data, options.decoder()?)?)
}

/// Does `decode` with the stream and the buffer of the caller's, and says in the buffer how many
/// bits its samples have.
///
/// # Safety
/// As [`open`]; `buffer` is NULL or points to a [`Buffer`] whose `pixels` are NULL or have `size`
/// bytes, which nobody else looks at meanwhile.
unsafe fn fill(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    buffer: *mut Buffer,
    decode: impl FnOnce(&Decoder<'_>, &mut ImageViewMut<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // SAFETY: the caller vouches for each.
    let (decoder, buffer) = unsafe { (open(data, size, options)?, boundary::borrowed_mut("buffer", buffer)?) };
    // SAFETY: the caller vouches for the pixels.
    let mut view = unsafe { buffer.view()? };
    let format: PixelFormat = view.format();
    decode(&decoder, &mut view)?;
    buffer.depth = decoder.depth_in(format).into();
    Ok(())
}

/// Reads the header of the stream of `size` bytes at `data`, which may end behind it. `info_size`
/// is `sizeof *info`. `options` may be NULL, for the defaults, and `error` may be NULL.
///
/// # Safety
/// `data` has `size` bytes, `options` is NULL or as `kvant_decode_options_init` made it, and `info`
/// has `info_size` bytes, of which nothing is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_read_info(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    info: *mut Info,
    info_size: usize,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        unsafe { boundary::put(info, info_size, &Info::of(&open(data, size, options)?)) }
    })
}

/// Decodes the picture into `buffer`, which has its width and height. The pixels are not turned as
/// the orientation says. After an error the pixels of the buffer may be anything.
///
/// # Safety
/// `data` has `size` bytes, `options` is NULL or as `kvant_decode_options_init` made it, and
/// `buffer` points to a `kvant_buffer` whose `pixels` have `size` bytes, which may be anything and
/// are not those of `data`. Nobody else uses the buffer meanwhile, and nobody writes to the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_decode(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    buffer: *mut Buffer,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        unsafe { fill(data, size, options, buffer, |decoder, view| Ok(decoder.decode_into(view)?)) }
    })
}

/// Decodes as many pixels as `buffer` has, from column `x` and row `y` on: the same as in the whole
/// picture, in the time of the tiles that they need.
///
/// # Safety
/// As `kvant_decode`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_decode_region(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    x: u32,
    y: u32,
    buffer: *mut Buffer,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        unsafe { fill(data, size, options, buffer, |decoder, view| Ok(decoder.decode_region_into(x, y, view)?)) }
    })
}

/// Decodes the picture at a `factor`-th of its size each way, in the memory of a few tiles. The
/// factor is 2, 4 or 8, and `buffer` has the sides of the picture divided by it and rounded up. At
/// 8 that is the preview, where the stream has one.
///
/// # Safety
/// As `kvant_decode`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_decode_scaled(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    factor: u32,
    buffer: *mut Buffer,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        let scale = Scale::ALL.into_iter().find(|scale| scale.factor() == factor);
        let scale = scale.ok_or_else(|| Failure::argument(format!("the scale 1/{factor} is none of 1/2, 1/4, 1/8")))?;
        let decode = |decoder: &Decoder<'_>, view: &mut ImageViewMut<'_>| {
            decoder.decode_scaled_into(scale, view)?;
            Ok(())
        };
        // SAFETY: the caller vouches for each.
        unsafe { fill(data, size, options, buffer, decode) }
    })
}

/// Decodes the preview, whose size `kvant_info` has. The stream may end behind it. A stream without
/// one is an error, `KVANT_ERROR_NO_PREVIEW`.
///
/// # Safety
/// As `kvant_decode`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_decode_preview(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    buffer: *mut Buffer,
    error: *mut Error,
) -> Status {
    let decode = |decoder: &Decoder<'_>, view: &mut ImageViewMut<'_>| match decoder.preview_into(view)? {
        true => Ok(()),
        false => Err(Failure { status: KVANT_ERROR_NO_PREVIEW, text: "the stream has no preview".into() }),
    };
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        unsafe { fill(data, size, options, buffer, decode) }
    })
}

/// An ICC profile.
pub const KVANT_ICC: u32 = 1;
/// An Exif block, from its byte order mark on.
pub const KVANT_EXIF: u32 = 2;
/// An XMP packet.
pub const KVANT_XMP: u32 = 3;
/// Code points of the colours, 4 bytes as in the chunk cICP of PNG.
pub const KVANT_CICP: u32 = 4;

/// Reads what the stream says of its picture besides pixels: `kind` is one of `KVANT_ICC`,
/// `KVANT_EXIF`, `KVANT_XMP` and `KVANT_CICP`. `*bytes` becomes that, which `kvant_free` releases;
/// no bytes where the stream has none of the kind, or where the call fails.
///
/// # Safety
/// `data` has `size` bytes, `options` is NULL or as `kvant_decode_options_init` made it, and
/// `bytes` points to a `kvant_bytes`, of which nothing is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_read_metadata(
    data: *const u8,
    size: usize,
    options: *const DecodeOptions,
    kind: u32,
    bytes: *mut Bytes,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        let (bytes, decoder) = unsafe {
            let bytes = boundary::borrowed_mut("bytes", bytes)?;
            *bytes = Bytes::NONE;
            (bytes, open(data, size, options)?)
        };
        let metadata = decoder.metadata()?;
        let found = match kind {
            KVANT_ICC => metadata.icc,
            KVANT_EXIF => metadata.exif,
            KVANT_XMP => metadata.xmp,
            KVANT_CICP => metadata.cicp.map(|c| vec![c.primaries, c.transfer, c.matrix, c.full_range.into()]),
            _ => return Err(Failure::argument(format!("{kind} is no kind of metadata"))),
        };
        *bytes = found.map_or(Bytes::NONE, Bytes::of);
        Ok(())
    })
}
