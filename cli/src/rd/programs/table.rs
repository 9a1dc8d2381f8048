//! What the TOML files of peers and of metrics share: tables by name, commands with placeholders,
//! and faults that tell their line.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::template::Template;
use crate::base::error::{CliError, Result};
use crate::base::names::shown;

/// How many seconds a program may take where its table does not say.
const TIMEOUT: f64 = 600.0;

/// What is wrong with a table, and at which byte of the file, if not at the whole of it.
pub(crate) struct TableFault {
    pub(crate) at: Option<usize>,
    pub(crate) what: String,
}

impl TableFault {
    pub(crate) fn at<T>(place: &Spanned<T>, what: impl Into<String>) -> Self {
        Self { at: Some(place.span().start), what: what.into() }
    }
}

/// The tables of the file `path`, whose text is `text`, in its order: names, and what `make` makes
/// of each in the folder of the file.
///
/// # Errors
/// [`CliError::Input`] names file, line and fault.
pub(crate) fn tables<T: DeserializeOwned, U>(
    path: &Path,
    text: &str,
    make: impl Fn(&str, T, &Path) -> std::result::Result<U, TableFault>,
) -> Result<Vec<(String, U)>> {
    let fault = |at: usize, what: &str| {
        let line = text[..at.min(text.len())].matches('\n').count() + 1;
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        CliError::Input(format!("{}: line {line}: {what}", shown(path)))
    };
    let tables: BTreeMap<Spanned<String>, T> =
        toml::from_str(text).map_err(|e| fault(e.span().map_or(0, |s| s.start), e.message()))?;
    // Without a working folder there is none, and no program that needs it either.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let here = absolute.parent().unwrap_or(Path::new("/"));
    let mut tables: Vec<_> = tables.into_iter().collect();
    tables.sort_by_key(|(name, _)| name.span().start);
    let made = tables.into_iter().map(|(name, table)| {
        let at = name.span().start;
        let made = make(name.get_ref(), table, here).map_err(|f| fault(f.at.unwrap_or(at), &f.what))?;
        Ok((name.into_inner(), made))
    });
    made.collect()
}

/// The command of `arguments`, which may use `options`, `{here}` and `own`, and must use `needed`.
pub(crate) fn template(
    arguments: &[Spanned<String>],
    options: &[&str],
    own: &[&str],
    needed: &[&str],
) -> std::result::Result<Template, TableFault> {
    let known = [own, &["here"], options].concat();
    let template = Template::parse(arguments.iter().map(|a| a.get_ref().as_str()), &known)
        .map_err(|(i, what)| TableFault { at: arguments.get(i).map(|a| a.span().start), what })?;
    match needed.iter().find(|n| !template.uses(n)) {
        Some(name) => Err(TableFault {
            at: arguments.first().map(|a| a.span().start),
            what: format!("the command lacks {{{name}}}"),
        }),
        None => Ok(template),
    }
}

/// How long a program may take.
pub(crate) fn timeout(seconds: Option<&Spanned<f64>>) -> std::result::Result<Duration, TableFault> {
    match seconds {
        Some(seconds) if !(0.001..=1e6).contains(seconds.get_ref()) => {
            Err(TableFault::at(seconds, "timeout is not a number of seconds of 0.001 to 1000000"))
        }
        seconds => Ok(Duration::from_secs_f64(seconds.map_or(TIMEOUT, |s| *s.get_ref()))),
    }
}

/// The most bits a sample that a program takes, 8 or 16.
pub(crate) fn depth(bits: Option<&Spanned<u8>>) -> std::result::Result<u8, TableFault> {
    match bits {
        Some(bits) if ![8, 16].contains(bits.get_ref()) => Err(TableFault::at(bits, "depth is not 8 or 16")),
        bits => Ok(bits.map_or(8, |b| *b.get_ref())),
    }
}
