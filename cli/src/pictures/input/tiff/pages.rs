//! Which of a file's directories is the picture: not its thumbnails, masks and copies of a lower resolution.

use std::collections::HashSet;

use super::super::Inventory;
use super::directory::{Directory, File};
use super::tags;

/// Directories that are looked at; a file of more is refused for its pages or damaged.
const MOST_DIRECTORIES: usize = 1000;

/// What a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A picture of its own, or a page of several.
    Picture,
    /// A copy of another picture that has fewer pixels.
    Smaller,
    /// Which pixels of another picture are to be seen.
    Mask,
}

fn role(directory: &Directory<'_>) -> Result<Role, String> {
    let flags = directory.number_or(tags::NEW_SUBFILE_TYPE, 0)?;
    if flags & 4 != 0 || directory.number(tags::PHOTOMETRIC)? == Some(4) {
        return Ok(Role::Mask);
    }
    // The thumbnail of an Exif block has no strips of its own, and no flag.
    let thumbnail = directory.has(tags::JPEG_INTERCHANGE_FORMAT) && !directory.has(tags::IMAGE_WIDTH);
    let smaller = flags & 1 != 0 || directory.number(tags::SUBFILE_TYPE)? == Some(2) || thumbnail;
    Ok(if smaller { Role::Smaller } else { Role::Picture })
}

/// The directories in the chain from the first one on. The first is whole; what is wrong behind it is warned of.
fn chain<'a>(file: &File<'a>, found: &mut Inventory) -> Result<Vec<Directory<'a>>, String> {
    let mut at = file.first().unwrap_or(0);
    let (mut seen, mut all) = (HashSet::new(), Vec::new());
    let damaged = "the file is cut off or damaged behind its first directory: further pictures are not looked for";
    loop {
        let directory = file.directory(at);
        let Some(directory) = directory.filter(|_| seen.insert(at) && all.len() < MOST_DIRECTORIES) else {
            if all.is_empty() {
                return Err("the file is cut off: its directory of tags is not there".to_owned());
            }
            found.warn("damaged", damaged);
            return Ok(all);
        };
        let next = directory.next;
        all.push(directory);
        match next {
            Some(0) => return Ok(all),
            Some(next) => at = next,
            None => {
                found.warn("damaged", damaged);
                return Ok(all);
            }
        }
    }
}

/// The directories that `directory` names as its children, as far as they are there.
fn children<'a>(file: &File<'a>, directory: &Directory<'a>) -> impl Iterator<Item = Directory<'a>> {
    let (file, places) = (*file, directory.numbers(tags::SUB_IFDS).unwrap_or_default());
    places.into_iter().filter_map(move |at| file.directory(at))
}

/// Pictures, and what belongs to them.
type ByRole<'a> = (Vec<Directory<'a>>, Vec<(Role, Directory<'a>)>);

fn by_role(directories: Vec<Directory<'_>>) -> Result<ByRole<'_>, String> {
    let (mut pictures, mut others) = (Vec::new(), Vec::new());
    for directory in directories {
        match role(&directory)? {
            Role::Picture => pictures.push(directory),
            other => others.push((other, directory)),
        }
    }
    Ok((pictures, others))
}

/// Pixels of a directory's picture.
fn pixels(directory: &Directory<'_>) -> u64 {
    let side = |tag| directory.number(tag).ok().flatten().unwrap_or(0);
    side(tags::IMAGE_WIDTH).saturating_mul(side(tags::IMAGE_LENGTH))
}

/// The directory of the picture.
///
/// # Errors
/// What keeps a file from having one picture.
pub(super) fn picture<'a>(file: &File<'a>, found: &mut Inventory) -> Result<Directory<'a>, String> {
    let all = chain(file, found)?;
    let below: Vec<_> = all.iter().flat_map(|directory| children(file, directory)).take(MOST_DIRECTORIES).collect();
    let (mut pictures, mut others) = by_role(all)?;
    let pages = pictures.len();
    if pages > 1 {
        return Err(format!("{pages} pages; a .kvt holds one picture: give single pages"));
    }
    // Raw files have the thumbnail in front and the picture below it.
    let (more, rest) = by_role(below)?;
    pictures.extend(more);
    others.extend(rest);
    if pictures.is_empty() {
        // A file of thumbnails only: the largest is what there is.
        let (place, _) = others.iter().enumerate().max_by_key(|(_, (_, d))| pixels(d)).ok_or("no picture")?;
        pictures.push(others.remove(place).1);
    }
    let mut rest = pictures.into_iter();
    let chosen = rest.next().ok_or("no picture")?;
    if rest.next().is_some() {
        found.drops("a further picture");
    }
    for (role, _) in others {
        found.drops(if role == Role::Mask { "a mask" } else { "a copy of lower resolution" });
    }
    Ok(chosen)
}
