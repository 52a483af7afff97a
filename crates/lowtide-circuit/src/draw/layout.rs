//! Places on paper, after Sugiyama: columns are given, the order in them comes from the middle of the neighbours.
//!
//! Every frame packs what stands directly in it, vertices and inner frames alike, each over the columns that it covers: so no
//! box meets another unless one is inside the other, and none holds a vertex of another region.

use super::graph::{Graph, Shape};

/// Between columns, for edges to turn.
const GAP: f64 = 38.0;
/// Between a frame and what is in it.
const PAD: f64 = 10.0;
/// For a frame's name.
const NAME: f64 = 18.0;
/// The width of its letters.
const NAME_LETTER: f64 = 7.0;
/// Between things one above the other.
const SPACE: f64 = 12.0;
/// Sweeps over the columns; each carries an order at least one column further.
const SWEEPS: usize = 72;

/// How much of the way to their neighbours things move in a sweep; all of it would let two chase each other for ever.
const DAMP: f64 = 0.5;

/// How much of the way to the middle of their frame: or parts that no edge joins would stay apart.
const GRAVITY: f64 = 0.04;

/// Where everything is.
pub(super) struct Layout {
    pub(super) columns: Vec<Span>,
    /// By vertex: the middle.
    pub(super) y: Vec<f64>,
    /// By frame; none where nothing is in it.
    pub(super) frames: Vec<Option<Rect>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// From left to right, with the room for frames that begin or end at the column.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) left: f64,
    pub(super) right: f64,
    /// The outer edges, half of the gap included.
    pub(super) outer: (f64, f64),
}

/// A rectangle.
#[derive(Clone, Copy)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// Which columns a frame covers, and how many frames begin and end with it, itself included.
#[derive(Clone, Copy)]
struct Cover {
    first: usize,
    last: usize,
    left: usize,
    right: usize,
}

/// A vertex or an inner frame that is being packed.
struct Item {
    first: usize,
    last: usize,
    height: f64,
    wish: f64,
    member: Member,
}

#[derive(Clone, Copy)]
enum Member {
    Vertex(usize),
    Frame(usize),
}

impl Layout {
    pub(super) fn new(graph: &Graph) -> Self {
        let covers = covers(graph);
        let columns = columns(graph, &covers);
        let mut packer = Packer::new(graph, &covers);
        packer.run();
        let (top, bottom) = packer.extent[0];
        let frame = |(cover, (middle, (top, bottom))): (&Option<Cover>, (&f64, &(f64, f64)))| {
            cover.map(|cover| Rect {
                left: columns[cover.first].left - cover.left as f64 * PAD,
                right: columns[cover.last].right + cover.right as f64 * PAD,
                top: middle - (bottom - top) / 2.0,
                bottom: middle + (bottom - top) / 2.0,
            })
        };
        let mut frames: Vec<_> =
            covers.iter().zip(packer.middle.iter().zip(&packer.extent)).map(frame).collect();
        let up = packer.middle[0] - (bottom - top) / 2.0;
        frames.iter_mut().flatten().for_each(|frame| {
            frame.top -= up;
            frame.bottom -= up;
        });
        let y = packer.y.iter().map(|y| y - up).collect();
        let width = columns.last().map_or(0.0, |column| column.outer.1);
        Self { columns, y, frames, width, height: bottom - top }
    }
}

fn covers(graph: &Graph) -> Vec<Option<Cover>> {
    let mut covers: Vec<Option<Cover>> = vec![None; graph.frames.len()];
    let widen = |covers: &mut Vec<Option<Cover>>, frame: usize, inner: Cover| {
        let outer = covers[frame].get_or_insert(Cover { left: 0, right: 0, ..inner });
        if inner.first <= outer.first {
            outer.left = if inner.first < outer.first { inner.left } else { outer.left.max(inner.left) };
            outer.first = inner.first;
        }
        if inner.last >= outer.last {
            outer.right = if inner.last > outer.last { inner.right } else { outer.right.max(inner.right) };
            outer.last = inner.last;
        }
    };
    for vertex in &graph.vertices {
        let cover = Cover { first: vertex.column, last: vertex.last, left: 0, right: 0 };
        widen(&mut covers, vertex.frame, cover);
    }
    for frame in (1..graph.frames.len()).rev() {
        if let Some(cover) = &mut covers[frame] {
            (cover.left, cover.right) = (cover.left + 1, cover.right + 1);
            let cover = *cover;
            widen(&mut covers, graph.frames[frame].parent, cover);
        }
    }
    covers
}

fn columns(graph: &Graph, covers: &[Option<Cover>]) -> Vec<Span> {
    let count = graph.vertices.iter().map(|vertex| vertex.last + 1).max().unwrap_or(0);
    let mut widths = vec![0.0_f64; count];
    for vertex in &graph.vertices {
        widths[vertex.column] = widths[vertex.column].max(vertex.width());
    }
    let mut pads = vec![(0.0_f64, 0.0_f64); count];
    for (frame, cover) in graph.frames.iter().zip(covers).skip(1) {
        let Some(cover) = cover else { continue };
        if cover.first == cover.last {
            // One column of signs is too narrow for most names.
            let name = frame.name.chars().count().min(12) as f64 * NAME_LETTER;
            widths[cover.first] = widths[cover.first].max(name);
        }
        pads[cover.first].0 = pads[cover.first].0.max(cover.left as f64 * PAD);
        pads[cover.last].1 = pads[cover.last].1.max(cover.right as f64 * PAD);
    }
    let mut at = 0.0;
    let span = |(width, pad): (f64, (f64, f64))| {
        let left = at + GAP / 2.0 + pad.0;
        let outer = (at, left + width + pad.1 + GAP / 2.0);
        at = outer.1;
        Span { left, right: left + width, outer }
    };
    widths.into_iter().zip(pads).map(span).collect()
}

struct Packer<'a> {
    graph: &'a Graph,
    covers: &'a [Option<Cover>],
    /// By frame.
    members: Vec<Vec<Member>>,
    /// By vertex: neighbours to the left and to the right, with weights.
    neighbours: [Vec<Vec<(usize, f64)>>; 2],
    y: Vec<f64>,
    /// By frame: its top and bottom when it was packed, and the middle where it has come to stand.
    extent: Vec<(f64, f64)>,
    middle: Vec<f64>,
    /// By frame: how far it is drawn.
    pull: Vec<f64>,
}

impl<'a> Packer<'a> {
    fn new(graph: &'a Graph, covers: &'a [Option<Cover>]) -> Self {
        let (vertices, frames) = (graph.vertices.len(), graph.frames.len());
        let mut members = vec![Vec::new(); frames];
        for (v, vertex) in graph.vertices.iter().enumerate() {
            members[vertex.frame].push(Member::Vertex(v));
        }
        for (f, frame) in graph.frames.iter().enumerate().skip(1).filter(|(f, _)| covers[*f].is_some()) {
            members[frame.parent].push(Member::Frame(f));
        }
        let mut neighbours = [vec![Vec::new(); vertices], vec![Vec::new(); vertices]];
        for edge in &graph.edges {
            let ends = [edge.from, edge.to].map(|v| f64::from(graph.vertices[v].shape == Shape::Trunk));
            let weight = if edge.critical { 4.0 } else { 1.0 } + 2.0 * ends[0] * ends[1];
            neighbours[0][edge.to].push((edge.from, weight));
            neighbours[1][edge.from].push((edge.to, weight));
        }
        let y = (0..vertices).map(|v| v as f64).collect();
        Self {
            graph,
            covers,
            members,
            neighbours,
            y,
            extent: vec![(0.0, 0.0); frames],
            middle: vec![0.0; frames],
            pull: vec![0.0; frames],
        }
    }

    /// First the order, with everything packed tight; then, in the order with the shortest edges, the places.
    fn run(&mut self) {
        self.pack(&self.y.clone(), true);
        let mut best = (self.length(), self.members.clone());
        for sweep in 0..SWEEPS {
            self.sweep(if sweep % 12 < 8 { &[[0], [1]][sweep / 4 % 2] } else { &[0, 1] }, true);
            let length = self.length();
            if length < best.0 {
                best = (length, self.members.clone());
            }
        }
        self.members = best.1;
        for _ in 0..SWEEPS {
            self.sweep(&[0, 1], false);
        }
    }

    fn sweep(&mut self, sides: &[usize], sort: bool) {
        self.pull(sides);
        let wishes: Vec<f64> = (0..self.y.len()).map(|v| self.wish(v, sides)).collect();
        self.pack(&wishes, sort);
    }

    /// How far edges go up and down in all.
    fn length(&self) -> f64 {
        let edge = |(v, u, weight): (usize, usize, f64)| (self.y[v] - self.y[u]).abs() * weight;
        let edges = self.neighbours[0].iter().enumerate();
        edges.flat_map(|(v, left)| left.iter().map(move |(u, weight)| edge((v, *u, *weight)))).sum()
    }

    /// Towards the neighbours on some sides.
    fn wish(&self, v: usize, sides: &[usize]) -> f64 {
        let frame = self.graph.vertices[v].frame;
        let neighbours = || sides.iter().flat_map(|side| &self.neighbours[*side][v]);
        let weight: f64 = neighbours().map(|(_, weight)| weight).sum();
        let sum: f64 = neighbours().map(|(u, weight)| (self.near(*u, frame) - self.y[v]) * weight).sum();
        let drawn = if weight > 0.0 { DAMP * sum / weight } else { 0.0 };
        self.y[v] + drawn + GRAVITY * (self.middle[frame] - self.y[v])
    }

    /// Where a vertex is, seen from inside a frame: no farther than its edge, or what it draws would stretch the frame.
    fn near(&self, v: usize, frame: usize) -> f64 {
        let reach =
            if frame == 0 { f64::INFINITY } else { 0.45 * (self.extent[frame].1 - self.extent[frame].0) };
        self.y[v].clamp(self.middle[frame] - reach, self.middle[frame] + reach)
    }

    /// How far each frame is drawn: the mean of its edges to what is outside.
    fn pull(&mut self, sides: &[usize]) {
        let mut sums = vec![(0.0, 0.0); self.pull.len()];
        for (v, vertex) in self.graph.vertices.iter().enumerate() {
            for (u, weight) in sides.iter().flat_map(|side| &self.neighbours[*side][v]) {
                let common = self.graph.common(vertex.frame, self.graph.vertices[*u].frame);
                let mut frame = vertex.frame;
                while frame != common {
                    let sum: &mut (f64, f64) = &mut sums[frame];
                    frame = self.graph.frames[frame].parent;
                    *sum = (sum.0 + weight * (self.near(*u, frame) - self.y[v]), sum.1 + weight);
                }
            }
        }
        for (f, (sum, weight)) in sums.into_iter().enumerate() {
            let down = self.middle[self.graph.frames[f].parent] - self.middle[f];
            self.pull[f] = GRAVITY * down + if weight > 0.0 { DAMP * sum / weight } else { 0.0 };
        }
    }

    /// Inner frames first; then what moved with a frame is told.
    fn pack(&mut self, wishes: &[f64], sort: bool) {
        let mut shift = vec![0.0; self.members.len()];
        let before = self.middle.clone();
        for f in (0..self.members.len()).rev() {
            let Some(cover) = self.covers[f] else { continue };
            let mut items: Vec<Item> =
                self.members[f].iter().map(|member| self.item(*member, wishes, &before)).collect();
            if sort {
                items.sort_by(|a, b| a.wish.total_cmp(&b.wish));
                self.members[f] = items.iter().map(|item| item.member).collect();
            }
            let places = place(&items, cover, sort);
            let mut extent = (f64::INFINITY, f64::NEG_INFINITY);
            for (item, y) in items.iter().zip(&places) {
                extent = (extent.0.min(y - item.height / 2.0), extent.1.max(y + item.height / 2.0));
                match item.member {
                    Member::Vertex(v) => self.y[v] = *y,
                    Member::Frame(inner) => shift[inner] = y - self.middle[inner],
                }
            }
            let named = if f == 0 { 0.0 } else { 1.0 };
            self.extent[f] = (extent.0 - named * (PAD + NAME), extent.1 + named * PAD);
            self.middle[f] = f64::midpoint(self.extent[f].0, self.extent[f].1);
        }
        for f in 1..self.members.len() {
            shift[f] += shift[self.graph.frames[f].parent];
            self.middle[f] += shift[f];
        }
        for (y, vertex) in self.y.iter_mut().zip(&self.graph.vertices) {
            *y += shift[vertex.frame];
        }
    }

    fn item(&self, member: Member, wishes: &[f64], before: &[f64]) -> Item {
        match member {
            Member::Vertex(v) => {
                let vertex = &self.graph.vertices[v];
                let (first, last, height) = (vertex.column, vertex.last, vertex.height());
                Item { first, last, height, wish: wishes[v], member }
            }
            Member::Frame(f) => {
                let cover = self.covers[f].expect("empty frames are no members");
                let (top, bottom) = self.extent[f];
                Item {
                    first: cover.first,
                    last: cover.last,
                    height: bottom - top,
                    wish: before[f] + self.pull[f],
                    member,
                }
            }
        }
    }
}

/// Middles for items in their order. Either as high as they go; or near their wishes, by the mean of pushing down from the
/// top and up from the bottom: both keep things apart, so their mean does.
fn place(items: &[Item], cover: Cover, tight: bool) -> Vec<f64> {
    let mut free = vec![f64::NEG_INFINITY; cover.last - cover.first + 1];
    let push = |item: &Item, wish: f64, free: &mut Vec<f64>| {
        let columns = item.first - cover.first..=item.last - cover.first;
        let above = free[columns.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let y = wish.max(above + SPACE + item.height / 2.0);
        free[columns].fill(y + item.height / 2.0);
        y
    };
    if tight {
        return items.iter().map(|item| push(item, item.height / 2.0, &mut free)).collect();
    }
    let down: Vec<f64> = items.iter().map(|item| push(item, item.wish, &mut free)).collect();
    free.fill(f64::NEG_INFINITY);
    let mut up: Vec<f64> = items.iter().rev().map(|item| -push(item, -item.wish, &mut free)).collect();
    up.reverse();
    down.iter().zip(up).map(|(down, up)| f64::midpoint(*down, up)).collect()
}

impl Rect {
    /// How many letters of a name fit in a line.
    pub(super) fn letters(&self) -> usize {
        ((self.right - self.left - 2.0 * PAD) / NAME_LETTER + 0.01).max(1.0) as usize
    }
}
