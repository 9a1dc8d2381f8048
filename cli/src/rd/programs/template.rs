//! Command lines with placeholders, as the tables of programs give them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// A command: a program and its arguments. No shell comes between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Vec<Piece>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `{NAME}`.
    Placeholder(String),
}

/// What placeholders stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values<'a>(BTreeMap<&'a str, OsString>);

impl<'a> Values<'a> {
    /// These values, and `value` for the placeholder `name`.
    pub(crate) fn with(mut self, name: &'a str, value: impl AsRef<OsStr>) -> Self {
        self.0.insert(name, value.as_ref().to_owned());
        self
    }
}

impl Template {
    /// Reads the arguments, the first of which is the program.
    ///
    /// # Errors
    /// The number of the argument at fault, and what is wrong: a placeholder that `known` does not
    /// have, or a brace that is no placeholder's.
    pub(crate) fn parse<'a>(
        arguments: impl IntoIterator<Item = &'a str>,
        known: &[&str],
    ) -> Result<Self, (usize, String)> {
        let pieces = |(i, argument)| pieces(argument, known).map_err(|e| (i, e));
        let template = arguments.into_iter().enumerate().map(pieces).collect::<Result<Vec<_>, _>>()?;
        if template.first().is_none_or(Vec::is_empty) {
            return Err((0, "the command names no program".to_owned()));
        }
        Ok(Self(template))
    }

    /// Whether an argument contains the placeholder `name`.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.0.iter().flatten().any(|p| matches!(p, Piece::Placeholder(n) if n == name))
    }

    /// The command; a placeholder without a value stays as it is written.
    pub(crate) fn fill(&self, values: &Values<'_>) -> Vec<OsString> {
        let fill = |pieces: &Vec<Piece>| {
            let mut argument = OsString::new();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => argument.push(text),
                    Piece::Placeholder(name) => match values.0.get(name.as_str()) {
                        Some(value) => argument.push(value),
                        None => argument.push(format!("{{{name}}}")),
                    },
                }
            }
            argument
        };
        self.0.iter().map(fill).collect()
    }
}

fn pieces(argument: &str, known: &[&str]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = argument;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        let name = after.strip_prefix('{').and_then(|a| a.split_once('}')).map(|(name, _)| name);
        let name = name.ok_or_else(|| format!("a brace without its pair in {argument:?}"))?;
        if !known.contains(&name) {
            let known: Vec<_> = known.iter().map(|k| format!("{{{k}}}")).collect();
            return Err(format!("unknown placeholder {{{name}}}; here there are {}", known.join(", ")));
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Placeholder(name.to_owned()));
        rest = &after[name.len() + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_wherever_they_stand() {
        let template = Template::parse(["cp", "{in}", "--to={out}.{s}", "a b", "{s}{s}"], &["in", "out", "s"]).unwrap();
        let values = Values::default().with("in", "/x y/{s}").with("out", "o").with("s", "6");
        assert_eq!(template.fill(&values), ["cp", "/x y/{s}", "--to=o.6", "a b", "66"]);
        assert!(template.uses("s") && !template.uses("q"));
    }

    #[test]
    fn unknown_placeholders_and_stray_braces_are_faults_of_their_argument() {
        let parse = |argument| Template::parse(["x", argument], &["in", "q"]).unwrap_err();
        assert_eq!(parse("{speed}"), (1, "unknown placeholder {speed}; here there are {in}, {q}".to_owned()));
        for argument in ["{in", "in}", "}{", "{}", "{{in}}"] {
            assert_eq!(parse(argument).0, 1, "{argument}");
        }
        assert!(Template::parse([], &[]).is_err());
        assert!(Template::parse([""], &[]).is_err());
    }
}
