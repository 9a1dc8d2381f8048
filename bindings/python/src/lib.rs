//! The Python module `kvant._kvant`: the crate `kvant` for Python, without the GIL while it works.
//! The package `kvant` around it, in `python/`, re-exports all of it.

mod decode;
mod encode;
mod errors;
mod info;
mod options;
mod pixels;
mod target;
mod work;

#[pyo3::pymodule]
mod _kvant {
    /// The version of the package.
    #[allow(non_upper_case_globals, reason = "Python's name for it")]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use crate::decode::{Missing, Partial, decode, decode_partial, decode_region, preview};
    #[pymodule_export]
    use crate::encode::encode;
    #[pymodule_export]
    use crate::errors::{
        ArgumentError, DamagedError, KvantError, LimitError, TargetError, TruncatedError, UnsupportedError,
    };
    #[pymodule_export]
    use crate::info::{Info, Metadata, info, metadata};
    #[pymodule_export]
    use crate::target::Target;
}
