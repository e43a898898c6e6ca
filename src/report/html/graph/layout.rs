//! Where everything stands. Whole numbers only, so that every machine draws the same.

use super::{Drawing, Group};

/// Width of the picture.
pub(super) const WIDTH: i64 = 1200;
/// Left edge and width of the three columns.
pub(super) const KEYS: (i64, i64) = (0, 270);
pub(super) const PLACES: (i64, i64) = (400, 400);
pub(super) const ENDPOINTS: (i64, i64) = (930, 270);
/// Height of a key and of an endpoint.
pub(super) const BOX: i64 = 44;
/// Height of a file's line, and of the heading of a service.
pub(super) const LINE: i64 = 22;
/// Above the columns there are their titles.
const TOP: i64 = 34;
/// Between two boxes of a column.
const GAP: i64 = 12;
/// Most room between two services that the length of the other columns adds.
const MOST_SPREAD: i64 = 40;
/// Above the first and below the last line of a service.
const PADDING: i64 = 6;

/// Upper edges of everything.
pub(super) struct Layout {
    pub(super) height: i64,
    pub(super) keys: Vec<i64>,
    /// Upper edge and height of each service.
    pub(super) groups: Vec<(i64, i64)>,
    pub(super) rows: Vec<i64>,
    pub(super) endpoints: Vec<i64>,
}

impl Layout {
    /// Stacks the services in their order; keys and endpoints stand as near as they can to the middle of their lines.
    pub(super) fn of(drawing: &Drawing<'_>) -> Self {
        let boxes = drawing.keys.len().max(drawing.endpoints.len()) as i64;
        let beside = boxes * (BOX + GAP);
        let needed: i64 = drawing.groups.iter().map(|group| extent(group) + GAP).sum();
        // Where the other columns are longer the services spread, so that lines do not all run upwards; but not so far that
        // whoever sees the beginning sees nothing but keys.
        let gap = GAP + ((beside - needed).max(0) / (drawing.groups.len() as i64).max(1)).min(MOST_SPREAD);
        let height = TOP + beside.max(needed);

        let mut rows = vec![0; drawing.rows.len()];
        let mut groups = Vec::with_capacity(drawing.groups.len());
        let mut y = TOP;
        for group in &drawing.groups {
            for (at, &row) in group.rows.iter().enumerate() {
                rows[row] = y + PADDING + heading(group) + at as i64 * LINE;
            }
            groups.push((y, extent(group)));
            y += extent(group) + gap;
        }

        let mut wanted = vec![Vec::new(); drawing.keys.len()];
        drawing.holds.iter().for_each(|&(key, row, _)| wanted[key].push(rows[row]));
        let keys = place(&wanted, height);
        let mut wanted = vec![Vec::new(); drawing.endpoints.len()];
        drawing.sends.iter().for_each(|(row, endpoint, _)| wanted[*endpoint].push(rows[*row]));
        let endpoints = place(&wanted, height);
        Self { height, keys, groups, rows, endpoints }
    }
}

/// Height of a service's heading. A file alone has its whole path and needs none.
pub(super) fn heading(group: &Group<'_>) -> i64 {
    if group.service.is_some() && group.rows.len() > 1 { LINE } else { 0 }
}

/// Height of a service with its lines.
fn extent(group: &Group<'_>) -> i64 {
    heading(group) + group.rows.len() as i64 * LINE + 2 * PADDING
}

/// Upper edges of boxes, each as near as it can be to the mean of the lines that it is joined with.
fn place(wanted: &[Vec<i64>], height: i64) -> Vec<i64> {
    let mean = |rows: &Vec<i64>| rows.iter().sum::<i64>() / (rows.len() as i64).max(1);
    let mut order: Vec<(i64, usize)> = wanted.iter().map(mean).zip(0..).collect();
    order.sort_unstable();
    let mut edges = vec![0; wanted.len()];
    let mut free = TOP;
    for &(y, index) in &order {
        edges[index] = (y + LINE / 2 - BOX / 2).max(free);
        free = edges[index] + BOX + GAP;
    }
    // What hangs over the lower edge is pushed up, and pushes up what stands above it.
    let mut limit = height - GAP;
    for &(_, index) in order.iter().rev() {
        edges[index] = edges[index].min(limit - BOX);
        limit = edges[index] - GAP;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::{BOX, GAP, TOP, place};

    #[test]
    fn boxes_never_lie_on_one_another() {
        let wanted: Vec<Vec<i64>> = (0..40).map(|number| vec![number * 7 % 90 + 100]).collect();
        let height = TOP + 40 * (BOX + GAP);
        let mut edges = place(&wanted, height);
        edges.sort_unstable();
        assert!(edges.windows(2).all(|pair| pair[1] - pair[0] >= BOX + GAP), "{edges:?}");
        assert!(edges[0] >= TOP && edges[39] + BOX <= height, "{edges:?}");
    }

    #[test]
    fn a_box_stands_beside_its_lines() {
        assert_eq!(place(&[vec![200, 300]], 1000), [250 + 11 - BOX / 2]);
        assert_eq!(place(&[Vec::new()], 1000), [TOP]);
    }
}
