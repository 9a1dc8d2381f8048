//! Golden streams that a decoder must refuse: at least one for each row of the table in
//! BITSTREAM.md §12.1.

use kvant::DRAFT;
use kvant::bench_api::{Picked, SplitMix64, range_encode_bypass};
use kvant::{CpuLevel, DecodeError, Decoder};

use super::{Case, refusal};
use crate::repaired;
use crate::seeded::Recipe;

/// With how the row of the table begins that says that it is an error.
type DamagedCase = (Case, &'static str);

/// What they are made of.
pub(super) fn cases() -> Vec<DamagedCase> {
    let mut cases = file_cases();
    cases.extend(cut_cases());
    cases.extend(section_cases());
    cases.extend(block_cases());
    cases.extend(preview_cases());
    cases.extend(header_cases());
    cases.extend(walk_cases());
    cases.extend(run_cases());
    cases.extend(lossless_cases());
    cases
}

fn case(
    name: &'static str,
    rule: &'static str,
    why: &'static str,
    make: impl Fn() -> Vec<u8> + 'static,
) -> DamagedCase {
    (Case { name, why, make: Box::new(make) }, rule)
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
        case("damaged-signature", "the signature is missing", "the signature is missing", || {
            spoilt(gray(), |s, _| s[3] = b'X')
        }),
        case("damaged-draft", "another draft number", "another draft number", || {
            spoilt(gray(), |s, _| s[4] = DRAFT + 1)
        }),
        case("damaged-file-checksum", "a checksum", "the checksum of the file is not right", flip(gray, 1)),
        case("damaged-tile-checksum", "a checksum", "the checksum of the last tile is not right", flip(tiles, 2)),
        case("damaged-index-checksum", "a checksum", "the checksum of the index is not right", || {
            spoilt(tiles(), |s, lead| {
                // Behind the lengths of two tiles, of two bytes at the most each.
                let lengths = s[lead..].iter().scan(0, |ends, b| Some(std::mem::replace(ends, *ends + (b >> 7 ^ 1))));
                let end = lead + lengths.take_while(|&ends| ends < 2).count();
                s[end] ^= 1;
            })
        }),
        case("damaged-behind-tiles", "bytes after the last", "bytes after the last of several tiles", || {
            spoilt(tiles(), |s, _| s.extend([0, 0]))
        }),
    ]
}

fn cut_cases() -> Vec<DamagedCase> {
    let cut = |recipe: fn() -> Recipe, back: usize| move || spoilt(recipe(), |s, _| s.truncate(s.len() - back));
    let sections = || gray().sections(vec![(8, b"payload".to_vec())]);
    vec![
        case("damaged-cut-signature", "the data ends within", "the data ends within the signature", || {
            spoilt(gray(), |s, _| s.truncate(3))
        }),
        case("damaged-cut-header", "the data ends within", "the data ends within the header", || {
            spoilt(gray(), |s, _| s.truncate(8))
        }),
        case("damaged-cut-tile", "the data ends within", "the data ends within a tile", cut(tiles, 9)),
        case("damaged-cut-index", "the data ends within", "the data ends within the index", || {
            spoilt(tiles(), |s, lead| s.truncate(lead + 1))
        }),
        case("damaged-cut-section", "the data ends within", "the data ends within a section", move || {
            spoilt(sections(), |s, lead| s.truncate(lead - 8))
        }),
        case("damaged-cut-checksum", "the data ends within", "the data ends within a tile's checksum", cut(tiles, 2)),
        case("damaged-few-signs", "fewer bytes in a tile", "fewer bytes in a tile than its signs should have", || {
            repaired(&spoilt(pixel(), |s, lead| s[lead] = 0x7f))
        }),
        case("damaged-few-alpha", "fewer bytes in a tile", "fewer bytes in a tile than its alpha should have", || {
            repaired(&spoilt(pixel().set("alpha", 1), |s, lead| s[lead] = 0x7f))
        }),
    ]
}

/// A small gray picture with one section.
fn told(kind: u64, payload: &[u8]) -> Vec<u8> {
    gray().sections(vec![(kind, payload.to_vec())]).make(1).stream
}

fn block_cases() -> Vec<DamagedCase> {
    let with = |kind: u64, payload: &'static [u8]| move || told(kind, payload);
    vec![
        case("damaged-text", "texts that are not UTF-8", "texts that are not UTF-8", with(6, b"\0key\0\xff\0")),
        case("damaged-text-end", "texts that are not UTF-8", "texts that end without a zero byte", {
            with(6, b"\0key\0text")
        }),
        case("damaged-text-pair", "texts that are not UTF-8", "texts that end with a keyword", with(6, b"\0key\0")),
        case("damaged-resolution", "a resolution", "a resolution of 3 bytes", with(7, &[1, 0, 0])),
        case(
            "damaged-resolution-unit",
            "a resolution",
            "a resolution in unit 3",
            with(7, &[3, 1, 0, 0, 0, 1, 0, 0, 0]),
        ),
        case("damaged-block-empty", "a block", "an ICC profile without a byte", with(2, &[])),
        case("damaged-block-method", "a block", "an Exif block that starts with 2", with(4, &[2, 0])),
        case("damaged-block-zlib", "a block", "an XMP packet that is no zlib stream", with(5, &[1, 1, 2, 3])),
    ]
}

/// The picture has 20x16 pixels, gray, of 8 bits, without alpha: its preview has 3x2 of the kind.
fn preview_cases() -> Vec<DamagedCase> {
    let with = |change: fn(Recipe) -> Recipe| move || told(3, &change(gray().size(3, 2)).make(1).stream);
    let rule = "a preview";
    vec![
        case("damaged-preview", rule, "a preview that is no stream", || told(3, b"preview")),
        case("damaged-preview-cut", rule, "a preview whose tile is damaged", || {
            told(3, &spoilt(gray().size(3, 2), |s, lead| s[lead] ^= 1))
        }),
        case("damaged-preview-width", rule, "a preview of 4 columns", with(|recipe| recipe.size(4, 2))),
        case("damaged-preview-height", rule, "a preview of 1 row", with(|recipe| recipe.size(3, 1))),
        case("damaged-preview-depth", rule, "a preview of 9 bits", with(|recipe| recipe.set("depth", 1))),
        case("damaged-preview-gray", rule, "a preview in colour", with(|recipe| recipe.set("gray", 0))),
        case("damaged-preview-alpha", rule, "a preview with alpha", with(|recipe| recipe.set("alpha", 1))),
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
        case("damaged-section-order", "a section type", "a section type that is not greater than the one before", {
            with(&[(9, b"a"), (8, b"b")])
        }),
        case("damaged-code-points", "code points", "code points of 3 bytes", with(&[(1, &[1, 13, 0])])),
        case("damaged-code-point-range", "code points", "code points with a range of 2", with(&[(1, &[1, 13, 0, 2])])),
        case("damaged-section-checksum", "a checksum", "the checksum of a section is not right", || {
            let recipe = gray().sections(vec![(8, b"payload".to_vec())]);
            // The mark of the end is the last byte in front of the tile, behind the checksum.
            with_checksum(spoilt(recipe, |s, lead| s[lead - 2] ^= 1))
        }),
        case("damaged-varint", "a varint", "a varint of more than 9 bytes", || {
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

/// Bits of the header of [`pixel`], counted from its start: the sides have ten, then come
/// extension, deep, gray, alpha, small tiles, turned, sections, lossless, mixed, screen, two of the
/// quantiser and nine of the QP.
fn header_cases() -> Vec<DamagedCase> {
    let set = |bits: std::ops::Range<usize>| {
        move || {
            let bits = bits.clone();
            repaired(&spoilt(pixel(), |s, _| bits.clone().for_each(|bit| s[5 + bit / 8] |= 128 >> (bit % 8))))
        }
    };
    vec![
        case("damaged-side", "more than 24 bits", "more than 24 bits for the width", set(0..5)),
        case("damaged-height", "more than 24 bits", "more than 24 bits for the height", set(5..10)),
        case("damaged-extension", "extension = 1", "extension = 1", set(10..11)),
        case("damaged-quantiser", "quantiser above 1", "quantiser = 2", set(20..21)),
        case("damaged-qp", "qp above 447", "a QP of 511", set(22..31)),
        case("damaged-padding", "bits of 1", "a bit of 1 that fills up the header's last byte", || {
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
        case("damaged-offset", "a QP offset", "a QP offset outside -31 .. 31", forbidden("QP offset", 0)),
        case("damaged-mode", "a simple luma mode", "a simple luma mode above 4", forbidden("luma mode", 0)),
        case(
            "damaged-vector-class",
            "a class of a vector's component",
            "a class of a component above 9",
            forbidden("class of a block vector", 1),
        ),
        case(
            "damaged-vector",
            "a vector that is not legal",
            "a vector that is not legal",
            forbidden("block vector", 1),
        ),
        case("damaged-chroma-vector", "a vector that is not legal", "one that is not legal for derived chroma", {
            forbidden("block vector of chroma", 1)
        }),
        case(
            "damaged-prefix",
            "an Exp-Golomb prefix",
            "an Exp-Golomb prefix of more than 20 ones",
            forbidden("Exp-Golomb prefix", 0),
        ),
        case("damaged-level", "a level above", "a level above 2^18 in magnitude", forbidden("level", 0)),
    ]
}

/// A run of the range coder that is the end of the file, with `change` made of its last bytes.
fn last_run(recipe: Recipe, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    repaired(&spoilt(recipe, |s, _| {
        let checksum = s.split_off(s.len() - 4);
        change(s);
        s.extend(checksum);
    }))
}

/// The run that a tile starts with, signs or alpha, made longer by `more` bytes.
fn first_run(recipe: Recipe, more: isize) -> Vec<u8> {
    repaired(&spoilt(recipe, |s, lead| {
        let length = usize::from(s[lead]);
        let new = length.checked_add_signed(more).filter(|&new| length.max(new) < 128).expect("a length of one byte");
        s[lead] = new as u8;
        let kept = lead + 1 + length.min(new);
        s.splice(kept..lead + 1 + length, vec![7; new.saturating_sub(length)]);
    }))
}

/// A stream of which `make` cuts off as few bytes as are missed: five at least, and more where what
/// is read in their place takes less.
fn short(make: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let missed = |stream: &Vec<u8>| {
        let refusal = refusal(stream, 1, CpuLevel::Scalar);
        refusal.is_some_and(|refusal| refusal.error.contains("tile data position"))
    };
    (5..40).map(make).find(missed).expect("one of them is missed")
}

fn run_cases() -> Vec<DamagedCase> {
    let rule = "taken > length + 4";
    let without = |cut: usize| move |s: &mut Vec<u8>| s.truncate(s.len() - cut);
    let long = |s: &mut Vec<u8>| s.extend([7; 9]);
    let exact = || gray().set("lossless", 1).set("samples", 3).set("model", 1);
    let clear = || gray().size(6, 4).set("alpha", 1).set("samples", 3).set("model", 1);
    let signs = || gray().size(24, 24).set("qp", 100).bins("CODED", 100).dense();
    vec![
        case("damaged-short-run", rule, "more than 4 bytes read behind the end of the colour", move || {
            last_run(gray(), without(12))
        }),
        case("damaged-long-run", rule, "bytes of the colour that are not read", move || last_run(gray(), long)),
        case("damaged-short-signs", rule, "more than 4 bytes read behind the end of the signs", move || {
            short(|cut| first_run(signs(), -(cut as isize)))
        }),
        case("damaged-long-signs", rule, "bytes of the signs that are not read", || first_run(pixel(), 6)),
        case("damaged-short-alpha", rule, "more than 4 bytes read behind the end of the alpha", move || {
            short(|cut| first_run(clear(), -(cut as isize)))
        }),
        case("damaged-long-alpha", rule, "bytes of the alpha that are not read", move || first_run(clear(), 6)),
        case("damaged-short-lossless", rule, "more than 4 bytes read behind the end of a lossless colour", move || {
            short(|cut| last_run(exact(), without(cut)))
        }),
        case("damaged-long-lossless", rule, "bytes of a lossless colour that are not read", move || {
            last_run(exact(), long)
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

/// What is stated of a plane: the zigzag of its least value, its span, its model, whether there is
/// a list, its first number.
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
        case(
            "damaged-palette",
            "there too: a palette",
            "a palette of no colours",
            coloured(&[(0, 0)], &plane(0, 0, 0, 0)),
        ),
        case(
            "damaged-large-palette",
            "there too: a palette",
            "one of 1025 colours",
            coloured(&[(0, 1025)], &plane(0, 0, 0, 0)),
        ),
        case(
            "damaged-colour",
            "there too: a palette",
            "the number of a colour beyond the palette",
            coloured(&one, &plane(2, 0, 0, 0)),
        ),
        case("damaged-sample", "there too: a palette", "a sample of 300 in 8 bits", gray(&plane(600, 0, 0, 0))),
        case("damaged-span", "there too: a span", "a span above 2^17 - 1", gray(&plane(0, 1 << 17, 0, 0))),
        case("damaged-model", "there too: a span", "model 3", gray(&plane(0, 3, 3, 0))),
        case("damaged-first", "there too: a span", "a first number above the largest", gray(&plane(0, 3, 0, 4))),
        case("damaged-lossless-prefix", "in a lossless stream", "an Exp-Golomb prefix of more than 20 ones", {
            gray(&[(21, (1 << 21) - 1), (1, 0)])
        }),
        case("damaged-magnitude", "there too: a magnitude", "a magnitude above room", || {
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
