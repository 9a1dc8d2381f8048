//! How a codec is written on the command line: `[LABEL=]CODEC[:OPTION]...`, as in
//! `kvant:e7:tune=psnr` or `mine=avif:s6:y=444`.
//!
//! An option is `KEY=VALUE`, letters directly followed by a number (`e7` is `e=7`, `d1.5` is
//! `d=1.5`), or a word or number alone (`sharp`, `444`), whose value is empty. Which options there
//! are is the codec's to say.

use std::fmt;

use crate::base::error::{CliError, Result};

/// A codec and its options, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    text: String,
    /// What the user calls it.
    pub(crate) label: Option<String>,
    /// Which codec.
    pub(crate) codec: String,
    /// Keys, each once, and values, in the order of the text.
    pub(crate) options: Vec<(String, String)>,
}

impl Spec {
    /// Reads a specification.
    ///
    /// # Errors
    /// [`CliError::Usage`] where a part is empty or an option comes twice.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let fault = |what: &str| CliError::Usage(format!("codec {text:?}: {what}"));
        let text_of_codec = text.split(':').next().unwrap_or_default();
        let (label, rest) = match text_of_codec.find('=') {
            Some(at) => (Some(text[..at].to_owned()), &text[at + 1..]),
            None => (None, text),
        };
        if label.as_deref() == Some("") {
            return Err(fault("the label before = is empty"));
        }
        let mut parts = rest.split(':');
        let codec = parts.next().unwrap_or_default();
        if codec.is_empty() {
            return Err(fault("no codec is named"));
        }
        let mut options: Vec<(String, String)> = Vec::new();
        for part in parts {
            let (key, value) = split_option(part);
            if key.is_empty() {
                return Err(fault("an option is empty; expected KEY=VALUE"));
            }
            if options.iter().any(|(k, _)| k == key) {
                return Err(fault(&format!("option {key} comes twice")));
            }
            options.push((key.to_owned(), value.to_owned()));
        }
        Ok(Self { text: text.to_owned(), label, codec: codec.to_owned(), options })
    }

    /// The codec's name in results: the label, else the whole text.
    pub(crate) fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.text)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split_option(part: &str) -> (&str, &str) {
    if let Some(pair) = part.split_once('=') {
        return pair;
    }
    let digits = part.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(part.len());
    let (key, value) = part.split_at(digits);
    let is_number = value.starts_with(|c: char| c.is_ascii_digit()) && value.parse::<f64>().is_ok();
    if !key.is_empty() && is_number { (key, value) } else { (part, "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, String, String) {
        let spec = Spec::parse(text).unwrap();
        assert_eq!(spec.to_string(), text);
        let options: Vec<_> = spec.options.iter().map(|(k, v)| format!("{k}={v}")).collect();
        (spec.label, spec.codec, options.join(" "))
    }

    #[test]
    fn specifications_are_read_as_users_write_them() {
        for (text, label, codec, options) in [
            ("kvant", None, "kvant", ""),
            ("kvant:e5", None, "kvant", "e=5"),
            (
                "kvant:e7:quantiser=deadzone:tune=psnr:luma_slope=6",
                None,
                "kvant",
                "e=7 quantiser=deadzone tune=psnr luma_slope=6",
            ),
            ("jpeg:420", None, "jpeg", "420="),
            ("webp:m6:sharp", None, "webp", "m=6 sharp="),
            ("avif:s6:y=444", None, "avif", "s=6 y=444"),
            ("jxl:d1.5", None, "jxl", "d=1.5"),
            ("x:tune=a=b", None, "x", "tune=a=b"),
            ("x:v1.2.3", None, "x", "v1.2.3="),
            ("mine=kvant:e7:tune=psnr", Some("mine"), "kvant", "e=7 tune=psnr"),
        ] {
            assert_eq!(parts(text), (label.map(str::to_owned), codec.to_owned(), options.to_owned()));
        }
    }

    #[test]
    fn the_label_names_the_results_and_else_the_text() {
        assert_eq!(Spec::parse("mine=kvant:e7").unwrap().name(), "mine");
        assert_eq!(Spec::parse("kvant:e7").unwrap().name(), "kvant:e7");
    }

    #[test]
    fn empty_parts_and_repetitions_are_usage_errors() {
        for text in ["", ":e5", "mine=", "=kvant", "kvant:", "kvant::e5", "kvant:=5", "kvant:e5:e=7"] {
            assert_eq!(Spec::parse(text).unwrap_err().code(), 2, "{text}");
        }
    }
}
