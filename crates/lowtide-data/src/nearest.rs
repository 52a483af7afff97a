//! "Did you mean …?": the name closest to one that was not found.

/// The closest of `names` to `wanted`, when it is close: equal but for case, or within a third of its
/// letters by edit distance (Levenshtein). Names above 64 letters are not compared.
pub(crate) fn nearest<'a>(wanted: &str, names: &'a [String]) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    names
        .iter()
        .filter(|name| name.chars().nth(LONGEST).is_none())
        .map(|name| (distance(&wanted, &name.to_lowercase()), name.as_str()))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| 3 * distance <= wanted.len())
        .map(|(_, name)| name)
}

const LONGEST: usize = 64;

/// Insertions, deletions and replacements that turn one word into the other.
fn distance(left: &[char], right: &str) -> usize {
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (above, letter) in right.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (j, &own) in left.iter().enumerate() {
            let replaced = diagonal + usize::from(own != letter);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[left.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn edit_distances() {
        let letters: Vec<char> = "kitten".chars().collect();
        assert_eq!(distance(&letters, "sitting"), 3);
        assert_eq!(distance(&letters, ""), 6);
        assert_eq!(distance(&[], "abc"), 3);
    }

    #[test]
    fn only_close_names() {
        let names = names(&["age", "diagnosis", "texture"]);
        assert_eq!(nearest("Diagnosis", &names), Some("diagnosis"));
        assert_eq!(nearest("diagnose", &names), Some("diagnosis"));
        assert_eq!(nearest("outcome", &names), None);
        assert_eq!(nearest("", &names), None);
        assert_eq!(nearest(&"a".repeat(10_000), &names), None);
    }
}
