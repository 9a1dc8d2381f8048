//! The pictures of a measurement: files, folders of files, and those that the program brings along.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::base::error::{CliError, Result};
use crate::base::names::{shown, utf8};
use crate::pictures::{Picture, ReadOptions, has_picture_extension, read_bytes, read_picture};

/// The pictures of `testdata/`, whose manifest says where each comes from.
const EMBEDDED: [(&str, &[u8]); 6] = [
    ("astronaut", include_bytes!("../../../testdata/astronaut.png")),
    ("brick", include_bytes!("../../../testdata/brick.png")),
    ("camera", include_bytes!("../../../testdata/camera.png")),
    ("chelsea", include_bytes!("../../../testdata/chelsea.png")),
    ("coffee", include_bytes!("../../../testdata/coffee.png")),
    ("text", include_bytes!("../../../testdata/text.png")),
];

/// What stands before the name of an embedded picture where others have a path.
const EMBEDDED_PREFIX: &str = "testdata:";

/// A picture that can be read, any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CorpusPicture {
    /// Its name in results: the file's stem, with the folder where two pictures would share one.
    pub(crate) name: String,
    origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    File(PathBuf),
    Embedded(&'static [u8]),
}

impl CorpusPicture {
    fn file(path: PathBuf) -> Self {
        let name = shown(path.file_stem().unwrap_or_default());
        Self { name, origin: Origin::File(path) }
    }

    /// Where the picture is: a path, or `testdata:` and a name. [`CorpusPicture::at`] takes it.
    pub(crate) fn location(&self) -> String {
        match &self.origin {
            Origin::File(path) => utf8(path),
            Origin::Embedded(_) => format!("{EMBEDDED_PREFIX}{}", self.name),
        }
    }

    /// The picture called `name` at a [`CorpusPicture::location`]; `None` for an embedded one that
    /// this program does not have.
    pub(crate) fn at(name: &str, location: &str) -> Option<Self> {
        match location.strip_prefix(EMBEDDED_PREFIX) {
            Some(embedded) => self::embedded().into_iter().find(|s| s.name == embedded),
            None => Some(Self { name: name.to_owned(), origin: Origin::File(location.into()) }),
        }
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        match &self.origin {
            Origin::File(path) => read_bytes(path, &ReadOptions::default().decoder.limits),
            Origin::Embedded(data) => Ok(data.to_vec()),
        }
    }

    /// Reads the picture: upright, with all bits of its samples.
    pub(crate) fn load(&self) -> Result<Picture> {
        read_picture(&self.location(), &self.bytes()?, &ReadOptions::default())?.upright()
    }

    /// Number of pixels as the file's header says; 0 where it cannot be told. Only to order work
    /// by.
    pub(crate) fn pixels(&self) -> u64 {
        let sides = match &self.origin {
            Origin::File(path) => image::image_dimensions(path).ok(),
            Origin::Embedded(data) => image::ImageReader::new(std::io::Cursor::new(data))
                .with_guessed_format()
                .ok()
                .and_then(|r| r.into_dimensions().ok()),
        };
        sides.map_or(0, |(w, h)| u64::from(w) * u64::from(h))
    }
}

/// The pictures that the program brings along.
pub(crate) fn embedded() -> Vec<CorpusPicture> {
    EMBEDDED
        .iter()
        .map(|&(name, data)| CorpusPicture { name: name.to_owned(), origin: Origin::Embedded(data) })
        .collect()
}

/// For each of `inputs` its pictures: a file itself, of a folder the picture files in it, by name;
/// where it is `recursive`, those of the folders within it too.
///
/// # Errors
/// [`CliError::Input`] for an input that does not exist and a folder without a picture: a mistyped
/// name should not cost a run. Whether a file is readable shows when its turn comes.
pub(crate) fn pictures(inputs: &[PathBuf], recursive: bool) -> Result<Vec<Vec<CorpusPicture>>> {
    let mut groups = inputs.iter().map(|input| list(input, recursive)).collect::<Result<Vec<_>>>()?;
    qualify(&mut groups)?;
    Ok(groups)
}

fn list(input: &Path, recursive: bool) -> Result<Vec<CorpusPicture>> {
    let metadata = fs::metadata(input).map_err(|e| CliError::reading(input, &e))?;
    if !metadata.is_dir() {
        return Ok(vec![CorpusPicture::file(input.to_owned())]);
    }
    let depth = if recursive { usize::MAX } else { 1 };
    let mut paths = Vec::new();
    for entry in WalkDir::new(input).min_depth(1).max_depth(depth).follow_links(true) {
        let path = entry.map_err(|e| CliError::reading(input, &e.into()))?.into_path();
        if path.is_file() && has_picture_extension(&path) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        let deeper = if recursive { "" } else { "; -r looks in the folders within it" };
        return Err(CliError::Input(format!("{}: no picture in this folder{deeper}", shown(input))));
    }
    paths.sort();
    Ok(paths.into_iter().map(CorpusPicture::file).collect())
}

/// Puts the names of folders before the names that several pictures have, as many as it takes.
fn qualify(groups: &mut [Vec<CorpusPicture>]) -> Result<()> {
    for folders in 1.. {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for source in groups.iter().flatten() {
            *seen.entry(source.name.clone()).or_default() += 1;
        }
        let mut is_longer = false;
        for source in groups.iter_mut().flatten().filter(|s| seen[&s.name] > 1) {
            if let Origin::File(path) = &source.origin
                && let Some(folder) = path.ancestors().nth(folders).and_then(Path::file_name)
            {
                source.name = format!("{}/{}", shown(folder), source.name);
                is_longer = true;
            }
        }
        if !is_longer {
            break;
        }
    }
    let mut names: Vec<_> = groups.iter().flatten().map(|s| &s.name).collect();
    names.sort();
    match names.windows(2).find(|w| w[0] == w[1]) {
        Some(twice) => {
            Err(CliError::Usage(format!("two pictures are called {}: results could not tell them apart", twice[0])))
        }
        None => Ok(()),
    }
}

/// `count` of `items` at equal distances, the first among them; all where there are no more.
pub(crate) fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let n = items.len();
    if n <= count {
        return items;
    }
    // The items at which i * count / n steps to its next value.
    items
        .into_iter()
        .enumerate()
        .filter(|(i, _)| *i == 0 || i * count / n != (i - 1) * count / n)
        .map(|(_, x)| x)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_its_count_and_begins_with_the_first() {
        assert_eq!(spread((0..24).collect(), 8), [0, 3, 6, 9, 12, 15, 18, 21]);
        assert_eq!(spread((0..5).collect(), 9), [0, 1, 2, 3, 4]);
        for n in 1..60 {
            for count in 1..=n {
                let picked = spread((0..n).collect::<Vec<_>>(), count);
                assert_eq!((picked.len(), picked[0]), (count, 0), "{count} of {n}");
            }
        }
    }

    #[test]
    fn embedded_pictures_are_those_of_the_manifest() {
        let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let listed: Vec<_> =
            manifest["pictures"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        let have: Vec<_> = embedded().iter().map(|s| format!("{}.png", s.name)).collect();
        assert_eq!(have, listed);
        for source in embedded() {
            assert_eq!(source.load().unwrap().pixels(), source.pixels());
            assert_eq!(CorpusPicture::at(&source.name, &source.location()).as_ref(), Some(&source));
        }
    }

    #[test]
    fn names_that_two_folders_share_are_qualified() {
        let mut groups = vec![
            vec![CorpusPicture::file("a/x.png".into()), CorpusPicture::file("a/y.png".into())],
            vec![CorpusPicture::file("b/x.png".into())],
        ];
        qualify(&mut groups).unwrap();
        let names: Vec<_> = groups.iter().flatten().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["a/x", "y", "b/x"]);
        let deep = ["x/a/p.png", "y/a/p.png", "y/a/q.png", "r.png"].map(|path| CorpusPicture::file(path.into()));
        let mut groups = vec![deep.into()];
        qualify(&mut groups).unwrap();
        let names: Vec<_> = groups.iter().flatten().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["x/a/p", "y/a/p", "q", "r"]);
        let mut same = vec![vec![CorpusPicture::file("a/x.png".into()), CorpusPicture::file("a/x.jpg".into())]];
        assert_eq!(qualify(&mut same).unwrap_err().code(), 2);
    }
}
