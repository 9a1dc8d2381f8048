//! Errors as JavaScript gets them: a string of the kind, a line feed, and the words of the crate,
//! which the command prints too. `package/error.js` takes it apart.

use kvant::{DecodeError, UnknownName};
use wasm_bindgen::JsValue;

/// A fault of this kind.
pub(crate) fn fault(kind: &str, words: &str) -> JsValue {
    JsValue::from_str(&[kind, words].join("\n"))
}

pub(crate) fn of_decode(e: DecodeError) -> JsValue {
    let kind = match e {
        DecodeError::NotKvant | DecodeError::Draft { .. } | DecodeError::Unsupported { .. } => "format",
        DecodeError::Truncated { .. } => "truncated",
        DecodeError::Limit { .. } => "limit",
        DecodeError::Region { .. } | DecodeError::Image(_) => "config",
        _ => "damaged",
    };
    fault(kind, &e.to_string())
}

/// The variant of an enum that `word` names.
pub(crate) fn named<T: std::str::FromStr<Err = UnknownName>>(word: &str) -> Result<T, JsValue> {
    word.parse().map_err(|e: UnknownName| fault("config", &e.to_string()))
}

#[cfg(feature = "encoder")]
pub(crate) use of_encoder::{of_encode, of_image};

#[cfg(feature = "encoder")]
mod of_encoder {
    use kvant::{EncodeError, ImageError};
    use wasm_bindgen::JsValue;

    use super::fault;

    pub(crate) fn of_encode(e: EncodeError) -> JsValue {
        let kind = if matches!(e, EncodeError::Limit { .. }) { "limit" } else { "config" };
        fault(kind, &e.to_string())
    }

    pub(crate) fn of_image(e: ImageError) -> JsValue {
        of_encode(e.into())
    }
}
