//! Searches for a size: fast encodes look ahead, and what is found is what its quality gives.

use kvant::{Chroma, EncodeError, Encoder, Image, Measure, Target};
use kvant_tests::check::config;
use kvant_tests::pictures::{crop, testdata};

fn picture() -> Image {
    crop(&testdata("chelsea.png"), (60, 20), (330, 250))
}

#[test]
fn a_size_is_found_in_few_passes_and_is_that_of_its_quality() {
    let picture = picture();
    for (effort, wanted) in [(3, 9000.0), (4, 4000.0), (5, 15000.0)] {
        let settings = config(50.0, effort, Chroma::Yuv444);
        let (encoder, mut asked) = (Encoder::new(settings.clone()).unwrap(), 0);
        let found = encoder.encode_to_target(&picture.view(), &Target::new(Measure::Bytes, wanted), |encoded| {
            asked += 1;
            Ok::<_, EncodeError>(encoded.stream.len() as f64)
        });
        let found = found.unwrap();
        assert!(found.met && (found.value - wanted).abs() <= 0.01 * wanted, "effort {effort}: {}", found.value);
        // What looks ahead is measured as well, and does not count.
        assert!(
            found.passes <= 4 && (asked > found.passes) == (effort >= 4),
            "effort {effort}: {} {asked}",
            found.passes
        );
        let mut again = settings;
        again.quality = found.quality;
        assert!(Encoder::new(again).unwrap().encode(&picture.view()).unwrap() == found.encoded.stream);
    }
}

#[test]
fn one_pass_is_enough_to_come_near_where_fast_ones_looked_ahead() {
    let picture = picture();
    let encoder = Encoder::new(config(50.0, 5, Chroma::Yuv444)).unwrap();
    for wanted in [3000.0, 8000.0, 20000.0] {
        let mut target = Target::new(Measure::Bytes, wanted);
        target.max_passes = 1;
        let size = |encoded: &kvant::Encoded| Ok::<_, EncodeError>(encoded.stream.len() as f64);
        let found = encoder.encode_to_target(&picture.view(), &target, size).unwrap();
        assert_eq!(found.passes, 1);
        assert!((found.value / wanted - 1.0).abs() < 0.15, "{wanted}: {}", found.value);
    }
}
