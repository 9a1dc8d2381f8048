//! What is said of a picture besides its pixels comes back, or is refused by name.

use kvant::{Chroma, Cicp, Decoder, EncodeError, Image, Metadata, Orientation, PixelFormat};
use kvant_tests::check::config;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

/// The greatest type that a section can have.
const MOST: u64 = (1 << 63) - 1;

fn any_block() -> impl Strategy<Value = Option<Vec<u8>>> {
    let repeated = (any::<u8>(), 0..3000usize).prop_map(|(byte, count)| vec![byte; count]);
    prop::option::of(prop_oneof![repeated, prop::collection::vec(any::<u8>(), 0..40)])
}

fn any_kind() -> impl Strategy<Value = u64> {
    prop_oneof![0..12u64, 0..12u64, any::<u64>(), (0..3u64).prop_map(|below| MOST - below)]
}

prop_compose! {
    fn any_metadata()(
        orientation in select(&Orientation::ALL[..]),
        cicp in prop::option::of((any::<[u8; 3]>(), any::<bool>())),
        icc in any_block(),
        exif in any_block(),
        xmp in any_block(),
        other in prop::collection::vec((any_kind(), prop::collection::vec(any::<u8>(), 0..20)), 0..4),
    ) -> Metadata {
        let mut metadata = Metadata::default().with_orientation(orientation);
        metadata.cicp =
            cicp.map(|([primaries, transfer, matrix], full_range)| Cicp { primaries, transfer, matrix, full_range });
        (metadata.icc, metadata.exif, metadata.xmp, metadata.other) = (icc, exif, xmp, other);
        metadata
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn metadata_comes_back_or_is_refused(metadata in any_metadata(), lossless: bool, preview: bool) {
        let picture = Image::new(9, 5, PixelFormat::Gray8).expect("a picture");
        let config = config(50.0, 1, Chroma::Yuv444).with_lossless(lossless).with_preview(preview);
        let mut kinds: Vec<u64> = metadata.other.iter().map(|o| o.0).collect();
        kinds.sort_unstable();
        let fits = kinds.iter().all(|kind| (8..=MOST).contains(kind)) && kinds.is_sorted_by(|a, b| a < b);
        match kvant::encode(&picture.view().with_metadata(&metadata), &config) {
            Ok(stream) => {
                prop_assert!(fits);
                let decoder = Decoder::new(&stream).expect("an intact stream");
                let mut sorted = metadata.clone();
                sorted.other.sort();
                prop_assert_eq!(decoder.metadata(), Ok(sorted));
                prop_assert!(decoder.decode().is_ok() && decoder.preview().is_ok_and(|p| p.is_some() == preview));
            }
            Err(e) => {
                let EncodeError::Section { kind } = e else { panic!("{e:?}") };
                let count = kinds.iter().filter(|&&k| k == kind).count();
                prop_assert!(!fits && (count > 1 || !(8..=MOST).contains(&kind)), "{}", e);
            }
        }
    }
}
