//! Quality metrics as comparisons know them: [`definition`] says what a score means, [`known`]
//! lists all that there are, and [`panel`] is the choice of those that decide.

mod definition;
mod known;
mod panel;

pub(crate) use definition::{Metric, Transform};
pub(crate) use known::Metrics;
pub(crate) use panel::Panel;
