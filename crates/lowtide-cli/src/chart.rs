//! Line charts for a page: SVG whose colors and fonts come from the page's style sheet, light or dark.

use maud::{Markup, html};

use self::axis::Axis;

mod axis;

/// Lines over steps 1, 2, 3 and so on.
pub(crate) struct Chart<'a> {
    /// What is drawn, for whoever cannot see it.
    pub(crate) title: &'a str,
    /// What stands behind every number.
    pub(crate) unit: &'a str,
    /// Whether the vertical axis begins at zero.
    pub(crate) from_zero: bool,
    /// Its ticks are no nearer than this: finer differences do not count.
    pub(crate) finest: f64,
    /// The lines, the one below first.
    pub(crate) lines: &'a [Line<'a>],
}

/// One line.
pub(crate) struct Line<'a> {
    /// What the style sheet and the legend call it.
    pub(crate) style: Style,
    /// What it is, in words.
    pub(crate) name: &'a str,
    /// By step. What is no finite number is left out.
    pub(crate) values: Vec<f64>,
}

/// How a line looks. Form tells as much as color.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// Thin, with dots.
    Main,
    /// Broad and pale, to lie below a line that is much the same.
    Below,
    /// Broken, with diamonds.
    Other,
}

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 46.0;
/// More steps than this are not all named on the axis.
const NAMED: usize = 12;

impl Chart<'_> {
    /// The chart with its legend.
    pub(crate) fn html(&self) -> Markup {
        let steps = self.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
        let values = self.lines.iter().flat_map(|line| &line.values).copied();
        let axis = Axis::around(values, self.from_zero, self.finest);
        let x = |step: usize| LEFT + (WIDTH - LEFT - RIGHT) * (step as f64 - 0.5) / steps.max(1) as f64;
        let y = |value: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * axis.share(value);
        let told = self.lines.iter().map(|line| self.told(line, &axis)).collect::<Vec<_>>().join("; ");
        let label = format!("{}, by step: {told}", self.title);
        html! {
            svg class="chart" role="img" aria-label=(label) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
                title { (self.title) }
                @for tick in axis.ticks() {
                    line class="grid" x1=(LEFT) x2=(WIDTH - RIGHT) y1=(short(y(tick))) y2=(short(y(tick))) {}
                    text x=(LEFT - 8.0) y=(short(y(tick) + 4.5)) text-anchor="end" {
                        (axis.written(tick)) (self.unit)
                    }
                }
                @for step in (1..=steps).filter(|step| (step - 1) % steps.div_ceil(NAMED) == 0) {
                    text x=(short(x(step))) y=(HEIGHT - BOTTOM + 20.0) text-anchor="middle" { (step) }
                }
                text x=(short(LEFT + (WIDTH - LEFT - RIGHT) / 2.0)) y=(HEIGHT - 6.0) text-anchor="middle" {
                    "steps"
                }
                @for line in self.lines {
                    g class=(line.style.class()) {
                        polyline points=(line.path(x, y)) {}
                        @for (step, value) in line.points() {
                            (line.style.mark(x(step), y(value), &format!(
                                "{}, step {step}: {}{}", line.name, axis.exactly(value), self.unit
                            )))
                        }
                    }
                }
            }
            @if self.lines.len() > 1 {
                ul class="legend" {
                    @for line in self.lines.iter().rev() {
                        li {
                            svg aria-hidden="true" viewBox="0 0 36 12" width="36" height="12" {
                                g class=(line.style.class()) {
                                    polyline points="1,6 35,6" {}
                                    (line.style.mark(18.0, 6.0, line.name))
                                }
                            }
                            " " (line.name)
                        }
                    }
                }
            }
        }
    }

    /// Where a line begins and ends.
    fn told(&self, line: &Line<'_>, axis: &Axis) -> String {
        let exactly = |value: f64| format!("{}{}", axis.exactly(value), self.unit);
        match (line.points().next(), line.points().last()) {
            (Some((_, first)), Some((_, last))) => {
                format!("{} from {} to {}", line.name, exactly(first), exactly(last))
            }
            _ => format!("{} nowhere", line.name),
        }
    }
}

impl Line<'_> {
    fn points(&self) -> impl Iterator<Item = (usize, f64)> {
        let numbered = self.values.iter().enumerate().map(|(i, value)| (i + 1, *value));
        numbered.filter(|(_, value)| value.is_finite())
    }

    fn path(&self, x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
        let point = |(step, value)| format!("{},{}", short(x(step)), short(y(value)));
        self.points().map(point).collect::<Vec<_>>().join(" ")
    }
}

impl Style {
    const fn class(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Below => "below",
            Self::Other => "other",
        }
    }

    /// The mark of a point, and what is told of it.
    fn mark(self, x: f64, y: f64, told: &str) -> Markup {
        let [cx, cy] = [x, y].map(short);
        html! {
            @match self {
                Self::Main => circle cx=(cx) cy=(cy) r="3.5" { title { (told) } },
                Self::Below => circle cx=(cx) cy=(cy) r="6" { title { (told) } },
                Self::Other => path d=(format!("M{cx} {}l5 5l-5 5l-5 -5z", short(y - 5.0))) { title { (told) } },
            }
        }
    }
}

/// A tenth of a unit is finer than any screen.
fn short(x: f64) -> f64 {
    (10.0 * x).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: Vec<f64>) -> String {
        let lines = [Line { style: Style::Main, name: "a < b", values }];
        Chart { title: "t & u", unit: " %", from_zero: false, finest: 0.1, lines: &lines }
            .html()
            .into_string()
    }

    #[test]
    fn text_is_escaped_and_points_are_told() {
        let svg = drawn(vec![1.0, 2.5]);
        assert!(
            svg.contains("a &lt; b, step 2: 2.500 %") && svg.contains("<title>t &amp; u</title>"),
            "{svg}"
        );
        assert_eq!(svg.matches("<circle").count(), 2);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        for values in [vec![], vec![f64::NAN], vec![f64::INFINITY, 3.0], vec![0.0; 40]] {
            let (finite, svg) = (values.iter().filter(|value| value.is_finite()).count(), drawn(values));
            assert_eq!(svg.matches("<circle").count(), finite);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
