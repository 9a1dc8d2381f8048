//! `kvant IN OUT`, without a command: which one is meant follows from the names.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::error::{CliError, Result};

/// `args`, a whole command line, with the command that it leaves out. IN and OUT stand first or last. Without both, the
/// line is left as it is, for the parser to say what it lacks.
///
/// # Errors
/// [`CliError::Usage`] where the names of existing files do not say what to do with them.
pub(crate) fn complete(args: Vec<OsString>) -> Result<Vec<OsString>> {
    let Some((program, rest)) = args.split_first() else { return Ok(args) };
    if rest.first().is_none_or(|first| is_command(first)) {
        return Ok(args);
    }
    let (input, output, options) = match rest {
        [input, output, options @ ..] if is_name(input) && is_name(output) => (input, output, options),
        [options @ .., input, output] if !options.is_empty() && is_name(input) && is_name(output) => {
            (input, output, options)
        }
        [input] if Path::new(input).is_file() => {
            let input = Path::new(input).display();
            return Err(CliError::Usage(format!("{input}: kvant encode, decode or info? Or kvant {input} OUT?")));
        }
        _ => return Ok(args),
    };
    let command = match (is_kvt(Path::new(input)), is_kvt(Path::new(output))) {
        (_, true) => "encode",
        (true, false) => "decode",
        (false, false) if !Path::new(input).exists() => return Ok(args),
        (false, false) => {
            let (input, output) = (Path::new(input).display(), Path::new(output).display());
            let text =
                format!("{input}, {output}: neither is a .kvt file; kvant encode or kvant decode says what to do");
            return Err(CliError::Usage(text));
        }
    };
    let head = [program.as_os_str(), OsStr::new(command), input, OsStr::new("-o"), output];
    Ok(head.into_iter().chain(options.iter().map(OsString::as_os_str)).map(OsStr::to_owned).collect())
}

/// Whether a file's name says that it is ours.
pub(crate) fn is_kvt(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("kvt"))
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
            ("kvant a.png b.kvt", "kvant encode a.png -o b.kvt"),
            ("kvant a.KVT b.png -f", "kvant decode a.KVT -o b.png -f"),
            ("kvant -q 90 a.png b.kvt", "kvant encode a.png -o b.kvt -q 90"),
            ("kvant - b.kvt", "kvant encode - -o b.kvt"),
            ("kvant a.kvt ppm:-", "kvant decode a.kvt -o ppm:-"),
            ("kvant a.kvt b.kvt", "kvant encode a.kvt -o b.kvt"),
        ] {
            assert_eq!(completed(line), whole);
        }
    }

    #[test]
    fn other_lines_stay() {
        for line in
            ["kvant", "kvant -V", "kvant enc b.kvt", "kvant help encode", "kvant x a.kvt", "kvant no-such a.gif"]
        {
            assert_eq!(completed(line), line);
        }
    }
}
