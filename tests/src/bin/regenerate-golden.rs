//! Adds the golden streams that `tests/golden/` lacks and says what all of them cover. With `--all`
//! it writes all anew: only together with a new draft number.

fn main() -> std::io::Result<()> {
    let all = std::env::args().any(|arg| arg == "--all");
    let manifest = kvant_tests::golden::regenerate(all)?;
    let (intact, damaged) = (manifest.streams.len(), manifest.damaged.len());
    println!(
        "{intact} streams of draft {} and {damaged} damaged ones in {}",
        manifest.draft,
        kvant_tests::golden::folder().display()
    );
    Ok(())
}
