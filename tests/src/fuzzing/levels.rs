//! Target `levels`: a kernel on a few samples gives the same at every CPU level.

use arbitrary::{Result, Unstructured};
use kvant::bench_api::{Basis, Blocks, Kernels, Luma, MODES, Plane, Planes, Rect, References, Room};
use kvant::{Chroma, CpuLevel, ImageView, ImageViewMut, PixelFormat};

/// Which kernel and its parameters in the first bytes, then samples, over and over.
pub fn levels(data: &[u8]) {
    // Bytes that end early stand for no job.
    let _ = any_kernel(&mut Unstructured::new(data));
}

fn any_kernel(u: &mut Unstructured<'_>) -> Result<()> {
    match u.int_in_range(0..=8)? {
        0 => inverse(u),
        1 => forward(u),
        2 => predict(u),
        3 => cclm(u),
        4 => cfl(u),
        5 => satd(u),
        6 => deblock(u),
        7 => classified(u),
        _ => pixels(u),
    }
}

/// That `run` gives the same at all levels that there are.
fn agree<T: PartialEq>(what: &str, run: impl Fn(Kernels) -> T) {
    let scalar = run(Kernels::new(CpuLevel::Scalar));
    for cpu in CpuLevel::available().skip(1) {
        assert!(run(Kernels::new(cpu)) == scalar, "{what} at {cpu:?} differs from scalar");
    }
}

/// Sides of a block.
fn sides(u: &mut Unstructured<'_>) -> Result<(usize, usize)> {
    let log2_w: u32 = u.int_in_range(2..=6)?;
    let log2_h = u.int_in_range(2.max(log2_w - log2_w.min(2))..=6.min(log2_w + 2))?;
    Ok((1 << log2_w, 1 << log2_h))
}

/// `count` numbers of `bits` bits out of all bytes that are left.
fn numbers(u: &mut Unstructured<'_>, count: usize, bits: u32) -> Result<Vec<u16>> {
    let bytes = u.bytes(u.len())?;
    let pairs = bytes.as_chunks().0.iter().map(|&pair| u16::from_le_bytes(pair) & ((1u32 << bits) - 1) as u16);
    let some: Vec<u16> = if bytes.len() < 2 { vec![1 << (bits - 1)] } else { pairs.collect() };
    Ok(some.into_iter().cycle().take(count).collect())
}

/// A plane of samples in which a block of `size` has all its neighbours, and where the block lies.
fn around(u: &mut Unstructured<'_>, (w, h): (usize, usize), scale: usize) -> Result<(Plane, usize)> {
    let side = (1 + w + h) * scale;
    // Rows of a width that no power of two divides: short textures differ from row to row.
    let width = side + 3;
    Ok((Plane::new(width, &numbers(u, width * side, 10)?), side))
}

fn basis(u: &mut Unstructured<'_>, side: usize) -> Result<Basis> {
    Ok(if side <= 16 && u.arbitrary()? { Basis::Dst7 } else { Basis::Dct2 })
}

fn inverse(u: &mut Unstructured<'_>) -> Result<()> {
    let (w, h) = sides(u)?;
    let tx = [basis(u, h)?, basis(u, w)?];
    let (across, down) = (w.min(32), h.min(32));
    let extent = (u.int_in_range(1..=across)?, u.int_in_range(1..=down)?);
    let values = numbers(u, across * down, 16)?;
    let coefficients: Vec<i32> = (0..across * down)
        .map(|i| if i % across < extent.0 && i / across < extent.1 { (values[i] as i16).into() } else { 0 })
        .collect();
    agree("inverse transform", |kernels| {
        let mut samples: Vec<u16> = (0..w * h).map(|i| (i * 37 % 1024) as u16).collect();
        kernels.inverse(&coefficients, (w, h), tx, extent, &mut Room::default(), &mut samples);
        samples
    });
    Ok(())
}

fn forward(u: &mut Unstructured<'_>) -> Result<()> {
    let (w, h) = sides(u)?;
    let tx = [basis(u, h)?, basis(u, w)?];
    let residual: Vec<i32> = numbers(u, w * h, 11)?.into_iter().map(|v| (i32::from(v) - 1024).max(-1023)).collect();
    agree("forward transform", |kernels| {
        let mut coefficients = vec![0; w.min(32) * h.min(32)];
        kernels.forward(&residual, (w, h), tx, &mut coefficients);
        coefficients
    });
    Ok(())
}

fn predict(u: &mut Unstructured<'_>) -> Result<()> {
    let size = sides(u)?;
    let mode = u.int_in_range(0..=MODES - 1)?;
    let plane = around(u, size, 1)?.0;
    let references = References::gather(&plane, Rect { x: 1, y: 1, size });
    agree("prediction", |kernels| {
        let mut out = vec![0; size.0 * size.1];
        kernels.predict(mode, &references, size, &mut out);
        out
    });
    Ok(())
}

/// Samples of luma and chroma around a chroma block.
fn colours(u: &mut Unstructured<'_>) -> Result<(Luma, References, Rect)> {
    let (size, chroma) = (sides(u)?, *u.choose(&[Chroma::Yuv444, Chroma::Yuv420])?);
    let scale = if chroma == Chroma::Yuv420 { 2 } else { 1 };
    // At 4:2:0 the luma block must have its own neighbours.
    let rect = Rect { x: 1, y: 1, size };
    let plane = around(u, size, scale)?.0;
    let mut luma = Luma::default();
    luma.gather(&plane, rect, chroma);
    Ok((luma, References::gather(&plane, rect), rect))
}

fn cclm(u: &mut Unstructured<'_>) -> Result<()> {
    let (luma, chroma, rect) = colours(u)?;
    agree("prediction from luma, fitted", |kernels| {
        let mut out = vec![0; rect.size.0 * rect.size.1];
        kernels.predict_cclm(&luma, &chroma, rect, &mut out);
        out
    });
    Ok(())
}

fn cfl(u: &mut Unstructured<'_>) -> Result<()> {
    let alpha = u.int_in_range(-16..=16)?;
    let (luma, chroma, rect) = colours(u)?;
    agree("prediction from luma", |kernels| {
        let mut out = vec![0; rect.size.0 * rect.size.1];
        kernels.predict_cfl(&luma, &chroma, alpha, &mut out);
        out
    });
    Ok(())
}

fn satd(u: &mut Unstructured<'_>) -> Result<()> {
    let (w, h) = sides(u)?;
    let samples = numbers(u, 2 * w * h, 10)?;
    let (a, b) = samples.split_at(w * h);
    agree("Hadamard difference", |kernels| kernels.satd(a, b, (w, h)));
    Ok(())
}

/// A plane of whole blocks, and these.
fn blocks(u: &mut Unstructured<'_>) -> Result<(Plane, Blocks)> {
    let log2 = u.int_in_range(2..=6)?;
    let side = 1 << log2;
    let (width, height) = (side * u.int_in_range(1..=80 / side)?, side * u.int_in_range(1..=80 / side)?);
    let blocks = Blocks::uniform(width, height, log2 as u8, u.int_in_range(0..=447)?);
    Ok((Plane::new(width, &numbers(u, width * height, 10)?), blocks))
}

fn deblock(u: &mut Unstructured<'_>) -> Result<()> {
    let (strength, sharpness) = (u.int_in_range(0..=15)?, u.int_in_range(0..=7)?);
    let (plane, blocks) = blocks(u)?;
    agree("deblocking", |kernels| {
        let mut plane = plane.clone();
        kernels.deblock(&mut plane, &blocks, strength, sharpness);
        plane
    });
    Ok(())
}

fn classified(u: &mut Unstructured<'_>) -> Result<()> {
    let strength = u.int_in_range(1..=8)?;
    let (plane, blocks) = blocks(u)?;
    agree("classified filter", |kernels| {
        let mut plane = plane.clone();
        kernels.classified(&mut plane, &blocks, strength);
        plane
    });
    Ok(())
}

fn pixels(u: &mut Unstructured<'_>) -> Result<()> {
    let (width, height) = (u.int_in_range(1..=70)?, u.int_in_range(1..=20)?);
    let format = *u.choose(&[PixelFormat::Gray8, PixelFormat::Rgb8])?;
    let chroma = *u.choose(&[Chroma::Yuv444, Chroma::Yuv420])?;
    let stride = width as usize * format.bytes_per_pixel();
    let data: Vec<u8> = numbers(u, stride * height as usize, 8)?.into_iter().map(|v| v as u8).collect();
    let view = ImageView::new(&data, width, height, stride, format).expect("as many bytes as pixels");
    agree("pixels to planes and back", |kernels| {
        let planes: Planes = kernels.to_planes(&view, chroma);
        let mut out = vec![0; data.len()];
        let mut view = ImageViewMut::new(&mut out, width, height, stride, format).expect("as many bytes as pixels");
        kernels.to_pixels(&planes, chroma, &mut view);
        (planes, out)
    });
    Ok(())
}
