//! Encoding from rows takes the memory of a row of tiles. Alone in its binary: it measures every
//! allocation.

use kvant::{Chroma, EncodeError, Encoder, ImageSpec, PixelFormat, TileSize};
use kvant_tests::check::config;
use kvant_tests::pictures::{mirrored, testdata};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const WIDTH: u32 = 700;
/// Rows of the picture that comes again and again.
const ROWS: u32 = 300;

/// Bytes that the encode of a picture of so many rows takes at its peak.
fn peak(effort: u8, height: u32) -> usize {
    let picture = mirrored(&testdata("coffee.png"), WIDTH, ROWS);
    let config = config(40.0, effort, Chroma::Yuv420).with_tile_size(TileSize::T512);
    let (encoder, view) = (Encoder::new(config).unwrap(), picture.view());
    let spec = ImageSpec::new(WIDTH, height, PixelFormat::Rgb8).unwrap();
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let stream = encoder.encode_rows(&spec, |first, rows| {
        (0..rows.height()).for_each(|y| rows.row_mut(y).copy_from_slice(view.row((first + y) % ROWS)));
        Ok::<_, EncodeError>(())
    });
    stream.unwrap();
    HEAP.peak_usage() - before
}

#[test]
fn a_picture_four_times_as_high_takes_a_byte_and_a_half_for_each_pixel_more() {
    // At effort 3 the filters are chosen by an eighth of the rows: 14 bytes a pixel of those.
    for (effort, most) in [(1, 1.5), (3, 4.5)] {
        let (low, high) = (peak(effort, 2048), peak(effort, 8192));
        let more = (high - low) as f64 / f64::from(WIDTH * (8192 - 2048));
        assert!(more < most, "effort {effort}: {low} and {high}, {more:.2} a pixel");
        // Pixels, planes and what is found of a row of tiles.
        assert!(low < 14 * WIDTH as usize * 512 + (4 << 20), "effort {effort}: {low}");
    }
}
