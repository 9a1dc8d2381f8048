//! What a folder of results keeps beside its points: coded files, and the pictures that they decode
//! to.
//!
//! The names are for people: `files/CODEC/IMAGE-qQ.EXT` and `decoded/CODEC/IMAGE-qQ.png`, and of a
//! picture at half its size `IMAGE-qQ-1of2.EXT`.

use std::path::{Path, PathBuf};

use crate::rd::scale::Scale;

/// A point as its files are called: codec, picture, quality and scale.
pub(crate) type Named<'a> = (&'a str, &'a str, f64, Scale);

/// Which of the two a run keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) coded: bool,
    pub(crate) decoded: bool,
}

impl Keep {
    pub(crate) fn any(self) -> bool {
        self.coded || self.decoded
    }
}

/// A list of `coded` and `decoded`.
pub(crate) fn parse_keep(text: &str) -> Result<Keep, String> {
    let mut keep = Keep::default();
    for name in text.split(',') {
        match name.trim() {
            "coded" => keep.coded = true,
            "decoded" => keep.decoded = true,
            other => return Err(format!("nothing is called {other:?}; there are coded, decoded")),
        }
    }
    Ok(keep)
}

/// Where `folder` keeps the coded file of a point.
pub(crate) fn coded_path(folder: &Path, point: Named<'_>, extension: &str) -> PathBuf {
    folder.join("files").join(safe(point.0)).join(format!("{}.{extension}", name(point)))
}

/// Where `folder` keeps the decoded picture of a point.
pub(crate) fn decoded_path(folder: &Path, point: Named<'_>) -> PathBuf {
    folder.join("decoded").join(safe(point.0)).join(format!("{}.png", name(point)))
}

fn name((_, image, q, scale): Named<'_>) -> String {
    let image = safe(image);
    match scale.parts() {
        [_, 1] => format!("{image}-q{q}"),
        [numerator, denominator] => format!("{image}-q{q}-{numerator}of{denominator}"),
    }
}

/// A name without what file systems do not take, or take for something else.
pub(crate) fn safe(name: &str) -> String {
    let unsafe_anywhere = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let text: String = name.chars().map(|c| if unsafe_anywhere(c) { '_' } else { c }).collect();
    match text.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files_and_stay_in_their_folder() {
        let point = ("kvant:e5:tune=psnr", "kodak/kodim01", 62.5, Scale::FULL);
        let expected = Path::new("out/files/kvant_e5_tune=psnr/kodak_kodim01-q62.5.kvt");
        assert_eq!(coded_path(Path::new("out"), point, "kvt"), expected);
        let hostile = ("..", "../../x\n", 5.0, Scale::FULL);
        assert_eq!(decoded_path(Path::new("out"), hostile), Path::new("out/decoded/_./_._.._x_-q5.png"));
        let half = ("c", "i", 5.0, "1/2".parse().unwrap());
        assert_eq!(coded_path(Path::new("out"), half, "kvt"), Path::new("out/files/c/i-q5-1of2.kvt"));
    }

    #[test]
    fn what_is_kept_is_one_or_both() {
        assert_eq!(parse_keep("decoded"), Ok(Keep { coded: false, decoded: true }));
        assert_eq!(parse_keep("coded, decoded"), Ok(Keep { coded: true, decoded: true }));
        assert!(parse_keep("coded,").is_err() && parse_keep("all").is_err());
    }
}
