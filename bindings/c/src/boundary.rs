//! Where pointers of the caller become references of ours, and panics become errors. What a pointer
//! must hold is said of each function; a NULL, a wrong alignment and a size that cannot be are
//! refused here.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use crate::Bytes;
use crate::error::{Error, Failure, KVANT_ERROR_INTERNAL, KVANT_ERROR_UNSUPPORTED, KVANT_OK, Status};

/// Does `work`, and tells `error` and the caller how it ended.
pub(crate) fn guard(error: *mut Error, work: impl FnOnce() -> Result<(), Failure>) -> Status {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Failure::of_panic(&*panic)));
    let (status, text) = match done {
        Ok(()) => (KVANT_OK, String::new()),
        Err(Failure { status, text }) => (status, text),
    };
    if !error.is_null() && error.is_aligned() {
        // SAFETY: it is aligned, and every function asks for NULL or a `kvant_error` that may be
        // written to.
        unsafe { error.write(Error::new(status, &text)) };
    }
    status
}

impl Failure {
    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Self { status: KVANT_ERROR_INTERNAL, text: format!("a fault of the library: {said}") }
    }
}

/// That `pointer` may be read or written as a `T`, as far as can be seen.
fn usable<T>(what: &str, pointer: *const T) -> Result<(), Failure> {
    match (pointer.is_null(), pointer.is_aligned()) {
        (true, _) => Err(Failure::argument(format!("{what} is NULL"))),
        (false, false) => Err(Failure::argument(format!("{what} is not aligned"))),
        (false, true) => Ok(()),
    }
}

/// That there can be so many bytes.
fn possible(what: &str, size: usize) -> Result<(), Failure> {
    match isize::try_from(size) {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::argument(format!("{what} has {size} bytes, which is more than there can be"))),
    }
}

/// `size` bytes of the caller's.
///
/// # Safety
/// `data` is NULL or has `size` bytes that nobody writes to for `'a`.
pub(crate) unsafe fn bytes<'a>(what: &str, data: *const u8, size: usize) -> Result<&'a [u8], Failure> {
    usable(what, data)?;
    possible(what, size)?;
    // SAFETY: it is not NULL, the size is possible, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(data, size) })
}

/// `size` bytes of the caller's, to write to.
///
/// # Safety
/// `data` is NULL or has `size` bytes that nobody else looks at for `'a`.
pub(crate) unsafe fn bytes_mut<'a>(what: &str, data: *mut u8, size: usize) -> Result<&'a mut [u8], Failure> {
    usable(what, data)?;
    possible(what, size)?;
    // SAFETY: it is not NULL, the size is possible, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts_mut(data, size) })
}

/// A struct of the caller's, to look at.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that nobody writes to for `'a`.
pub(crate) unsafe fn borrowed<'a, T>(what: &str, pointer: *const T) -> Result<&'a T, Failure> {
    usable(what, pointer)?;
    // SAFETY: it is not NULL and is aligned, and the caller vouches for the rest.
    Ok(unsafe { &*pointer })
}

/// A struct of the caller's, to write to.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that nobody else looks at for `'a`.
pub(crate) unsafe fn borrowed_mut<'a, T>(what: &str, pointer: *mut T) -> Result<&'a mut T, Failure> {
    usable(what, pointer)?;
    // SAFETY: it is not NULL and is aligned, and the caller vouches for the rest.
    Ok(unsafe { &mut *pointer })
}

/// A struct that may grow from version to version: of the caller's, only as many bytes are read or
/// written as its header knew of.
///
/// # Safety
/// The type is `repr(C)`, and any bytes are a value of it.
pub(crate) unsafe trait Growing: Copy {
    /// Its name in messages.
    const WHAT: &'static str;
    /// Bytes of its first version.
    const FIRST: usize;
}

/// More bytes than any version of a struct will have. What claims more was never set to anything.
const MOST: usize = 4096;

fn check_size<T: Growing>(size: usize) -> Result<(), Failure> {
    match (T::FIRST..=MOST).contains(&size) {
        true => Ok(()),
        false => Err(Failure::argument(format!("{} of {size} bytes: there are {} to {MOST}", T::WHAT, T::FIRST))),
    }
}

/// Writes `value` to the `size` bytes at `to`: what they have no place for is left out, and what
/// they have beyond becomes zero.
///
/// # Safety
/// `to` is NULL or has `size` bytes that may be written to.
pub(crate) unsafe fn put<T: Growing>(to: *mut T, size: usize, value: &T) -> Result<(), Failure> {
    usable(T::WHAT, to)?;
    check_size::<T>(size)?;
    let known = size.min(size_of::<T>());
    // SAFETY: `known` bytes are within `value` and within the `size` bytes that the caller vouches
    // for, as the rest of those is; the two don't overlap, since `value` is ours.
    unsafe {
        ptr::copy_nonoverlapping(ptr::from_ref(value).cast::<u8>(), to.cast::<u8>(), known);
        ptr::write_bytes(to.cast::<u8>().add(known), 0, size - known);
    }
    Ok(())
}

/// Reads a `T` whose first field is its size in bytes. What it lacks is as in `base`; what it has
/// beyond is of a newer header, and must be zero, which asks for nothing.
///
/// # Safety
/// `from` is NULL or points to a `usize` which is the number of bytes that can be read there.
pub(crate) unsafe fn take<T: Growing>(from: *const T, mut base: T) -> Result<T, Failure> {
    usable(T::WHAT, from)?;
    // SAFETY: it is not NULL and is aligned, and the caller vouches for a size.
    let size = unsafe { from.cast::<usize>().read() };
    check_size::<T>(size)?;
    let known = size.min(size_of::<T>());
    // SAFETY: `known` bytes are within `base` and within the `size` bytes that the caller vouches
    // for, and make a `T`, as any bytes do; the rest of those is looked at as bytes.
    let beyond = unsafe {
        ptr::copy_nonoverlapping(from.cast::<u8>(), ptr::from_mut(&mut base).cast::<u8>(), known);
        std::slice::from_raw_parts(from.cast::<u8>().add(known), size - known)
    };
    match beyond.iter().all(|&byte| byte == 0) {
        true => Ok(base),
        false => {
            let text = format!("{} have a field that this version does not know", T::WHAT);
            Err(Failure { status: KVANT_ERROR_UNSUPPORTED, text })
        }
    }
}

impl Bytes {
    /// No bytes.
    pub(crate) const NONE: Self = Self { data: ptr::null_mut(), size: 0 };

    /// Gives `bytes` away; [`free`] takes them back.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            return Self::NONE;
        }
        let bytes = Box::leak(bytes.into_boxed_slice());
        Self { data: bytes.as_mut_ptr(), size: bytes.len() }
    }
}

/// Releases what [`Bytes::of`] gave away.
///
/// # Safety
/// `bytes` is NULL or points to what [`Bytes::of`] made, or to [`Bytes::NONE`].
pub(crate) unsafe fn free(bytes: *mut Bytes) {
    if bytes.is_null() || !bytes.is_aligned() {
        return;
    }
    // SAFETY: it is not NULL and is aligned, and the caller vouches for the rest.
    let Bytes { data, size } = unsafe { bytes.replace(Bytes::NONE) };
    if !data.is_null() {
        // SAFETY: the caller vouches that a boxed slice of this size was leaked here, and it can't
        // be taken back twice by way of `bytes`, which is empty now.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(data, size)) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_text() {
        let mut error = Error::new(KVANT_OK, "");
        assert_eq!(guard(&mut error, || panic!("of {}", 7)), KVANT_ERROR_INTERNAL);
        let text: Vec<u8> = error.text.iter().map(|&c| c as u8).take_while(|&c| c != 0).collect();
        assert_eq!(String::from_utf8_lossy(&text), "a fault of the library: of 7");
        assert_eq!(guard(ptr::null_mut(), || std::panic::panic_any(7)), KVANT_ERROR_INTERNAL);
    }

    #[derive(Debug, Clone, Copy, PartialEq)]
    #[repr(C)]
    struct Grown {
        size: usize,
        old: u64,
        new: u64,
    }

    // SAFETY: it has numbers only.
    unsafe impl Growing for Grown {
        const WHAT: &'static str = "fields";
        const FIRST: usize = 16;
    }

    #[test]
    fn structs_of_older_and_newer_headers_are_read_and_written() {
        let base = Grown { size: 24, old: 1, new: 2 };
        let read = |words: &[usize]| {
            // SAFETY: the words begin with their own size in bytes, where the test gives it rightly.
            unsafe { take(words.as_ptr().cast::<Grown>(), base) }
        };
        assert_eq!(read(&[16, 7]), Ok(Grown { size: 16, old: 7, new: 2 }));
        assert_eq!(read(&[32, 7, 8, 0]), Ok(Grown { size: 32, old: 7, new: 8 }));
        assert_eq!(read(&[32, 7, 8, 1]).map_err(|e| e.status), Err(KVANT_ERROR_UNSUPPORTED));
        assert_eq!(read(&[8]).map_err(|e| e.text), Err("fields of 8 bytes: there are 16 to 4096".into()));
        assert!(read(&[4097]).is_err() && read(&[usize::MAX]).is_err());

        let mut words = [9usize; 5];
        // SAFETY: there are 16 and 32 bytes.
        unsafe { put(words.as_mut_ptr().cast::<Grown>(), 16, &base).unwrap() };
        assert_eq!(words, [24, 1, 9, 9, 9]);
        // SAFETY: as above.
        unsafe { put(words.as_mut_ptr().cast::<Grown>(), 32, &base).unwrap() };
        assert_eq!(words, [24, 1, 2, 0, 9]);
    }
}
