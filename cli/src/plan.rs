//! What a command is to do with several inputs: which files they are, and where the result of each goes.

use std::collections::HashMap;
use std::path::{Path, PathBuf, absolute};

use walkdir::WalkDir;

use crate::error::{CliError, Result};
use crate::output::Target;
use crate::pictures::display_name;

/// A file to read, and where its result goes.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) input: PathBuf,
    pub(crate) target: Target,
}

/// How inputs become jobs.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// Whether folders stand for the files in them, at any depth.
    pub(crate) recursive: bool,
    /// Which files of a folder are meant.
    pub(crate) takes: fn(&Path) -> bool,
    /// A file, a folder, or `-`; beside the inputs where it is left out.
    pub(crate) output: Option<&'a Path>,
    /// Extension of derived names.
    pub(crate) extension: &'static str,
}

impl Plan<'_> {
    /// The jobs that `inputs` come to, in their order; files of a folder by name.
    ///
    /// # Errors
    /// [`CliError::Usage`] where two inputs would be written to one place, [`CliError::Input`] where there is nothing to do.
    pub(crate) fn jobs(&self, inputs: &[PathBuf]) -> Result<Vec<Job>> {
        let stdin = Path::new("-");
        if inputs.iter().filter(|i| *i == stdin).count() > 1 {
            return Err(CliError::Usage("standard input (-) can be read once only".to_owned()));
        }
        let mut jobs = Vec::new();
        for input in inputs {
            let folder = if self.recursive && input.is_dir() { Some(input) } else { None };
            let Some(folder) = folder else {
                let name = Path::new(input.file_name().unwrap_or_default());
                jobs.push(Job { input: input.clone(), target: self.target(input, name)? });
                continue;
            };
            for file in files(folder, self.takes) {
                let name = file.strip_prefix(folder).unwrap_or(&file);
                let target = self.target(&file, name)?;
                jobs.push(Job { input: file, target });
            }
        }
        if jobs.is_empty() {
            let names: Vec<_> = inputs.iter().map(|i| i.display().to_string()).collect();
            return Err(CliError::Input(format!("{}: no file in it to work on", names.join(", "))));
        }
        apart(&jobs)?;
        Ok(jobs)
    }

    /// Where the result of `input` goes; `name` is its path within an output folder.
    fn target(&self, input: &Path, name: &Path) -> Result<Target> {
        let stdin = Path::new("-");
        let beside =
            || if input == stdin { Target::Stdout } else { Target::File(input.with_extension(self.extension)) };
        let Some(output) = self.output else { return Ok(beside()) };
        if output == stdin {
            return Ok(Target::Stdout);
        }
        let made = self.recursive || output.to_string_lossy().ends_with(std::path::is_separator);
        if !made && !output.is_dir() {
            return Ok(Target::File(output.to_owned()));
        }
        if input == stdin {
            let folder = output.display();
            return Err(CliError::Usage(format!("{folder}: standard input has no name to go into a folder by")));
        }
        Ok(Target::InFolder(output.join(name).with_extension(self.extension)))
    }
}

/// The files in `folder`, at any depth, that `takes` takes; none whose names, or whose folders' names, begin with a dot,
/// and none in folders that are links. A folder that cannot be read stands for itself: the fault shows in its turn.
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

/// That no two jobs write to one place.
fn apart(jobs: &[Job]) -> Result<()> {
    let mut taken: HashMap<PathBuf, &Path> = HashMap::with_capacity(jobs.len());
    for Job { input, target } in jobs {
        if let Some(other) = taken.insert(place(target), input) {
            let (one, two, name) = (display_name(other), display_name(input), target.name());
            let text = format!("{one} and {two} would both be written to {name}");
            let folder = matches!(target, Target::File(path) if path.extension().is_none());
            let hint = if folder { format!("; {name}/ would be a folder") } else { String::new() };
            return Err(CliError::Usage(text + &hint));
        }
    }
    Ok(())
}

/// The same for every way to write the path of a file.
fn place(target: &Target) -> PathBuf {
    let Some(path) = target.path() else { return PathBuf::from("-") };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().or_else(|_| absolute(folder)).unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(inputs: &[&str], output: Option<&str>) -> Result<Vec<String>> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let plan = Plan { recursive: false, takes: |_| true, output: output.map(Path::new), extension: "kvt" };
        Ok(plan.jobs(&inputs)?.iter().map(|job| job.target.name()).collect())
    }

    #[test]
    fn names_are_derived() {
        assert_eq!(targets(&["a/x.v2.png", "y"], None).unwrap(), ["a/x.v2.kvt", "y.kvt"]);
        assert_eq!(targets(&["a/x.png", "-"], None).unwrap(), ["a/x.kvt", "-"]);
        assert_eq!(targets(&["a/x.png", "b/y.png"], Some("none/")).unwrap(), ["none/x.kvt", "none/y.kvt"]);
        assert_eq!(targets(&["a/x.png"], Some("z")).unwrap(), ["z"]);
        assert_eq!(targets(&["a/x.png"], Some("-")).unwrap(), ["-"]);
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
            assert_eq!(targets(&inputs, output).unwrap_err().code(), 2, "{inputs:?}");
        }
    }
}
