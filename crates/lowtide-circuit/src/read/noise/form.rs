//! Affine forms: an error as a sum over its sources.

use super::interval::Interval;
use crate::program::Register;

/// An error: independent sources, each turned by some steps and multiplied, in every slot, by a factor in an interval
/// that includes the reach of the source; and a rest with any sign.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// By increasing source and turn.
    pub(super) terms: Vec<Term>,
    rest: f64,
    /// How far the imaginary part may be from that of the sum: sources are the same when they are conjugated, which is
    /// true of their real parts.
    imaginary: f64,
    /// What most of the rest comes from, and how much that is.
    worst: (f64, Register),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) source: u32,
    pub(super) turn: u32,
    pub(super) part: Interval,
}

impl Term {
    pub(super) const fn key(&self) -> (u32, u32) {
        (self.source, self.turn)
    }

    pub(super) fn size(&self) -> f64 {
        self.part.magnitude()
    }
}

impl Form {
    /// No error.
    pub(super) const fn zero() -> Self {
        Self { terms: Vec::new(), rest: 0.0, imaginary: 0.0, worst: (0.0, Register(0)) }
    }

    /// What most of the rest comes from, and how much that is.
    pub(super) const fn worst(&self) -> (f64, Register) {
        self.worst
    }

    /// How large the real part of the error is at most.
    pub(super) fn bound(&self) -> f64 {
        squares(&self.terms) + self.rest
    }

    /// How large the error is at most, its imaginary part included.
    pub(super) fn complex_bound(&self) -> f64 {
        self.bound() + self.imaginary
    }

    /// The error of the conjugate.
    pub(super) fn conjugate(&self) -> Self {
        Self { imaginary: 2.0 * self.bound() + self.imaginary, ..self.clone() }
    }

    /// One more source, or more of one.
    pub(super) fn push(&mut self, source: u32, turn: u32, part: Interval) {
        let term = Term { source, turn, part };
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
        Self {
            terms,
            rest: product(self.rest),
            imaginary: product(self.imaginary),
            worst: (product(self.worst.0), self.worst.1),
        }
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
        Self { terms, rest: left.rest + right.rest, imaginary: left.imaginary + right.imaginary, worst }
    }

    /// Its sources.
    pub(super) fn sources(&self) -> impl Iterator<Item = u32> {
        self.terms.chunk_by(|a, b| a.source == b.source).map(|terms| terms[0].source)
    }
}

/// Independent errors together.
pub(super) fn squares(terms: &[Term]) -> f64 {
    // Scaled by the largest, so that no square over- or underflows.
    let largest = terms.iter().map(Term::size).fold(0.0, f64::max);
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    let sum: f64 = terms.iter().map(|term| (term.size() / largest).powi(2)).sum();
    largest * sum.sqrt()
}

/// The one that matters most.
pub(super) fn largest(terms: &[Term]) -> Option<&Term> {
    terms.iter().max_by(|a, b| a.size().total_cmp(&b.size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_conjugate_cancels_is_still_imaginary() {
        let mut form = Form::zero();
        form.push(0, 0, Interval::point(1.0));
        let difference = Form::sum(&form, &form.conjugate(), true);
        assert_eq!((difference.bound(), difference.complex_bound()), (0.0, 2.0));
        assert_eq!(difference.times(Interval::point(-3.0)).complex_bound(), 6.0);
    }

    #[test]
    fn what_is_no_number_is_anything() {
        let mut form = Form::zero();
        form.add_rest(f64::NAN, Register(1));
        assert!(form.bound().is_infinite());
    }
}
