//! Parts of a run, for several machines.

/// Part `index` of `count`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) index: usize,
    pub(crate) count: usize,
}

/// `I/N`.
pub(crate) fn parse_shard(text: &str) -> std::result::Result<Shard, String> {
    let fault = || "a part such as 2/8 is expected, counted from 1".to_owned();
    let (index, count) = text.split_once('/').ok_or_else(fault)?;
    let number = |s: &str| s.trim().parse::<usize>().map_err(|_| fault());
    let shard = Shard { index: number(index)?, count: number(count)? };
    if (1..=shard.count).contains(&shard.index) { Ok(shard) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_1() {
        assert_eq!(parse_shard("2/3"), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(parse_shard(bad).is_err(), "{bad}");
        }
    }
}
