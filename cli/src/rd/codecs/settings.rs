//! Encoder settings by name, for specifications: how a setting is tried out before it has a flag of
//! its own.

use std::str::FromStr;

use kvant::{EncoderConfig, UnknownName};

use crate::base::error::{CliError, Result};

/// What leaves a choice to the encoder where no name of a variant does.
const AUTO: &str = "auto";

/// Sets the public field `key` of `config` to `value`: quality, effort, chroma, profile, tune,
/// content, quantiser, tile_size, else the tuning parameter of that name, which the encoder knows
/// or refuses when it is made.
///
/// # Errors
/// [`CliError::Usage`] where the value is not one of the key's values.
pub(crate) fn apply_set(config: &mut EncoderConfig, key: &str, value: &str) -> Result<()> {
    match key {
        "quality" => config.quality = number(key, value)?,
        "effort" => config.effort = number(key, value)?,
        "chroma" => config.chroma = choice(key, value)?,
        "profile" => config.profile = choice(key, value)?,
        "tune" => config.tune = choice(key, value)?,
        "content" => config.content = choice(key, value)?,
        "quantiser" if value == AUTO => config.quantiser = None,
        "quantiser" => config.quantiser = Some(choice(key, value).map_err(|e| and_auto(&e))?),
        "tile_size" => config.tile_size = choice(key, value)?,
        _ => config.parameters.push((key.to_owned(), number(key, value)?)),
    }
    Ok(())
}

/// A fault of [`choice`], of a key that may also be left to the encoder.
fn and_auto(error: &CliError) -> CliError {
    CliError::Usage(format!("{error}, {AUTO}"))
}

fn number<T: FromStr>(key: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| CliError::Usage(format!("{key}: {value:?} is not a number for it")))
}

fn choice<T: FromStr<Err = UnknownName>>(key: &str, value: &str) -> Result<T> {
    value.parse().map_err(|error| CliError::Usage(format!("{key}: {error}")))
}

#[cfg(test)]
mod tests {
    use kvant::{Chroma, Content, Profile, Quantiser, TileSize, Tune};

    use super::*;

    #[test]
    fn each_key_sets_its_field() {
        let mut c = EncoderConfig::default();
        for (key, value) in [
            ("quality", "62.5"),
            ("effort", "3"),
            ("chroma", "420"),
            ("profile", "fast"),
            ("tune", "psnr"),
            ("content", "screen"),
            ("quantiser", "rdoq"),
            ("tile_size", "512"),
        ] {
            apply_set(&mut c, key, value).unwrap();
        }
        assert_eq!((c.quality, c.effort, c.chroma), (62.5, 3, Chroma::Yuv420));
        assert_eq!((c.profile, c.tune, c.content), (Profile::Fast, Tune::Psnr, Content::Screen));
        assert_eq!((c.quantiser, c.tile_size), (Some(Quantiser::Rdoq), TileSize::T512));
    }

    #[test]
    fn values_that_a_key_does_not_have_are_usage_errors() {
        let mut c = EncoderConfig::default();
        for (key, value) in [("colour", "red"), ("chroma", "422"), ("effort", "x")] {
            assert_eq!(apply_set(&mut c, key, value).unwrap_err().code(), 2);
        }
    }

    #[test]
    fn a_fault_names_every_value_that_there_is() {
        let mut c = EncoderConfig::default();
        for key in ["quantiser", "content"] {
            let fault = apply_set(&mut c, key, "x").unwrap_err().to_string();
            let (_, known) = fault.split_once("there are ").unwrap();
            assert!(known.split(", ").any(|value| value == "auto"), "{fault}");
            known.split(", ").for_each(|value| apply_set(&mut c, key, value).unwrap());
        }
    }
}
