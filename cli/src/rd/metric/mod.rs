//! Quality metrics as comparisons know them: [`definition`] says what a score means, [`known`]
//! lists all that there are, and [`panel`] is the choice of those that decide. [`program`] runs
//! those that are programs, and [`scoring`] is what a run scores with.

mod definition;
mod known;
mod panel;
mod program;
mod scoring;

pub(crate) use definition::{Metric, Transform};
pub(crate) use known::Metrics;
pub(crate) use panel::Panel;
pub(crate) use program::shipped_text;
pub(crate) use scoring::{Scored, Scoring, ScoringReference};
