//! From a plot as SVG to PDF and PNG, with the one font that the program brings along: the same
//! files on every machine.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use svg2pdf::{ConversionOptions, PageOptions};
use ttf_parser::Face;

use crate::base::error::{CliError, Result};

/// Roboto, with the letters of Latin, Greek and Cyrillic. `cli/share/README.md` tells where it is
/// from.
static FONT: &[u8] = include_bytes!("../../../share/Roboto-Regular.ttf");

/// The pixels to an inch of SVG.
const SVG_DPI: f32 = 96.0;

/// The most pixels of a side.
const MOST_PIXELS: f32 = 20_000.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

fn tree(svg: &str) -> Result<Tree> {
    let options = Options { fontdb: Arc::clone(&FONTS), font_family: "Roboto".to_owned(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|e| CliError::Run(format!("a plot is no SVG: {e}")))
}

/// A page as large as the plot. Its text is text, in a font that is in the file.
pub(super) fn pdf(svg: &str) -> Result<Vec<u8>> {
    let page = PageOptions { dpi: SVG_DPI };
    svg2pdf::to_pdf(&tree(svg)?, ConversionOptions::default(), page)
        .map_err(|e| CliError::Run(format!("a plot cannot be written as PDF: {e}")))
}

/// Pixels on white, so many to an inch.
pub(super) fn png(svg: &str, dpi: u32) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    let scale = dpi as f32 / SVG_DPI;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side * scale).round());
    if width.max(height) > MOST_PIXELS {
        let text = format!("a plot of {width}x{height} pixels is too large: {MOST_PIXELS} a side are the most");
        return Err(CliError::Usage(text));
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).expect("a plot has a size");
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    encode(&rgb, pixels.width(), pixels.height(), dpi).map_err(|e| CliError::Run(format!("cannot write a PNG: {e}")))
}

fn encode(rgb: &[u8], width: u32, height: u32, dpi: u32) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(out)
}

/// The signs of a text that the font has not, each once.
pub(super) fn missing(text: &str) -> String {
    let font = Face::parse(FONT, 0).expect("the font that comes along is one");
    let mut out = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if !out.contains(c) && font.glyph_index(c).is_none() {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height=\"12.7mm\" viewBox=\"0 0 96 48\">\
        <style>text{font-family:Roboto,Arial,sans-serif;font-size:11px}</style>\
        <path d=\"M0 0H48V48H0z\" fill=\"#00805c\"/><text x=\"4\" y=\"20\">SSIM \u{2212}10 \u{3b1}</text></svg>";

    #[test]
    fn a_pdf_has_the_size_the_text_and_its_font() {
        let file = pdf(SVG).unwrap();
        assert!(file.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&file);
        // An inch and half an inch in points.
        assert!(text.contains("/MediaBox [0 0 72 36]"), "{text}");
        for part in ["Roboto-Regular", "/FontFile", "/ToUnicode"] {
            assert!(text.contains(part), "{part} is not in the file");
        }
        assert_eq!(file, pdf(SVG).unwrap(), "the same each time");
    }

    #[test]
    fn a_png_has_the_pixels_asked_for() {
        let file = png(SVG, 200).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), (200, 100));
        // 200 to an inch of 25.4 mm.
        assert_eq!(info.pixel_dims.unwrap().xppu, 7874);
        let at = |x: usize, y: usize| &pixels[(y * 200 + x) * 3..][..3];
        assert_eq!((at(2, 90), at(190, 90)), (&[0, 0x80, 0x5c][..], &[255; 3][..]));
        // Text is there: something black on white.
        assert!(pixels.chunks_exact(3).any(|p| p == [0; 3]));
        assert_eq!(png(&SVG.replace("25.4mm", "1000mm"), 2400).unwrap_err().code(), 2);
    }

    #[test]
    fn signs_that_the_font_has_not_are_named() {
        assert_eq!(missing("kvant:e5 \u{2212} \u{e9}\u{3b1}\u{416}"), "");
        assert_eq!(missing("\u{5317}a\u{5317}"), "\u{5317}");
    }
}
