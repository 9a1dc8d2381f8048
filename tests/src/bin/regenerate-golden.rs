//! Writes the golden streams of `tests/golden/` anew. Only together with a new draft number.

fn main() -> std::io::Result<()> {
    let manifest = kvant_tests::golden::regenerate()?;
    println!(
        "{} streams of draft {} in {}",
        manifest.streams.len(),
        manifest.draft,
        kvant_tests::golden::folder().display()
    );
    Ok(())
}
