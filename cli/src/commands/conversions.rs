//! What a command is to do with several inputs: which files they are, and where the result of each
//! goes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::args::BatchArgs;
use crate::base::error::{CliError, Result};
use crate::base::identity::{Inputs, Place};
use crate::base::names::{display_name, shown};
use crate::base::output::Destination;

/// A file to read, and where its result goes.
#[derive(Debug)]
pub(crate) struct Conversion {
    pub(crate) input: PathBuf,
    pub(crate) destination: Destination,
}

/// How inputs become conversions.
#[derive(Debug)]
pub(crate) struct BatchPlan<'a> {
    pub(crate) batch: &'a BatchArgs,
    /// Which files of a folder are meant.
    pub(crate) takes: fn(&Path) -> bool,
    /// A file, a folder, or `-`; beside the inputs where it is left out.
    pub(crate) output: Option<&'a Path>,
    /// Extension of derived names.
    pub(crate) extension: &'static str,
}

impl BatchPlan<'_> {
    /// The conversions that `inputs` come to, in their order; files of a folder by name.
    ///
    /// # Errors
    /// [`CliError::Usage`] where two inputs would be written to one place, or over an input,
    /// [`CliError::Input`] where there is nothing to do.
    pub(crate) fn conversions(&self, inputs: &[PathBuf]) -> Result<Vec<Conversion>> {
        let stdin = Path::new("-");
        if inputs.iter().filter(|i| *i == stdin).count() > 1 {
            return Err(CliError::Usage("standard input (-) can be read once only".to_owned()));
        }
        let mut conversions = Vec::new();
        for input in inputs {
            let folder = if self.batch.recursive && input.is_dir() { Some(input) } else { None };
            let Some(folder) = folder else {
                let name = Path::new(input.file_name().unwrap_or_default());
                conversions.push(Conversion { input: input.clone(), destination: self.destination(input, name)? });
                continue;
            };
            for file in files(folder, self.takes) {
                let name = file.strip_prefix(folder).unwrap_or(&file);
                let destination = self.destination(&file, name)?;
                conversions.push(Conversion { input: file, destination });
            }
        }
        if conversions.is_empty() {
            let names: Vec<_> = inputs.iter().map(shown).collect();
            return Err(CliError::Input(format!("{}: no file in it to work on", names.join(", "))));
        }
        if self.batch.preserve
            && conversions
                .iter()
                .any(|conversion| conversion.input == stdin || conversion.destination == Destination::Stdout)
        {
            let text = "--preserve takes files: standard input has no times, and standard output keeps none";
            return Err(CliError::Usage(text.to_owned()));
        }
        // What exists is left alone then, inputs too.
        if !self.batch.skip_existing {
            let inputs = Inputs::of(conversions.iter().map(|conversion| conversion.input.as_path()));
            conversions.iter().try_for_each(|conversion| inputs.spare(&conversion.destination))?;
        }
        self.apart(&conversions)?;
        Ok(conversions)
    }

    /// Where the result of `input` goes; `name` is its path within an output folder.
    fn destination(&self, input: &Path, name: &Path) -> Result<Destination> {
        let stdin = Path::new("-");
        let beside = || if input == stdin { Destination::Stdout } else { Destination::File(self.derived(input)) };
        let Some(output) = self.output else { return Ok(beside()) };
        if output == stdin {
            return Ok(Destination::Stdout);
        }
        let made = self.batch.recursive || output.to_string_lossy().ends_with(std::path::is_separator);
        if !made && !output.is_dir() {
            return Ok(Destination::File(output.to_owned()));
        }
        if input == stdin {
            let folder = shown(output);
            return Err(CliError::Usage(format!("{folder}: standard input has no name to go into a folder by")));
        }
        Ok(Destination::InFolder(self.derived(&output.join(name))))
    }

    /// `path` with the extension of results.
    fn derived(&self, path: &Path) -> PathBuf {
        if !self.batch.keep_extension {
            return path.with_extension(self.extension);
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(self.extension);
        path.with_file_name(name)
    }

    /// What would keep the results of two inputs apart that share `destination`.
    fn hint(&self, one: &Path, two: &Path, destination: &Destination) -> String {
        let Some(path) = destination.path() else { return String::new() };
        if path.file_name() != self.derived(two).file_name() {
            let name = shown(path);
            return if path.extension().is_none() { format!("; {name}/ would be a folder") } else { String::new() };
        }
        let differ = one.file_stem() == two.file_stem() && one.extension() != two.extension();
        if self.batch.keep_extension || !differ {
            return String::new();
        }
        let kept = |input: &Path| format!("{}.{}", shown(input.file_name().unwrap_or_default()), self.extension);
        format!("; --keep-extension makes them {} and {}", kept(one), kept(two))
    }

    /// That no two conversions write to one place.
    fn apart(&self, conversions: &[Conversion]) -> Result<()> {
        let mut taken: HashMap<Place, &Path> = HashMap::with_capacity(conversions.len());
        for Conversion { input, destination } in conversions {
            if let Some(other) = taken.insert(Place::of(destination), input) {
                let (one, two, name) = (display_name(other), display_name(input), shown(destination.name()));
                let hint = self.hint(other, input, destination);
                return Err(CliError::Usage(format!("{one} and {two} would both be written to {name}{hint}")));
            }
        }
        Ok(())
    }
}

/// The files in `folder`, at any depth, that `takes` takes; none whose names, or whose folders'
/// names, begin with a dot, and none in folders that are links. A folder that cannot be read stands
/// for itself: the fault shows in its turn.
fn files(folder: &Path, takes: fn(&Path) -> bool) -> Vec<PathBuf> {
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name()));
    entries
        .filter_map(|entry| match entry {
            Ok(entry) => Some(entry.into_path()).filter(|path| takes(path) && path.is_file()),
            Err(e) => e.path().map(Path::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(inputs: &[&str], output: Option<&str>) -> Result<Vec<String>> {
        named(inputs, output, false)
    }

    fn named(inputs: &[&str], output: Option<&str>, keep_extension: bool) -> Result<Vec<String>> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let batch = BatchArgs { keep_extension, ..BatchArgs::default() };
        let plan = BatchPlan { batch: &batch, takes: |_| true, output: output.map(Path::new), extension: "kvt" };
        Ok(plan.conversions(&inputs)?.iter().map(|conversion| shown(conversion.destination.name())).collect())
    }

    #[test]
    fn names_are_derived() {
        assert_eq!(targets(&["a/x.v2.png", "y"], None).unwrap(), ["a/x.v2.kvt", "y.kvt"]);
        assert_eq!(targets(&["a/x.png", "-"], None).unwrap(), ["a/x.kvt", "-"]);
        assert_eq!(targets(&["a/x.png", "b/y.png"], Some("none/")).unwrap(), ["none/x.kvt", "none/y.kvt"]);
        assert_eq!(targets(&["a/x.png"], Some("z")).unwrap(), ["z"]);
        assert_eq!(targets(&["a/x.png"], Some("-")).unwrap(), ["-"]);
        let kept = |inputs: &[&str], output| named(inputs, output, true).unwrap();
        assert_eq!(kept(&["a/x.v2.png", "y"], None), ["a/x.v2.png.kvt", "y.kvt"]);
        assert_eq!(kept(&["a/x.png", "x.jpg"], Some("none/")), ["none/x.png.kvt", "none/x.jpg.kvt"]);
        assert_eq!(kept(&["a/x.png"], Some("z")), ["z"]);
    }

    #[test]
    fn two_inputs_never_share_an_output() {
        for (inputs, output) in [
            (["a/x.png", "b/x.png"], Some("none/")),
            (["a.png", "b.png"], Some("z.kvt")),
            (["a.png", "b.png"], Some("-")),
            (["a.png", "a.jpg"], None),
            (["a.png", "./a.jpg"], None),
            (["-", "-"], None),
            (["-", "a"], Some("none/")),
        ] {
            let error = targets(&inputs, output).unwrap_err();
            assert_eq!(error.code(), 2, "{inputs:?}");
            let hint = "--keep-extension makes them a.png.kvt and a.jpg.kvt";
            assert_eq!(error.to_string().contains(hint), inputs[1].ends_with("a.jpg"), "{error}");
        }
    }
}
