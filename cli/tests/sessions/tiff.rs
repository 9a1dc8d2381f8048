//! TIFF files through the program: what is said, what is kept, what is refused.

use crate::world::Folder;

/// A directory of lines of tag, type, count and value.
fn directory(lines: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let line = |&(tag, kind, count, value): &(u16, u16, u32, u32)| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let lines_bytes: Vec<u8> = lines.iter().flat_map(line).collect();
    [&(lines.len() as u16).to_le_bytes()[..], &lines_bytes, &next.to_le_bytes()].concat()
}

/// A file of 4x4 pixels in gray: behind its header `front`, which begins with the pixels, and then
/// a directory of these lines beside the usual ones.
fn tiff(front: &[u8], lines: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let bits = if lines.iter().any(|line| line.0 == 339) { 32 } else { 8 };
    let mut all = vec![(256, 3, 1, 4), (257, 3, 1, 4), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, 1)];
    all.extend([(273, 4, 1, 8), (278, 3, 1, 4), (279, 4, 1, 16 * bits / 8)]);
    all.extend(lines);
    let start = 8 + front.len() as u32;
    [&b"II*\0"[..], &start.to_le_bytes(), front, &directory(&all, next)].concat()
}

#[test]
fn floating_point_beyond_1_is_clipped_with_a_warning() {
    let f = Folder::new("tiff-float");
    let pixels: Vec<u8> = (0..16).flat_map(|i| (i as f32 * 17.0).to_le_bytes()).collect();
    f.write("a.tif", &tiff(&pixels, &[(339, 3, 1, 3)], 0));
    let said = f.kvant(&["encode", "a.tif", "-q", "lossless", "-o", "a.kvt"]).ok().stderr;
    assert!(
        said.contains("93.8 % of the samples lie outside 0 to 1 and are clipped: they reach from 0 to 255"),
        "{said}"
    );
}

#[test]
fn several_pages_are_refused_as_animations_are() {
    let f = Folder::new("tiff-pages");
    let one = tiff(&[7; 16], &[], 0);
    let mut two = tiff(&[7; 16], &[], one.len() as u32);
    two.extend(&one[8 + 16..]);
    f.write("a.tif", &two);
    f.kvant(&["encode", "a.tif"]).fails(3, &["a.tif", "2 pages", "give single pages"]);
    assert_eq!(f.files(), ["a.tif"]);
}

#[test]
fn positions_are_stripped_from_the_exif_block_that_is_made() {
    let f = Folder::new("tiff-positions");
    let latitude: Vec<u8> = [47u32, 1, 11, 1, 29, 3].iter().flat_map(|v| v.to_le_bytes()).collect();
    let positions = directory(&[(1, 2, 2, u32::from(b'N')), (2, 5, 3, 8 + 16)], 0);
    let front = [&[7; 16][..], &latitude, &positions].concat();
    f.write("a.tif", &tiff(&front, &[(315, 2, 4, u32::from_le_bytes(*b"Eve\0")), (34853, 4, 1, 8 + 40)], 0));
    for (strip, stays) in [(&[][..], true), (&["--strip", "gps"], false)] {
        f.kvant(&[&["encode", "a.tif", "-o", "a.kvt", "-f", "--quiet"], strip].concat()).ok();
        f.kvant(&["decode", "a.kvt", "-o", "a.png", "-f", "--quiet"]).ok();
        let file = f.read("a.png");
        let holds = |part: &[u8]| file.windows(part.len()).any(|w| w == part);
        assert!(holds(b"Eve\0") && holds(&latitude) == stays, "{strip:?}");
    }
}
