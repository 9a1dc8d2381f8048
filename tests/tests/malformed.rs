//! Damaged streams give an error or a picture: never a panic, a hang or a broken limit.

use kvant::bench_api::SplitMix64;
use kvant::{Chroma, Content, DecodeError, Image, Metadata, PixelFormat, Profile, TileSize};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, encode};
use kvant_tests::damage::{overwrite, survive, survive_in_pieces};
use kvant_tests::pictures::{crop, testdata};
use kvant_tests::repaired;
use kvant_tests::synth::{Kind, picture};

/// The header's byte that holds the draft number, after four bytes of signature.
const DRAFT_AT: usize = 4;

/// Small streams that between them have every part of the format.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let stream = |picture: &Image, quality, chroma| {
        let config = config(quality, 3, chroma).with_tile_size(TileSize::T512);
        encode(picture, &config).stream
    };
    let screen = |size: (u32, u32), chroma| {
        let config = config(70.0, 3, chroma).with_content(Content::Screen);
        encode(&picture(Kind::Screen, size.0, size.1, PixelFormat::Rgb8, 3), &config).stream
    };
    let cat = |size| crop(&testdata("chelsea.png"), (200, 100), size);
    let fast = {
        let config = config(50.0, 3, Chroma::Yuv444).with_profile(Profile::Fast);
        encode(&cat((40, 36)), &config).stream
    };
    let lossless = {
        let config = config(50.0, 3, Chroma::Yuv444).with_lossless(true);
        encode(&cat((25, 21)), &config).stream
    };
    let strip = picture(Kind::Gradient, 1030, 3, PixelFormat::Rgb8, 5);
    vec![
        ("a 4:4:4 picture", stream(&cat((72, 66)), 60.0, Chroma::Yuv444)),
        ("a 4:2:0 picture", stream(&cat((39, 67)), 70.0, Chroma::Yuv420)),
        ("a gray picture", stream(&crop(&testdata("camera.png"), (230, 90), (33, 45)), 50.0, Chroma::Yuv444)),
        ("a picture of three tiles", stream(&strip, 40.0, Chroma::Yuv444)),
        ("a picture in the fast profile", fast),
        ("a screen", screen((70, 44), Chroma::Yuv444)),
        ("a 4:2:0 screen", screen((40, 68), Chroma::Yuv420)),
        ("a picture with alpha", stream(&picture(Kind::Screen, 40, 30, PixelFormat::Rgba8, 2), 50.0, Chroma::Yuv444)),
        ("a deep picture", stream(&picture(Kind::Gradient, 30, 30, PixelFormat::Rgb16, 2), 80.0, Chroma::Yuv444)),
        ("a lossless picture", lossless),
        ("a picture with sections and a preview", with_preview(&cat((30, 25)))),
        ("one pixel", stream(&cat((1, 1)), 50.0, Chroma::Yuv444)),
    ]
}

/// A stream with a preview among other sections.
fn with_preview(picture: &Image) -> Vec<u8> {
    let config = config(40.0, 3, Chroma::Yuv444).with_preview(true);
    let metadata = Metadata::default().with_icc(b"profile ".repeat(3)).with_exif(b"II*\0\x08\0\0\0\0\0");
    kvant::encode(&picture.view().with_metadata(&metadata), &config).expect("valid settings")
}

#[test]
fn repairing_leaves_an_intact_stream_as_it_is() {
    for (name, stream) in streams() {
        assert!(repaired(&stream) == stream, "{name}");
    }
}

#[test]
fn every_truncation_is_noticed() {
    for (name, stream) in streams() {
        for len in 0..stream.len() {
            let what = || format!("{name} of {} bytes cut to {len}", stream.len());
            assert!(survive(&stream[..len], 1, &what).is_err(), "{} gives a picture", what());
        }
    }
}

#[test]
fn every_truncation_with_repaired_checksums_is_survived() {
    for (name, stream) in streams() {
        for len in 0..stream.len() {
            let what = || format!("{name} of {} bytes cut to {len}, repaired", stream.len());
            let _ = survive(&repaired(&stream[..len]), 1 + len % 2, &what);
        }
    }
}

#[test]
fn bytes_after_the_end_are_noticed_or_ignored() {
    for (name, stream) in streams() {
        for extra in [1, 4, 100] {
            let longer: Vec<u8> = stream.iter().copied().chain((0..extra).map(|i| i as u8)).collect();
            let what = || format!("{name} with {extra} bytes more");
            let _ = survive(&longer, 1, &what);
            let _ = survive(&repaired(&longer), 2, &what);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for (name, stream) in streams() {
        let mut damaged = stream.clone();
        for bit in 0..stream.len() * 8 {
            damaged[bit / 8] ^= 1 << (bit % 8);
            let what = || format!("{name} with bit {bit} flipped");
            assert!(survive(&damaged, 1, &what).is_err(), "{} gives a picture", what());
            damaged[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn every_flipped_bit_with_repaired_checksums_is_survived() {
    for (name, stream) in streams() {
        let mut stopped = 0;
        // Odd, so that each bit of a byte has its turn.
        for bit in (0..stream.len() * 8).step_by(every(9)) {
            let mut damaged = stream.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let what = || format!("{name} with bit {bit} flipped, repaired");
            let result = survive(&repaired(&damaged), 1 + bit % 2, &what);
            stopped +=
                usize::from(matches!(result, Err(DecodeError::Damaged { .. } | DecodeError::DamagedOrCut { .. })));
        }
        assert!(
            stopped * every(9) < stream.len() / 10,
            "{name}: {stopped} flips met a checksum, not the parser behind it"
        );
    }
}

#[test]
fn thousands_of_overwritten_bytes_with_repaired_checksums_are_survived() {
    for (name, stream) in streams() {
        let mut random = SplitMix64::new(stream.len() as u64);
        for round in 0..4000 / every(10) {
            let count = 1 + random.below(8);
            let damaged = overwrite(&stream, count, &mut random);
            let what = || format!("{name}, round {round}, {count} bytes overwritten, repaired");
            let _ = survive(&repaired(&damaged), 1, &what);
        }
    }
}

#[test]
fn damaged_streams_are_survived_in_pieces_too() {
    for (name, stream) in streams() {
        let mut random = SplitMix64::new(stream.len() as u64 + 1);
        for round in 0..150 / every(5) {
            let count = 1 + random.below(4);
            let damaged = overwrite(&stream, count, &mut random);
            survive_in_pieces(&damaged, &|| format!("{name}, round {round}, {count} bytes overwritten"));
            let damaged = repaired(&damaged);
            survive_in_pieces(&damaged, &|| format!("{name}, round {round}, {count} bytes overwritten, repaired"));
            let cut = random.below(stream.len());
            survive_in_pieces(&stream[..cut], &|| format!("{name} cut to {cut}"));
        }
    }
}

#[test]
fn overwritten_headers_with_huge_claims_are_survived() {
    for (name, stream) in streams() {
        let header = stream.len().min(32);
        for at in DRAFT_AT + 1..header {
            // As a number of variable length, little- or big-endian, these ask for everything there
            // is.
            for claim in [&[0xff][..], &[0xff, 0xff, 0x7f], &[0xff; 4], &[0xff; 9], &[0x80; 9], &[0x00; 5]] {
                let mut damaged = stream.clone();
                let end = (at + claim.len()).min(damaged.len());
                damaged[at..end].copy_from_slice(&claim[..end - at]);
                let what = || format!("{name} with {claim:02x?} at {at}, repaired");
                let _ = survive(&repaired(&damaged), 1, &what);
            }
        }
    }
}

#[test]
fn bytes_cut_out_or_put_in_with_repaired_checksums_are_survived() {
    for (name, stream) in streams() {
        let mut random = SplitMix64::new(9);
        for at in 0..stream.len() {
            let (mut shorter, mut longer) = (stream.clone(), stream.clone());
            shorter.remove(at);
            longer.insert(at, random.next() as u8);
            let _ = survive(&repaired(&shorter), 1, &|| format!("{name} without byte {at}, repaired"));
            let _ = survive(&repaired(&longer), 1, &|| format!("{name} with a byte more at {at}, repaired"));
        }
    }
}

#[test]
fn random_bytes_behind_a_good_header_are_survived() {
    for (name, stream) in streams() {
        let mut random = SplitMix64::new(11);
        for round in 0..300 {
            let keep = 8 + random.below(24);
            let mut damaged: Vec<u8> = stream.iter().copied().take(keep).collect();
            damaged.extend((0..random.below(600)).map(|_| random.next() as u8));
            let _ = survive(&repaired(&damaged), 1, &|| format!("{name}, {keep} bytes kept, round {round}"));
        }
    }
}

#[test]
fn nothing_and_other_files_are_not_kvant() {
    let png: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU";
    for other in [&b""[..], b"\0", b"GIF89a", png, &[0; 100], &[0xff; 100]] {
        let result = survive(other, 1, &|| format!("{other:02x?}"));
        let short = other.len() < DRAFT_AT && matches!(result, Err(DecodeError::Truncated { .. }));
        assert!(short || result == Err(DecodeError::NotKvant), "{result:?} for {other:02x?}");
    }
}

#[test]
fn another_signature_is_not_kvant() {
    let (_, mut stream) = streams().swap_remove(0);
    stream[1] ^= 0x20;
    assert_eq!(survive(&stream, 1, &|| "a wrong signature".into()), Err(DecodeError::NotKvant));
}

#[test]
fn another_draft_is_refused_by_its_number() {
    let (_, mut stream) = streams().swap_remove(0);
    let supported = kvant::Decoder::new(&stream).expect("an intact stream").info().draft;
    assert_eq!(stream[DRAFT_AT], supported, "the draft number stands after the signature");
    for found in [0, supported + 1, 255] {
        stream[DRAFT_AT] = found;
        let result = survive(&stream, 1, &|| format!("a stream of draft {found}"));
        assert_eq!(result, Err(DecodeError::Draft { found, supported }));
    }
}
