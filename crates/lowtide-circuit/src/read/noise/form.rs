//! Affine forms: an error as a sum over its sources.

use crate::{program::Register, read::Range};

/// How many sources of one value are told apart.
const TERMS: usize = 128;

/// Numbers from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    pub(super) const EVERYTHING: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub(super) const fn point(x: f64) -> Self {
        Self { low: x, high: x }
    }

    /// A range; nothing but 0 when nothing was tried.
    pub(super) fn of(range: &Range) -> Self {
        if range.min > range.max { Self::point(0.0) } else { Self { low: range.min, high: range.max } }
    }

    pub(super) fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }.known()
    }

    pub(super) fn times(self, other: Self) -> Self {
        let ends =
            [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        if ends.iter().any(|x| x.is_nan()) {
            return Self::EVERYTHING;
        }
        let ends = ends.into_iter();
        Self { low: ends.clone().fold(f64::INFINITY, f64::min), high: ends.fold(f64::NEG_INFINITY, f64::max) }
    }

    /// What is no number can be any.
    const fn known(self) -> Self {
        if self.low.is_nan() || self.high.is_nan() { Self::EVERYTHING } else { self }
    }
}

/// An error: independent sources, each turned by some steps and multiplied, in every slot, by a factor in an interval
/// that includes the reach of the source; and a rest with any sign.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// By increasing source and turn.
    terms: Vec<Term>,
    rest: f64,
    /// What most of the rest comes from, and how much that is.
    worst: (f64, Register),
}

#[derive(Clone, Copy, Debug)]
struct Term {
    source: u32,
    turn: u32,
    part: Interval,
}

impl Term {
    const fn key(&self) -> (u32, u32) {
        (self.source, self.turn)
    }

    fn size(&self) -> f64 {
        self.part.magnitude()
    }
}

impl Form {
    pub(super) fn of(source: u32, reach: f64) -> Self {
        let part = Interval::point(reach);
        Self { terms: vec![Term { source, turn: 0, part }], rest: 0.0, worst: (0.0, Register(0)) }
    }

    /// How large the error is at most.
    pub(super) fn bound(&self) -> f64 {
        squares(&self.terms) + self.rest
    }

    /// One more source, or more of one.
    pub(super) fn push(&mut self, source: u32, part: Interval) {
        let term = Term { source, turn: 0, part };
        match self.terms.binary_search_by_key(&term.key(), Term::key) {
            Ok(at) => self.terms[at].part = self.terms[at].part.plus(part),
            Err(at) => self.terms.insert(at, term),
        }
    }

    pub(super) fn add_rest(&mut self, reach: f64, origin: Register) {
        // No number: nothing is known.
        let reach = if reach.is_nan() { f64::INFINITY } else { reach };
        self.rest += reach;
        if reach > self.worst.0 {
            self.worst = (reach, origin);
        }
    }

    /// In every slot multiplied by some number in an interval.
    pub(super) fn times(&self, factor: Interval) -> Self {
        let terms = self.terms.iter().map(|term| Term { part: term.part.times(factor), ..*term }).collect();
        let size = factor.magnitude();
        let product = |x: f64| if x == 0.0 || size == 0.0 { 0.0 } else { x * size };
        Self { terms, rest: product(self.rest), worst: (product(self.worst.0), self.worst.1) }
    }

    /// The sum or difference of two, by a merge.
    pub(super) fn sum(left: &Self, right: &Self, subtract: bool) -> Self {
        let sign = Interval::point(if subtract { -1.0 } else { 1.0 });
        let mut terms = Vec::with_capacity(left.terms.len() + right.terms.len());
        let mut ours = left.terms.iter().copied().peekable();
        for theirs in right.terms.iter().map(|term| Term { part: term.part.times(sign), ..*term }) {
            while let Some(term) = ours.next_if(|term| term.key() < theirs.key()) {
                terms.push(term);
            }
            let same = ours.next_if(|term| term.key() == theirs.key());
            let part = same.map_or(theirs.part, |term| term.part.plus(theirs.part));
            terms.push(Term { part, ..theirs });
        }
        terms.extend(ours);
        let worst = if left.worst.0 >= right.worst.0 { left.worst } else { right.worst };
        Self { terms, rest: left.rest + right.rest, worst }
    }

    fn distinct(&self) -> impl Iterator<Item = u32> {
        self.terms.chunk_by(|a, b| a.source == b.source).map(|terms| terms[0].source)
    }
}

/// Independent errors together.
fn squares(terms: &[Term]) -> f64 {
    // Scaled by the largest, so that no square over- or underflows.
    let largest = terms.iter().map(Term::size).fold(0.0, f64::max);
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    let sum: f64 = terms.iter().map(|term| (term.size() / largest).powi(2)).sum();
    largest * sum.sqrt()
}

/// All sources so far.
#[derive(Default)]
pub(super) struct Sources {
    all: Vec<Source>,
}

struct Source {
    /// The step that made it.
    origin: Register,
    /// After how many rotations by one it is itself again.
    period: u32,
    /// How many values depend on it, or may.
    live: u32,
}

impl Sources {
    pub(super) fn add(&mut self, origin: Register, period: usize) -> u32 {
        self.all.push(Source { origin, period: period as u32, live: 0 });
        (self.all.len() - 1) as u32
    }

    /// The step that most of an error comes from.
    pub(super) fn origin(&self, form: &Form) -> Option<Register> {
        let term = largest(&form.terms)?;
        let (rest, origin) = form.worst;
        Some(if rest > term.size() { origin } else { self.all[term.source as usize].origin })
    }

    /// Says that a source may reach more values than those that hold it.
    pub(super) fn pin(&mut self, source: u32) {
        self.all[source as usize].live += 1;
    }

    pub(super) fn unpin(&mut self, source: u32) {
        self.all[source as usize].live -= 1;
    }

    pub(super) fn hold(&mut self, form: &Form) {
        form.distinct().for_each(|source| self.pin(source));
    }

    pub(super) fn release(&mut self, form: &Form) {
        form.distinct().for_each(|source| self.unpin(source));
    }

    /// Turned to the left. What comes to the same turn by its period adds up.
    pub(super) fn rotate(&self, form: &Form, steps: u32) -> Form {
        let turned = |term: &Term| {
            let period = self.all[term.source as usize].period;
            Term { turn: (term.turn + steps) % period, ..*term }
        };
        let mut terms: Vec<Term> = form.terms.iter().map(turned).collect();
        terms.sort_by_key(Term::key);
        Form { terms, ..form.clone() }
    }

    /// Makes one source of those which only this form, already held, depends on, and keeps the largest of the others.
    ///
    /// A source that is there in two turns stays as it is: turned again, it may meet itself.
    pub(super) fn fold(&mut self, form: &mut Form) {
        let private = |terms: &&[Term]| terms.len() == 1 && self.all[terms[0].source as usize].live == 1;
        let (folded, kept): (Vec<_>, Vec<_>) =
            form.terms.chunk_by(|a, b| a.source == b.source).partition(private);
        let (folded, mut kept) = (folded.concat(), kept.concat());
        if let Some(largest) = largest(&folded)
            && folded.len() > 1
        {
            let origin = self.all[largest.source as usize].origin;
            let period = folded.iter().map(|term| self.all[term.source as usize].period).min();
            let source = self.add(origin, period.unwrap_or(1) as usize);
            kept.push(Term { source, turn: 0, part: Interval::point(squares(&folded)) });
            self.replace(form, kept);
        }
        if form.terms.len() > TERMS {
            let mut kept = form.terms.clone();
            kept.sort_by(|a, b| b.size().total_cmp(&a.size()));
            let rest = kept.split_off(TERMS);
            kept.sort_by_key(Term::key);
            form.add_rest(squares(&rest), self.all[rest[0].source as usize].origin);
            self.replace(form, kept);
        }
    }

    fn replace(&mut self, form: &mut Form, terms: Vec<Term>) {
        self.release(form);
        form.terms = terms;
        self.hold(form);
    }
}

fn largest(terms: &[Term]) -> Option<&Term> {
    terms.iter().max_by(|a, b| a.size().total_cmp(&b.size()))
}
