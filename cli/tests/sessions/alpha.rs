//! Pictures with alpha under `kvant compare`.

use image::{Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

use crate::world::Folder;

/// A disc that fades out, on nothing; `shift` and `fade` change its colour and its edge.
fn disc(shift: u8, fade: u32) -> RgbaImage {
    RgbaImage::from_fn(180, 176, |x, y| {
        let distance = x.abs_diff(90).pow(2) + y.abs_diff(88).pow(2);
        let alpha = 255 - (distance * fade / 64).min(255);
        Rgba([200 - shift, x as u8 + shift / 2, (y + x % 7) as u8, alpha as u8])
    })
}

fn save(f: &Folder, name: &str, image: impl Into<image::DynamicImage>) {
    image.into().save(f.path(name)).unwrap();
}

/// The only result of a comparison.
fn compare(f: &Folder, args: &[&str]) -> Value {
    f.kvant(&[&["compare", "--json"], args].concat()).ok().json()["results"][0].clone()
}

/// The worst score of each metric over three backgrounds, each laid under by `--background`.
fn worst(f: &Folder, reference: &str, distorted: &str) -> Value {
    let on = |colour| compare(f, &[reference, distorted, "--background", colour]);
    let results = ["#000000", "#ffffff", "#808080"].map(on);
    let mut worst = json!({});
    for name in ["psnr_y", "psnr_rgb", "ssimulacra2", "butteraugli_3norm", "butteraugli_max", "ms_ssim"] {
        let scores = results.each_ref().map(|r| r["metrics"][name].as_f64().unwrap());
        let pick = if name.starts_with("butteraugli") { f64::max } else { f64::min };
        worst[name] = json!(scores.into_iter().reduce(pick).unwrap());
    }
    assert!(results.iter().all(|r| r.get("composited").is_none()), "{results:?}");
    worst
}

#[test]
fn the_worst_of_three_backgrounds_counts() {
    let f = Folder::new("alpha-worst");
    save(&f, "a.png", disc(0, 2));
    save(&f, "b.png", disc(30, 3));
    save(&f, "opaque.png", RgbImage::from_fn(180, 176, |x, y| Rgb([(x / 2) as u8, y as u8, 128])));
    for (reference, distorted) in [("a.png", "b.png"), ("a.png", "opaque.png"), ("opaque.png", "b.png")] {
        let kept = compare(&f, &[reference, distorted]);
        assert_eq!(kept["composited"], json!(["black", "white", "gray"]), "{reference} {distorted}");
        assert_eq!(kept["metrics"], worst(&f, reference, distorted), "{reference} {distorted}");
        assert_eq!(kept["identical"], false);
    }
    let said = f.kvant(&["compare", "a.png", "b.png"]).ok();
    assert!(said.text().contains("black, white, gray"), "{}", said.text());
    assert!(compare(&f, &["opaque.png", "opaque.png"]).get("composited").is_none());
}

#[test]
fn a_difference_in_alpha_alone_is_one() {
    let f = Folder::new("alpha-only");
    // Black that is half there: over black there is nothing to see.
    save(&f, "a.png", image::ImageBuffer::from_fn(32, 32, |_, _| LumaA([0u8, 128])));
    save(&f, "b.png", image::ImageBuffer::from_fn(32, 32, |_, _| LumaA([0u8, 100])));
    save(&f, "black.png", image::ImageBuffer::from_fn(32, 32, |_, _| Luma([0u8])));
    assert_eq!(compare(&f, &["a.png", "b.png", "--background", "black"])["identical"], true);
    for other in ["b.png", "black.png"] {
        let r = compare(&f, &["a.png", other]);
        assert_eq!(r["identical"], false, "{r}");
        assert!(r["metrics"]["psnr_y"].as_f64().unwrap() < 30.0, "{r}");
    }
}

#[test]
fn colours_of_transparent_pixels_do_not_count() {
    let f = Folder::new("alpha-clear");
    let picture = |hidden: u8| {
        RgbaImage::from_fn(32, 32, |x, _| if x < 16 { Rgba([hidden, hidden, 9, 0]) } else { Rgba([90, 80, 70, 255]) })
    };
    save(&f, "a.png", picture(0));
    save(&f, "b.webp", picture(200));
    let r = compare(&f, &["a.png", "b.webp"]);
    assert_eq!((&r["identical"], &r["metrics"]["ssimulacra2"]), (&json!(true), &json!(100.0)), "{r}");
}
