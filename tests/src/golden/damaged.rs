//! Golden streams that a decoder must refuse: one for each error of BITSTREAM.md §12.1, as far as files can show it.

use kvant::bench_api::{Picked, range_encode_bypass};
use kvant::{DecodeError, Decoder};

use super::Case;
use crate::repaired;
use crate::seeded::Recipe;
use kvant::bench_api::SplitMix64;

/// With the section that says that it is an error.
type DamagedCase = (Case, &'static str);

/// What they are made of.
pub(super) fn cases() -> Vec<DamagedCase> {
    let mut cases = file_cases();
    cases.extend(section_cases());
    cases.extend(header_cases());
    cases.extend(walk_cases());
    cases.extend(run_cases());
    cases.extend(lossless_cases());
    cases
}

fn case(
    name: &'static str,
    section: &'static str,
    why: &'static str,
    make: impl Fn() -> Vec<u8> + 'static,
) -> DamagedCase {
    (Case { name, why, make: Box::new(make) }, section)
}

/// A small gray picture of one tile, which [`change`] then spoils.
fn spoilt(recipe: Recipe, change: impl Fn(&mut Vec<u8>, usize)) -> Vec<u8> {
    let Picked { mut stream, lead, .. } = recipe.make(1);
    change(&mut stream, lead);
    stream
}

fn gray() -> Recipe {
    let recipe = Recipe::new().size(20, 16).set("gray", 1).set("alpha", 0).set("depth", 0).set("lossless", 0);
    recipe.set("orientation", 0).set("mixed", 1)
}

/// Its header: two sides of 0 bits, then one bit a field up to the quantiser; see [`header_cases`].
fn pixel() -> Recipe {
    gray().size(1, 1).set("screen", 0).set("quantiser", 0).set("qp", 100)
}

fn tiles() -> Recipe {
    gray().size(520, 8).set("small_tiles", 1)
}

fn file_cases() -> Vec<DamagedCase> {
    let flip = |recipe: fn() -> Recipe, back: usize| {
        move || {
            spoilt(recipe(), |stream, _| {
                let at = stream.len() - back;
                stream[at] ^= 0x10;
            })
        }
    };
    vec![
        case("damaged-signature", "2.1", "the signature is missing", || spoilt(gray(), |s, _| s[3] = b'X')),
        case("damaged-draft", "2.1", "another draft number", || spoilt(gray(), |s, _| s[4] = 10)),
        case("damaged-cut-header", "2", "the data ends within the header", || spoilt(gray(), |s, _| s.truncate(8))),
        case("damaged-cut-tile", "2", "the data ends within a tile", || {
            spoilt(tiles(), |s, _| s.truncate(s.len() - 9))
        }),
        case("damaged-cut-index", "2", "the data ends within the index", || {
            spoilt(tiles(), |s, lead| s.truncate(lead + 1))
        }),
        case("damaged-file-checksum", "2", "the checksum of the file is not right", flip(gray, 1)),
        case("damaged-tile-checksum", "2", "the checksum of the last tile is not right", flip(tiles, 2)),
        case("damaged-index-checksum", "2", "the checksum of the index is not right", || {
            spoilt(tiles(), |s, lead| {
                // Behind the lengths of two tiles, of two bytes at the most each.
                let lengths = s[lead..].iter().scan(0, |ends, b| Some(std::mem::replace(ends, *ends + (b >> 7 ^ 1))));
                let end = lead + lengths.take_while(|&ends| ends < 2).count();
                s[end] ^= 1;
            })
        }),
        case("damaged-behind-tiles", "2.3", "bytes after the last of several tiles", || {
            spoilt(tiles(), |s, _| s.extend([0, 0]))
        }),
        case("damaged-few-signs", "2.3", "fewer bytes in a tile than its signs should have", || {
            repaired(&spoilt(pixel(), |s, lead| s[lead] = 0x7f))
        }),
    ]
}

fn section_cases() -> Vec<DamagedCase> {
    let with = |sections: &'static [(u64, &'static [u8])]| {
        move || {
            let sections = sections.iter().map(|&(kind, payload)| (kind, payload.to_vec())).collect();
            gray().sections(sections).make(1).stream
        }
    };
    vec![
        case("damaged-section-order", "2.2", "a section type that is not greater than the one before", {
            with(&[(9, b"a"), (8, b"b")])
        }),
        case("damaged-code-points", "2.2", "code points of 3 bytes", with(&[(1, &[1, 13, 0])])),
        case("damaged-code-point-range", "2.2", "code points with a range of 2", with(&[(1, &[1, 13, 0, 2])])),
        case("damaged-section-checksum", "2", "the checksum of a section is not right", || {
            let recipe = gray().sections(vec![(8, b"payload".to_vec())]);
            // The mark of the end is the last byte in front of the tile, behind the checksum.
            with_checksum(spoilt(recipe, |s, lead| s[lead - 2] ^= 1))
        }),
        case("damaged-varint", "2.1", "a varint of more than 9 bytes", || {
            let recipe = gray().sections(vec![(8, b"a".to_vec())]);
            // Type, length, payload, checksum, end.
            spoilt(recipe, |s, lead| drop(s.splice(lead - 8..lead - 7, [0x80; 10])))
        }),
    ]
}

/// The checksum of the file made right, those of sections as they are.
fn with_checksum(mut stream: Vec<u8>) -> Vec<u8> {
    stream.truncate(stream.len() - 4);
    stream.extend(crc32fast::hash(&stream).to_le_bytes());
    stream
}

/// Bits of the header of [`pixel`], counted from its start: the sides have ten, then come extension, deep, gray, alpha,
/// small tiles, turned, sections, lossless, mixed, screen, two of the quantiser and nine of the QP.
fn header_cases() -> Vec<DamagedCase> {
    let set = |bits: std::ops::Range<usize>| {
        move || {
            let bits = bits.clone();
            repaired(&spoilt(pixel(), |s, _| bits.clone().for_each(|bit| s[5 + bit / 8] |= 128 >> (bit % 8))))
        }
    };
    vec![
        case("damaged-side", "4", "more than 24 bits for the width", set(0..5)),
        case("damaged-extension", "4", "extension = 1", set(10..11)),
        case("damaged-quantiser", "4", "quantiser = 2", set(20..21)),
        case("damaged-qp", "4", "a QP of 511", set(22..31)),
        case("damaged-padding", "3", "a bit of 1 that fills up the header's last byte", || {
            repaired(&spoilt(pixel(), |s, lead| {
                assert_eq!(s[lead - 1] & 1, 0);
                s[lead - 1] |= 1;
            }))
        }),
    ]
}

fn walk_cases() -> Vec<DamagedCase> {
    let forbidden = |what: &'static str, screen: u32| {
        move || {
            let recipe =
                Recipe::new().size(72, 64).set("lossless", 0).set("gray", 0).set("alpha", 0).set("adaptive", 1);
            let recipe = recipe.set("screen", screen).set("depth", 0).bins("OFFSET_MAGNITUDE", 93).forbidden(what);
            let recipe = recipe.bins("CHROMA_DERIVED", 95).large_levels();
            let mut made = (0..1000).map(|seed| recipe.make(seed));
            made.find(|made| made.damage.is_some()).expect(what).stream
        }
    };
    vec![
        case("damaged-offset", "5.2", "a QP offset outside -31 .. 31", forbidden("QP offset", 0)),
        case("damaged-mode", "5.3", "a simple luma mode above 4", forbidden("luma mode", 0)),
        case("damaged-vector-class", "5.5", "a class of a component above 9", forbidden("class of a block vector", 1)),
        case("damaged-vector", "5.5", "a vector that is not legal", forbidden("block vector", 1)),
        case("damaged-chroma-vector", "5.5", "one that is not legal for derived chroma", {
            forbidden("block vector of chroma", 1)
        }),
        case("damaged-prefix", "6.3", "an Exp-Golomb prefix of more than 20 ones", forbidden("Exp-Golomb prefix", 0)),
        case("damaged-level", "6.3", "a level above 2^18 in magnitude", forbidden("level", 0)),
    ]
}

fn run_cases() -> Vec<DamagedCase> {
    vec![
        case("damaged-short-run", "7.1", "more than 4 bytes read behind the end of the colour", || {
            repaired(&spoilt(gray(), |s, _| drop(s.drain(s.len() - 16..s.len() - 4))))
        }),
        case("damaged-long-run", "7.1", "bytes of the colour that are not read", || {
            repaired(&spoilt(gray(), |s, _| drop(s.splice(s.len() - 4..s.len() - 4, [7; 9]))))
        }),
        case("damaged-long-signs", "7.1", "bytes of the signs that are not read", || {
            repaired(&spoilt(pixel(), |s, lead| {
                let signs = usize::from(s[lead]);
                assert!(signs < 120);
                s[lead] += 6;
                s.splice(lead + 1 + signs..lead + 1 + signs, [7; 6]);
            }))
        }),
    ]
}

/// A lossless picture of 8 bits, gray or not, whose tile is `data`.
fn lossless(gray: u32, data: &[u8]) -> Vec<u8> {
    let recipe = Recipe::new().size(12, 9).set("lossless", 1).set("gray", gray).set("alpha", 0).set("depth", 0);
    let Picked { stream, lead, .. } = recipe.set("orientation", 0).make(1);
    let mut stream = stream[..lead].to_vec();
    stream.extend(data);
    stream.extend([0; 4]);
    repaired(&stream)
}

/// Numbers in bypass bits: (bits, value), or by Exp-Golomb where bits are 0.
fn bypass(numbers: &[(u32, u32)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut write = |bits: u32, value: u32| out.extend((0..bits).rev().map(|i| value >> i & 1));
    for &(bits, value) in numbers {
        match bits {
            0 => {
                let n = (value + 1).ilog2();
                write(n + 1, (1 << (n + 1)) - 2);
                write(n, value + 1 - (1 << n));
            }
            _ => write(bits, value),
        }
    }
    range_encode_bypass(&out, 1)
}

/// What is stated of a plane: the zigzag of its least value, its span, its model, whether there is a list, its first number.
fn plane(low: u32, span: u32, model: u32, first: u32) -> [(u32, u32); 5] {
    [(0, low), (0, span), (2, model), (1, 0), (0, first)]
}

fn lossless_cases() -> Vec<DamagedCase> {
    let coloured = |palette: &[(u32, u32)], plane: &[(u32, u32)]| {
        let numbers = [&[(2, 3)], palette, plane].concat();
        move || lossless(0, &bypass(&numbers))
    };
    let gray = |numbers: &[(u32, u32)]| {
        let data = bypass(numbers);
        move || lossless(1, &data)
    };
    // One colour: growth of green, red, blue.
    let one = [(0, 1), (0, 9), (8, 9), (8, 9)];
    vec![
        case("damaged-palette", "13.2", "a palette of no colours", coloured(&[(0, 0)], &plane(0, 0, 0, 0))),
        case("damaged-large-palette", "13.2", "one of 1025 colours", coloured(&[(0, 1025)], &plane(0, 0, 0, 0))),
        case("damaged-colour", "13.2", "the number of a colour beyond the palette", coloured(&one, &plane(2, 0, 0, 0))),
        case("damaged-sample", "13.2", "a sample of 300 in 8 bits", gray(&plane(600, 0, 0, 0))),
        case("damaged-span", "13.3", "a span above 2^17 - 1", gray(&plane(0, 1 << 17, 0, 0))),
        case("damaged-model", "13.3", "model 3", gray(&plane(0, 3, 3, 0))),
        case("damaged-first", "13.3", "a first number above the largest", gray(&plane(0, 3, 0, 4))),
        case("damaged-lossless-prefix", "13.1", "an Exp-Golomb prefix of more than 20 ones", {
            gray(&[(21, (1 << 21) - 1), (1, 0)])
        }),
        case("damaged-magnitude", "13.5", "a magnitude above room", || {
            // Model 1 and a span of 100; then bins by chance, until one leads there.
            let lead = bypass(&plane(0, 100, 1, 50));
            (0..100_000)
                .map(|seed| {
                    let mut random = SplitMix64::new(seed);
                    let mut data = lead.clone();
                    data.extend((0..40).map(|_| random.next() as u8));
                    lossless(1, &data)
                })
                .find(|stream| {
                    let decoded = Decoder::new(stream).and_then(|decoder| decoder.decode());
                    matches!(decoded, Err(DecodeError::Corrupt { what: "magnitude of a residual", .. }))
                })
                .expect("one of them leads there")
        }),
    ]
}
