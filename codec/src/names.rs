//! Words for the variants of public enums: what people write on command lines and in settings.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

/// A word that names no variant of an enum, and those that do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is no {what}; there are {}", known.join(", "))]
#[non_exhaustive]
pub struct UnknownName {
    /// What it should have named, such as `chroma sampling`.
    pub what: &'static str,
    /// The word.
    pub given: String,
    /// All words that name one, in the order of `ALL`.
    pub known: &'static [&'static str],
}

/// Gives an enum without fields `ALL`, `name`, `Display` and `FromStr`. All variants are listed:
/// the match of `name` says where one is missing.
macro_rules! names {
    ($type:ident, $what:literal; $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// All variants, in the order of their definition.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name, as [`Display`](std::fmt::Display) writes it and
            /// [`FromStr`](std::str::FromStr) reads it:
            #[doc = concat!($("`", $name, "` "),+)]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::names::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|variant| variant.name() == name).ok_or_else(|| {
                    $crate::names::UnknownName { what: $what, given: name.to_owned(), known: &[$($name),+] }
                })
            }
        }
    };
}
pub(crate) use names;

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    use super::UnknownName;
    use crate::colour::{Chroma, Scale};
    use crate::encoder::{Content, Quantiser, TileSize, Tune};
    use crate::entropy::Profile;
    use crate::image::format::PixelFormat;
    use crate::metadata::{Orientation, ResolutionUnit};
    use crate::simd::CpuLevel;

    fn read_back<T: Copy + Debug + Display + PartialEq + FromStr<Err = UnknownName>>(all: &[T]) {
        for &variant in all {
            assert_eq!(variant.to_string().parse(), Ok(variant));
        }
        let error = "none".parse::<T>().expect_err("it names nothing");
        assert_eq!(error.known.len(), all.len());
        let text = error.to_string();
        assert!(all.iter().all(|variant| text.contains(&variant.to_string())), "{text}");
    }

    #[test]
    fn every_name_is_read_as_what_it_was_written_for_and_others_are_told_those_there_are() {
        read_back(&Chroma::ALL);
        read_back(&Content::ALL);
        read_back(&CpuLevel::ALL);
        read_back(&Orientation::ALL);
        read_back(&PixelFormat::ALL);
        read_back(&Profile::ALL);
        read_back(&Quantiser::ALL);
        read_back(&ResolutionUnit::ALL);
        read_back(&Scale::ALL);
        read_back(&TileSize::ALL);
        read_back(&Tune::ALL);
        let error = "422".parse::<Chroma>().expect_err("there is no such sampling");
        assert_eq!(error.to_string(), "'422' is no chroma sampling; there are 444, 420");
        assert_eq!(format!("{:>4}|", Scale::Half), " 1/2|");
    }

    #[test]
    fn pixel_formats_stand_in_the_order_that_their_properties_count_up() {
        for format in PixelFormat::ALL {
            assert_eq!(PixelFormat::new(format.has_colour(), format.has_alpha(), format.is_wide()), format);
        }
    }
}
