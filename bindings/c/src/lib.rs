//! The C library of Kvant: the public crate behind functions that a C program can call. `kvant.h`
//! is made of this crate by cbindgen; README.md has an example.
//!
//! No function has state. Each takes the whole stream, or the whole picture, and returns a status;
//! what went wrong stands in the `kvant_error` of the caller, if there is one. A pointer that is
//! NULL where it must not be, a size that does not fit and a damaged stream are errors like others,
//! and so is a panic: none crosses the border. All functions may be called from several threads at
//! once.

#[cfg(not(panic = "unwind"))]
compile_error!("a panic must unwind to become an error: build with panic = \"unwind\"");

mod boundary;
mod decode;
mod encode;
mod error;
mod options;
mod pixels;

use std::ffi::c_char;

pub use crate::decode::*;
pub use crate::encode::*;
pub use crate::error::*;
pub use crate::options::*;
pub use crate::pixels::*;

/// Bytes that the library owns, until `kvant_free`.
#[repr(C)]
pub struct Bytes {
    /// The bytes; NULL where there are none.
    pub data: *mut u8,
    /// How many there are.
    pub size: usize,
}

/// Version of the library, such as "0.1.0". The text is never released.
#[unsafe(no_mangle)]
pub extern "C" fn kvant_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Draft of the format that the library writes, and the only one that it reads.
#[unsafe(no_mangle)]
pub extern "C" fn kvant_draft() -> u32 {
    codec::DRAFT.into()
}

/// Releases bytes that the library gave, and sets `bytes` to no bytes. NULL, and no bytes, are left
/// as they are.
///
/// # Safety
/// `bytes` is NULL or points to a `kvant_bytes` that is as the library filled it, or is all zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_free(bytes: *mut Bytes) {
    boundary::guard(std::ptr::null_mut(), || {
        // SAFETY: that `bytes` is as it must be is what this function asks of its caller.
        unsafe { boundary::free(bytes) }
        Ok(())
    });
}
