//! Reads Rust sources as the architecture test needs them: without comments, literals and test modules.
//!
//! A lexer of a few lines, not a parser: it knows what may hold misleading words, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// All `.rs` files under `folder` (relative to the root of the workspace), sorted; none where there is no such folder.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else { continue };
        for entry in entries.flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                if entry.file_name() != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The text of a file that [`files`] found.
pub fn read(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The words of `code` with their line numbers, from 1: identifiers, keywords and number literals (`1.5` is one word).
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().flat_map(|(line, text)| line_words(text).map(move |word| (line + 1, word)))
}

fn line_words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_word)?;
        // In `pair.0.1` the digits are fields, not a number.
        let field = rest[..start].ends_with('.') && !rest[..start].ends_with("..");
        let word = &rest[start..];
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
        let fraction = !field
            && digits > 0
            && word[digits..].strip_prefix('.').is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
        let from = if fraction { digits + 1 } else { 0 };
        let end = from + word[from..].find(|c| !is_word(c)).unwrap_or(word.len() - from);
        rest = &word[end..];
        Some(&word[..end])
    })
}

/// Whether a word of [`words`] is a floating-point type or literal.
pub fn is_float(word: &str) -> bool {
    word.ends_with("f32") && word.trim_end_matches("f32").chars().all(|c| c.is_ascii_digit() || "._".contains(c))
        || word.ends_with("f64") && word.trim_end_matches("f64").chars().all(|c| c.is_ascii_digit() || "._".contains(c))
        || word.contains('.')
}

/// `source` with comments and the contents of literals blanked; lines stay where they are.
pub fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| literal(rest, code.chars().last()));
        let (len, blank) = skipped.map_or((c.len_utf8(), false), |len| (len, true));
        let text = &rest[..len];
        if blank {
            code.extend(text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(text);
        }
        rest = &rest[len..];
    }
    code
}

/// Bytes of the comment that `rest` starts with.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        match tail {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    Some(at)
}

/// Bytes of the string or character literal that `rest` starts with, `before` being the character before it.
fn literal(rest: &str, before: Option<char>) -> Option<usize> {
    let within_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let body = if within_word { rest } else { rest.trim_start_matches(['b', 'c']) };
    let prefix = rest.len() - body.len();
    if prefix <= 1 && !within_word && body.starts_with('r') {
        let hashes = body[1..].len() - body[1..].trim_start_matches('#').len();
        if body[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = 2 + hashes;
            return Some(prefix + body[start..].find(&end).map_or(body.len(), |at| start + at + end.len()));
        }
    }
    if prefix > 1 {
        return None;
    }
    match body.chars().next()? {
        '"' => Some(prefix + 1 + until(&body[1..], '"')),
        // 'a' and '\n', but not the lifetime 'a.
        '\'' if body[1..].starts_with('\\') || body[1..].chars().nth(1) == Some('\'') => {
            Some(prefix + 1 + until(&body[1..], '\''))
        }
        _ => None,
    }
}

/// Bytes up to and with the first `quote` that no backslash precedes.
fn until(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// `code` (of [`code_only`]) with every item under `#[cfg(test)]` blanked.
pub fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = ["#[cfg(test)]", "#[cfg(all(test"].into_iter().filter_map(|a| rest.find(a)).min() {
        kept.push_str(&rest[..start]);
        let item = item_len(&rest[start..]);
        kept.extend(rest[start..start + item].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[start + item..];
    }
    kept.push_str(rest);
    kept
}

/// Bytes of the item that `code` starts with, its attributes included: up to its closing brace or semicolon.
fn item_len(code: &str) -> usize {
    let (mut round, mut curly) = (0, 0);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => curly += 1,
            '}' => curly -= 1,
            _ => {}
        }
        if round == 0 && curly == 0 && matches!(c, '}' | ';') {
            return at + 1;
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<&str> {
        line_words(source).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lifetimes_kept() {
        let source = "a // b\nc /* d /* e */ f */ g \"h \\\" i\" r#\"j\" k\"# 'l' '\\'' b'm' &'n o b\"p\" r\"q\\\" s";
        let code = code_only(source);
        assert_eq!(words(&code).map(|(_, w)| w).collect::<Vec<_>>(), ["a", "c", "g", "n", "o", "s"]);
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn test_items_are_blanked_and_others_kept() {
        let code = "fn a() {}\n#[cfg(test)]\n#[x(y)]\nmod b { fn c() { [1; 2] } }\n#[cfg(test)]\nmod d;\nfn e() {}";
        let kept = without_tests(code);
        let names: Vec<_> = words(&kept).map(|(_, w)| w).filter(|w| w.len() == 1).collect();
        assert_eq!(names, ["a", "e"]);
        assert_eq!(kept.lines().count(), code.lines().count());
    }

    #[test]
    fn numbers_are_words_of_their_own() {
        assert_eq!(
            found("x.0.1 + 1.5 * 2_0.0f32 - 0..10 + 7.max(y)"),
            ["x", "0", "1", "1.5", "2_0.0f32", "0", "10", "7", "max", "y"]
        );
    }

    #[test]
    fn floats_are_told_from_other_words() {
        assert!(["f32", "f64", "1f64", "1.5", "2_0.0f32"].into_iter().all(is_float));
        assert!(!["u32", "leaf32", "buf64", "1", "0x1f32_0", "max"].into_iter().any(is_float));
    }
}
