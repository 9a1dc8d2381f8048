//! How large a picture is coded: whole, or reduced and enlarged again behind the decoder.

use std::fmt;
use std::str::FromStr;

/// A part of a picture's width and height, above 0 and up to 1: a fraction in its lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    numerator: u32,
    denominator: u32,
}

impl Scale {
    /// The picture as it is.
    pub(crate) const FULL: Self = Self { numerator: 1, denominator: 1 };

    /// The fraction in its lowest terms; `None` where it is not above 0 and up to 1.
    fn new(numerator: u32, denominator: u32) -> Option<Self> {
        let (mut divisor, mut rest) = (denominator, numerator);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let is_part = (1..=denominator).contains(&numerator);
        is_part.then(|| Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// Numerator and denominator.
    pub(crate) fn parts(self) -> [u32; 2] {
        [self.numerator, self.denominator]
    }

    /// A side of so many pixels at this scale: the nearest number, but one at least.
    pub(crate) fn side(self, pixels: u32) -> u32 {
        let [numerator, denominator] = self.parts().map(u64::from);
        let nearest = (u64::from(pixels) * numerator + denominator / 2) / denominator;
        nearest.max(1) as u32
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::FULL
    }
}

impl PartialOrd for Scale {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scale {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let product = |a: Self, b: Self| u64::from(a.numerator) * u64::from(b.denominator);
        product(*self, *other).cmp(&product(*other, *self))
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            [_, 1] => f.write_str("1"),
            [numerator, denominator] => write!(f, "{numerator}/{denominator}"),
        }
    }
}

impl FromStr for Scale {
    type Err = String;

    /// A fraction such as 1/2, or a decimal such as 0.75.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number =
            |digits: &str| digits.trim().bytes().all(|c| c.is_ascii_digit()).then(|| digits.trim().parse().ok());
        let number = |digits: &str| number(digits).flatten();
        let fraction = match (text.split_once('/'), text.split_once('.')) {
            (Some((over, under)), _) => number(over).zip(number(under)),
            (None, Some((whole, digits))) if digits.len() < 9 => {
                number(&format!("{}{digits}", whole.trim())).zip(Some(10u32.pow(digits.len() as u32)))
            }
            (None, Some(_)) => None,
            (None, None) => number(text).zip(Some(1)),
        };
        let scale = fraction.and_then(|(numerator, denominator)| Self::new(numerator, denominator));
        scale
            .ok_or_else(|| format!("{text:?} is no scale: a part such as 1/2 or 0.75 is expected, above 0 and up to 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(text: &str) -> Scale {
        text.parse().unwrap()
    }

    #[test]
    fn fractions_and_decimals_of_one_value_are_one_scale() {
        for (text, same) in [("1/2", "0.5"), ("2/4", ".50"), ("3/4", "0.75"), ("1", "1.0"), ("333/1000", " 0.333 ")] {
            assert_eq!(scale(text), scale(same.trim()), "{text}");
        }
        assert_eq!(["0.5", "6/8", "1.00", "0.1"].map(|t| scale(t).to_string()), ["1/2", "3/4", "1", "1/10"]);
        assert!(scale("1/2") > scale("1/3") && scale("1/2") < scale("2/3") && scale("1") == Scale::FULL);
        for wrong in
            ["", "0", "0/3", "3/2", "1/0", "1.5", "-0.5", "+1/2", "x", "1/2/3", "0.0", "1e-1", "0.1234567891", "/"]
        {
            assert!(wrong.parse::<Scale>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sides_are_the_nearest_and_never_none() {
        assert_eq!([1, 2, 3, 511, 512, u32::MAX].map(|side| scale("1/2").side(side)), [1, 1, 2, 256, 256, 1 << 31]);
        assert_eq!([1, 10].map(|side| scale("1/100").side(side)), [1, 1]);
        assert_eq!(scale("1").side(777), 777);
    }
}
