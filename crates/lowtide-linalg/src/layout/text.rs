//! A layout as a line of text: `matrix 5 7 tile 4 8 half`.

use std::{fmt, str::FromStr};

use lowtide_circuit::Circuit;

use super::Layout;
use crate::{Error, Extent, Shape, Tile};

/// Kind, size, `tile`, its rows and columns, `full` or `half`.
impl<S: Shape> fmt::Display for Layout<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape.extent() {
            Extent::Scalar => write!(f, "scalar")?,
            Extent::RowIndexed { length } => write!(f, "row-indexed {length}")?,
            Extent::ColumnIndexed { length } => write!(f, "column-indexed {length}")?,
            Extent::FirstColumn { length } => write!(f, "first-column {length}")?,
            Extent::Matrix { rows, columns } => write!(f, "matrix {rows} {columns}")?,
        }
        let kind = if self.tile.is_half() { "half" } else { "full" };
        write!(f, " tile {} {} {kind}", self.tile.rows(), self.tile.columns())
    }
}

impl<S: Shape> FromStr for Layout<S> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let no_layout = || Error::Layout { text: text.chars().take(80).collect() };
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "tile").ok_or_else(no_layout)?;
        let (extent, tile) = (extent(&words[..at]), tile(&words[at + 1..]));
        let (extent, tile) = extent.zip(tile).ok_or_else(no_layout)?;
        let shape = S::of_extent(extent).ok_or_else(no_layout)?;
        let (block, size) = match extent {
            Extent::Scalar => ([1, 1], [1, 1]),
            Extent::RowIndexed { length } | Extent::FirstColumn { length } => ([tile.rows(), 1], [length, 1]),
            Extent::ColumnIndexed { length } => ([tile.columns(), 1], [length, 1]),
            Extent::Matrix { rows, columns } => ([tile.rows(), tile.columns()], [rows, columns]),
        };
        Self::new(tile, shape, block, size)
    }
}

fn extent(words: &[&str]) -> Option<Extent> {
    Some(match *words {
        ["scalar"] => Extent::Scalar,
        ["row-indexed", length] => Extent::RowIndexed { length: length.parse().ok()? },
        ["column-indexed", length] => Extent::ColumnIndexed { length: length.parse().ok()? },
        ["first-column", length] => Extent::FirstColumn { length: length.parse().ok()? },
        ["matrix", rows, columns] => {
            Extent::Matrix { rows: rows.parse().ok()?, columns: columns.parse().ok()? }
        }
        _ => return None,
    })
}

fn tile(words: &[&str]) -> Option<Tile> {
    let [rows, columns, kind] = *words else { return None };
    let half = match kind {
        "half" => true,
        "full" => false,
        _ => return None,
    };
    let (rows, columns): (usize, usize) = (rows.parse().ok()?, columns.parse().ok()?);
    if rows == 0 || rows.max(columns) > Circuit::MAX_SLOTS {
        return None;
    }
    let slots = rows * (columns << u32::from(half));
    Tile::new(slots, columns, half).filter(|tile| tile.rows() == rows && slots <= Circuit::MAX_SLOTS)
}
