//! "Did you mean": the closest known word, when one is close enough.

/// The candidate nearest to `word` by edits, if it is near enough that the user
/// most likely meant it: at most a third of its letters differ.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Nobody mistypes a key of this length; do not spend time on one.
    const LONGEST: usize = 64;

    if word.len() > LONGEST {
        return None;
    }
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&folded, &fold(candidate)), candidate))
        .filter(|(edits, candidate)| *edits <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Case and the choice of word separator are not mistakes worth counting.
fn fold(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|c| if c == '_' { '-' } else { c }).collect()
}

/// Edits between two words, where swapping two neighbours is one edit.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn suggests_what_was_meant_and_nothing_else() {
        let keys = ["memory", "vcpu", "vlan", "role", "pod_cidr"];
        assert_eq!(closest("memroy", keys), Some("memory"));
        assert_eq!(closest("VCPU", keys), Some("vcpu"));
        assert_eq!(closest("pod-cidr", keys), Some("pod_cidr"));
        assert_eq!(closest("vlna", keys), Some("vlan"));
        assert_eq!(closest("colour", keys), None);
        assert_eq!(closest(&"x".repeat(1_000_000), keys), None);
    }
}
