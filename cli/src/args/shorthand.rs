//! `kvant IN OUT`, without a command: which one is meant follows from the names.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue};

use crate::args::Cli;
use crate::base::error::{CliError, Result};
use crate::base::names::{shown, visible};
use crate::pictures::{is_foreign, is_kvt};

/// `args`, a whole command line, with the command that it leaves out. IN and OUT stand first or
/// last, or behind `--`. Without both, the line is left as it is, for the parser to say what it
/// lacks.
///
/// # Errors
/// [`CliError::Usage`] where the names of existing files do not say what to do with them.
pub(crate) fn complete(args: Vec<OsString>) -> Result<Vec<OsString>> {
    let Some((program, rest)) = args.split_first() else { return Ok(args) };
    if rest.first().is_none_or(|first| is_command(first)) {
        return Ok(args);
    }
    if let [input] = rest
        && Path::new(input).is_file()
    {
        let input = shown(input);
        return Err(CliError::Usage(format!("{input}: kvant encode, decode or info? Or kvant {input} OUT?")));
    }
    let Some((input, output, options)) = divided(rest) else { return Ok(args) };
    let command = match (is_kvt(Path::new(input)), is_kvt(Path::new(output))) {
        (_, true) => "encode",
        (true, false) => "decode",
        (false, false) if !Path::new(input).exists() => return Ok(args),
        (false, false) => {
            let (input, output) = (shown(input), shown(output));
            let text =
                format!("{input}, {output}: neither is a .kvt file; kvant encode or kvant decode says what to do");
            return Err(CliError::Usage(text));
        }
    };
    // In the forms that take names which begin with a dash.
    let mut to = OsString::from("--output=");
    to.push(output);
    let head = [program.clone(), command.into(), to];
    Ok(head.into_iter().chain(options.iter().cloned()).chain(["--".into(), input.clone()]).collect())
}

/// IN, OUT and options of a line without a command.
fn divided(words: &[OsString]) -> Option<(&OsString, &OsString, &[OsString])> {
    let (before, behind) = match words.iter().position(|word| word == "--") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &[][..]),
    };
    match (before, behind) {
        (options, [input, output]) => Some((input, output, options)),
        ([input, options @ ..] | [options @ .., input], [output]) if is_name(input) => Some((input, output, options)),
        ([input, output, options @ ..], []) if is_name(input) && is_name(output) => Some((input, output, options)),
        ([options @ .., input, output], []) if !options.is_empty() && is_name(input) && is_name(output) => {
            Some((input, output, options))
        }
        _ => None,
    }
}

/// What the parser says of `args`, with words escaped as names are, and a word on those that look
/// like names.
pub(crate) fn explained(mut error: clap::Error, args: &[OsString]) -> clap::Error {
    for context in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(text)) = error.get(context)
            && let visible = visible(text)
            && visible != *text
        {
            error.insert(context, ContextValue::String(visible));
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(Vec::new()));
        }
    }
    let options = args.iter().skip(1).take_while(|word| *word != "--");
    if let Some(hint) = options.filter_map(|word| dashed_name(word)).next() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
    }
    error
}

/// What is said of a word that was taken for options and looks like a file's name.
pub(crate) fn dashed_name(word: &OsStr) -> Option<String> {
    let bytes = word.as_encoded_bytes();
    let path = Path::new(word);
    let picture = (is_kvt(path) || is_foreign(path)) && !bytes.contains(&b'=');
    let name = shown(path);
    (!is_name(word) && (picture || path.exists()))
        .then(|| format!("a file called {name} is given as ./{name}, or behind --"))
}

fn is_command(word: &OsStr) -> bool {
    let command = Cli::command();
    word == "help" || command.get_subcommands().any(|c| word == c.get_name() || c.get_all_aliases().any(|a| word == a))
}

/// Whether a word is a file's name, not an option.
fn is_name(word: &OsStr) -> bool {
    word == "-" || !word.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        complete(args).unwrap().join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_names_say_the_command() {
        for (line, whole) in [
            ("kvant a.png b.kvt", "kvant encode --output=b.kvt -- a.png"),
            ("kvant a.KVT b.png -f", "kvant decode --output=b.png -f -- a.KVT"),
            ("kvant -q 90 a.png b.kvt", "kvant encode --output=b.kvt -q 90 -- a.png"),
            ("kvant - b.kvt", "kvant encode --output=b.kvt -- -"),
            ("kvant a.kvt ppm:-", "kvant decode --output=ppm:- -- a.kvt"),
            ("kvant a.kvt b.kvt", "kvant encode --output=b.kvt -- a.kvt"),
            ("kvant -- -x.png y.kvt", "kvant encode --output=y.kvt -- -x.png"),
            ("kvant -f -q 9 -- -x.kvt -y.png", "kvant decode --output=-y.png -f -q 9 -- -x.kvt"),
            ("kvant a.png -e 1 -- -y.kvt", "kvant encode --output=-y.kvt -e 1 -- a.png"),
            ("kvant -e 1 a.png -- -y.kvt", "kvant encode --output=-y.kvt -e 1 -- a.png"),
        ] {
            assert_eq!(completed(line), whole);
        }
    }

    #[test]
    fn other_lines_stay() {
        for line in [
            "kvant",
            "kvant -V",
            "kvant enc b.kvt",
            "kvant help encode",
            "kvant x a.kvt",
            "kvant no-such a.gif",
            "kvant -- a",
        ] {
            assert_eq!(completed(line), line);
        }
    }

    #[test]
    fn names_that_begin_with_a_dash_are_told_from_options() {
        let told = |word: &str| dashed_name(OsStr::new(word)).is_some();
        assert!(["-snow.png", "-x.kvt", "--a.JPG", "-e.jxl"].into_iter().all(told));
        assert!(!["-", "-q", "--force", "--output=a.png", "a.png", "-v5.5"].into_iter().any(told));
    }
}
