//! Target `seeded`: the bytes are the choices that the one walk asks for, so that each of them
//! makes a valid stream. It decodes, to the same pixels at every CPU level and on two threads.

use kvant::{CpuLevel, Decoder, DecoderOptions, Image};

use crate::seeded::Recipe;

/// See the module.
pub fn seeded(data: &[u8]) {
    let recipe = Recipe::new().field("width", 0..=90).field("height", 0..=70);
    let made = recipe.make_of(data, data.len() as u64);
    let decode = |threads, cpu| -> Option<Image> {
        let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
        Decoder::with_options(&made.stream, options).and_then(|decoder| decoder.decode()).ok()
    };
    let plain = decode(1, CpuLevel::Scalar);
    assert_eq!(plain.is_some(), made.damage.is_none(), "{:?}", made.damage);
    for cpu in CpuLevel::available() {
        assert!(decode(2, cpu) == plain, "two threads at {cpu:?} differ from one at scalar");
    }
}
