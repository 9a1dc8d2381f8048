//! Rate control: the quality at which a picture comes to a size or a score, or keeps to a bound on
//! one.

mod at_most;
mod curve;
mod goal;
mod search;
mod to_size;
mod to_target;

pub use self::goal::{Measure, Target, Targeted};
