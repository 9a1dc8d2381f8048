//! What a report shows beyond the measured points, for which codecs have to run again:
//! [`generations`] and [`crops`]. Both keep what they made in the folder of results, so that the
//! next report is quick.

pub(crate) mod crops;
pub(crate) mod generations;
pub(crate) mod pieces;
