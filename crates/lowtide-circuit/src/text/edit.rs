//! How far one word is from another, to guess what was meant.

/// The known word nearest to one that is not known, when it is near: at most one edit in three letters.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let allowed = (word.len() / 3).max(1);
    // However long the list, the answer comes at once.
    let near = known.take(1 << 16).filter(|other| other.len().abs_diff(word.len()) <= allowed);
    let (distance, found) = near.map(|other| (distance(word, other), other)).min()?;
    (distance <= allowed).then(|| found.to_owned())
}

/// Insertions, deletions, replacements and exchanges of neighbours that make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_pen_is_seen_through() {
        let known = ["square", "rotate", "x", "fourth"];
        let guess = |word| nearest(word, known.into_iter());
        assert_eq!(guess("sqaure").as_deref(), Some("square"));
        assert_eq!(guess("rotat").as_deref(), Some("rotate"));
        assert_eq!(guess("forth").as_deref(), Some("fourth"));
        assert_eq!(guess("y").as_deref(), Some("x"));
        assert_eq!(guess("conjugate"), None);
    }
}
