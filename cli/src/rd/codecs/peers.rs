//! Peers that are programs: the TOML files that describe them, and what is shipped.
//!
//! A file has one table for each peer; `cli/peers/peers.toml`, which is built into the program,
//! shows all there is to a table and says what its keys mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::codec::Timing;
use crate::base::error::{CliError, Result};
use crate::base::identity::Inputs;
use crate::base::output::{Destination, write_file};
use crate::rd::programs::table::{TableFault, depth, tables, template, timeout};
use crate::rd::programs::{Exchange, Template};

/// The shipped tables, and their name in a folder of results.
const FILE: &str = "peers.toml";
const TOML: &str = include_str!("../../../peers/peers.toml");
/// The program that some of them call.
const SCRIPT: &str = include_str!("../../../peers/peer.py");

/// The placeholder for how many threads a command may take.
pub(super) const THREADS: &str = "threads";

/// One peer.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// What it is, for lists.
    pub(crate) about: String,
    pub(super) encode: Template,
    pub(super) decode: Template,
    /// Prints the version. Without it, the program's file tells versions apart.
    pub(super) version: Option<Template>,
    /// The oldest version that understands the commands.
    pub(super) minimum_version: Option<String>,
    /// Extension of coded files.
    pub(super) extension: String,
    pub(super) input: Exchange,
    pub(super) output: Exchange,
    /// The most bits a sample that it takes, 8 or 16.
    pub(super) depth: u8,
    /// Whether it stores alpha. Without, it is given pictures that have none.
    pub(super) alpha: bool,
    /// Whether every picture comes back exactly; then there is no quality, and pictures of any
    /// depth are given.
    pub(super) lossless: bool,
    pub(super) qualities: Vec<f64>,
    /// The lowest and the highest quality that there is.
    pub(super) range: [f64; 2],
    /// Whether qualities are whole numbers alone.
    pub(super) whole: bool,
    /// Options and their defaults.
    pub(crate) options: BTreeMap<String, String>,
    /// How long a command may take.
    pub(super) timeout: Duration,
    pub(super) timing: Timing,
    /// The folder of the file that describes it, absolute.
    pub(super) here: PathBuf,
}

/// Peers by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peers(BTreeMap<String, Peer>);

impl Peers {
    /// The shipped peers. Their file and their script are written into `folder`, which is made
    /// where it is missing.
    pub(crate) fn embedded(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| CliError::writing(folder, &e))?;
        let file = folder.join(FILE);
        write_file(&file, TOML.as_bytes(), true)?;
        write_file(&folder.join("peer.py"), SCRIPT.as_bytes(), true)?;
        Self::parse(&file, TOML)
    }

    /// The shipped peers, with their files in `folder`, and those of the file `more`, which win.
    pub(crate) fn with_file(folder: &Path, more: Option<&Path>) -> Result<Self> {
        Inputs::of(more).spare(&Destination::File(folder.join(FILE)))?;
        let shipped = Self::embedded(folder)?;
        Ok(match more {
            Some(path) => shipped.with(Self::read(path)?),
            None => shipped,
        })
    }

    /// The text of the shipped peers' file.
    pub(crate) fn shipped() -> &'static str {
        TOML
    }

    /// The peers of the user's file `path`.
    ///
    /// # Errors
    /// [`CliError::Input`] names file, line and fault.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::parse(path, &fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?)
    }

    /// These peers and `others`, which win where names are the same.
    pub(crate) fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Peer> {
        self.0.get(name)
    }

    /// Names and peers, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Peer)> {
        self.0.iter().map(|(name, peer)| (name.as_str(), peer))
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let peer = |name: &str, table: Table, here: &Path| {
            if super::BUILT_IN.iter().any(|b| b.name == name) || name.contains([':', '=', ',']) {
                let what = format!("no peer can be called {name:?}: built in, or not a plain name");
                return Err(TableFault { at: None, what });
            }
            table.check(here).map_err(|f| TableFault { what: format!("{name}: {}", f.what), ..f })
        };
        Ok(Self(tables(path, text, peer)?.into_iter().collect()))
    }
}

/// A table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    about: String,
    encode: Vec<Spanned<String>>,
    decode: Vec<Spanned<String>>,
    version: Option<Vec<Spanned<String>>>,
    minimum_version: Option<Spanned<String>>,
    extension: Spanned<String>,
    #[serde(default)]
    input: Exchange,
    #[serde(default)]
    output: Exchange,
    depth: Option<Spanned<u8>>,
    alpha: Option<Spanned<bool>>,
    #[serde(default)]
    lossless: bool,
    qualities: Option<Spanned<Vec<f64>>>,
    range: Option<Spanned<[f64; 2]>>,
    whole: Option<Spanned<bool>>,
    #[serde(default)]
    options: BTreeMap<Spanned<String>, String>,
    timeout: Option<Spanned<f64>>,
    #[serde(default)]
    timing: TimingName,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TimingName {
    Call,
    #[default]
    Process,
}

impl Table {
    /// The peer; `here` is the folder of the file.
    fn check(self, here: &Path) -> std::result::Result<Peer, TableFault> {
        let options: Vec<_> = self.options.keys().map(|k| k.get_ref().as_str()).collect();
        let own: &[&str] = if self.lossless { &["in", "out"] } else { &["in", "out", "q"] };
        let encode = template(&self.encode, &options, &[own, &[THREADS]].concat(), own)?;
        let decode = template(&self.decode, &options, &["in", "out", THREADS], &["in", "out"])?;
        let version = self.version.as_ref().map(|v| template(v, &[], &[], &[])).transpose()?;
        for option in self.options.keys() {
            let name = option.get_ref().as_str();
            if ["in", "out", "q", "here"].contains(&name) || !(encode.uses(name) || decode.uses(name)) {
                return Err(TableFault::at(
                    option,
                    format!("option {name} has no placeholder of its own in encode or decode"),
                ));
            }
        }
        let (qualities, range) = self.scale()?;
        let (timeout, depth) = (timeout(self.timeout.as_ref())?, depth(self.depth.as_ref())?);
        let has_png = [self.input, self.output] == [Exchange::Png; 2];
        if let Some(alpha) = self.alpha.as_ref().filter(|alpha| *alpha.get_ref() && !has_png) {
            return Err(TableFault::at(alpha, "alpha = true needs png as input and output: ppm has no alpha"));
        }
        let extension = self.extension.get_ref();
        if extension.is_empty() || !extension.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(TableFault::at(&self.extension, "extension is not of letters and digits"));
        }
        if let Some(minimum) = &self.minimum_version
            && (self.version.is_none() || !minimum.get_ref().starts_with(|c: char| c.is_ascii_digit()))
        {
            return Err(TableFault::at(minimum, "minimum_version is not a number, or there is no version command"));
        }
        let timing = match self.timing {
            TimingName::Call => Timing::Call,
            TimingName::Process => Timing::Process,
        };
        Ok(Peer {
            about: self.about,
            encode,
            decode,
            version,
            minimum_version: self.minimum_version.map(Spanned::into_inner),
            extension: self.extension.into_inner(),
            input: self.input,
            output: self.output,
            depth,
            alpha: self.alpha.map_or(self.lossless && has_png, Spanned::into_inner),
            lossless: self.lossless,
            qualities,
            range,
            whole: self.whole.is_some_and(Spanned::into_inner),
            options: self.options.into_iter().map(|(k, v)| (k.into_inner(), v)).collect(),
            timeout,
            timing,
            here: here.to_owned(),
        })
    }
}

impl Table {
    /// The qualities of a run that names none, and the lowest and highest that there is.
    fn scale(&self) -> std::result::Result<(Vec<f64>, [f64; 2]), TableFault> {
        let (qualities, range) = match (self.lossless, &self.qualities, &self.range) {
            (false, Some(qualities), Some(range)) => (qualities, range),
            (true, None, None) => return Ok((vec![100.0], [100.0; 2])),
            (true, ..) => {
                let at = self.qualities.as_ref().map(Spanned::span).or(self.range.as_ref().map(Spanned::span));
                let what = "a lossless codec has no qualities and no range".to_owned();
                return Err(TableFault { at: at.map(|s| s.start), what });
            }
            (false, ..) => {
                return Err(TableFault {
                    at: None,
                    what: "qualities and range are needed, or lossless = true".to_owned(),
                });
            }
        };
        let [low, high] = *range.get_ref();
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(TableFault::at(range, "range is not [LOWEST, HIGHEST]"));
        }
        let list = qualities.get_ref();
        if list.is_empty() || !list.iter().all(|q| (low..=high).contains(q)) {
            return Err(TableFault::at(qualities, format!("qualities are not numbers of {low} to {high}")));
        }
        if let Some(whole) = self.whole.as_ref().filter(|whole| *whole.get_ref())
            && list.iter().chain(range.get_ref()).any(|q| q.fract() != 0.0)
        {
            return Err(TableFault::at(whole, "whole = true, and qualities or range have fractions"));
        }
        Ok((list.clone(), [low, high]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[copy]
encode = ["cp", "{in}", "{out}", "{q}"]
decode = ["cp", "{in}", "{out}"]
extension = "bin"
qualities = [10, 20.5]
range = [0, 100]
"#;

    fn parse(text: &str) -> Result<Peers> {
        Peers::parse(Path::new("folder/my.toml"), text)
    }

    #[test]
    fn a_table_needs_little() {
        let peers = parse(GOOD).unwrap();
        let copy = peers.get("copy").unwrap();
        assert_eq!((copy.qualities.as_slice(), copy.range), (&[10.0, 20.5][..], [0.0, 100.0]));
        assert_eq!((copy.timeout, copy.timing, copy.depth), (Duration::from_secs(600), Timing::Process, 8));
        assert!(!copy.alpha && !copy.whole);
        assert!(parse(&GOOD.replace(".5]", "]\nwhole = true")).unwrap().get("copy").unwrap().whole);
        assert!(copy.here.is_absolute() && copy.here.ends_with("folder"));
    }

    #[test]
    fn codecs_without_loss_have_alpha_where_their_files_have() {
        let alpha = |more: &str| {
            let table =
                "encode = [\"cp\", \"{in}\", \"{out}\"]\ndecode = [\"cp\", \"{in}\", \"{out}\"]\nextension = \"x\"";
            parse(&format!("[copy]\n{table}\nlossless = true\n{more}")).unwrap().get("copy").unwrap().alpha
        };
        assert!(alpha("") && !alpha("alpha = false") && !alpha("input = \"ppm\"") && !alpha("output = \"ppm\""));
    }

    #[test]
    fn faults_name_file_and_line() {
        for (from, to, line, word) in [
            ("\"{q}\"", "\"{quality}\"", 3, "{quality}"),
            (", \"{q}\"", "", 3, "lacks {q}"),
            ("decode = [\"cp\"", "decode = [\"cp\", \"{q}\"", 4, "{q}"),
            ("extension", "extention", 5, "extention"),
            ("\"bin\"", "\"a/b\"", 5, "extension"),
            ("extension", "minimum_version = \"1.0\"\nextension", 5, "no version command"),
            ("[10, 20.5]", "[10, 200]", 6, "0 to 100"),
            ("[10, 20.5]", "[]", 6, "0 to 100"),
            ("[0, 100]", "[100, 0]", 7, "range"),
            ("range = [0, 100]", "", 2, "lossless = true"),
            (", \"{q}\"]", "]\nlossless = true", 7, "no qualities"),
            ("[0, 100]", "[0, 100]\ntimeout = -1", 8, "timeout"),
            ("[0, 100]", "[0, 100]\ndepth = 12", 8, "8 or 16"),
            ("[0, 100]", "[0, 100]\nalpha = true\noutput = \"ppm\"", 8, "ppm has no alpha"),
            ("[0, 100]", "[0, 100]\nalpha = 1", 8, "boolean"),
            ("[0, 100]", "[0, 100]\nwhole = true", 8, "fractions"),
            ("[0, 100]", "[0, 100.5]\nwhole = true", 8, "fractions"),
            ("[0, 100]", "[0, 100]\noptions = { s = \"6\" }", 8, "option s"),
            ("[0, 100]", "[0, 100]\ninput = \"bmp\"", 8, "bmp"),
            ("[0, 100]", "[0, 100", 7, ""),
            ("[copy]", "[webp]", 2, "webp"),
            ("[copy]", "[\"a:b\"]", 2, "a:b"),
        ] {
            assert!(GOOD.contains(from));
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            let text = error.to_string();
            assert_eq!((error.code(), text.lines().count()), (3, 1), "{text}");
            assert!(text.starts_with(&format!("folder/my.toml: line {line}: ")) && text.contains(word), "{text}");
        }
    }

    #[test]
    fn the_users_peers_win() {
        let theirs = parse(&GOOD.replace("\"bin\"", "\"theirs\"")).unwrap();
        let other = parse(&GOOD.replace("[copy]", "[other]")).unwrap();
        let all = parse(GOOD).unwrap().with(theirs).with(other);
        let extensions: Vec<_> = all.iter().map(|(name, p)| (name, p.extension.as_str())).collect();
        assert_eq!(extensions, [("copy", "theirs"), ("other", "bin")]);
    }
}
