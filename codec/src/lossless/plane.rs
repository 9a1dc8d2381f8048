//! Planes as they are coded without loss. BITSTREAM.md §13.3.

use super::canvas::Canvas;

/// Size and number of the planes that a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Columns, from 1.
    pub(crate) width: usize,
    /// Rows, from 1.
    pub(crate) height: usize,
    /// 1 to 3.
    pub(crate) planes: usize,
    /// Bits of a sample, 1 to 16.
    pub(crate) depth: u32,
}

/// A plane as it is coded, or was.
#[derive(Debug)]
pub(super) struct CodedPlane {
    pub(super) values: Canvas,
    pub(super) errors: Canvas,
    /// The greatest value less the least.
    pub(super) span: u32,
    /// Rows from the top on whose data was there.
    pub(super) rows: usize,
}
