//! PNM files.

use image::{DynamicImage, ImageFormat};
use kvant::{ImageSpec, PixelFormat};

use super::super::note::COMMENT;
use super::source::SourceFile;
use super::{Inventory, library};
use crate::base::error::Result;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let pixels = library::pixels(source, source.data, ImageFormat::Pnm)?;
    let mut scan = Scan { data: source.data, position: 2, comments: Vec::new() };
    // The decoder has read it, so there is a header.
    let rest = scan.rest().unwrap_or_default();
    for comment in scan.comments {
        found.note(COMMENT, comment);
    }
    let rest = rest.trim_ascii_start();
    if let [b'P', b'1'..=b'7', ..] = rest {
        return Err(source.fault("several pictures in one stream; a .kvt holds one: give single ones"));
    }
    found.drops_rest(rest.len());
    Ok(pixels)
}

/// What a file is that holds one picture of bytes, or of samples of 16 bits in full, and nothing
/// behind it, and where its pixels begin. `front` is the front of a file of `bytes` bytes.
pub(super) fn binary(front: &[u8], bytes: u64, found: &mut Inventory) -> Option<(ImageSpec<'static>, u64)> {
    let digit = front.strip_prefix(b"P")?.first().filter(|digit| matches!(digit, b'5' | b'6'))?;
    let mut scan = Scan { data: front, position: 2, comments: Vec::new() };
    let (width, height, most) = (scan.number()?, scan.number()?, scan.number()?);
    let wide = matches!(most, 255 | 65535).then_some(most > 255)?;
    let format = PixelFormat::new(*digit == b'6', false, wide);
    let spec = ImageSpec::new(width.try_into().ok()?, height.try_into().ok()?, format).ok()?;
    let pixels = (width as u64 * height as u64).checked_mul(format.bytes_per_pixel() as u64)?;
    // One white space stands before the pixels.
    front.get(scan.position).filter(|byte| byte.is_ascii_whitespace())?;
    let start = scan.position as u64 + 1;
    if start.checked_add(pixels)? != bytes {
        return None;
    }
    scan.comments.into_iter().for_each(|comment| found.note(COMMENT, comment));
    Some((spec, start))
}

/// Goes over a file without making pixels.
#[derive(Debug)]
struct Scan<'a> {
    data: &'a [u8],
    position: usize,
    comments: Vec<String>,
}

impl<'a> Scan<'a> {
    /// What is behind the pixels.
    fn rest(&mut self) -> Option<&'a [u8]> {
        let digit = *self.data.get(1)?;
        if digit == b'7' {
            let bytes = self.arbitrary_map()?;
            return self.data.get(self.position.checked_add(bytes)?..);
        }
        let (width, height) = (self.number()?, self.number()?);
        let most = if matches!(digit, b'1' | b'4') { 1 } else { self.number()? };
        let channels = if matches!(digit, b'3' | b'6') { 3 } else { 1 };
        let samples = width.checked_mul(height)?.checked_mul(channels)?;
        match digit {
            b'1' => _ = (0..samples).try_for_each(|_| self.token().map(|_| self.position += 1)),
            b'2' | b'3' => _ = (0..samples).try_for_each(|_| self.number().map(|_| ())),
            _ => {
                let row = if digit == b'4' { width.div_ceil(8) } else { width * channels * sample_bytes(most) };
                // One white space stands before the pixels.
                self.position = self.position.checked_add(row.checked_mul(height)?)? + 1;
            }
        }
        self.data.get(self.position..)
    }

    /// Goes to the next token, and takes the comments before it.
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = *self.data.get(self.position)?;
            if byte == b'#' {
                let line = self.data[self.position..].split(|b| matches!(b, b'\n' | b'\r')).next()?;
                self.position += line.len();
                self.comment(&line[1..]);
            } else if byte.is_ascii_whitespace() {
                self.position += 1;
            } else {
                return Some(byte);
            }
        }
    }

    fn comment(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
        if !text.is_empty() {
            self.comments.push(text);
        }
    }

    fn number(&mut self) -> Option<usize> {
        self.token()?;
        let rest = &self.data[self.position..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.position += digits;
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    }

    /// Goes over the lines of a PAM header, and says how many bytes of pixels follow.
    fn arbitrary_map(&mut self) -> Option<usize> {
        let (mut bytes, mut wide) = (1usize, 1);
        loop {
            let line = self.data.get(self.position..)?.split(|&b| b == b'\n').next()?;
            self.position += line.len() + 1;
            let line = line.trim_ascii();
            if let Some(text) = line.strip_prefix(b"#") {
                self.comment(text);
                continue;
            }
            let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
            match (words.next(), words.next().map(str::parse::<usize>)) {
                (Some("WIDTH" | "HEIGHT" | "DEPTH"), Some(Ok(number))) => bytes = bytes.checked_mul(number)?,
                (Some("MAXVAL"), Some(Ok(number))) => wide = sample_bytes(number),
                (Some("ENDHDR"), _) => return bytes.checked_mul(wide),
                _ => {}
            }
        }
    }
}

/// Bytes of a sample that may be as large as this.
fn sample_bytes(most: usize) -> usize {
    if most > 255 { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use kvant::Limits;

    use super::*;

    /// What is kept of a file of 2 by 2 pixels, and what is said.
    fn kept(data: &[u8]) -> Result<(Vec<String>, String)> {
        let source = SourceFile { name: "a.pnm", data, limits: &Limits::default(), partial: false };
        let (picture, metadata, warnings) = super::super::read(&source)?;
        assert_eq!((picture.width(), picture.height()), (2, 2));
        let texts = metadata.text.into_iter().map(|(keyword, text)| format!("{keyword}: {text}")).collect();
        Ok((texts, warnings.into_iter().map(|w| w.text).collect()))
    }

    /// A picture of each kind, with a comment.
    fn files() -> Vec<Vec<u8>> {
        let file = |head: &str, pixels: &[u8]| [head.as_bytes(), pixels].concat();
        vec![
            file("P1\n# made by hand\n2 2\n", b"0 1\n10"),
            file("P2\n# made by hand\n2 2\n9\n", b"0 1\n2 9"),
            file("P3\n2 2\n# made by hand\n9\n", b"0 1 2 3 4 5\n6 7 8 9 0 1"),
            file("P4\n# made by hand\n2 2\n", b"\x80\x40"),
            file("P5\n# made by hand\n2 2\n255\n", b"#123"),
            file("P5\n# made by hand\n2 2\n256\n", b"\0\x01\0\x02\0\x03\0P"),
            file("P6\n# made by hand\n2 2\n255\n", b"P5 1 1 1 \n#x"),
            file("P7\nWIDTH 2\nHEIGHT 2\n# made by hand\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n", b"abcd"),
        ]
    }

    #[test]
    fn comments_are_kept_several_pictures_refused_and_other_bytes_named() {
        let comment = vec!["Comment: made by hand".to_owned()];
        for one in files() {
            let name = String::from_utf8_lossy(&one[..2]).into_owned();
            assert_eq!(kept(&one).unwrap(), (comment.clone(), String::new()), "{name}");
            assert_eq!(kept(&[&one[..], b"\n"].concat()).unwrap().1, "", "{name}");
            let several = kept(&[&one[..], b"\n", &one].concat()).unwrap_err();
            assert!(several.code() == 3 && several.to_string().contains("several pictures"), "{name}: {several}");
            let said = kept(&[&one[..], b"\n?!"].concat()).unwrap().1;
            assert!(said.contains("2 bytes behind the end"), "{name}: {said}");
        }
    }
}
