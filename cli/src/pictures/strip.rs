//! Leaving out what is not to be stored, and checking that it is not there.

use clap::ValueEnum;
use kvant::Metadata;

use super::exif;
use super::position::{note_speaks_of_position, speaks_of_position};
use crate::base::warning::Warning;

/// What may be left out of what a file says besides pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strip {
    /// Where the picture was taken: positions in Exif, maker's notes, which nobody can check, and
    /// the whole of an XMP packet or a text that speaks of a place
    Gps,
    /// Exif, but for the orientation
    Exif,
    /// XMP
    Xmp,
    /// Texts: author, copyright, comments, parameters of programs
    Text,
    /// The colour profile: sRGB is then assumed
    Icc,
    /// Gps, exif, xmp and text
    All,
}

/// Whether `part` is to be left out.
fn names(what: &[Strip], part: Strip) -> bool {
    what.contains(&part) || (part != Strip::Icc && what.contains(&Strip::All))
}

/// Takes out of `metadata` what is not to be stored. The warnings say what goes with it.
pub(crate) fn strip(metadata: &mut Metadata, what: &[Strip]) -> Vec<Warning> {
    if names(what, Strip::Exif) {
        metadata.exif = None;
    }
    if names(what, Strip::Xmp) {
        metadata.xmp = None;
    }
    if names(what, Strip::Text) {
        metadata.text.clear();
    }
    if names(what, Strip::Icc) {
        metadata.icc = None;
        metadata.cicp = None;
    }
    match names(what, Strip::Gps) {
        true => strip_positions(metadata),
        false => Vec::new(),
    }
}

/// Takes out what says where a picture was taken: all of it in Exif, and XMP packets and texts that
/// speak of it as a whole.
fn strip_positions(metadata: &mut Metadata) -> Vec<Warning> {
    let mut gone = Vec::new();
    let mut warnings = Vec::new();
    if let Some(block) = metadata.exif.take() {
        metadata.exif = exif::without_positions(&block);
        if metadata.exif.is_none() {
            let text = "the Exif block is damaged and dropped".to_owned();
            warnings.push(Warning { code: "metadata-damaged", text });
        }
    }
    if metadata.xmp.take_if(|xmp| speaks_of_position(xmp)).is_some() {
        gone.push("the XMP packet".to_owned());
    }
    metadata.text.retain(|(keyword, text)| {
        let stays = !note_speaks_of_position(keyword, text);
        if !stays {
            gone.push(format!("the text {keyword:?}"));
        }
        stays
    });
    let warning = |name| Warning { code: "place-removed", text: format!("{name} speaks of a place and is left out") };
    warnings.extend(gone.into_iter().map(warning));
    warnings
}

/// What of that which is not to be stored is in `metadata` nevertheless.
pub(crate) fn left_over(metadata: &Metadata, what: &[Strip]) -> Option<&'static str> {
    let position = metadata.exif.as_deref().is_some_and(exif::may_say_position)
        || metadata.xmp.as_deref().is_some_and(speaks_of_position)
        || metadata.text.iter().any(|(keyword, text)| note_speaks_of_position(keyword, text));
    let found = [
        (Strip::Exif, "Exif", metadata.exif.is_some()),
        (Strip::Xmp, "XMP", metadata.xmp.is_some()),
        (Strip::Text, "text", !metadata.text.is_empty()),
        (Strip::Icc, "a colour profile", metadata.icc.is_some()),
        (Strip::Gps, "a position", position),
    ];
    found.into_iter().find(|&(part, _, found)| found && names(what, part)).map(|(_, name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::super::exif::tests::Maker;
    use super::*;

    fn sample() -> Metadata {
        Metadata::default()
            .with_icc([1])
            .with_exif(Maker { big: true }.sample())
            .with_xmp(b"<x exif:GPSLatitude='1'/>")
            .with_text("Author", "me")
            .with_text("json", "{\"Latitude\": 48.85}")
    }

    #[test]
    fn what_is_stripped_is_gone_and_said_where_more_goes_with_it() {
        for part in [Strip::Gps, Strip::Exif, Strip::Xmp, Strip::Text, Strip::Icc, Strip::All] {
            let mut metadata = sample();
            assert!(left_over(&metadata, &[part]).is_some(), "{part:?}");
            let said = strip(&mut metadata, &[part]);
            assert_eq!(left_over(&metadata, &[part]), None, "{part:?}");
            assert_eq!(metadata.icc.is_none(), part == Strip::Icc);
            let texts: Vec<_> = said.iter().map(|w| &*w.text).collect();
            match part {
                Strip::Gps => {
                    assert_eq!(metadata.text.len(), 1);
                    assert!(texts[0].starts_with("the XMP packet speaks") && texts[1].contains("the text \"json\""));
                }
                _ => assert!(texts.is_empty()),
            }
        }
    }

    #[test]
    fn a_packet_and_texts_without_a_position_stay() {
        let mut metadata = Metadata::default().with_xmp(b"<x dc:title='y'/>").with_text("Comment", "a cat");
        let before = metadata.clone();
        assert!(strip(&mut metadata, &[Strip::Gps]).is_empty() && metadata == before);
        assert_eq!(left_over(&metadata, &[Strip::Gps]), None);
    }

    #[test]
    fn an_exif_block_that_cannot_be_gone_through_is_dropped_with_a_word() {
        let mut block = Maker { big: true }.sample();
        block[8..10].fill(0xff);
        block.resize(100_000, 7);
        let mut metadata = Metadata::default().with_exif(block);
        assert_eq!(left_over(&metadata, &[Strip::Gps]), Some("a position"));
        let said = strip(&mut metadata, &[Strip::Gps]);
        assert_eq!(metadata, Metadata::default());
        assert_eq!(said.iter().map(|w| w.code).collect::<Vec<_>>(), ["metadata-damaged"]);
    }
}
