//! Writing: statements in order, regions around them.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use super::{VERSION, number, plan::Plan};
use crate::{Circuit, NodeId, Op, RegionId, Secrecy, Value, build::Draft};

/// The widest line.
const WIDTH: usize = 100;

/// The circuit as text, in lines of about 100 columns. Values that are used more than once, or in another region than
/// their own, have names: those of their outputs, or `t1`, `t2`, and so on.
///
/// What [`parse`](super::parse) makes of it is the same circuit, unless the circuit is larger than its
/// [`Limits`](super::Limits).
///
/// ```
/// use lowtide_circuit::{Builder, text};
///
/// let b = Builder::new(4);
/// let x = b.input("x");
/// let square = &x * &x;
/// b.output("y", &(&square * &square + 2.0));
/// let text = text::print(&b.finish()?);
/// assert_eq!(text, "lowtide circuit 1\nslots 4\n\ninput x\n\nt1 = x * x\n\noutput y = t1 * t1 + 2\n");
/// # Ok::<(), lowtide_circuit::Error>(())
/// ```
#[must_use]
pub fn print(circuit: &Circuit) -> String {
    let circuit = intern(circuit);
    let plan = Plan::new(&circuit);
    let mut page = Page::new(&circuit);
    let mut texts = texts(&circuit, &plan, &mut page);
    page.enter_all();
    page.go_to(RegionId(0));
    page.gap();
    for (name, id) in circuit.outputs() {
        let text = std::mem::take(&mut texts[id.index()]);
        if text == *name {
            page.line(&format!("output {name}"));
        } else {
            page.line(&format!("output {name} = {text}"));
        }
        // Another output may be the same value, then a name, an input or a number.
        texts[id.index()] = text;
    }
    page.text
}

/// The same circuit without equal nodes and rotations by nothing, as reading makes it.
fn intern(circuit: &Circuit) -> Circuit {
    let mut draft = Draft::like(circuit);
    let mut moved: Vec<NodeId> = Vec::with_capacity(circuit.nodes().len());
    for (_, node) in circuit.iter() {
        draft.region = node.region;
        moved.push(match node.op.map(|operand| moved[operand.index()]) {
            Op::Rotate(id, 0) => id,
            op => draft.intern(op),
        });
    }
    for (name, id) in circuit.outputs() {
        draft.output(name.clone(), moved[id.index()]);
    }
    draft.finish().expect("a circuit without repetitions is as sound as with them")
}

/// Writes every statement but the outputs, and leaves for each node what an output would say: a name or an expression.
fn texts(circuit: &Circuit, plan: &Plan<'_>, page: &mut Page<'_>) -> Vec<String> {
    let mut names = names(circuit);
    let mut texts: Vec<String> = Vec::with_capacity(circuit.nodes().len());
    page.gap();
    for (id, node) in circuit.iter() {
        let text = match &node.op {
            Op::Input(input) => circuit.inputs()[*input as usize].name.clone(),
            Op::Constant(_) if plan.is_named(id) => String::new(),
            Op::Constant(value) => number::constant(value),
            _ => {
                let phrase = plan.phrase(id).expect("an operation has operands");
                phrase.write(plan, |operand| {
                    let shared = plan.phrase(operand).is_none() || plan.is_named(operand);
                    let text = &mut texts[operand.index()];
                    if shared { text.clone() } else { std::mem::take(text) }
                })
            }
        };
        if !plan.is_named(id) {
            texts.push(text);
            continue;
        }
        let name = plan.label(id).map_or_else(|| names.next().expect("names do not end"), str::to_owned);
        page.go_to(node.region);
        match &node.op {
            Op::Constant(Value::Vector(values)) => page.vector(&name, values),
            Op::Constant(value) => page.line(&format!("{name} = {}", number::constant(value))),
            _ => page.line(&format!("{name} = {text}")),
        }
        texts.push(name);
    }
    texts
}

/// `t1`, `t2`, and so on, less the names of inputs and outputs.
fn names(circuit: &Circuit) -> impl Iterator<Item = String> {
    let inputs = circuit.inputs().iter().map(|input| &input.name);
    let taken: HashSet<_> = inputs.chain(circuit.outputs().iter().map(|(name, _)| name)).collect();
    (1_u64..).map(|number| format!("t{number}")).filter(move |name| !taken.contains(name))
}

/// The text so far.
struct Page<'a> {
    circuit: &'a Circuit,
    text: String,
    /// The regions that are open, outermost first.
    path: Vec<RegionId>,
    /// Whether the last line opened a region.
    fresh: bool,
    /// Regions below this were opened before.
    entered: usize,
    /// The regions that were opened, by place and name.
    siblings: HashMap<(RegionId, &'a str), Vec<RegionId>>,
}

impl<'a> Page<'a> {
    /// A page with the inputs on it.
    fn new(circuit: &'a Circuit) -> Self {
        let mut text = format!("lowtide circuit {VERSION}\nslots {}\n\n", circuit.slots());
        for input in circuit.inputs() {
            let word = if input.secrecy == Secrecy::Encrypted { "input" } else { "public" };
            let _ = writeln!(text, "{word} {}", input.name);
        }
        Self { circuit, text, path: Vec::new(), fresh: false, entered: 1, siblings: HashMap::new() }
    }

    /// One empty line.
    fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", 4 * self.path.len());
        self.fresh = false;
    }

    /// A vector with a name, on as many lines as it takes.
    fn vector(&mut self, name: &str, values: &[f64]) {
        let items = number::items(values);
        let short = items.iter().map(|item| item.len() + 2).sum::<usize>() + name.len() + 3;
        if short + 4 * self.path.len() <= WIDTH {
            return self.line(&format!("{name} = [{}]", items.join(", ")));
        }
        self.line(&format!("{name} = ["));
        let room = WIDTH.saturating_sub(4 * self.path.len() + 4).max(WIDTH / 2);
        let mut line = String::new();
        for item in items {
            if line.len() + item.len() + 2 > room {
                self.line(&format!("    {}", line.trim_end()));
                line.clear();
            }
            let _ = write!(line, "{item}, ");
        }
        self.line(&format!("    {}", line.trim_end_matches(", ")));
        self.line("]");
    }

    /// Opens every region that was not opened yet, so that none is lost.
    fn enter_all(&mut self) {
        let count = self.circuit.regions().len();
        if self.entered < count {
            self.go_to(RegionId(count as u32 - 1));
        }
    }

    /// Closes and opens regions until this one is the innermost. Regions are opened first in their order, so that
    /// reading numbers them as they were.
    fn go_to(&mut self, region: RegionId) {
        while self.entered <= region.index() {
            let next = RegionId(self.entered as u32);
            self.move_to(next);
        }
        self.move_to(region);
    }

    /// The same, where all regions before this one were opened already.
    fn move_to(&mut self, region: RegionId) {
        let mut path = Vec::new();
        let mut at = region;
        while at.index() != 0 {
            path.push(at);
            at = self.circuit.regions()[at.index()].parent;
        }
        path.reverse();
        let common = path.iter().zip(&self.path).take_while(|(new, old)| new == old).count();
        while self.path.len() > common {
            self.path.pop();
            self.close();
        }
        for id in path.drain(common..) {
            self.open(id);
            self.path.push(id);
        }
    }

    fn close(&mut self) {
        if self.fresh {
            self.text.pop();
            self.text.push_str(" }\n");
            self.fresh = false;
        } else {
            self.line("}");
        }
    }

    fn open(&mut self, id: RegionId) {
        let region = &self.circuit.regions()[id.index()];
        let (new, quoted) = (self.entered == id.index(), quote(&region.name));
        let siblings = self.siblings.entry((region.parent, &region.name)).or_default();
        let line = if new {
            self.entered += 1;
            siblings.push(id);
            format!("region {quoted} {{")
        } else if siblings.last() == Some(&id) {
            format!("again {quoted} {{")
        } else {
            let number = siblings.iter().position(|sibling| *sibling == id).map_or(0, |place| place + 1);
            format!("again {quoted} {number} {{")
        };
        self.line(&line);
        self.fresh = true;
    }
}

/// A region's name as it is, when it is a word, or in quotes.
fn quote(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit()) {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
