//! Weights of pixels as a picture: hue says for which class a pixel speaks, strength says how much.

use std::env;

use owo_colors::{OwoColorize, Rgb, Stream, XtermColors};

mod svg;

/// The weights of a square picture, row by row, with what the two classes are called.
pub(crate) struct Picture<'a> {
    pub(crate) weights: &'a [f64],
    pub(crate) side: usize,
    pub(crate) negative: &'a str,
    pub(crate) positive: &'a str,
}

type Color = [u8; 3];

const PAPER: Color = [247, 247, 247];
const POSITIVE: Color = [38, 110, 222];
const NEGATIVE: Color = [214, 78, 20];

impl Picture<'_> {
    /// Lines for a terminal: colored cells where it has colors, characters elsewhere. Two columns a pixel, so that
    /// pixels are about square.
    pub(crate) fn lines(&self) -> Vec<String> {
        let cell = if has_color() { colored } else { plain };
        let pixel = |weight: &f64| cell(self.strength(*weight), self.mark(*weight));
        let line = |row: &[f64]| row.iter().map(pixel).collect();
        let mut lines: Vec<String> = self.weights.chunks(self.side).map(line).collect();
        let legend = if has_color() {
            format!(
                "{} speaks for {}   {} for {}",
                colored(1.0, self.positive),
                self.positive,
                colored(-1.0, self.negative),
                self.negative
            )
        } else {
            let (p, n) = (self.positive, self.negative);
            format!(
                "{} and {} speak for {p}, {} and {} for {n}",
                plain(1.0, p),
                plain(0.5, p).trim_end(),
                plain(-1.0, n),
                plain(-0.5, n).trim_end()
            )
        };
        lines.push(legend);
        lines
    }

    /// The largest weight in absolute value.
    fn largest(&self) -> f64 {
        self.weights.iter().fold(0.0, |largest, weight| weight.abs().max(largest))
    }

    /// From -1 to 1.
    fn strength(&self, weight: f64) -> f64 {
        let largest = self.largest();
        if largest > 0.0 { weight / largest } else { 0.0 }
    }

    fn mark(&self, weight: f64) -> &str {
        if weight > 0.0 { self.positive } else { self.negative }
    }
}

fn has_color() -> bool {
    "x".if_supports_color(Stream::Stdout, |text| text.bold()).to_string() != "x"
}

fn colored(strength: f64, _: &str) -> String {
    let [r, g, b] = color(strength);
    let true_color = env::var("COLORTERM").is_ok_and(|word| matches!(&*word, "truecolor" | "24bit"));
    if true_color {
        "  ".on_color(Rgb(r, g, b)).to_string()
    } else {
        "  ".on_color(nearest(r, g, b)).to_string()
    }
}

/// The first character of the class, twice for a strong weight, once for a weak one.
fn plain(strength: f64, mark: &str) -> String {
    let mark = mark.chars().next().unwrap_or('?');
    match strength.abs() {
        weak if weak < 0.2 => "· ".into(),
        middle if middle < 0.6 => format!("{mark} "),
        _ => format!("{mark}{mark}"),
    }
}

/// Between paper and the hue of the sign.
fn color(strength: f64) -> Color {
    let hue = if strength < 0.0 { NEGATIVE } else { POSITIVE };
    std::array::from_fn(|i| {
        let (from, to) = (f64::from(PAPER[i]), f64::from(hue[i]));
        (from + (to - from) * strength.abs().min(1.0)).round() as u8
    })
}

/// The nearest color of the 6 x 6 x 6 cube.
fn nearest(r: u8, g: u8, b: u8) -> XtermColors {
    let step = |value: u8| u8::try_from((u16::from(value) * 5 + 127) / 255).unwrap_or(5);
    XtermColors::from(16 + 36 * step(r) + 6 * step(g) + step(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Picture<'_> =
        Picture { weights: &[1.0, -0.5, 0.0, -1.0], side: 2, negative: "3", positive: "8" };

    #[test]
    fn characters_tell_sign_and_strength() {
        let cells = PICTURE.weights.iter().map(|w| plain(PICTURE.strength(*w), PICTURE.mark(*w)));
        assert_eq!(cells.collect::<Vec<_>>(), ["88", "3 ", "· ", "33"]);
    }

    #[test]
    fn colors_run_from_paper_to_hue() {
        assert_eq!((color(0.0), color(1.0), color(-1.0)), (PAPER, POSITIVE, NEGATIVE));
        assert_eq!(XtermColors::from(231), nearest(247, 247, 247));
    }

    #[test]
    fn a_picture_of_nothing_is_blank() {
        let blank = Picture { weights: &[0.0; 4], ..PICTURE };
        assert_eq!(blank.strength(0.0), 0.0);
        assert!(blank.svg().contains("</svg>"));
    }
}
