//! A plane as it is coded: its range of values, which of them occur, how they are modelled, and the
//! values. BITSTREAM.md §13.3.

use super::canvas::Canvas;
use super::coder::Coder;
use super::exact::Exact;
use super::natural::Natural;
use super::plane::{CodedPlane, Shape};
use super::values::occurrence;
use super::walk;
use crate::entropy::interval::Interval;

/// Largest difference between values of a plane: that of two differences of samples of 16 bits.
const LARGEST_SPAN: u32 = (1 << 17) - 1;

/// How a plane is modelled. The number is that of the format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Model {
    /// By [`Natural`], few bins of a residual being mixed.
    #[default]
    Photograph,
    /// By [`Natural`], all being mixed.
    Mixed,
    /// By [`Exact`].
    Drawing,
}

impl Model {
    fn name(self) -> &'static str {
        ["model 0", "model 1", "model 2"][self as usize]
    }
}

/// What is stated of a plane before its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Least value.
    pub(super) low: i32,
    /// The greatest less the least.
    pub(super) span: u32,
    /// Whether values above the least occur, up to the greatest, where not all do; else empty.
    pub(super) occurs: Vec<bool>,
    pub(super) model: Model,
    /// Number of the first value, in the order of those that occur.
    pub(super) first: u32,
}

impl Header {
    /// Of `values`, modelled as a photograph.
    pub(super) fn of(values: &[i32]) -> Self {
        let low = values.iter().copied().min().unwrap_or(0);
        let span = values.iter().copied().max().unwrap_or(0).abs_diff(low);
        let mut occurs = vec![false; span as usize + 1];
        for &value in values {
            occurs[(value - low) as usize] = true;
        }
        occurs.remove(0);
        let mut header = Self { low, span, ..Self::default() };
        // The list pays where it spares a fourth of the values, and not because there are few
        // samples.
        let count = occurs.iter().filter(|&&o| o).count();
        if count * 4 < span as usize * 3 && count * 16 < values.len() {
            header.occurs = occurs;
        }
        header.first = values.first().map_or(0, |&v| header.numbers()[(v - low) as usize] as u32);
        header
    }

    /// Writes or reads it.
    pub(super) fn code<I: Interval>(&mut self, coder: &mut Coder<'_, I>) {
        let zigzag = coder.number(((self.low << 1) ^ (self.low >> 31)) as u32) as i32;
        self.low = (zigzag >> 1) ^ -(zigzag & 1);
        self.span = coder.number(self.span);
        if self.span > LARGEST_SPAN {
            coder.corrupt("span of a plane's values", self.span as u64, LARGEST_SPAN as u64);
            self.span = LARGEST_SPAN;
        }
        self.model = match coder.interval.bypass(2, self.model as u32) {
            0 => Model::Photograph,
            1 => Model::Mixed,
            2 => Model::Drawing,
            other => {
                coder.corrupt("model of a plane", u64::from(other), 2);
                Model::Drawing
            }
        };
        if coder.interval.bypass(1, u32::from(!self.occurs.is_empty())) != 0 {
            self.occurs.resize(self.span as usize, false);
            occurrence(coder, &mut self.occurs);
        }
        let top = self.top() as u32;
        self.first = coder.number(self.first);
        if self.first > top {
            coder.corrupt("first value of a plane", self.first as u64, top as u64);
            self.first = top;
        }
    }

    /// Largest number of a value.
    pub(super) fn top(&self) -> i32 {
        if self.occurs.is_empty() { self.span as i32 } else { self.occurs.iter().filter(|&&o| o).count() as i32 }
    }

    /// By value less the least: its number among those that occur.
    fn numbers(&self) -> Vec<i32> {
        if self.occurs.is_empty() {
            return (0..=self.span as i32).collect();
        }
        let count = |number: &mut i32, &occurs: &bool| {
            *number += i32::from(occurs);
            Some(*number)
        };
        std::iter::once(0).chain(self.occurs.iter().scan(0, count)).collect()
    }

    /// By number: the value.
    fn values(&self) -> Vec<i32> {
        if self.occurs.is_empty() {
            return (0..=self.span as i32).map(|v| self.low + v).collect();
        }
        let above = self.occurs.iter().enumerate().filter(|&(_, &o)| o).map(|(i, _)| self.low + 1 + i as i32);
        std::iter::once(self.low).chain(above).collect()
    }
}

/// Where the values of a plane come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Values<'a> {
    /// They are written, with what is stated of them.
    Write(&'a Header, &'a [i32]),
    /// So many rows are read.
    Read { rows: usize },
}

/// Codes a plane after `before`.
pub(super) fn channel<I: Interval>(
    coder: &mut Coder<'_, I>,
    shape: &Shape,
    before: &[CodedPlane],
    source: Values<'_>,
) -> CodedPlane {
    let (mut header, rows) = match source {
        Values::Write(header, _) => (header.clone(), shape.height),
        Values::Read { rows } => (Header::default(), rows),
    };
    header.code(coder);
    coder.interval.note(header.model.name());
    if !header.occurs.is_empty() {
        coder.interval.note("listed values");
    }
    let mut canvas = Canvas::new(shape.width, shape.height, header.first as i32);
    let top = header.top();
    if top == 0 || coder.damage.is_some() {
        coder.interval.note("one value");
        let is_right = coder.damage.is_none() && coder.interval.is_within();
        let errors = Canvas::new(shape.width, shape.height, 0);
        canvas.data.fill(header.low);
        return CodedPlane { values: canvas, errors, span: 0, rows: if is_right { rows } else { 0 } };
    }
    if let Values::Write(_, values) = source {
        let numbers = header.numbers();
        for (y, row) in values.chunks_exact(shape.width).enumerate() {
            for (to, from) in canvas.row_mut(y).iter_mut().zip(row) {
                *to = numbers[(from - header.low) as usize];
            }
        }
    }
    let mut coded = match header.model {
        Model::Photograph => walk::plane::<I, Natural<false>, false>(coder, canvas, rows, top, before),
        Model::Mixed => walk::plane::<I, Natural<true>, true>(coder, canvas, rows, top, before),
        Model::Drawing => walk::plane::<I, Exact, true>(coder, canvas, rows, top, before),
    };
    coded.span = header.span;
    let values = header.values();
    for value in &mut coded.values.data {
        *value = values[*value as usize];
    }
    coded
}
