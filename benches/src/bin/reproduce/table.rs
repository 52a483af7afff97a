//! Tables in Markdown, to be read and to be pasted.

/// Prints rows under headings.
pub(crate) fn print(headings: &[&str], rows: &[Vec<String>]) {
    lines(headings, rows).iter().for_each(|line| println!("{line}"));
}

/// Rows under headings, every column as wide as its widest cell.
fn lines(headings: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let rules = widths.iter().enumerate().map(|(column, width)| match column {
        0 => "-".repeat(*width),
        _ => format!("{}:", "-".repeat(width - 1)),
    });
    let above = [headings.iter().map(|heading| (*heading).to_owned()).collect(), rules.collect()];
    above.into_iter().chain(rows.iter().cloned()).map(line).collect()
}

/// Bytes as MiB.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}

/// A share of one as per cent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// A ring degree as a power of two.
pub(crate) fn degree(degree: usize) -> String {
    format!("2^{}", degree.ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec![String::from("fused"), mebibytes(3 << 19)], vec![String::from("Σ"), percent(0.5)]];
        let expected = [
            "| circuit |       - |", //
            "| ------- | ------: |",
            "| fused   |     1.5 |",
            "| Σ       | 50.00 % |",
        ];
        assert_eq!(lines(&["circuit", "-"], &rows), expected);
        assert_eq!(degree(1 << 15), "2^15");
    }
}
