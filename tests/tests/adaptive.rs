//! Adaptive quantisation on photographs: what its measure sees, and what its closed loop gains by
//! it.

use kvant::bench_api::losses;
use kvant::{Chroma, Image};
use kvant_tests::check::{config, round_trip};
use kvant_tests::pictures::{crop, testdata};

/// `picture` with `amplitude` added to and taken from every other pixel of the cell of 32x32 at
/// column `cx`, row `cy`.
fn disturbed(picture: &Image, (cx, cy): (usize, usize), amplitude: u8) -> Image {
    let mut out = picture.clone();
    let mut view = out.view_mut();
    for y in 32 * cy..32 * cy + 32 {
        for (i, s) in view.row_mut(y as u32)[96 * cx..96 * cx + 96].iter_mut().enumerate() {
            *s = if (i / 12 + y / 4) % 2 == 0 { s.saturating_add(amplitude) } else { s.saturating_sub(amplitude) };
        }
    }
    out
}

#[test]
fn the_loss_is_where_the_error_is_and_grows_with_it() {
    let cat = crop(&testdata("chelsea.png"), (90, 20), (256, 256));
    assert!(losses(&cat.view(), &cat.view()).iter().all(|&l| l == 0.0));
    let loss = |cell: (usize, usize), amplitude| {
        let all = losses(&cat.view(), &disturbed(&cat, cell, amplitude).view());
        let own = all[8 * cell.1 + cell.0];
        assert!(own > 0.8 * all.iter().sum::<f64>(), "{cell:?}: {own} of {all:?}");
        own
    };
    for cell in [(1, 1), (5, 4), (6, 6)] {
        let (small, large) = (loss(cell, 3), loss(cell, 6));
        assert!(large > 1.5 * small && large < 4.5 * small, "{cell:?}: {small} and {large}");
    }
}

#[test]
fn the_closed_loop_loses_less_of_the_score_at_equal_bytes() {
    for (name, corner) in [("coffee.png", (150, 60)), ("astronaut.png", (120, 0))] {
        let picture = crop(&testdata(name), corner, (256, 256));
        let coded = |sketches: f64| {
            let config = config(50.0, 3, Chroma::Yuv444);
            let config = config.with_parameter("adaptive", sketches).with_parameter("qp", 290.0);
            let coded = round_trip(&picture, &config);
            let loss: f64 = losses(&picture.view(), &coded.reconstruction.view()).iter().sum();
            (coded.stream.len() as f64, loss)
        };
        let (before, after) = (coded(0.0), coded(3.0));
        // Loss goes about by the inverse of the bytes.
        assert!(after.0 * after.1 < 0.98 * before.0 * before.1, "{name}: {before:?} before, {after:?} after");
    }
}
