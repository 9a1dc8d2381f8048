//! Text tables in columns as wide as they need.

/// Rows of cells under a heading.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// Names that stand above columns, each above the column of that index and those after it.
    pub(crate) groups: Vec<(usize, String)>,
    /// The heading; columns whose name begins with `<` are aligned to the left, without that sign.
    pub(crate) heading: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// The table, each line ended. Rows that are shorter than the heading end early.
    pub(crate) fn render(&self) -> String {
        let names: Vec<String> = self.heading.iter().map(|h| h.trim_start_matches('<').to_owned()).collect();
        let left: Vec<bool> = self.heading.iter().map(|h| h.starts_with('<')).collect();
        let rows = || std::iter::once(&names).chain(&self.rows);
        let width = |i: usize| rows().filter_map(|r| r.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
        // Groups stand apart by one more space than columns do.
        let gap = |i: usize| match i {
            0 => 0,
            _ if self.groups.iter().any(|g| g.0 == i) => 3,
            _ => 2,
        };
        let widths: Vec<usize> = (0..names.len()).map(width).collect();
        let mut text = String::new();
        if !self.groups.is_empty() {
            let mut line = String::new();
            for (column, name) in &self.groups {
                let start: usize = (0..*column).map(|i| gap(i) + widths[i]).sum::<usize>() + gap(*column);
                line = format!("{line:start$}{name}");
            }
            text += &(line + "\n");
        }
        for row in rows() {
            let mut line = String::new();
            for (i, cell) in row.iter().enumerate().take(widths.len()) {
                let (gap, width) = (gap(i), widths[i]);
                line += &" ".repeat(gap);
                line += &if left[i] { format!("{cell:width$}") } else { format!("{cell:>width$}") };
            }
            text += line.trim_end();
            text += "\n";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let strings = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let grid = Grid {
            groups: vec![(1, "rates".to_owned())],
            heading: strings(&["<codec", "mean", "<picture"]),
            rows: vec![strings(&["a", "+100.00", "x"]), strings(&["long name", "-1", "y"])],
        };
        let expected = "            rates\n\
                        codec          mean  picture\n\
                        a           +100.00  x\n\
                        long name        -1  y\n";
        assert_eq!(grid.render(), expected);
    }
}
