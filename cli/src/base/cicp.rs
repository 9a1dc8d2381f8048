//! Code points of colours (ITU-T H.273) on the command line.

use kvant::Cicp;

type Names = [(&'static str, u8)];

const PRIMARIES: &Names = &[("bt709", 1), ("srgb", 1), ("bt601", 6), ("bt2020", 9), ("p3", 12)];
const TRANSFERS: &Names =
    &[("bt709", 1), ("bt601", 6), ("linear", 8), ("srgb", 13), ("bt2020", 14), ("pq", Cicp::PQ), ("hlg", Cicp::HLG)];
const MATRICES: &Names = &[("rgb", 0), ("bt709", 1), ("bt601", 6), ("bt2020", 9)];
const RANGES: &Names = &[("limited", 0), ("full", 1), ("0", 0), ("1", 1)];

/// Whole colour spaces by name: primaries and transfer. Pixels are RGB of the full range.
const SPACES: [(&str, u8, u8); 6] =
    [("srgb", 1, 13), ("p3", 12, 13), ("bt709", 1, 1), ("bt2020", 9, 14), ("pq", 9, Cicp::PQ), ("hlg", 9, Cicp::HLG)];

/// `P/T/M/R`, each a number or a name, of which M (the matrix: RGB) and R (the range: full) may be
/// left out; or the name of a colour space.
pub(crate) fn parse_cicp(text: &str) -> Result<Cicp, String> {
    if let Some(&(_, primaries, transfer)) = SPACES.iter().find(|(name, ..)| *name == text) {
        return Ok(Cicp { primaries, transfer, matrix: 0, full_range: true });
    }
    let parts: Vec<&str> = text.split('/').collect();
    let (&[primaries, transfer], rest) = parts.split_first_chunk().ok_or_else(|| {
        let names = SPACES.map(|s| s.0).join(", ");
        format!("code points such as 9/16/0/1 or bt2020/pq/rgb/full are expected, or one of {names}")
    })?;
    let matrix = rest.first().map_or(Ok(0), |part| point("matrix", part, MATRICES))?;
    let range = rest.get(1).map_or(Ok(1), |part| named("range", part, RANGES))?;
    if rest.len() > 2 {
        return Err("there are four code points: primaries, transfer, matrix and range".to_owned());
    }
    let (primaries, transfer) = (point("primaries", primaries, PRIMARIES)?, point("transfer", transfer, TRANSFERS)?);
    Ok(Cicp { primaries, transfer, matrix, full_range: range == 1 })
}

/// A number, or what one of `names` stands for.
fn point(what: &str, part: &str, names: &Names) -> Result<u8, String> {
    part.parse().or_else(|_| named(what, part, names))
}

fn named(what: &str, part: &str, names: &Names) -> Result<u8, String> {
    let known = || names.iter().map(|n| n.0).collect::<Vec<_>>().join(", ");
    let found = names.iter().find(|(name, _)| *name == part);
    found.map(|n| n.1).ok_or_else(|| format!("no {what} {part:?}; there are {}", known()))
}

/// As the command line takes it.
pub(crate) fn numbers(c: &Cicp) -> String {
    format!("{}/{}/{}/{}", c.primaries, c.transfer, c.matrix, u8::from(c.full_range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_say_the_same() {
        for (text, points) in [
            ("9/16/0/1", "9/16/0/1"),
            ("bt2020/pq/rgb/full", "9/16/0/1"),
            ("pq", "9/16/0/1"),
            ("12/13", "12/13/0/1"),
            ("p3/srgb/bt601/limited", "12/13/6/0"),
            ("2/2/255/0", "2/2/255/0"),
        ] {
            assert_eq!(parse_cicp(text).map(|c| numbers(&c)), Ok(points.to_owned()), "{text}");
        }
        for bad in ["", "9", "9/256", "9/16/0/2", "9/16/0/1/1", "p4/pq", "/", "-1/1"] {
            assert!(parse_cicp(bad).is_err(), "{bad}");
        }
    }
}
