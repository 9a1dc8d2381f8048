//! What the crates that read and write other formats say, in our way.

use std::fmt::Display;

/// A message of it on one line and without the notation of Rust.
pub(super) fn one_line(error: &impl Display) -> String {
    plain(&error.to_string())
}

fn plain(message: &str) -> String {
    // Some of its parts put line breaks into their messages.
    let mut text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    // Of a chunk its type says enough.
    while let Some((before, rest)) = text.split_once("ChunkType { type: ")
        && let Some((name, _)) = rest.split_once(',')
        && let Some((_, after)) = rest.split_once('}')
    {
        text = format!("{before}{name}{after}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_one_line_and_no_notation_of_rust() {
        assert_eq!(
            plain("Format error encoding WebP:\nInvalid dimensions"),
            "Format error encoding WebP: Invalid dimensions"
        );
        let chunk = "ChunkType { type: ABCD, critical: true, private: false, reserved: false, safecopy: false }";
        assert_eq!(plain(&format!("Chunk {chunk} after {chunk}.")), "Chunk ABCD after ABCD.");
        assert_eq!(plain("ChunkType { type: "), "ChunkType { type:");
    }
}
