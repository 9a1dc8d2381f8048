//! Which of a file's directories is the picture: not its thumbnails, masks and copies of a lower
//! resolution.

use std::collections::HashSet;

use super::super::Inventory;
use super::directory::{Directory, File};
use super::tags;

/// Directories that are looked at; a file of more is refused for its pages or damaged.
const MOST_DIRECTORIES: usize = 1000;
/// Lines of tables that are read before no further directory is: tables may share their bytes.
const MOST_LINES: u64 = 1 << 20;

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

/// What is kept of a directory that was looked at.
struct SeenDirectory {
    at: u64,
    role: Role,
    pixels: u64,
}

/// A walk over the directories of a file.
struct Walk<'a> {
    file: &'a File<'a>,
    /// Where it has been, whether there was a directory or not.
    seen: HashSet<u64>,
    /// Lines of tables that have been read.
    lines: u64,
}

impl<'a> Walk<'a> {
    /// The directory at an offset; none where it is not there, and none beyond the bounds.
    fn visit(&mut self, at: u64) -> Option<Directory<'a>> {
        if self.seen.len() == MOST_DIRECTORIES || self.lines > MOST_LINES {
            return None;
        }
        self.seen.insert(at);
        let directory = self.file.directory(at)?;
        self.lines += directory.lines;
        Some(directory)
    }
}

/// The directories in the chain from the first one on, and where those lie that they name as their
/// children; and whether all are there. The first is.
fn chain(walk: &mut Walk<'_>) -> Result<(Vec<SeenDirectory>, Vec<u64>, bool), String> {
    let (mut all, mut children) = (Vec::new(), Vec::new());
    let mut next = walk.file.first();
    let mut whole = true;
    loop {
        let directory = next.filter(|at| !walk.seen.contains(at)).and_then(|at| Some((at, walk.visit(at)?)));
        let Some((at, directory)) = directory else {
            break whole = false;
        };
        all.push(place(at, &directory)?);
        match directory.each(tags::SUB_IFDS) {
            // One more than may be looked at.
            Ok(places) => children.extend(places.take(MOST_DIRECTORIES + 1 - children.len())),
            Err(_) => whole = false,
        }
        next = directory.next;
        if next == Some(0) {
            break;
        }
    }
    match all.is_empty() {
        true => Err("the file is cut off: its directory of tags is not there".to_owned()),
        false => Ok((all, children, whole)),
    }
}

/// The directories at these offsets that the walk has not come by, and whether all are there.
fn below(walk: &mut Walk<'_>, offsets: Vec<u64>) -> Result<(Vec<SeenDirectory>, bool), String> {
    let (mut all, mut whole) = (Vec::new(), offsets.len() <= MOST_DIRECTORIES);
    for at in offsets {
        if walk.seen.contains(&at) {
            continue;
        }
        match walk.visit(at) {
            Some(directory) => all.push(place(at, &directory)?),
            None => whole = false,
        }
    }
    Ok((all, whole))
}

fn place(at: u64, directory: &Directory<'_>) -> Result<SeenDirectory, String> {
    Ok(SeenDirectory { at, role: role(directory)?, pixels: pixels(directory) })
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
    let mut walk = Walk { file, seen: HashSet::new(), lines: 0 };
    let (all, children, whole) = chain(&mut walk)?;
    let is_picture = |place: &SeenDirectory| place.role == Role::Picture;
    let (mut pictures, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_picture);
    let pages = pictures.len();
    if pages > 1 {
        return Err(format!("{pages} pages; a .kvt holds one picture: give single pages"));
    }
    // Raw files have the thumbnail in front and the picture below it.
    let (more, all_below) = below(&mut walk, children)?;
    if !whole {
        let text = "the file is cut off or damaged behind its first directory: further pictures are not looked for";
        found.warn("damaged", text);
    } else if !all_below {
        let text = "the file is cut off or damaged below its directories: not all that they point to is there";
        found.warn("damaged", text);
    }
    let (more, rest): (Vec<_>, Vec<_>) = more.into_iter().partition(is_picture);
    pictures.extend(more);
    others.extend(rest);
    if pictures.is_empty() {
        // A file of thumbnails only: the largest is what there is.
        let (place, _) = others.iter().enumerate().max_by_key(|(_, place)| place.pixels).ok_or("no picture")?;
        pictures.push(others.remove(place));
    }
    let mut rest = pictures.into_iter();
    let chosen = rest.next().and_then(|place| file.directory(place.at)).ok_or("no picture")?;
    if rest.next().is_some() {
        found.drops("a further picture");
    }
    for place in others {
        found.drops(if place.role == Role::Mask { "a mask" } else { "a copy of lower resolution" });
    }
    Ok(chosen)
}
