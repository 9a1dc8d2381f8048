//! Files of several directories: which of them is the picture.

use super::*;

/// A picture of this width, with flags of its kind.
fn page(width: usize, flags: u32) -> Page {
    let spec = Spec { width, ..gray() };
    spec.page(Writer::default(), |x, y, _| (x + y) as u64).with(tags::NEW_SUBFILE_TYPE, Value::Long(vec![flags]))
}

#[test]
fn copies_and_masks_are_passed_over_wherever_they_stand() {
    let (picture, small, mask) = (page(40, 0), page(10, 1), page(40, 4));
    let old_style = page(10, 0).with(tags::SUBFILE_TYPE, Value::Short(vec![2]));
    let thumbnail = Page { tags: vec![(tags::JPEG_INTERCHANGE_FORMAT, Value::Long(vec![8]))], chunks: Vec::new() };
    let cases: [(&[&Page], &str); 6] = [
        (&[&picture], ""),
        (&[&small, &picture], "a copy of lower resolution is not carried"),
        (&[&picture, &small, &small, &small], "a copy of lower resolution is not carried"),
        (&[&old_style, &picture, &mask], "a copy of lower resolution, a mask are not carried"),
        (&[&picture, &thumbnail], "a copy of lower resolution is not carried"),
        (&[&mask, &picture], "a mask is not carried"),
    ];
    for writer in Writer::all() {
        for (pages, expected) in cases {
            // Samples of 8 bits are the same in every file.
            let pages: Vec<_> = pages.iter().map(|&page| page.clone()).collect();
            let (image, _, said) = read(&writer.file(&pages)).unwrap();
            assert_eq!((image.width(), &*said), (40, expected));
        }
    }
}

#[test]
fn several_pages_are_refused_by_their_number() {
    let file = Writer::default().file(&[page(40, 0), page(10, 1), page(40, 2), page(30, 0)]);
    let said = read(&file).unwrap_err();
    assert!(said.contains("3 pages; a .kvt holds one picture"), "{said}");
}

#[test]
fn what_is_below_a_thumbnail_is_the_picture() {
    let below = |page: Page, offset: u32| {
        let mut tags = page.tags;
        tags.extend([
            (tags::STRIP_OFFSETS, Value::Long(vec![offset; 3])),
            (tags::STRIP_BYTE_COUNTS, Value::Long(vec![120; 3])),
        ]);
        Value::Below(tags)
    };
    let (image, ..) = read_page(page(10, 1).with(tags::SUB_IFDS, below(page(40, 0), 0))).unwrap();
    assert_eq!(image.width(), 40);
    let raw = page(40, 0).with(tags::PHOTOMETRIC, Value::Short(vec![32803]));
    let said = read_page(page(10, 1).with(tags::SUB_IFDS, below(raw, 0))).unwrap_err();
    assert!(said.contains("raw camera data"), "{said}");
    let (image, _, said) = read_page(page(40, 0).with(tags::SUB_IFDS, below(page(10, 1), 0))).unwrap();
    assert_eq!((image.width(), &*said), (40, "a copy of lower resolution is not carried"));
}

#[test]
fn a_file_of_thumbnails_has_its_largest_for_a_picture() {
    let (image, ..) = read(&Writer::default().file(&[page(10, 1), page(20, 1)])).unwrap();
    assert_eq!(image.width(), 20);
}

/// What is said of a picture that names directories at these places as its children, in a file that
/// goes on with `rest`; the first place is its own.
fn said_of_children(places: impl Fn(u32, u32) -> Vec<u32>, rest: &[u8]) -> String {
    let file = |places| Writer::default().file(&[page(40, 0).with(tags::SUB_IFDS, Value::Long(places))]);
    let count = places(0, 0).len();
    let draft = file(vec![0; count]);
    let own = u32::from_le_bytes(*draft[4..].first_chunk().unwrap());
    let (image, _, said) = read(&[file(places(own, draft.len() as u32)), rest.to_vec()].concat()).unwrap();
    assert_eq!(image.width(), 40);
    said
}

#[test]
fn directories_below_others_are_looked_at_once() {
    assert_eq!(said_of_children(|own, _| vec![own; 5], &[]), "");
}

#[test]
fn directories_below_others_that_are_not_there_are_named() {
    for count in [2, 100_000] {
        let said = said_of_children(|_, end| (0..count).map(|i| end + i).collect(), &[]);
        assert!(said.contains("damaged below its directories"), "{said}");
    }
}

#[test]
fn directories_that_share_their_bytes_are_looked_at_within_bounds() {
    // At each place, a directory of 65535 lines.
    let said = said_of_children(|_, end| (0..900).map(|i| end + i).collect(), &[0xff; 900_000]);
    assert_eq!(
        said,
        "the file is cut off or damaged below its directories: not all that they point to is there; \
         a further picture is not carried"
    );
}
