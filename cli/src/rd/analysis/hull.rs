//! The convex hull of a codec's points over several resolutions: the best that it can do at each
//! rate, where it may choose the resolution.

/// Which of `points`, each a position on the axis of a metric over ln(bits per pixel), lie on the
/// upper convex hull, from the smallest rate up to the best quality: ascending in both.
pub(crate) fn upper_hull(points: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    // The best of one rate comes last, so that it puts the others away.
    order.sort_by(|a, b| points[*a].0.total_cmp(&points[*b].0).then(points[*a].1.total_cmp(&points[*b].1)));
    let mut hull: Vec<usize> = Vec::new();
    for i in order {
        // Andrew's walk: whatever lies on or below the line to the new point is no corner.
        while let Some(last) = hull.last() {
            let is_above = match hull.len().checked_sub(2).map(|before| hull[before]) {
                Some(before) => turns_right(points[before], points[*last], points[i]),
                None => points[*last].0 < points[i].0,
            };
            if is_above {
                break;
            }
            hull.pop();
        }
        hull.push(i);
    }
    // Behind the best quality, and of the several that have it the first, more bits bring nothing.
    let rising = hull.windows(2).take_while(|pair| points[pair[0]].1 < points[pair[1]].1).count();
    hull.truncate(rising + 1);
    hull
}

fn turns_right(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> bool {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) < 0.0
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// `tests/data/hulls.json` holds them, with the lines of Python that made them.
    #[test]
    fn hulls_are_those_of_scipy() {
        #[derive(Deserialize)]
        struct Case {
            points: Vec<(f64, f64)>,
            hull: Vec<usize>,
        }
        #[derive(Deserialize)]
        struct File {
            cases: Vec<Case>,
        }
        let file: File = serde_json::from_str(include_str!("../../../tests/data/hulls.json")).unwrap();
        assert!(file.cases.len() > 10);
        for Case { points, hull } in file.cases {
            assert_eq!(upper_hull(&points), hull, "{points:?}");
        }
    }

    #[test]
    fn points_of_one_rate_one_quality_and_one_line_are_no_corners() {
        assert_eq!(upper_hull(&[(0.0, 1.0), (0.0, 2.0), (1.0, 3.0), (2.0, 3.5), (2.0, 3.0)]), [1, 2, 3]);
        assert_eq!(upper_hull(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]), [0, 2]);
        assert_eq!(upper_hull(&[(0.0, 0.0), (1.0, 2.0), (2.0, 2.0), (3.0, 1.0)]), [0, 1]);
        assert_eq!(upper_hull(&[(1.0, 2.0), (2.0, 1.0)]), [0]);
        assert_eq!((upper_hull(&[(1.0, 2.0)]), upper_hull(&[])), (vec![0], vec![]));
    }
}
