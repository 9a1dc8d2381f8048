//! The caller's buffers: strides, padding and shapes that do not fit.

use kvant::{Chroma, DecodeError, Decoder, Image, ImageError, ImageView, ImageViewMut, PixelFormat};
use kvant_tests::check::{config, decode, encode};
use kvant_tests::pictures::{crop, testdata};

const PADDING: usize = 13;
const FILL: u8 = 0xa5;

fn pictures() -> [Image; 2] {
    [crop(&testdata("chelsea.png"), (50, 50), (61, 43)), crop(&testdata("camera.png"), (50, 50), (61, 43))]
}

/// The pixels of `picture` with `PADDING` bytes of `fill` after each row but the last, and the
/// stride.
fn padded(picture: &Image, fill: u8) -> (Vec<u8>, usize) {
    let row_bytes = picture.width() as usize * picture.format().bytes_per_pixel();
    let rows = picture.data().chunks_exact(row_bytes);
    let mut buffer: Vec<u8> = rows.flat_map(|row| row.iter().copied().chain([fill; PADDING])).collect();
    buffer.truncate(buffer.len() - PADDING);
    (buffer, row_bytes + PADDING)
}

#[test]
fn stride_and_padding_do_not_change_the_stream() {
    let config = config(60.0, 2, Chroma::Yuv420);
    for picture in pictures() {
        let plain = encode(&picture, &config).stream;
        for fill in [0, 255] {
            let (buffer, stride) = padded(&picture, fill);
            let view = ImageView::new(&buffer, picture.width(), picture.height(), stride, picture.format());
            assert!(kvant::encode(&view.expect("a valid view"), &config).expect("encodable") == plain);
        }
    }
}

#[test]
fn decode_into_writes_the_pixels_and_leaves_the_padding() {
    for picture in pictures() {
        let stream = encode(&picture, &config(60.0, 2, Chroma::Yuv444)).stream;
        let decoded = decode(&stream, 1, kvant::CpuLevel::detect());
        let (expected, stride) = padded(&decoded, FILL);
        let mut buffer = vec![FILL; expected.len()];
        let view = ImageViewMut::new(&mut buffer, picture.width(), picture.height(), stride, picture.format());
        Decoder::new(&stream).and_then(|d| d.decode_into(&mut view.expect("a valid view"))).expect("an intact stream");
        assert!(buffer == expected);
    }
}

#[test]
fn decode_into_refuses_a_buffer_of_another_shape() {
    let [picture, _] = pictures();
    let stream = encode(&picture, &config(60.0, 1, Chroma::Yuv444)).stream;
    let (w, h) = (picture.width(), picture.height());
    let (rgb, gray) = (PixelFormat::Rgb8, PixelFormat::Gray8);
    let gray_of_colours = ImageError::Conversion { from: rgb, to: gray };
    let others = [
        ((w + 1, h, rgb), ImageError::Mismatch),
        ((w, h - 1, rgb), ImageError::Mismatch),
        ((w, h, gray), gray_of_colours),
    ];
    for ((w, h, format), expected) in others {
        let mut other = Image::new(w, h, format).expect("a valid size");
        let result = Decoder::new(&stream).and_then(|d| d.decode_into(&mut other.view_mut()));
        assert_eq!(result, Err(DecodeError::Image(expected)), "{w}x{h} {format}");
        assert!(other.data().iter().all(|&v| v == 0), "a refused buffer stays as it was");
    }
}

#[test]
fn the_header_tells_the_shape_before_any_pixel() {
    for (picture, chroma) in pictures().into_iter().zip([Chroma::Yuv420, Chroma::Yuv444]) {
        let stream = encode(&picture, &config(60.0, 1, chroma)).stream;
        let decoder = Decoder::new(&stream).expect("an intact stream");
        let info = decoder.info();
        assert_eq!((info.width, info.height, info.format), (picture.width(), picture.height(), picture.format()));
        assert_eq!((info.chroma, info.depth, info.tiles), (chroma, 8, 1));
        assert!((10..=14).contains(&info.internal_depth) && info.header_bytes <= 24);
    }
}

#[test]
fn a_view_that_does_not_fit_its_buffer_is_refused() {
    let new = |len: usize, w, h, stride| ImageView::new(&vec![0; len], w, h, stride, PixelFormat::Rgb8).err();
    assert_eq!(new(100, 0, 4, 12), Some(ImageError::Dimensions { width: 0, height: 4 }));
    assert_eq!(new(100, 4, 0, 12), Some(ImageError::Dimensions { width: 4, height: 0 }));
    assert_eq!(new(0, (1 << 24) + 1, 1, usize::MAX), Some(ImageError::Dimensions { width: (1 << 24) + 1, height: 1 }));
    assert_eq!(new(100, 4, 2, 11), Some(ImageError::Stride { stride: 11, row_bytes: 12 }));
    assert_eq!(new(27, 4, 2, 16), Some(ImageError::BufferTooSmall { len: 27, needed: 28 }));
    assert_eq!(new(28, 4, 2, 16), None);
    assert!(matches!(new(28, 4, 1 << 24, usize::MAX), Some(ImageError::BufferTooSmall { .. })));
}
