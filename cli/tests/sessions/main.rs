//! Sessions with the `kvant` command as people type them: what it writes, what it says, how it
//! ends.

mod alpha;
mod bad_input;
mod batches;
mod colours;
mod desktop;
mod formats;
mod kept;
mod metrics;
mod names;
mod odd_files;
mod options;
mod pipes;
mod png;
mod previews;
mod privacy;
mod rd_bd;
mod rd_codecs;
mod rd_figures;
mod rd_gallery;
mod rd_keep;
mod rd_metrics;
mod rd_paper;
#[cfg(unix)]
mod rd_peers;
mod rd_report;
mod rd_run;
mod rd_scales;
mod rd_times;
mod reports;
mod roundtrip;
mod safety;
mod targets;
mod tiff;
mod view;
mod world;
