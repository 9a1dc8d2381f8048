//! Where the choices of a stream come from that is made of nothing else.

/// Gives each choice when it is asked for.
pub trait Picks {
    /// A number from 0 to `most` by its name: a field of the header as BITSTREAM.md §4 has it, with
    /// an offset where the field is signed; or, of planes without loss, `transform`, `model`,
    /// `listed`, `margin` and `first`.
    fn field(&mut self, name: &'static str, most: u32) -> u32;

    /// The sections of the file, as type and payload. None: the header says that there are none.
    fn sections(&mut self) -> Vec<(u64, Vec<u8>)> {
        Vec::new()
    }

    /// A syntax element begins, of the name that it has in traces.
    fn element(&mut self, name: &'static str);

    /// A bin of the context `index` of `group` (BITSTREAM.md §7.3).
    fn bin(&mut self, group: &'static str, index: u16) -> bool;

    /// A level's magnitude, 0 to 3, or 4 or 5 for more; where 0 is no choice, it becomes 1.
    fn level(&mut self) -> u32;

    /// `bits` equiprobable bits, 1 to 24.
    fn bits(&mut self, bits: u32) -> u32;

    /// Whether a sign is the expected one, or negative where none is expected.
    fn sign(&mut self) -> bool;

    /// Samples of a plane without loss, row by row, from 0 to `most`.
    fn plane(&mut self, samples: &mut [u16], width: usize, most: u16);

    /// Whether something else is to be picked in place of what the format forbids. If not, the tile
    /// ends with it.
    fn again(&mut self, what: &'static str) -> bool;
}
