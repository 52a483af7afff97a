//! Grey pictures with a label each: the two files of an MNIST set, side by side.

use super::Idx;
use crate::{Classes, Dataset, Error, Label, Limits, Table};
use std::io::Read;

/// Pictures of one height and width, one byte a pixel, and a label byte for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pictures: Idx,
    labels: Idx,
    height: usize,
    width: usize,
}

impl Images {
    /// Pictures with their labels.
    ///
    /// # Errors
    /// [`Error::IdxDimensions`] unless the pictures have three dimensions (count, height, width), all but
    /// the first above zero, and the labels one; [`Error::LabelCount`] when there is not one for each.
    pub fn new(pictures: Idx, labels: Idx) -> Result<Self, Error> {
        let wrong =
            |file, expected, idx: &Idx| Error::IdxDimensions { file, expected, shape: idx.shape.clone() };
        let &[count, height, width] = pictures.shape() else { return Err(wrong("pictures", 3, &pictures)) };
        let &[found] = labels.shape() else { return Err(wrong("labels", 1, &labels)) };
        if height == 0 || width == 0 {
            return Err(wrong("pictures", 3, &pictures));
        }
        if count != found {
            return Err(Error::LabelCount { rows: count, labels: found });
        }
        Ok(Self { pictures, labels, height, width })
    }

    /// Reads the two files, each plain or gzipped.
    ///
    /// # Errors
    /// As [`Idx::read`] and [`Images::new`].
    pub fn read(pictures: impl Read, labels: impl Read, limits: &Limits) -> Result<Self, Error> {
        Self::new(Idx::read(pictures, limits)?, Idx::read(labels, limits)?)
    }

    /// The pictures, as an array of three dimensions.
    #[must_use]
    pub fn pictures(&self) -> &Idx {
        &self.pictures
    }

    /// The labels, as an array of one.
    #[must_use]
    pub fn labels(&self) -> &Idx {
        &self.labels
    }

    /// Only the pictures labelled `negative` or `positive`, in the order of the file.
    #[must_use]
    pub fn pick(&self, negative: u8, positive: u8) -> Self {
        let wanted: Vec<usize> = (0..self.labels.items())
            .filter(|&i| [negative, positive].contains(&self.labels.bytes[i]))
            .collect();
        Self {
            pictures: self.pictures.select(&wanted),
            labels: self.labels.select(&wanted),
            height: self.height,
            width: self.width,
        }
    }

    /// Halves height and width: each pixel becomes the mean of a 2 x 2 block, to the nearest byte, half up.
    ///
    /// # Errors
    /// [`Error::OddPicture`] when a side is odd.
    pub fn pool2x2(&self) -> Result<Self, Error> {
        let (height, width) = (self.height / 2, self.width / 2);
        if (2 * height, 2 * width) != (self.height, self.width) {
            return Err(Error::OddPicture { height: self.height, width: self.width });
        }
        let bytes = self.pictures.bytes.chunks_exact(2 * self.width).flat_map(|rows| {
            let (upper, lower) = rows.split_at(self.width);
            upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(|(upper, lower)| {
                let sum: u16 = upper.iter().chain(lower).map(|&pixel| u16::from(pixel)).sum();
                ((sum + 2) / 4) as u8
            })
        });
        let shape = vec![self.pictures.items(), height, width];
        let pictures = Idx { shape, bytes: bytes.collect() };
        Ok(Self { pictures, labels: self.labels.clone(), height, width })
    }

    /// One row for each picture of the two classes: its pixels divided by 255, so from 0 to 1, named
    /// `r03c12` for row 3, column 12. Rows remember the number of their picture.
    ///
    /// # Errors
    /// [`Error::SameClass`] when both classes are one; [`Error::ClassAbsent`] when no picture has one of
    /// the labels.
    pub fn dataset(&self, negative: u8, positive: u8) -> Result<Dataset, Error> {
        if negative == positive {
            return Err(Error::SameClass { class: negative });
        }
        for class in [negative, positive] {
            if !self.labels.bytes.contains(&class) {
                return Err(Error::ClassAbsent { class });
            }
        }
        let mut features = Vec::new();
        let mut sources = Vec::new();
        let mut labels = Vec::new();
        for (i, &class) in self.labels.bytes.iter().enumerate() {
            let label = match class {
                class if class == negative => Label::Negative,
                class if class == positive => Label::Positive,
                _ => continue,
            };
            features.extend(self.pictures.item(i).iter().map(|&pixel| f64::from(pixel) / 255.0));
            sources.push(i as u64);
            labels.push(label);
        }
        let names = (0..self.height)
            .flat_map(|row| (0..self.width).map(move |column| format!("r{row:02}c{column:02}")))
            .collect();
        let classes = Classes {
            column: "label".into(),
            negative: negative.to_string(),
            positive: positive.to_string(),
        };
        Dataset::new(Table::from_checked(names, features, sources), labels, classes)
    }
}
