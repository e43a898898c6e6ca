//! Which name was probably meant.

/// The name that takes the fewest edits, two at most; of long names up to a third of their letters.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let ranked = known.iter().map(|&known| (distance(name, known), known)).min()?;
    (ranked.0 <= 2.max(ranked.1.len() / 3)).then_some(ranked.1)
}

/// Edits (one character more, less or another, in any case) that turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    // Names far longer than any field are far from all of them; this keeps the work small.
    if left.len() > 64 {
        return usize::MAX;
    }
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, one) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in right.iter().enumerate() {
            let edits = (diagonal + usize::from(one != *other)).min(row[column] + 1).min(row[column + 1] + 1);
            diagonal = std::mem::replace(&mut row[column + 1], edits);
        }
    }
    row[right.len()]
}
