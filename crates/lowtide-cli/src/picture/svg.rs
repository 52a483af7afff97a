//! The picture as SVG, readable on light and on dark paper: weights fade into whatever is below them.

use svg::{
    Document,
    node::element::{Definitions, Group, LinearGradient, Rectangle, Stop, Style, Text, Title},
};

use super::{Color, NEGATIVE, POSITIVE, Picture};

const PIXEL: usize = 24;
const MARGIN: usize = 24;
/// Room below for the legend.
const LEGEND: usize = 84;
/// On dark paper hues are brighter.
const BRIGHT: [(Color, &str); 2] = [(POSITIVE, "#5b9dff"), (NEGATIVE, "#ff8747")];

impl Picture<'_> {
    /// The picture with its legend, as the text of an SVG file.
    pub(crate) fn svg(&self) -> String {
        let (width, below) = (self.side * PIXEL, MARGIN + self.side * PIXEL);
        let title = format!(
            "Weights of {} by {} pixels: {} against {}",
            self.side, self.side, self.positive, self.negative
        );
        let frame = Rectangle::new()
            .set("x", MARGIN)
            .set("y", MARGIN)
            .set("width", width)
            .set("height", width)
            .set("fill", "none")
            .set("stroke", "#8b949e");
        let pixels =
            self.weights.iter().enumerate().fold(Group::new(), |group, (i, w)| group.add(self.pixel(i, *w)));
        Document::new()
            .set("viewBox", (0, 0, width + 2 * MARGIN, below + LEGEND))
            .set("width", width + 2 * MARGIN)
            .set("height", below + LEGEND)
            .set("class", "weights")
            .set("role", "img")
            .add(Title::new(title))
            .add(Style::new(style()))
            .add(gradient())
            .add(pixels)
            .add(frame)
            .add(self.legend(below + 20, width))
            .to_string()
    }

    fn pixel(&self, i: usize, weight: f64) -> Rectangle {
        let (row, column) = (i / self.side, i % self.side);
        Rectangle::new()
            .set("x", MARGIN + column * PIXEL)
            .set("y", MARGIN + row * PIXEL)
            .set("width", PIXEL)
            .set("height", PIXEL)
            .set("fill", hex(if weight < 0.0 { NEGATIVE } else { POSITIVE }))
            .set("fill-opacity", format!("{:.3}", self.strength(weight).abs()))
            .add(Title::new(format!("row {}, column {}: {weight:+.4}", row + 1, column + 1)))
    }

    /// A bar from one hue to the other, with numbers and names below.
    fn legend(&self, top: usize, width: usize) -> Group {
        let bar = Rectangle::new()
            .set("x", MARGIN)
            .set("y", top)
            .set("width", width)
            .set("height", 12)
            .set("fill", "url(#weights)")
            .set("stroke", "#8b949e");
        let largest = self.largest();
        let label = |x: usize, line: usize, anchor: &str, text: String| {
            Text::new(text).set("x", x).set("y", top + 10 + 20 * line).set("text-anchor", anchor)
        };
        let (left, middle, right) = (MARGIN, MARGIN + width / 2, MARGIN + width);
        Group::new()
            .add(bar)
            .add(label(left, 1, "start", format!("{:+.3}", -largest)))
            .add(label(middle, 1, "middle", "0".into()))
            .add(label(right, 1, "end", format!("{largest:+.3}")))
            .add(label(left, 2, "start", format!("speaks for {}", self.negative)))
            .add(label(right, 2, "end", format!("speaks for {}", self.positive)))
    }
}

/// The style of this picture alone, wherever it is shown.
fn style() -> String {
    let bright = |(hue, bright): (Color, &str)| {
        let hue = hex(hue);
        format!(
            ".weights [fill=\"{hue}\"] {{ fill: {bright} }} .weights [stop-color=\"{hue}\"] {{ stop-color: {bright} }} "
        )
    };
    let bright: String = BRIGHT.into_iter().map(bright).collect();
    format!(
        ".weights text {{ font: 14px system-ui, sans-serif; fill: #24292f }} \
         @media (prefers-color-scheme: dark) {{ .weights text {{ fill: #e6edf3 }} {bright}}}"
    )
}

fn gradient() -> Definitions {
    let stop = |offset: &str, color: Color, opacity: u8| {
        Stop::new().set("offset", offset).set("stop-color", hex(color)).set("stop-opacity", opacity)
    };
    let gradient = LinearGradient::new()
        .set("id", "weights")
        .add(stop("0", NEGATIVE, 1))
        .add(stop("0.5", NEGATIVE, 0))
        .add(stop("0.5", POSITIVE, 0))
        .add(stop("1", POSITIVE, 1));
    Definitions::new().add(gradient)
}

fn hex([r, g, b]: Color) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
