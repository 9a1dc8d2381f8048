//! Target `decode`: any bytes, with right checksums, give an error or a picture. One decode and
//! nothing else.

use kvant::{Decoder, DecoderOptions};

use super::LIMITS;
use crate::repaired;

/// See the module.
pub fn decode(data: &[u8]) {
    let stream = repaired(data);
    let options = DecoderOptions { limits: LIMITS, ..DecoderOptions::default() };
    let _ = Decoder::with_options(&stream, options).and_then(|decoder| decoder.decode());
}
