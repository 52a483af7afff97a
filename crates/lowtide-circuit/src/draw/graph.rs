//! What is drawn: vertices in columns, edges from column to column, frames around them.

/// Sizes of text, measured in a wide font so that it fits in any.
pub(super) const LETTER: f64 = 7.6;

/// A picture before anything has a place on paper.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) vertices: Vec<Vertex>,
    pub(super) edges: Vec<Edge>,
    /// Frame 0 is around everything and is not drawn; each stands behind its parent.
    pub(super) frames: Vec<Frame>,
    pub(super) bands: Vec<Band>,
    /// What a reader must know of how it is drawn.
    pub(super) note: Option<String>,
}

/// What a vertex stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Input,
    Output,
    Constant,
    Operation,
    /// Many operations.
    Cell,
    /// A line through several columns, for edges that are longer than from one column to the next.
    Trunk,
}

/// Something with a place.
#[derive(Clone)]
pub(super) struct Vertex {
    pub(super) column: usize,
    /// The last column, for a trunk.
    pub(super) last: usize,
    pub(super) frame: usize,
    pub(super) shape: Shape,
    pub(super) label: String,
    pub(super) title: String,
    /// Which node of the circuit, when it is one.
    pub(super) node: Option<usize>,
    pub(super) public: bool,
    /// Whether it takes a level.
    pub(super) level: bool,
    pub(super) critical: bool,
}

/// A line from one vertex to another.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) public: bool,
    pub(super) critical: bool,
}

/// A named box around vertices and other boxes.
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) parent: usize,
}

/// Columns of one depth.
pub(super) struct Band {
    pub(super) name: String,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Vertex {
    fn trunk(column: usize, last: usize, frame: usize, critical: bool) -> Self {
        let (label, title) = (String::new(), String::new());
        let (shape, node) = (Shape::Trunk, None);
        Self { column, last, frame, shape, label, title, node, public: false, level: false, critical }
    }

    pub(super) fn width(&self) -> f64 {
        let text = self.label.chars().count() as f64 * LETTER;
        match self.shape {
            Shape::Trunk => 0.0,
            Shape::Operation => (text + 14.0).max(32.0),
            Shape::Input | Shape::Output | Shape::Constant => (text + 34.0).max(44.0),
            Shape::Cell => (text + 18.0).max(48.0),
        }
    }

    pub(super) fn height(&self) -> f64 {
        match self.shape {
            Shape::Trunk => 2.0,
            Shape::Operation => 26.0,
            Shape::Input | Shape::Output | Shape::Constant => 28.0,
            Shape::Cell => 32.0,
        }
    }
}

impl Graph {
    /// The innermost frame that holds both.
    pub(super) fn common(&self, mut a: usize, mut b: usize) -> usize {
        while a != b {
            if a > b {
                a = self.frames[a].parent;
            } else {
                b = self.frames[b].parent;
            }
        }
        a
    }

    /// Leads edges that skip columns along trunks. Edges from one vertex share theirs up to where they part.
    pub(super) fn add_trunks(&mut self) {
        let mut from: Vec<Vec<Edge>> = vec![Vec::new(); self.vertices.len()];
        for edge in std::mem::take(&mut self.edges) {
            from[edge.from].push(edge);
        }
        for mut edges in from {
            edges.sort_by_key(|edge| std::cmp::Reverse(self.vertices[edge.to].column));
            self.trunk(edges);
        }
    }

    /// Edges of one vertex, farthest first. A trunk goes as far as its frame is the same: the one that holds the vertex and
    /// all that is still to be reached.
    fn trunk(&mut self, mut edges: Vec<Edge>) {
        let Some(source) = edges.first().map(|edge| edge.from) else { return };
        let (mut at, mut column) = (source, self.vertices[source].column);
        while let Some(edge) = edges.last().copied() {
            if self.vertices[edge.to].column <= column + 1 {
                self.edges.push(Edge { from: at, ..edge });
                edges.pop();
                continue;
            }
            let inside = edges.iter().map(|edge| self.vertices[edge.to].frame);
            let inside = inside.fold(self.vertices[source].frame, |a, b| self.common(a, b));
            let critical = edges.iter().any(|edge| edge.critical);
            let next = self.vertices[edge.to].column - 1;
            column += 1;
            let trunk = &mut self.vertices[at];
            if trunk.shape == Shape::Trunk && trunk.frame == inside && trunk.critical == critical {
                trunk.last = next;
            } else {
                let to = self.vertices.len();
                self.edges.push(Edge { from: at, to, public: edge.public, critical });
                self.vertices.push(Vertex::trunk(column, next, inside, critical));
                at = to;
            }
            column = next;
        }
    }
}
