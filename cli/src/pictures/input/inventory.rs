//! What a file holds besides pixels, as far as it has been looked through.

use kvant::Metadata;

use super::super::read::Warning;

/// What was found: what is carried, the names of what is not, and faults that cost no pixel.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// What is carried.
    pub(super) metadata: Metadata,
    /// What is not, by names that people know; each once, as found.
    dropped: Vec<String>,
    warnings: Vec<Warning>,
}

impl Inventory {
    /// Something is not carried: `name` says what, such as `IPTC`.
    pub(super) fn drops(&mut self, name: impl Into<String>) {
        let name = name.into();
        if !self.dropped.contains(&name) {
            self.dropped.push(name);
        }
    }

    /// Something is wrong or changed, and the picture is read all the same.
    pub(super) fn warn(&mut self, code: &'static str, text: impl Into<String>) {
        self.warnings.push(Warning { code, text: text.into() });
    }

    /// What is carried of a picture in colour, or gray, and all warnings: one names all that is dropped.
    pub(super) fn finish(mut self, colour: bool) -> (Metadata, Vec<Warning>) {
        if self.metadata.icc.as_deref().is_some_and(|icc| !describes(icc, colour)) {
            self.metadata.icc = None;
            let text = "the ICC profile is of other channels than the pixels and is dropped; colours may differ";
            self.warn("profile-dropped", text);
        }
        if !self.dropped.is_empty() {
            let plural = |name: &str| name.starts_with(|c: char| c.is_ascii_digit()) && !name.starts_with("1 ");
            let one = self.dropped.len() == 1 && !plural(&self.dropped[0]);
            let verb = if one { "is" } else { "are" };
            let text = format!("{} {verb} not carried", self.dropped.join(", "));
            self.warn("metadata-dropped", text);
        }
        (self.metadata, self.warnings)
    }
}

/// Whether a profile is of pixels with colour, or of gray ones: what its header says its data are.
fn describes(icc: &[u8], colour: bool) -> bool {
    match icc.get(16..20) {
        Some(b"RGB ") => colour,
        Some(b"GRAY") => !colour,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_other_channels_are_told_apart() {
        let of = |space: &[u8; 4]| [&[0; 16][..], space, &[0; 100]].concat();
        assert!(describes(&of(b"RGB "), true) && describes(&of(b"GRAY"), false));
        assert!(!describes(&of(b"CMYK"), true) && !describes(&of(b"GRAY"), true) && !describes(b"short", true));
    }

    #[test]
    fn one_warning_names_all_that_is_dropped() {
        let mut found = Inventory::default();
        for name in ["IPTC", "a comment", "IPTC"] {
            found.drops(name);
        }
        let (metadata, warnings) = found.finish(true);
        assert_eq!(metadata, Metadata::default());
        let texts: Vec<_> = warnings.iter().map(|w| (w.code, &*w.text)).collect();
        assert_eq!(texts, [("metadata-dropped", "IPTC, a comment are not carried")]);
    }
}
