//! Adds the golden streams that `tests/golden/` lacks and says what all of them cover. With `--all`
//! it writes all anew: only together with a new draft number. With `--hashes` it writes nothing, and
//! prints the name and the SHA-256 of each stream as the code makes it now, which `tests/targets/run`
//! compares between machines.

use kvant_tests::golden;

fn main() -> std::io::Result<()> {
    let asked = |option| std::env::args().any(|arg| arg == option);
    if asked("--hashes") {
        golden::made().for_each(|(name, sha256)| println!("{sha256}  {name}"));
        return Ok(());
    }
    let manifest = golden::regenerate(asked("--all"))?;
    let (intact, damaged) = (manifest.streams.len(), manifest.damaged.len());
    println!(
        "{intact} streams of draft {} and {damaged} damaged ones in {}",
        manifest.draft,
        golden::folder().display()
    );
    Ok(())
}
