//! Names of files, as people and programs get to read them.
//!
//! A name may hold any byte, but what is printed must neither steer a terminal, nor break a line,
//! nor turn a name's letters around.

use std::fmt::Write as _;
use std::path::Path;

use super::hex::hex;

/// A file's name for people: what does not show as itself is escaped, such as `\n`, `\u{1b}` and,
/// where a name is not UTF-8, `\xff`.
pub(crate) fn shown(path: impl AsRef<Path>) -> String {
    let mut text = String::new();
    for chunk in path.as_ref().as_os_str().as_encoded_bytes().utf8_chunks() {
        text += &visible(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Text in which nothing steers a terminal or breaks a line.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) { visible.extend(c.escape_default()) } else { visible.push(c) }
    }
    visible
}

/// The same JSON, in which nothing steers a terminal. Its own line breaks stay; those in texts are
/// escaped already.
pub(crate) fn inert_json(json: &str) -> String {
    let mut inert = String::with_capacity(json.len());
    for c in json.chars() {
        if steers(c) && c != '\n' {
            let _ = write!(inert, "\\u{:04x}", u32::from(c));
        } else {
            inert.push(c);
        }
    }
    inert
}

/// Controls, ends of lines and paragraphs, and marks of the direction of writing.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What errors and reports for people call an input.
pub(crate) fn display_name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { shown(path) }
}

/// A file's name for programs, for JSON, whose text is UTF-8.
pub(crate) fn utf8(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The bytes of a name that is not UTF-8, in hexadecimal: what [`utf8`] cannot say.
pub(crate) fn hex_name(path: &Path) -> Option<String> {
    path.to_str().is_none().then(|| hex(path.as_os_str().as_encoded_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_as_itself_is_escaped() {
        for (name, text) in [
            ("a b.png", "a b.png"),
            ("Zoë \u{1f3b5} 日本.png", "Zoë \u{1f3b5} 日本.png"),
            ("x\u{1b}[31mred.png", "x\\u{1b}[31mred.png"),
            ("two\nlines\r\t\0.png", "two\\nlines\\r\\t\\u{0}.png"),
            ("\u{7f}\u{9b}31m", "\\u{7f}\\u{9b}31m"),
            ("gnp.\u{202e}exe", "gnp.\\u{202e}exe"),
            ("\u{2066}a\u{2069}\u{2028}b", "\\u{2066}a\\u{2069}\\u{2028}b"),
        ] {
            assert_eq!(shown(Path::new(name)), text);
            assert_eq!(hex_name(Path::new(name)), None);
        }
        assert_eq!(
            (display_name(Path::new("-")), display_name(Path::new("-a"))),
            ("standard input".into(), "-a".into())
        );
    }

    #[test]
    fn json_keeps_its_meaning() {
        let text = "a\u{1b}[31m\u{9b}\u{7f}\n\u{202e}\u{2028}\u{1f3b5}é";
        let inert = inert_json(&serde_json::to_string_pretty(&[text]).unwrap());
        assert!(!inert.chars().any(|c| steers(c) && c != '\n'), "{inert:?}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&inert).unwrap(), [text]);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_lose_nothing() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(OsStr::from_bytes(b"a\xff\xe9.png"));
        assert_eq!((shown(path), hex_name(path)), ("a\\xff\\xe9.png".into(), Some("61ffe92e706e67".into())));
        assert_eq!(utf8(path), "a\u{fffd}\u{fffd}.png");
    }
}
