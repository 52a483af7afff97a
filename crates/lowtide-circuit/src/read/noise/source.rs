//! Where errors come from, and which values depend on what.

use super::{
    form::{Form, Term, largest, squares},
    interval::Interval,
};
use crate::program::Register;

/// How many sources of one value are told apart for sure; at twice as many, half of them go into the rest together: less
/// often, and as one sum of squares each time.
const TERMS: usize = 128;

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
        let (rest, origin) = form.worst();
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
        form.sources().for_each(|source| self.pin(source));
    }

    pub(super) fn release(&mut self, form: &Form) {
        form.sources().for_each(|source| self.unpin(source));
    }

    /// Turned to the left.
    pub(super) fn rotate(&self, form: &Form, steps: u32) -> Form {
        let turned = |term: &Term| {
            let period = self.all[term.source as usize].period;
            Term { turn: (term.turn + steps) % period, ..*term }
        };
        let mut form = form.clone();
        form.terms.iter_mut().for_each(|term| *term = turned(term));
        form.terms.sort_by_key(Term::key);
        form
    }

    /// Turned to the left by each of these steps, added up. Only long sums are cut down on the way: each time there is one
    /// rest more, and rests add up as if they had one sign.
    pub(super) fn turned(&mut self, form: &Form, turns: &[u32]) -> Form {
        let mut sum = Form::zero();
        for steps in turns {
            sum = Form::sum(&sum, &self.rotate(form, *steps), false);
            if sum.terms.len() > 32 * TERMS {
                self.hold(&sum);
                self.fold(&mut sum);
                self.release(&sum);
            }
        }
        sum
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
        if form.terms.len() > 2 * TERMS {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As many sources of reach 1, in one held form.
    fn several(sources: &mut Sources, count: usize) -> Form {
        let form = (0..count).fold(Form::zero(), |mut form, _| {
            form.push(sources.add(Register(0), 8), 0, Interval::point(1.0));
            form
        });
        sources.hold(&form);
        form
    }

    fn near(x: f64, y: f64) {
        assert!((x - y).abs() < 1e-12, "{x} {y}");
    }

    #[test]
    fn private_sources_become_one_without_loss() {
        let mut sources = Sources::default();
        let mut form = several(&mut sources, 3);
        let other = form.clone();
        sources.hold(&other);
        sources.fold(&mut form);
        assert_eq!(form.terms.len(), 3, "two forms depend on them");
        sources.release(&other);
        sources.fold(&mut form);
        assert_eq!(form.terms.len(), 1);
        near(form.bound(), 3.0_f64.sqrt());
        near(Form::sum(&form, &form.times(Interval::point(2.0)), true).bound(), 3.0_f64.sqrt());
        near(Form::sum(&form, &sources.rotate(&form, 3), false).bound(), 6.0_f64.sqrt());
        near(Form::sum(&form, &sources.rotate(&form, 8), false).bound(), 12.0_f64.sqrt());
    }

    #[test]
    fn a_source_in_two_turns_can_meet_itself() {
        let mut sources = Sources::default();
        let one = several(&mut sources, 1);
        let mut two = Form::sum(&one, &sources.rotate(&one, 1), false);
        sources.hold(&two);
        sources.release(&one);
        sources.fold(&mut two);
        near(Form::sum(&two, &sources.rotate(&two, 1), false).bound(), 6.0_f64.sqrt());
    }

    #[test]
    fn what_cannot_be_told_apart_goes_into_the_rest() {
        let mut sources = Sources::default();
        let mut form = several(&mut sources, 2 * TERMS + 1);
        let copy = form.clone();
        sources.hold(&copy);
        let truth = form.bound();
        sources.fold(&mut form);
        assert_eq!(form.terms.len(), TERMS);
        assert!((1.0..1.5).contains(&(form.bound() / truth)));
        // The rest has any sign: even of the difference to itself.
        let rest = Form::sum(&form, &copy, true).bound();
        assert!(rest > truth, "{rest}");
        near(form.times(Interval::point(-2.0)).bound(), 2.0 * form.bound());
    }
}
