//! A layout as SVG text.

use std::fmt::Write as _;

use svg::{
    Document,
    node::element::{Group, Path, Rectangle, Style, Text, Title},
};

use super::{
    graph::{Edge, Graph, Shape, Vertex},
    label,
    layout::{Layout, Rect},
    legend,
    style::STYLE,
};
use crate::Circuit;

const MARGIN: f64 = 24.0;
/// Above the bands: two lines, and a third for a note.
const HEAD: f64 = 68.0;
/// Of a band's name.
const NAME: f64 = 26.0;
const MIN_WIDTH: f64 = 640.0;

/// The file.
pub(super) fn write(circuit: &Circuit, graph: &Graph, layout: &Layout) -> String {
    let width = (layout.width + 2.0 * MARGIN).max(MIN_WIDTH);
    let left = (width - layout.width) / 2.0;
    let height = layout.height + NAME + 2.0 * MARGIN;
    let (signs, signs_height) = legend::signs(graph, width - 2.0 * MARGIN);
    let total = HEAD + height + signs_height + 30.0;
    let at = |x: f64, y: f64| format!("translate({x:.1} {y:.1})");
    let middle = Group::new()
        .set("transform", at(left, HEAD + NAME + MARGIN))
        .add(frames(graph, layout))
        .add(edges(graph, layout, false))
        .add(edges(graph, layout, true))
        .add(nodes(graph, layout));
    let paper =
        Rectangle::new().set("class", "paper").set("width", places(width)).set("height", places(total));
    let (depth, counts) = legend::counts(circuit);
    let note = graph.note.as_ref().map(|note| format!(" · {note}")).unwrap_or_default();
    Document::new()
        .set("class", "circuit")
        .set("viewBox", format!("0 0 {width:.1} {total:.1}"))
        .set("width", places(width))
        .set("height", places(total))
        .set("role", "img")
        .add(Title::new(format!("A circuit: {depth}, {counts}").replace(": Depth", " of depth")))
        .add(Style::new(STYLE))
        .add(paper)
        .add(Group::new().set("transform", at(left, HEAD)).add(bands(graph, layout, height)))
        .add(text(&format!("{depth}{note}"), "title", MARGIN, 32.0))
        .add(text(&counts, "soft", MARGIN, 53.0))
        .add(middle)
        .add(signs.set("transform", at(MARGIN, HEAD + height + 24.0)))
        .to_string()
}

fn bands(graph: &Graph, layout: &Layout, height: f64) -> Group {
    graph.bands.iter().enumerate().fold(Group::new(), |group, (i, band)| {
        let (left, right) = (layout.columns[band.first].outer.0, layout.columns[band.last].outer.1);
        let rect = Rectangle::new()
            .set("class", if i % 2 == 0 { "band" } else { "paper" })
            .set("x", places(left))
            .set("width", places(right - left))
            .set("height", places(height));
        // A narrow band has room for the number alone.
        let name = if right - left > 66.0 { &band.name } else { band.name.trim_start_matches("depth ") };
        group.add(rect).add(text(name, "soft mid", f64::midpoint(left, right), 19.0))
    })
}

fn frames(graph: &Graph, layout: &Layout) -> Group {
    let drawn = graph.frames.iter().zip(&layout.frames).skip(1);
    drawn.filter_map(|(frame, rect)| rect.map(|rect| (frame, rect))).fold(
        Group::new(),
        |group, (frame, rect)| {
            let Rect { left, right, top, bottom } = rect;
            let shape = Rectangle::new()
                .set("class", "frame")
                .set("x", places(left))
                .set("y", places(top))
                .set("width", places(right - left))
                .set("height", places(bottom - top))
                .set("rx", 9);
            let name = text(&label::elide(&frame.name, rect.letters()), "name", left + 9.0, top + 16.0);
            group.add(Group::new().add(Title::new(frame.title.as_str())).add(shape).add(name))
        },
    )
}

/// Ordinary edges, one path for all that leave a vertex; or those of the deepest chain, in one path.
fn edges(graph: &Graph, layout: &Layout, critical: bool) -> Group {
    let mut paths: std::collections::BTreeMap<(usize, bool), String> = std::collections::BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.critical == critical) {
        let path = paths.entry((if critical { 0 } else { edge.from }, edge.public)).or_default();
        path.push_str(&curve(graph, layout, edge));
    }
    paths.into_iter().fold(Group::new(), |group, ((_, public), path)| {
        let class = if critical {
            "edge critical"
        } else if public {
            "edge public"
        } else {
            "edge"
        };
        group.add(Path::new().set("class", class).set("d", path))
    })
}

/// From the right side of one vertex to the left side of the other; along a trunk up to the column before it parts.
fn curve(graph: &Graph, layout: &Layout, edge: &Edge) -> String {
    let (from, to) = (&graph.vertices[edge.from], &graph.vertices[edge.to]);
    let side = |vertex: &Vertex, column: usize, side: f64| match (layout.columns[column], vertex.shape) {
        (column, Shape::Trunk) => {
            if side < 0.0 {
                column.left
            } else {
                column.right
            }
        }
        (column, _) => f64::midpoint(column.left, column.right) + side * vertex.width() / 2.0,
    };
    let (y0, y1) = (layout.y[edge.from], layout.y[edge.to]);
    if from.column >= to.column {
        // Cells of one depth, one above the other: around their right sides.
        let (x0, x1) = (side(from, from.column, 1.0), side(to, to.column, 1.0));
        let out = x0.max(x1) + 22.0;
        return format!("M{x0:.1} {y0:.1}C{out:.1} {y0:.1} {out:.1} {y1:.1} {x1:.1} {y1:.1}");
    }
    let leave = from.last.min(to.column - 1);
    let (x0, x1) = (side(from, leave, 1.0), side(to, to.column, -1.0));
    let mut path = format!("M{x0:.1} {y0:.1}");
    if (y0 - y1).abs() < 0.05 {
        let _ = write!(path, "H{x1:.1}");
    } else {
        // Turns are for the gaps, so that no line runs behind a vertex that is wider than its neighbours.
        let (turn0, turn1) = (layout.columns[leave].right, layout.columns[to.column].left);
        let middle = f64::midpoint(turn0, turn1);
        let _ =
            write!(path, "H{turn0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {turn1:.1} {y1:.1}H{x1:.1}");
    }
    if to.shape == Shape::Trunk {
        let _ = write!(path, "H{:.1}", side(to, to.last, 1.0));
    }
    path
}

fn nodes(graph: &Graph, layout: &Layout) -> Group {
    let drawn = graph.vertices.iter().enumerate().filter(|(_, vertex)| vertex.shape != Shape::Trunk);
    drawn.fold(Group::new(), |group, (v, vertex)| group.add(node(vertex, layout, layout.y[v])))
}

fn node(vertex: &Vertex, layout: &Layout, y: f64) -> Group {
    let column = layout.columns[vertex.column];
    let x = f64::midpoint(column.left, column.right);
    let mut class = String::from(match vertex.shape {
        Shape::Input => "node input",
        Shape::Output => "node output",
        _ => "node",
    });
    for (set, name) in [(vertex.level, " level"), (vertex.public, " public"), (vertex.critical, " critical")]
    {
        class.push_str(if set { name } else { "" });
    }
    let shift = match vertex.shape {
        Shape::Input => -3.0,
        Shape::Output => 3.0,
        _ => 0.0,
    };
    let group = Group::new().set("class", class);
    let group = if let Some(id) = vertex.node { group.set("data-node", id) } else { group };
    group
        .add(Title::new(vertex.title.as_str()))
        .add(outline(vertex.shape, x, y, vertex.width(), vertex.height()))
        .add(text(&vertex.label, "mid", x + shift, y + 4.5))
}

/// Inputs point into the circuit, outputs are notched, operations are round, the rest has corners.
pub(super) fn outline(shape: Shape, x: f64, y: f64, width: f64, height: f64) -> Group {
    let (left, right, top, bottom) = (x - width / 2.0, x + width / 2.0, y - height / 2.0, y + height / 2.0);
    let tip = 8.0;
    let path = match shape {
        Shape::Input => {
            let inner = right - tip;
            format!("M{left:.1} {top:.1}H{inner:.1}L{right:.1} {y:.1}L{inner:.1} {bottom:.1}H{left:.1}Z")
        }
        Shape::Output => {
            let inner = left + tip;
            format!("M{left:.1} {top:.1}H{right:.1}V{bottom:.1}H{left:.1}L{inner:.1} {y:.1}Z")
        }
        _ => {
            let rect = Rectangle::new()
                .set("x", places(left))
                .set("y", places(top))
                .set("width", places(width))
                .set("height", places(height))
                .set("rx", places(if shape == Shape::Operation { height / 2.0 } else { 5.0 }));
            return Group::new().add(rect);
        }
    };
    Group::new().add(Path::new().set("d", path).set("stroke-linejoin", "round"))
}

fn text(words: &str, class: &str, x: f64, y: f64) -> Text {
    Text::new(label::clean(words)).set("class", class).set("x", places(x)).set("y", places(y))
}

fn places(x: f64) -> String {
    format!("{x:.1}")
}
