//! What the program itself changes in Exif and XMP: orientation of files it writes, and positions it is asked to remove.

use image::metadata::Orientation;

/// Tag of the pointer to the directory of positions.
const GPS_POINTER: u16 = 0x8825;
/// Bytes of a value by its type, 1 to 12 (TIFF 6.0).
const VALUE_BYTES: [usize; 13] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/// `exif` of a picture whose pixels stand upright.
pub(super) fn upright(exif: &[u8]) -> Vec<u8> {
    let mut out = exif.to_vec();
    // Damaged blocks stay as they are.
    let _ = Orientation::remove_from_exif_chunk(&mut out);
    out
}

/// Removes what says where a picture was taken: from Exif the contents of the directory of positions, and an XMP packet
/// with any as a whole. Returns whether anything was there.
pub(crate) fn remove_positions(exif: &mut Option<Vec<u8>>, xmp: &mut Option<Vec<u8>>) -> bool {
    let emptied = exif.as_mut().is_some_and(|exif| empty_gps(exif).is_some());
    let named = |xmp: &Vec<u8>| xmp.windows(3).any(|w| w.eq_ignore_ascii_case(b"gps"));
    let dropped = xmp.take_if(|xmp| named(xmp)).is_some();
    emptied || dropped
}

/// Numbers of a TIFF structure.
struct Tiff<'a> {
    data: &'a mut [u8],
    big: bool,
}

impl Tiff<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
    }

    /// Where the entries of the directory at `at` are.
    fn entries(&self, at: usize) -> Option<impl Iterator<Item = usize> + use<>> {
        let count = usize::from(self.u16(at)?);
        Some((0..count).map(move |i| at + 2 + 12 * i))
    }

    fn clear(&mut self, from: usize, len: usize) {
        let end = from.saturating_add(len).min(self.data.len());
        if let Some(bytes) = self.data.get_mut(from..end) {
            bytes.fill(0);
        }
    }
}

/// Zeroes the directory of positions, and all that it points to, where there is one.
fn empty_gps(exif: &mut [u8]) -> Option<()> {
    let big = match exif.get(..2)? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let mut tiff = Tiff { data: exif, big };
    let pointer = tiff.entries(tiff.u32(4)?)?.find(|&entry| tiff.u16(entry) == Some(GPS_POINTER))?;
    let directory = tiff.u32(pointer + 8)?;
    let entries: Vec<usize> = tiff.entries(directory)?.collect();
    for &entry in &entries {
        let unit = VALUE_BYTES.get(usize::from(tiff.u16(entry + 2)?)).copied().unwrap_or(0);
        let bytes = tiff.u32(entry + 4)?.saturating_mul(unit);
        if bytes > 4 {
            let at = tiff.u32(entry + 8)?;
            tiff.clear(at, bytes);
        }
    }
    tiff.clear(directory, 2 + 12 * entries.len());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with an orientation and a position of three rationals.
    fn sample(big: bool) -> Vec<u8> {
        let two = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let four = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut out = if big { b"MM".to_vec() } else { b"II".to_vec() };
        out.extend(two(42));
        out.extend(four(8));
        out.extend(two(2));
        let orientation = [&two(0x112)[..], &two(3), &four(1), &two(6), &two(0)].concat();
        let pointer = [&two(GPS_POINTER)[..], &two(4), &four(1), &four(38)].concat();
        out.extend([orientation, pointer, four(0).to_vec()].concat());
        assert_eq!(out.len(), 38);
        out.extend(two(1));
        out.extend([&two(2)[..], &two(5), &four(3), &four(56)].concat());
        out.extend(four(0));
        out.extend((1..=24).map(|v| v + 100));
        out
    }

    #[test]
    fn positions_go_and_the_rest_stays() {
        for big in [false, true] {
            let before = sample(big);
            let mut exif = Some(before.clone());
            assert!(remove_positions(&mut exif, &mut None));
            let after = exif.unwrap();
            assert_eq!(after[..38], before[..38]);
            assert!(after[38..].iter().all(|&b| b == 0));
            assert_eq!(after.len(), before.len());
            assert_eq!(Orientation::from_exif_chunk(&after), Some(Orientation::Rotate90));
            assert_eq!(Orientation::from_exif_chunk(&upright(&after)), Some(Orientation::NoTransforms));
        }
    }

    #[test]
    fn cut_and_odd_blocks_are_left_alone() {
        let whole = sample(false);
        for len in 0..whole.len() {
            let mut cut = whole[..len].to_vec();
            let _ = empty_gps(&mut cut);
            assert_eq!(cut.len(), len);
        }
        assert!(!remove_positions(&mut Some(b"XX".to_vec()), &mut None));
        assert!(!remove_positions(&mut None, &mut None));
    }

    #[test]
    fn a_packet_with_a_position_goes_as_a_whole() {
        let mut xmp = Some(b"<x exif:GPSLatitude='1'/>".to_vec());
        assert!(remove_positions(&mut None, &mut xmp) && xmp.is_none());
        let mut xmp = Some(b"<x dc:title='y'/>".to_vec());
        assert!(!remove_positions(&mut None, &mut xmp) && xmp.is_some());
    }
}
